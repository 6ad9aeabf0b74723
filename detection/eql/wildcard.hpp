// Wildcard patterns (`*` any run, `?` exactly one code point) and sets of texts and patterns. No
// escapes: in EQL a backslash in a pattern is a backslash. Case is ignored for A–Z only, as
// Elastic's case-insensitive queries do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::eql {

class Wildcard {
 public:
  Wildcard(std::string_view pattern, bool insensitive);

  /// Whole match. O(text × pattern) at worst, O(text) for the common `*x`, `x*`, `*x*`; never
  /// exponential, no allocation. A text that does not begin or end as the pattern does costs that
  /// comparison only. An invalid byte of `text` counts as one code point.
  [[nodiscard]] bool matches(std::string_view text) const;

  /// A run without wildcards: a part of every text that matches, letter case aside where that is
  /// ignored. The longest one; where that is short, preferably one at an end of the pattern.
  struct Literal {
    enum class Where : std::uint8_t { anywhere, begin, end };
    std::string_view text;  ///< may be empty
    Where where = Where::anywhere;
  };
  [[nodiscard]] Literal literal() const;

  static bool has_wildcards(std::string_view pattern) {
    return pattern.find_first_of("*?") != std::string_view::npos;
  }

 private:
  enum class Form : std::uint8_t { anything, prefix, suffix, contains, general };

  [[nodiscard]] bool may_match_general(std::string_view text) const;
  [[nodiscard]] bool matches_general(std::string_view text) const;

  std::string pattern_;   // folded where insensitive; runs of `*` are one
  std::string literal_;   // prefix, suffix, contains: the part without wildcards
  std::size_t head_ = 0;  // general: bytes of pattern_ before its first wildcard
  std::size_t tail_ = 0;  // and after its last
  Form form_ = Form::general;
  bool insensitive_ = false;
};

/// Any of some texts, some of which may be patterns. Immutable once built.
class TextSet {
 public:
  explicit TextSet(bool insensitive = false) : insensitive_(insensitive) {}

  /// @param wildcards whether `*` and `?` have their meaning in `text`
  void add(std::string_view text, bool wildcards);
  /// To be called once, after the last add.
  void seal();

  /// O(log texts) for texts, then linear in the patterns.
  [[nodiscard]] bool contains(std::string_view text) const;

  [[nodiscard]] bool empty() const { return exact_.empty() && patterns_.empty(); }
  [[nodiscard]] bool insensitive() const { return insensitive_; }
  /// Texts without wildcards, folded where insensitive, and the others.
  [[nodiscard]] const std::vector<std::string>& exact() const { return exact_; }
  [[nodiscard]] const std::vector<Wildcard>& patterns() const { return patterns_; }

 private:
  std::vector<std::string> exact_;  // by length, then by folded bytes
  std::vector<Wildcard> patterns_;
  bool insensitive_ = false;
};

}  // namespace stemma::eql
