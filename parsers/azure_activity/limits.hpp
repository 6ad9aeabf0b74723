// The caps on activity logs beyond those of JSON itself (parsers/common/json_scan.hpp). Azure's own
// are lower: an event is below 64 KiB, a Log Analytics answer below 100 MB.
#pragma once

#include <cstddef>

#include "parsers/common/json_scan.hpp"

namespace stemma::azure {

/// Bytes of a unit, about: records are never cut.
inline constexpr std::size_t kBlockBytes = 4u << 20;

/// Bytes of one row of a table or a CSV file.
inline constexpr std::size_t kMaxRow = json::kMaxDocument;

/// Columns of a table. AzureActivity has some fifty.
inline constexpr std::size_t kMaxColumns = 512;

/// Bytes before the first row of a table, its columns among them.
inline constexpr std::size_t kMaxTableHead = 1u << 20;

/// Bytes of evidence that a message quotes.
inline constexpr std::size_t kMaxQuoted = 60;

}  // namespace stemma::azure
