#include "reports/document_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "reports/document_parts.hpp"

namespace stemma::document_events {
namespace {

using document_parts::note_cap;

// Hands every Evidence of the document to `visit`.
template <class Visit>
void for_each_evidence(IncidentDocument& document, Visit visit) {
  for (DocumentRun& run : document.runs) {
    for (DocumentReason& reason : run.reasons) visit(reason.evidence);
    for (DocumentProcess& process : run.processes) visit(process.evidence);
    for (DocumentTrace& trace : run.traces) visit(trace.evidence);
    for (DocumentActivity& activity : run.elsewhere)
      for (DocumentMoment& moment : activity.first) visit(moment.evidence);
    visit(run.script.evidence);
    visit(run.evidence);
  }
  for (DocumentOperation& operation : document.operations) visit(operation.evidence);
  for (DocumentFinding& finding : document.findings) visit(finding.evidence);
  for (DocumentNote& note : document.analyst_notes) visit(note.evidence);
  for (DocumentMoment& moment : document.timeline) visit(moment.evidence);
  for (DocumentHost& host : document.hosts)
    for (DocumentReason& reason : host.reasons) visit(reason.evidence);
  for (DocumentSecret& secret : document.secrets) visit(secret.evidence);
}

}  // namespace

void name_events(const DocumentInput& input, IncidentDocument& document,
                 const DecodeEvents& decode) {
  const CaseSnapshot& snapshot = input.snapshot;
  std::set<std::uint32_t> referred;
  for_each_evidence(document, [&](const Evidence& evidence) {
    referred.insert(evidence.events.begin(), evidence.events.end());
  });
  std::unordered_map<std::uint32_t, std::uint32_t> position;
  for (const std::uint32_t value : referred) {
    const EventId id{value};
    position.emplace(value, static_cast<std::uint32_t>(document.events.size()));
    DocumentEvent event;
    event.label = fmt::format("E{}", document.events.size() + 1);
    event.time = {snapshot.events.time(id), snapshot.events.time_digits(id), ""};
    event.host = snapshot.hosts.name(snapshot.events.host(id));
    const SourceSpan source = snapshot.events.source(id);
    event.artifact = static_cast<std::uint32_t>(source.artifact.index());
    event.offset = source.offset;
    event.length = source.length;
    event.record_id = snapshot.events.sequence(id);
    event.channel = snapshot.strings.view(snapshot.events.channel(id));
    event.code = snapshot.strings.view(snapshot.events.code(id));
    document.events.push_back(std::move(event));
  }
  for_each_evidence(document, [&](Evidence& evidence) {
    for (std::uint32_t& event : evidence.events) event = position.at(event);
  });
  for (std::size_t i = 0; i < document.analyst_notes.size(); ++i) {
    const DocumentNote& note = document.analyst_notes[i];
    if (note.about != TargetKind::event) continue;
    for (const std::uint32_t event : note.evidence.events)
      document.events[event].note = static_cast<std::uint32_t>(i);
  }
  // Those that findings, notes and orders rest on come first.
  std::vector<bool> first(document.events.size(), false);
  for (const DocumentFinding& finding : document.findings)
    for (const std::uint32_t event : finding.evidence.events) first[event] = true;
  for (const DocumentNote& note : document.analyst_notes)
    for (const std::uint32_t event : note.evidence.events) first[event] = true;
  for (const DocumentOperation& operation : document.operations)
    for (const std::uint32_t event : operation.evidence.events) first[event] = true;
  std::vector<EventId> wanted;
  std::vector<std::uint32_t> values(referred.begin(), referred.end());
  for (const bool round : {true, false}) {
    for (std::size_t i = 0; i < values.size() && wanted.size() < kMaxEventsDetailed; ++i)
      if (first[i] == round) wanted.push_back(EventId{values[i]});
  }
  std::sort(wanted.begin(), wanted.end());
  note_cap(document, values.size(), kMaxEventsDetailed,
           "events of the appendix are shown with their fields, the others with their place");
  ShapeTable shapes;
  decode(wanted, [&](EventId id, Event& event) {
    if (shapes.size() > kMaxShapes) shapes.clear();
    document_parts::describe_event(event, input.secrets, shapes,
                                   document.events[position.at(id.value)]);
  });
}

}  // namespace stemma::document_events
