// Incident documents made by hand: a small one that reads well, one in which every text is the same
// payload, and one of many runs.
#pragma once

#include <string>

#include "reports/incident_document.hpp"

namespace stemma::support {

/// Every text that evidence could reach is `text`; two runs, one finding, and so on.
IncidentDocument document_of(const std::string& text);

}  // namespace stemma::support
