// The incident document of an open collection: everything a report or an export is written from.
// The seam between session and reports.
#pragma once

#include <string>

#include "app/session/detect.hpp"
#include "app/session/incident.hpp"
#include "app/session/session.hpp"
#include "reports/build_document.hpp"

namespace stemma {

struct DocumentOptions {
  std::string title;
  std::string version;       ///< of the program
  std::string command_line;  ///< as the report says it
  std::string created;       ///< empty: not said
  std::vector<std::string> notes;
  Secrets secrets = Secrets::redacted;
  eql::EvalOptions eval;  ///< under which the findings were made
  std::vector<PlacedAnnotation> annotations;      ///< of the case file; borrows what it points to
  std::vector<std::string> artifact_digests;      ///< by ArtifactId, where they are known already; empty: they are computed
};

/// Coverage, digests of all files, and one pass over the events that the report shows. The same for
/// any number of threads.
IncidentDocument make_document(const Session& session, const RuleSet& rules, const ChannelSet& channels, const Detection& detection, const Incident& incident,
                               const DocumentOptions& options);

}  // namespace stemma
