// The incident report as Markdown (CommonMark with tables): for tickets and wikis. A rendering of
// the document alone; nothing of the evidence is active in it.
#pragma once

#include <string>
#include <string_view>

#include "reports/incident_document.hpp"

namespace stemma {

/// One line of evidence inside Markdown text: every character that Markdown or HTML gives a meaning
/// is escaped, and what a renderer would make a link of by itself is broken.
std::string markdown(std::string_view text);

/// The same as code in a line: as it is, between as many backticks as it needs.
std::string markdown_code(std::string_view text);

void append_markdown(const IncidentDocument& document, std::string& out);

}  // namespace stemma
