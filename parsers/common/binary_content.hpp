// Tells large binary content (memory and disk images, captures, databases) by looking at it here
// and there, so that formats of text need not look for one of their lines in all of it: a
// collection may hold an image of 64 GB beside its logs.
#pragma once

#include <cstddef>
#include <string_view>

namespace stemma {

/// Content below this is never taken for binary: looking through it costs nothing.
inline constexpr std::size_t kBinaryFrom = 4u << 20;

/// Whether hardly any place of the content is text. Blocks of zeros, which a crash leaves in logs
/// and sparse files have, say nothing either way; a log with binary stretches in it is text. Reads
/// 256 KiB of it.
bool is_binary(std::string_view content);

}  // namespace stemma
