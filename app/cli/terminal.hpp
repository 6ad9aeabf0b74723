// What the command line knows of its terminal. Standard output is data, standard error is progress and notes.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace stemma {

bool is_terminal(int fd);

/// Columns of the terminal on standard output; 0 where it is none, so that nothing is cut in files and pipes.
std::size_t terminal_width();

/// Writes data to standard output, or to a file that is complete or absent: it is written beside its name and renamed at the end.
class Output {
 public:
  /// @param path empty or `-`: standard output. A file appears under its name when it is whole; a device or a pipe (`/dev/null`) is written to at once.
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Empty where the file could be opened, else why not.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] bool to_terminal() const;
  void write(std::string_view text);
  /// Flushes and puts the file in its place. False where anything could not be written; error() says why. A closed pipe is no error.
  bool finish();

 private:
  std::string path_;
  std::string part_;
  std::string error_;
  std::FILE* file_ = nullptr;
};

/// A line on standard error.
void note(std::string_view text);

}  // namespace stemma
