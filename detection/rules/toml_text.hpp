// Where the bytes of a TOML string lie in its file, so that a caret under a query points into the
// rule file. Not a TOML parser: the text was read by one before, and what does not agree with it is
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// For each byte of a decoded string, and one past its end, where it comes from in the file.
class TomlTextMap {
 public:
  /// @param file  the whole file. @param line, column  1-based place of the opening quotes, column
  /// in code points
  /// @param decoded  the string as a TOML parser gave it
  /// Empty where the walk does not give `decoded` (line ends aside).
  static std::optional<TomlTextMap> make(std::string_view file, std::uint32_t line,
                                         std::uint32_t column, std::string_view decoded);

  /// Offset in the file of byte `at` of the decoded string.
  [[nodiscard]] std::size_t in_file(std::size_t at) const;

 private:
  struct Step {
    std::size_t decoded;
    std::size_t file;
  };
  std::vector<Step> steps_;  // ascending; between two steps both sides advance alike
};

}  // namespace stemma
