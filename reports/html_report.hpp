// The incident report as one HTML file: no script, no network, readable in light, dark and on
// paper. A rendering of the document alone.
#pragma once

#include <string>
#include <string_view>

#include "reports/incident_document.hpp"

namespace stemma {

/// The skeleton that ships: text with `{{name}}` placeholders, see kHtmlPlaceholders. An
/// organisation may replace it by its own.
std::string_view html_skeleton();

/// Names that a skeleton may hold. `title` and `figures` are a line; the others are whole sections.
inline constexpr std::string_view kHtmlPlaceholders[] = {
    "title",    "style",      "figures",    "contents", "summary", "notes",  "runs",    "findings",
    "timeline", "operations", "indicators", "coverage", "secrets", "advice", "custody", "events"};

/// What is wrong with a skeleton, in words: an unknown placeholder, or one that is missing. What an
/// organisation's own page holds beside them is its own affair.
/// Empty where nothing is.
std::string check_skeleton(std::string_view skeleton);

/// Appends the report. `skeleton` must have passed check_skeleton(). Every text of evidence is
/// escaped; nothing in the result loads or runs anything. O(document).
void append_html(const IncidentDocument& document, std::string_view skeleton, std::string& out);

}  // namespace stemma
