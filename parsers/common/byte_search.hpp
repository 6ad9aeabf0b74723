// Looks for a short word in large content by one of its bytes that is rare there. For the question
// whether a file holds any line of a format, asked of files of every format; not for text at large.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace stemma {

/// Offset of the first `word` in `text` at or behind `from`; npos where there is none. `rare` is
/// the index in `word` of the byte that is looked for first: memchr(3) passes over a chunk of
/// binary content some ten times as fast as memmem(3), as long as that byte is rare in it. O(size).
inline std::size_t find_word(std::string_view text, std::string_view word, std::size_t rare,
                             std::size_t from = 0) {
  if (word.size() > text.size() || from > text.size() - word.size()) return std::string_view::npos;
  const char* const end = text.data() + text.size() - (word.size() - 1 - rare);
  for (const char* at = text.data() + from + rare; at < end; ++at) {
    at = static_cast<const char*>(std::memchr(at, word[rare], static_cast<std::size_t>(end - at)));
    if (at == nullptr) return std::string_view::npos;
    if (std::memcmp(at - rare, word.data(), word.size()) == 0)
      return static_cast<std::size_t>(at - rare - text.data());
  }
  return std::string_view::npos;
}

}  // namespace stemma
