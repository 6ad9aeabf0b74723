// The members of a small ZIP file, read front to back by their local headers, so that a file that
// ends early still gives what it holds, and every member has its place. Only what Azure's agent
// writes into its history: no ZIP64, no encryption, no members in several parts. Not an archive
// library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/fault.hpp"

namespace stemma::azure_guest {

/// Cap on the members of one file. The agent puts some ten files into one.
inline constexpr std::size_t kMaxMembers = 1'000;
/// Cap on unpacked bytes per packed byte of a member, asked from kRatioFrom on. Deflate reaches
/// 1,032; goal states measure below 20.
inline constexpr std::uint64_t kMaxMemberRatio = 200;
inline constexpr std::uint64_t kRatioFrom = 1u << 20;

/// One member as its local header describes it. Views into the file.
struct ZipMember {
  std::string_view name;
  std::uint64_t offset = 0;  ///< of the local header
  std::uint64_t data = 0;    ///< offset of the packed bytes
  std::uint64_t packed = 0;  ///< their number
  std::uint64_t length = 0;  ///< from `offset` to the end of the member
  std::uint32_t checksum = 0;
  bool stored = false;  ///< not packed: the content lies in the file as it is
};

/// True where `file` begins with a local header.
bool is_zip(std::string_view file);

/// Walks the local headers of a file.
class ZipReader {
 public:
  explicit ZipReader(std::string_view file) : file_(file) {}

  /// The next member; empty at the directory behind the last one, or where the walk must end: then
  /// fault() says why. Of a member that ends early what is there is given, with a fault.
  std::optional<ZipMember> next();

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }
  /// How far the walk came.
  [[nodiscard]] std::uint64_t at() const { return at_; }

 private:
  std::string_view file_;
  std::uint64_t at_ = 0;
  std::size_t members_ = 0;
  std::optional<Fault> fault_;
};

/// A member's content, unpacked, at most `cap` bytes of it.
struct MemberContent {
  std::string bytes;           ///< what could be unpacked, also where `fault` is set
  std::optional<Fault> fault;  ///< truncated, bad_compression, limit_exceeded, checksum_mismatch
};
MemberContent unpack_member(std::string_view file, const ZipMember& member, std::size_t cap);

}  // namespace stemma::azure_guest
