// The incident document as JSON: every claim with the evidence it rests on, by position in
// `events` and `artifacts`. docs/report-format.md says what each member is.
#pragma once

#include <string>

#include "reports/incident_document.hpp"

namespace stemma {

/// What `schema` says; changes where a member is removed or means something else.
inline constexpr const char* kDocumentSchema = "stemma-incident-1";

void append_document_json(const IncidentDocument& document, std::string& out);

}  // namespace stemma
