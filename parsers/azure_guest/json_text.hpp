// JSON as damaged evidence has it: read as far as it goes. A status message that was cut at 4 KB
// still gives the members before the cut, and the text up to it. Not a fast reader and not a strict
// one; for the small documents of agents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::azure_guest {

/// Cap on nesting. Settings and status files nest below 10 deep.
inline constexpr std::size_t kMaxJsonDepth = 32;
/// Cap on values in one document. A goal state of 50 extensions has some 2,000.
inline constexpr std::size_t kMaxJsonValues = 100'000;

struct JsonMember;

/// A value. Texts are UTF-8 as far as the evidence is: escapes are resolved, an unpaired surrogate
/// becomes U+FFFD, other bytes stay as they are.
struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  bool cut = false;                 ///< the document ended, or broke, inside this value
  std::string text;                 ///< of a text; of a number, as written
  std::vector<JsonMember> members;  ///< of an object in order; of an array, without names
  std::size_t begin = 0, end = 0;   ///< bytes of the document

  /// Last member of that name, which is the one that counts in Go and .NET; null where there is
  /// none, or this is no object.
  [[nodiscard]] const Json* find(std::string_view name) const;
  /// The same, whatever the case of A–Z: what .NET's readers accept.
  [[nodiscard]] const Json* find_any_case(std::string_view name) const;
  /// A member's text; empty where it is no text.
  [[nodiscard]] std::string_view text_of(std::string_view name) const;
  /// A number without fraction, or a text of one, within 64 bits.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
};

struct JsonMember {
  std::string name;
  Json value;
};

enum class JsonProblem : std::uint8_t {
  none,
  ends_early,  ///< the document ends inside a value
  malformed,   ///< something stands where it must not
  too_deep,    ///< deeper than kMaxJsonDepth
  too_many,    ///< more than kMaxJsonValues
};

struct JsonDocument {
  Json root;
  std::size_t used = 0;  ///< bytes up to the end of the root, or to the problem
  JsonProblem problem = JsonProblem::none;
};

/// Reads the first value of `text`, behind a byte order mark and blanks. Where something is wrong,
/// the values that were open are closed there and marked as cut; what lies behind is not looked at.
/// A text cut inside a UTF-8 sequence loses the part of it. Control characters inside texts are
/// taken as they are. O(text).
/// Source: RFC 8259.
JsonDocument read_json(std::string_view text);

}  // namespace stemma::azure_guest
