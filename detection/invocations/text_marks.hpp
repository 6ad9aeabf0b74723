// TextMarks: what one question says of each text of a case, asked once a text however many
// processes have it: a log repeats its command lines, and a question walks over all of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "events/string_pool.hpp"

namespace stemma {

/// @tparam Ask  what it says of a text (std::string_view): a number below 255.
/// One byte a string of the pool, all at once. Not for several threads. Borrows the pool, which
/// must not grow.
template <class Ask>
class TextMarks {
 public:
  TextMarks(const StringPool& strings, Ask ask)
      : strings_(strings), ask_(std::move(ask)), marks_(strings.size() + 1, kNotAsked) {}

  /// Of no text as of an empty one.
  std::uint8_t of(StringId text) {
    std::uint8_t& mark = marks_[text.value];
    if (mark == kNotAsked) mark = ask_(strings_.view(text));
    return mark;
  }

 private:
  static constexpr std::uint8_t kNotAsked = 255;

  const StringPool& strings_;
  Ask ask_;
  std::vector<std::uint8_t> marks_;  // by id
};

}  // namespace stemma
