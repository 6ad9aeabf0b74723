// Unpacks gzip data, as rotated logs are kept. Not other compressions, and not archives of several
// files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "events/fault.hpp"

namespace stemma {

/// Default cap on unpacked bytes: rotated logs are some MiB to some hundred MiB; parsers need all
/// of it in memory.
inline constexpr std::uint64_t kMaxUnpacked = std::uint64_t{4} << 30;
/// Default cap on unpacked bytes per packed byte. Deflate reaches 1,032 at most; audit logs measure
/// 15 to 40, repeated lines some hundred.
inline constexpr std::uint64_t kMaxUnpackRatio = 1'000;
/// The ratio is not asked below this size, so that small files of blanks are read.
inline constexpr std::uint64_t kUnpackRatioFrom = 16u << 20;

struct GunzipLimits {
  std::uint64_t max_unpacked = kMaxUnpacked;
  std::uint64_t max_ratio = kMaxUnpackRatio;
};

struct Unpacked {
  std::vector<std::byte> bytes;   ///< everything that could be unpacked, also where `fault` is set
  std::uint64_t packed_used = 0;  ///< bytes of the input that gave it; the rest is trailing
                                  ///< garbage, zero padding, or lies behind the fault
  std::uint64_t members = 0;      ///< complete gzip members
  std::optional<Fault> fault;     ///< what ended it early; `offset` counts in the packed data
};

/// True where `packed` begins with a gzip header (RFC 1952: 1F 8B 08).
bool is_gzip(std::span<const std::byte> packed);

/// Unpacks all members of a gzip file, one behind the other. Zero bytes behind the last member are
/// padding. What a damaged stream gave before the damage is kept, so that nothing is lost: check
/// `fault`. Faults: bad_magic (`packed` does not begin with a gzip header; nothing is unpacked),
/// truncated (the stream ends early), bad_compression (it contradicts itself, or something other
/// than a member follows), checksum_mismatch (all unpacked, but CRC or length are wrong; `need`
/// stored, `have` computed), limit_exceeded. O(unpacked bytes); allocates what it returns. Source:
/// RFC 1952; zlib.
Unpacked gunzip(std::span<const std::byte> packed, const GunzipLimits& limits = {});

}  // namespace stemma
