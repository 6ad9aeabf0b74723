// The content of a file of the collection, mapped read-only, unpacked where it is compressed. Not
// its meaning.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/session/page_guard.hpp"
#include "events/fault.hpp"

namespace stemma {

/// What has become of a file since it was opened.
enum class FileChange : std::uint8_t { none, changed, shrunk, gone };

/// Owns a read-only mapping of a whole file, the bytes of an archive's member, or what either
/// unpacked to. The evidence is never written to. Where a mapped file shrinks under its reader, what
/// is gone reads as zeros (page_guard.hpp), so that records are damaged and the program goes on;
/// change_of() tells.
class FileBytes {
 public:
  FileBytes() = default;
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&& other) noexcept;
  ~FileBytes();

  /// Maps `path`. Faults: cannot_open (need = errno).
  static Result<FileBytes> open(const std::string& path);

  /// A member of the archive at `archive_path`, which is open as `archive`. Takes the bytes.
  static FileBytes of_member(std::vector<std::byte> bytes, std::string archive_path,
                             const FileBytes& archive);

  /// Replaces the content by what a gzip stream unpacks to; content that is not gzip stays. A
  /// damaged or oversized stream leaves what could be unpacked and returns the fault.
  Result<void> unpack();

  [[nodiscard]] std::span<const std::byte> content() const {
    return packed_ ? std::span<const std::byte>(unpacked_) : mapped();
  }
  /// As it lies on disk, or in its archive.
  [[nodiscard]] std::span<const std::byte> mapped() const {
    return archive_.empty() ? std::span<const std::byte>{map_, size_} : member_;
  }
  /// Begins to read a part of the content from the disk, without waiting for it. Content that was
  /// unpacked is in memory already.
  void will_need(std::uint64_t offset, std::uint64_t length) const;
  /// The part will not be read again soon: its whole pages need not count as this process's memory.
  /// It stays readable.
  void let_go(std::uint64_t offset, std::uint64_t length) const;

  /// Of a member its own size, which is not on disk.
  [[nodiscard]] std::uint64_t size_on_disk() const { return mapped().size(); }
  [[nodiscard]] bool packed() const { return packed_; }
  /// Bytes that are held in memory for it.
  [[nodiscard]] std::uint64_t held() const { return member_.size() + unpacked_.size(); }

  /// Whether the file at `path` still has the size and time of change that it had when it was
  /// opened. Of a member its archive is asked, whatever `path` is.
  [[nodiscard]] bool unchanged(const std::string& path) const {
    return change_of(path) == FileChange::none;
  }
  /// The same, and what became of it. One stat(). A file whose bytes could not be read when they
  /// were wanted counts as shrunk.
  [[nodiscard]] FileChange change_of(const std::string& path) const;

 private:
  const std::byte* map_ = nullptr;
  std::size_t size_ = 0;
  std::int64_t modified_ns_ = 0;
  bool packed_ = false;
  std::vector<std::byte> unpacked_;
  std::string archive_;  // path of the outermost archive; empty for a file
  std::vector<std::byte> member_;
  PageGuard guard_;
};

}  // namespace stemma
