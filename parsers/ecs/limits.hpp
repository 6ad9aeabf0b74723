// The caps on documents. Elasticsearch's own are lower by default: 1000 fields and 20 levels an
// index, and an agent's event is a few kilobytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "parsers/common/json_scan.hpp"

namespace stemma::ecs {

using json::kMaxDepth;
using json::kMaxDocument;

/// Keys and array elements of one document, at all levels. Elasticsearch indexes 1000 fields.
inline constexpr std::size_t kMaxValues = 1u << 16;

/// Elements of one array. Arguments and ancestors are the longest that agents write, some hundreds.
inline constexpr std::size_t kMaxArrayLength = 1u << 15;

/// Paths of keys that a reader keeps in mind before it starts anew. Real collections have some
/// thousands; a forged one could have one a value.
inline constexpr std::size_t kMaxPaths = 1u << 16;

/// Bytes of a unit, about: documents are never cut.
inline constexpr std::size_t kBlockBytes = 4u << 20;

}  // namespace stemma::ecs
