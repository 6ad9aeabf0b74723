// The section of the HTML page that tells the runs: a table, each run as a story, and apart from
// them what is declared automation.
#pragma once

#include <string>

#include "reports/incident_document.hpp"

namespace stemma {

void append_runs_html(const IncidentDocument& document, std::string& out);

}  // namespace stemma
