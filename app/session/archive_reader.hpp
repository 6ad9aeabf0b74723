// Reads a ZIP or a tar (plain or in gzip) as a folder: member by member, in memory, nothing written
// to disk. By libarchive, of which these two formats alone are switched on; gzip is zlib's. Not the
// agent's history ZIPs, which parsers/azure_guest reads itself, cut ones included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// Caps. A member is one file of a collection; what is held of all of them together is memory.
inline constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{4} << 30;
inline constexpr std::uint64_t kMaxHeldBytes = std::uint64_t{4} << 30;  ///< of all archives
inline constexpr std::size_t kMaxMembers = 500'000;                     ///< of one archive
inline constexpr std::size_t kMaxMemberName = 4096;
/// Unpacked bytes per byte of the archive; deflate reaches 1,032. Not asked below kMemberRatioFrom.
inline constexpr std::uint64_t kMaxMemberRatio = 1'000;
inline constexpr std::uint64_t kMemberRatioFrom = 16u << 20;
/// Archives within archives.
inline constexpr std::size_t kMaxArchiveDepth = 4;

/// Whether the bytes begin as a ZIP, a tar, or a gzip stream with a tar in it.
bool is_archive(std::span<const std::byte> bytes);

struct ArchiveMember {
  std::string name;  ///< within the archive, `/` between folders, none at the beginning
  std::vector<std::byte> bytes;
  std::string refused;  ///< why it, or its end, could not be read; empty where all was
};

/// Hands every file of the archive to `visit`, in its order, and folders to nobody. Members that
/// cannot be read (encrypted, a link, a name that leads out of the archive, beyond a cap) come
/// without bytes and with the reason; damaged ones with the bytes before the damage.
/// @param want  asked by name before a member's bytes are unpacked; a member not wanted is passed
/// over
/// Returns why reading ended before the archive's end; empty where it did not. O(unpacked bytes).
std::string read_archive(std::span<const std::byte> archive,
                         const std::function<bool(std::string_view name)>& want,
                         const std::function<void(ArchiveMember member)>& visit);

}  // namespace stemma
