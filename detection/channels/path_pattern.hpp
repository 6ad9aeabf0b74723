// PathPattern: a path or command line with places to read values from. `{sequence}` is a decimal
// number, `{name}` one piece of a path, `*` anything within a piece, `**` anything. Case and the
// kind of slash make no difference. Not a wildcard of EQL, which captures nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace stemma {

/// Longest pattern, and how many pieces it may have: channel files are small.
inline constexpr std::size_t kMaxPatternLength = 1024;
inline constexpr std::size_t kMaxPatternPieces = 64;
/// Steps of one search, so that no text can make one long.
inline constexpr std::size_t kMaxPatternSteps = 1u << 16;

/// What a pattern read. Views lie in the text that was searched.
struct PatternMatch {
  std::string_view all;  ///< the part of the text that the pattern covers
  std::string_view name;
  std::string_view command_id;
  std::optional<std::uint64_t> sequence;
};

class PathPattern {
 public:
  /// Fails with a message that names the place in `text`.
  static tl::expected<PathPattern, std::string> parse(std::string_view text);

  /// The first place in `text` where the pattern holds, as a word of its own: a path may stand
  /// behind a blank, a quote or a separator, and must end there. O(text × pieces), capped.
  [[nodiscard]] std::optional<PatternMatch> find(std::string_view text) const;
  /// Whether all of `text` is covered.
  [[nodiscard]] std::optional<PatternMatch> match(std::string_view text) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The longest literal, folded: a text without it cannot match.
  [[nodiscard]] const std::string& anchor() const { return anchor_; }

 private:
  enum class Kind : std::uint8_t { literal, any, any_piece, name, command_id, sequence };
  struct Piece {
    Kind kind;
    std::string literal;  // folded
  };
  struct Search;

  std::string text_;
  std::string anchor_;
  std::vector<Piece> pieces_;
};

}  // namespace stemma
