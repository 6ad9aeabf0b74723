// The timeline of an incident document. Used by build_document.cpp alone.
#pragma once

#include "reports/build_document.hpp"

namespace stemma::document_timeline {

/// Moments by time: orders, runs, findings and what the analyst said of events always, traces of
/// runs as far as there is room. Events in their evidence are ids yet.
void add_timeline(const DocumentInput& input, IncidentDocument& document);

}  // namespace stemma::document_timeline
