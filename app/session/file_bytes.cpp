#include "app/session/file_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "parsers/common/gunzip.hpp"

namespace stemma {
namespace {

std::int64_t modified_ns(const struct stat& info) {
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

std::uint64_t page_size() {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

}  // namespace

FileBytes::FileBytes(FileBytes&& other) noexcept {
  *this = std::move(other);
}

FileBytes& FileBytes::operator=(FileBytes&& other) noexcept {
  std::swap(map_, other.map_);
  std::swap(size_, other.size_);
  std::swap(modified_ns_, other.modified_ns_);
  std::swap(packed_, other.packed_);
  std::swap(unpacked_, other.unpacked_);
  std::swap(archive_, other.archive_);
  std::swap(member_, other.member_);
  std::swap(guard_, other.guard_);
  return *this;
}

FileBytes::~FileBytes() {
  guard_ = PageGuard();
  if (map_ != nullptr) ::munmap(const_cast<std::byte*>(map_), size_);
}

Result<FileBytes> FileBytes::open(const std::string& path) {
  const auto fault = [](const char* step) {
    return tl::unexpected(
        Fault{Defect::cannot_open, 0, static_cast<std::uint64_t>(errno), 0, step});
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fault("open");
  struct stat info = {};
  if (::fstat(fd, &info) != 0) {
    ::close(fd);
    return fault("stat");
  }
  FileBytes file;
  file.size_ = static_cast<std::size_t>(info.st_size);
  file.modified_ns_ = modified_ns(info);
  if (file.size_ != 0) {
    void* map = ::mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
      file.size_ = 0;
      ::close(fd);
      return fault("map");
    }
    file.map_ = static_cast<const std::byte*>(map);
    file.guard_ = PageGuard(file.map_, file.size_);
  }
  ::close(fd);
  return file;
}

FileBytes FileBytes::of_member(std::vector<std::byte> bytes, std::string archive_path,
                               const FileBytes& archive) {
  FileBytes member;
  member.member_ = std::move(bytes);
  member.member_.shrink_to_fit();
  member.archive_ = archive.archive_.empty() ? std::move(archive_path) : archive.archive_;
  member.size_ = archive.size_;
  member.modified_ns_ = archive.modified_ns_;
  return member;
}

Result<void> FileBytes::unpack() {
  const auto bytes = mapped();
  if (bytes.size() < 2 || bytes[0] != std::byte{0x1F} || bytes[1] != std::byte{0x8B}) return {};
  Unpacked result = gunzip(bytes);
  packed_ = true;
  unpacked_ = std::move(result.bytes);
  if (result.fault) return tl::unexpected(*result.fault);
  return {};
}

void FileBytes::will_need(std::uint64_t offset, std::uint64_t length) const {
  if (map_ == nullptr || packed_ || offset >= size_) return;
  const std::uint64_t begin = offset / page_size() * page_size();
  const std::uint64_t end = offset + std::min<std::uint64_t>(length, size_ - offset);
  // A wish: where it is not granted, reading works as before.
  (void)::madvise(const_cast<std::byte*>(map_) + begin, end - begin, MADV_WILLNEED);
}

void FileBytes::let_go(std::uint64_t offset, std::uint64_t length) const {
  // Only a mapping of a file can be had again; what was unpacked would be lost.
  if (map_ == nullptr || packed_ || offset >= size_) return;
  const std::uint64_t page = page_size();
  const std::uint64_t stop = offset + std::min<std::uint64_t>(length, size_ - offset);
  const std::uint64_t begin = (offset + page - 1) / page * page;
  const std::uint64_t end = stop == size_ ? stop : stop / page * page;
  if (begin < end)
    (void)::madvise(const_cast<std::byte*>(map_) + begin, end - begin, MADV_DONTNEED);
}

FileChange FileBytes::change_of(const std::string& path) const {
  struct stat info = {};
  const std::string& file = archive_.empty() ? path : archive_;
  if (::stat(file.c_str(), &info) != 0) return FileChange::gone;
  if (static_cast<std::size_t>(info.st_size) < size_ || guard_.lost()) return FileChange::shrunk;
  return static_cast<std::size_t>(info.st_size) == size_ && modified_ns(info) == modified_ns_
             ? FileChange::none
             : FileChange::changed;
}

}  // namespace stemma
