// The caps on CloudTrail logs beyond those of JSON itself (parsers/common/json_scan.hpp). AWS's own
// are lower: an event is below 256 KB.
#pragma once

#include <cstddef>

namespace stemma::cloudtrail {

/// Bytes of a unit, about: records are never cut.
inline constexpr std::size_t kBlockBytes = 4u << 20;

/// Instances of one command. AWS takes 50 by id; an answer lists at most 1000 machines.
inline constexpr std::size_t kMaxInstances = 1000;

/// Bytes of evidence that a message quotes.
inline constexpr std::size_t kMaxQuoted = 60;

}  // namespace stemma::cloudtrail
