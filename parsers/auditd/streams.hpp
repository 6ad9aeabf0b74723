// Which files are pieces of one log that was cut by rotation. Decided by what is in them, not by
// their names: collections rename.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma::auditd {

/// How much of a file's beginning and end is read to learn its machines and times.
inline constexpr std::size_t kSampleBytes = 64u << 10;
/// Files of one log may overlap by this much, as records of one moment are written out of order.
inline constexpr std::int64_t kMaxOverlapMs = 10'000;
/// Cap on the files of one stream; more begin another one. The largest num_logs of auditd.conf is
/// 999.
inline constexpr std::size_t kMaxStreamFiles = 1'024;
/// Cap on the machines that are remembered of one file's ends.
inline constexpr std::size_t kMaxHosts = 1'024;

/// Whether a text holds audit records: well-formed ones, and around them not mostly prose. Sure for
/// files of any size: looks at every stamp until one convinces. O(bytes) at the speed of memmem
/// where there is none.
bool holds_records(std::string_view text);

/// Groups artifacts into streams, oldest file first. Two files are pieces of one log where they
/// name a machine in common (or neither names one, and their default hosts are equal) and the
/// second begins where the first has ended, or later. A copy of a file, or one that overlaps
/// another, begins a stream of its own. The result depends on content only. O(n · streams), reads
/// kSampleBytes twice per file.
std::vector<std::vector<std::uint32_t>> group_streams(std::span<const ArtifactBytes> artifacts);

}  // namespace stemma::auditd
