// One finding as one ECS document (`event.kind: alert`), as columns of CSV, and as what a table
// shows of it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/invocations/incident.hpp"
#include "detection/rules/exceptions.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "reports/annotations.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// What a finding is written from. Borrows everything.
struct FindingView {
  const CaseSnapshot& snapshot;
  const Rule& rule;
  const Finding& finding;
  Event& event;  ///< finding.event, decoded with all fields and completed
  const RuleException* exception = nullptr;  ///< of the analyst's, that is about it; may be null
  Secrets secrets = Secrets::redacted;       ///< in the event; redacting changes it
  const Annotation* note = nullptr;          ///< what the analyst said of it; may be null
  const SecretSeen* secret = nullptr;        ///< that the finding is; may be null
  const AutomationDeclaration* automation = nullptr;  ///< that its run is set aside by; may be null
};

/// Appends the finding as one JSON object on one line, without a line end: `@timestamp`, `event.*`,
/// `rule.*`, `threat.*`, `host.*`, `user.*`, `process.*` with parent and ancestry, `log.file.path`,
/// and `stemma.*` for what ECS has no word for.
void append_finding_document(const FindingView& view, ShapeTable& shapes, std::string& out);

/// Column names of CSV, and a finding's cells under them. @param notes with columns for what the
/// analyst said.
std::vector<std::string> finding_csv_header(bool notes = false);
std::vector<std::string> finding_csv_cells(const FindingView& view, bool notes = false);

}  // namespace stemma
