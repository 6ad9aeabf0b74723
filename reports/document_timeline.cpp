#include "reports/document_timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/document_notes.hpp"
#include "reports/document_parts.hpp"

namespace stemma::document_timeline {

using document_parts::in_words;
using document_parts::note_cap;

void add_timeline(const DocumentInput& input, IncidentDocument& document) {
  std::vector<DocumentMoment> moments;
  for (const DocumentOperation& operation : document.operations) {
    moments.push_back(
        {operation.first, operation.machine, "order",
         fmt::format("{} ordered {}", operation.caller.empty() ? "?" : operation.caller,
                     operation.operation_name),
         operation.run, false, operation.evidence});
  }
  for (const DocumentRun& run : document.runs) {
    if (run.start)
      moments.push_back({*run.start, run.host, "run", run.title + " begins", run.number, false,
                         run.processes.empty() ? run.evidence : run.processes.front().evidence,
                         run.note});
    if (run.end)
      moments.push_back({*run.end, run.host, "end", run.title + " ends", run.number, false, {}});
  }
  for (const DocumentFinding& finding : document.findings)
    moments.push_back({finding.time, finding.host, "finding",
                       fmt::format("{}: {}{}", finding.rule_name,
                                   finding.process.empty() ? finding.id : finding.process,
                                   finding.false_positive ? " (marked false positive)"
                                   : finding.set_aside    ? " (in declared automation)"
                                                          : ""),
                       finding.run, !finding.false_positive && !finding.set_aside, finding.evidence,
                       finding.note});
  document_notes::add_moments(input, document, moments);
  std::size_t all = moments.size();
  for (const DocumentRun& run : document.runs) {
    all += run.traces.size();
    for (const DocumentTrace& trace : run.traces) {
      if (moments.size() >= kMaxTimelineTold) break;
      if (trace.kind == in_words(trace_kind_name(TraceKind::script_block))) continue;
      moments.push_back(
          {trace.time, run.host, trace.kind, trace.text, run.number, false, trace.evidence});
    }
  }
  std::stable_sort(
      moments.begin(), moments.end(), [](const DocumentMoment& a, const DocumentMoment& b) {
        return a.time.time != b.time.time ? a.time.time < b.time.time : a.host < b.host;
      });
  note_cap(document, all, kMaxTimelineTold, "moments are in the timeline, the earliest");
  if (moments.size() > kMaxTimelineTold) moments.resize(kMaxTimelineTold);
  document.timeline = std::move(moments);
}

}  // namespace stemma::document_timeline
