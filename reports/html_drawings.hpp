// The drawings of the HTML report, as inline SVG: the processes of a run, and the timeline of a
// case. Geometry of our own; shapes and words tell what is flagged and what is inferred.
#pragma once

#include <string>

#include "reports/incident_document.hpp"

namespace stemma {

/// Processes as a tree, one a row, parents left above their children. A row links to the event
/// that shows its start.
void append_tree_svg(const IncidentDocument& document, const DocumentRun& run, std::string& out);

/// A lane a machine; what happened within a few pixels is one mark with its number. Long quiet
/// spans are drawn short. Nothing where the document has no moment.
void append_timeline_svg(const IncidentDocument& document, std::string& out);

}  // namespace stemma
