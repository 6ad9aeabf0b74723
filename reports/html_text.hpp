// Text of evidence inside HTML and SVG: shown, never active. Not a library of elements.
#pragma once

#include <string>
#include <string_view>

#include "detection/findings/finding.hpp"

namespace stemma {

/// One line for content and for attributes in double quotes: `& < > " '` escaped, controls, bidi
/// and other invisible characters made visible, invalid bytes as `\x..`.
std::string html(std::string_view text);

/// The same for preformatted text: line feeds stay, tabs become blanks.
std::string html_lines(std::string_view text);

/// The sign and word of a grade: shape and text tell it, not colour alone.
std::string html_grade(Confidence confidence);

}  // namespace stemma
