// Regular expressions of the language: Lucene's dialect, whole match, translated to RE2 so that
// matching is linear in the text.
//
//   same in both          . ( ) [ ] [^ ] | * + ? {n} {n,} {n,m}   (`.` matches a line end too)
//   literal in Lucene     ^ $ and every escape: \d is the letter d. Escaped letters are warned of,
//   as they look like classes translated            "…" literal text, @ any text, # no text at all;
//   x*? is (x*)?: Lucene has no lazy repetition refused, with reason  ~ complement, & intersection,
//   <n-m> interval: RE2 has none of them
//
// Case-insensitive patterns (regex~) fold A–Z only, in ranges too (Lucene itself leaves ranges
// alone, which its authors call a defect). Text that is not UTF-8 is matched with U+FFFD for every
// invalid byte, so that a broken byte hides nothing. Source: Elastic's "Regular expression syntax",
// Lucene's RegExp grammar.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace stemma::eql {

/// Cap on a pattern's bytes and on the patterns of one query: each compiled pattern may take 2 MiB.
inline constexpr std::size_t kMaxRegexBytes = 16 * 1024;
inline constexpr std::size_t kMaxRegexes = 256;
inline constexpr std::size_t kMaxRegexDepth = 200;

struct TranslatedRegex {
  std::string re2;           ///< empty where there is a problem
  bool unsupported = false;  ///< the problem is the dialect's, not a mistake
  std::string problem;       ///< what is wrong, for a diagnostic
  std::size_t problem_at = 0;
  std::string escaped_letters;  ///< letters behind a backslash that other dialects read as classes
};

/// Lucene's syntax → RE2's. Linear, no recursion.
TranslatedRegex translate_regex(std::string_view pattern, bool insensitive);

/// Compiled patterns, any of which may match. Immutable, safe from many threads.
class RegexSet {
 public:
  RegexSet();
  ~RegexSet();
  RegexSet(RegexSet&&) noexcept;
  RegexSet& operator=(RegexSet&&) noexcept;

  /// Adds a translated pattern. Returns the reason where RE2 refuses it (too large), else nothing.
  std::string add(const std::string& re2_pattern);
  /// Whole match of any pattern. O(text × patterns).
  [[nodiscard]] bool matches(std::string_view text) const;
  /// Appends texts, A–Z folded, one of which stands in every text, folded, that some pattern
  /// matches. False where that cannot be said of all patterns. Compiles each anew.
  [[nodiscard]] bool required_literals(std::vector<std::string>& out) const;

 private:
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

}  // namespace stemma::eql
