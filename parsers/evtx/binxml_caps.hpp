// What one record may ask for, whichever decoder reads it.
#pragma once

#include <cstdint>

namespace stemma::evtx {

/// Cap on nesting of elements, template instances and nested values together. Real records
/// reach 12.
inline constexpr std::uint32_t kMaxBinXmlDepth = 64;

/// Cap on tokens met while walking one record with all its substitutions. Real records have below
/// 5,000.
inline constexpr std::uint64_t kMaxBinXmlTokens = 100'000;

/// Cap on the XML that one record may grow to, estimated from above. The largest real record (64
/// KiB of script) needs 400 KiB.
inline constexpr std::uint64_t kMaxBinXmlOutput = 4u << 20;

}  // namespace stemma::evtx
