// The caps on documents. Elasticsearch's own are lower by default: 1000 fields and 20 levels an
// index, and an agent's event is a few kilobytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stemma::ecs {

/// Bytes of one document. Real ones with a whole script block in them stay below 1 MiB;
/// Elasticsearch takes no request beyond 100 MiB.
inline constexpr std::size_t kMaxDocument = 16u << 20;

/// Levels of objects and arrays, the document itself counted. Elasticsearch indexes 20.
inline constexpr std::size_t kMaxDepth = 64;

/// Keys and array elements of one document, at all levels. Elasticsearch indexes 1000 fields.
inline constexpr std::size_t kMaxValues = 1u << 16;

/// Elements of one array. Arguments and ancestors are the longest that agents write, some hundreds.
inline constexpr std::size_t kMaxArrayLength = 1u << 15;

/// Paths of keys that a reader keeps in mind before it starts anew. Real collections have some
/// thousands; a forged one could have one a value.
inline constexpr std::size_t kMaxPaths = 1u << 16;

/// Ancestors that are taken from one document. Elastic Defend writes 20 by default.
inline constexpr std::size_t kMaxAncestry = 100;

/// How many values at a file's start are looked at for a document.
inline constexpr std::size_t kValuesToRecognize = 64;
/// How many lines at a file's start may be broken in one of documents line by line.
inline constexpr std::size_t kLinesToRecognize = 16;

/// Bytes of a unit, about: documents are never cut.
inline constexpr std::size_t kBlockBytes = 4u << 20;

}  // namespace stemma::ecs
