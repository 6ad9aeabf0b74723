#include "app/cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace stemma {

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

std::size_t terminal_width() {
  if (!is_terminal(STDOUT_FILENO)) return 0;
  winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return size.ws_col;
  return 80;
}

Output::Output(std::string path) : path_(std::move(path)) {
  if (path_.empty() || path_ == "-") {
    path_.clear();
    file_ = stdout;
    return;
  }
  // A device or a pipe is written to, never replaced by a file; of a link the file that it leads to is.
  struct stat there = {};
  const bool exists = ::stat(path_.c_str(), &there) == 0;
  if (exists && S_ISREG(there.st_mode)) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path_, error);
    if (!error) path_ = real.string();
  }
  if (!exists || S_ISREG(there.st_mode)) part_ = path_ + ".part";
  file_ = std::fopen(part_.empty() ? path_.c_str() : part_.c_str(), "wb");
  if (file_ == nullptr) error_ = fmt::format("{}: cannot be written: {}", path_, std::strerror(errno));
}

Output::~Output() {
  if (file_ != nullptr && !path_.empty()) {
    std::fclose(file_);
    if (!part_.empty()) std::remove(part_.c_str());
  }
}

bool Output::to_terminal() const { return path_.empty() && is_terminal(STDOUT_FILENO); }

void Output::write(std::string_view text) {
  if (file_ == nullptr || !error_.empty() || text.empty()) return;
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
    error_ = errno == EPIPE ? "closed" : fmt::format("{}: cannot be written: {}", path_.empty() ? "standard output" : path_, std::strerror(errno));
  }
}

bool Output::finish() {
  if (file_ == nullptr) return false;
  if (std::fflush(file_) != 0 && error_.empty()) {
    error_ = errno == EPIPE ? "closed" : fmt::format("cannot be written: {}", std::strerror(errno));
  }
  if (error_ == "closed") {
    error_.clear();  // the reader has seen enough
    return true;
  }
  if (!path_.empty()) {
    std::fclose(file_);
    file_ = nullptr;
    if (error_.empty() && !part_.empty() && std::rename(part_.c_str(), path_.c_str()) != 0) {
      error_ = fmt::format("{}: cannot be written: {}", path_, std::strerror(errno));
    }
    if (!error_.empty() && !part_.empty()) std::remove(part_.c_str());
  }
  return error_.empty();
}

void note(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

}  // namespace stemma
