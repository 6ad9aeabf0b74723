// Makes the model of an incident report (incident_document.hpp) out of a case. Pure but for the
// decoding of the events that the report shows, which whoever calls does.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "detection/coverage/rule_coverage.hpp"
#include "detection/invocations/incident.hpp"
#include "detection/rules/rule.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "reports/incident_document.hpp"
#include "reports/placed_annotation.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Borrows everything but what it holds by value.
struct DocumentInput {
  const CaseSnapshot& snapshot;
  const RuleSet& rules;
  std::span<const Finding> findings;
  const Incident& incident;
  std::span<const HostEvidence> hosts;               ///< coverage; may be empty
  std::span<const std::vector<RuleOnHost>> on_host;  ///< by host
  std::vector<std::vector<std::string>> why;  ///< by finding: clauses that were true; may be short
  std::span<const PlacedAnnotation> annotations;  ///< the analyst's; may be empty
  Custody custody;
  std::string title;  ///< empty: `Incident report`
  Secrets secrets = Secrets::redacted;
};

/// Hands each of the events (ascending, each once), decoded with all fields and completed, to
/// `visit`; in any order, one call at a time.
using DecodeEvents = std::function<void(std::span<const EventId> events,
                                        const std::function<void(EventId, Event&)>& visit)>;

/// O(runs + findings + operations, up to the caps) and one pass over the events that are shown.
/// Same case, same document.
IncidentDocument build_document(DocumentInput input, const DecodeEvents& decode);

/// `text` cut to `bytes` at most, at the beginning of a character.
std::string_view cut_text(std::string_view text, std::size_t bytes);

}  // namespace stemma
