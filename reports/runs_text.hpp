// Runs of remote-execution channels as text for a terminal: who ordered each, what ran, what came
// of it. The report is another: this is what an analyst looks at first.
#pragma once

#include <span>
#include <string>

#include "detection/invocations/incident.hpp"
#include "events/case_snapshot.hpp"
#include "reports/placed_annotation.hpp"
#include "reports/redaction.hpp"

namespace stemma {

struct RunsTextOptions {
  std::size_t width = 0;    ///< columns; 0: no cut
  bool processes = true;    ///< the tree of each run
  std::size_t traces = 20;  ///< of each run; the rest is counted
  Secrets secrets = Secrets::redacted;
  std::span<const PlacedAnnotation> annotations = {};  ///< of the analyst's, on runs and processes
};

void append_runs(const CaseSnapshot& snapshot, const Incident& incident,
                 const RunsTextOptions& options, std::string& out);

}  // namespace stemma
