#include "reports/document_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "events/text.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

// What is told first: what was pinned, then from malicious down to what has no verdict.
std::tuple<bool, bool, int> rank(const PlacedAnnotation& one) {
  const auto verdict = static_cast<int>(one.annotation->verdict);
  return {!one.found(), !one.annotation->pinned, -verdict};
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

DocumentTime time_of(const CaseSnapshot& snapshot, EventId event) {
  return {snapshot.events.time(event), snapshot.events.time_digits(event), ""};
}

class Teller {
 public:
  explicit Teller(const DocumentInput& input) : input_(input), snapshot_(input.snapshot) {}

  DocumentNote tell(const PlacedAnnotation& one) const {
    const Annotation& from = *one.annotation;
    DocumentNote to;
    to.about = from.target.kind;
    to.key = from.target.key;
    to.found = one.found();
    to.verdict = from.verdict;
    to.severity = from.severity;
    to.pinned = from.pinned;
    for (const std::string& tag : from.tags) to.tags.push_back(redact(tag, input_.secrets));
    to.comment = redact(from.comment, input_.secrets);
    to.author = from.author;
    to.created = from.created;
    to.changed = from.changed;
    to.finding = one.finding;
    if (one.run) to.run = *one.run + 1;
    if (!to.found && from.place) {
      to.subject = place_text(*from.place);
    } else if (!one.events.empty()) {
      to.subject = event(one.events.front());
    } else if (!one.entities.empty()) {
      to.subject = process(one.entities.front());
    }
    for (const EventId event : one.events) refer(event, to.evidence);
    for (const EntityId entity : one.entities)
      for (const ProcessImage& image : snapshot_.tree.images_of(entity))
        if (image.event) refer(image.event, to.evidence);
    return to;
  }

 private:
  static void refer(EventId event, Evidence& evidence) {
    if (evidence.events.size() == kMaxEvidenceTold)
      ++evidence.left_out;
    else
      evidence.events.push_back(event.value);
  }
  [[nodiscard]] std::string_view view(StringId id) const { return snapshot_.strings.view(id); }
  [[nodiscard]] std::string event(EventId id) const {
    const std::string_view host = snapshot_.hosts.name(snapshot_.events.host(id));
    return fmt::format("{}{}{} on {}, {}", view(snapshot_.events.channel(id)),
                       view(snapshot_.events.code(id)).empty() ? "" : " ",
                       view(snapshot_.events.code(id)), host.empty() ? "no machine" : host,
                       format_time(snapshot_.events.time(id), snapshot_.events.time_digits(id)));
  }
  [[nodiscard]] std::string process(EntityId id) const {
    const ProcessEntity& entity = snapshot_.tree.entity(id);
    const ImageId image = snapshot_.tree.last_image(id);
    std::string text;
    if (image) {
      const ProcessImage& shown = snapshot_.tree.image(image);
      text = redact(view(shown.name ? shown.name : shown.executable), input_.secrets);
    }
    if (text.empty()) text = "a process without a name";
    if (entity.pid != kNoPid) text += fmt::format(" ({})", entity.pid);
    text += fmt::format(" on {}", snapshot_.hosts.name(entity.host));
    if (!entity.placeholder) text += fmt::format(", {}", format_time(entity.start, 3));
    return text;
  }

  const DocumentInput& input_;
  const CaseSnapshot& snapshot_;
};

}  // namespace

std::string note_in_brief(const DocumentNote& note) {
  const std::string words = judgement(note.verdict, note.severity, note.pinned, note.tags);
  return words.empty() ? "noted" : words;
}

namespace document_notes {

bool NoteIndex::false_positive(std::uint32_t finding) const {
  const auto at = verdicts.find(finding);
  return at != verdicts.end() && at->second == Verdict::false_positive;
}

NoteIndex add_notes(const DocumentInput& input, IncidentDocument& document) {
  NoteIndex index;
  std::vector<const PlacedAnnotation*> order;
  for (const PlacedAnnotation& one : input.annotations) {
    order.push_back(&one);
    if (!one.finding) continue;
    index.verdicts.emplace(*one.finding, one.annotation->verdict);
    if (one.annotation->verdict == Verdict::false_positive) ++document.figures.false_positives;
  }
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(rank(*a), a->annotation->target) < std::pair(rank(*b), b->annotation->target);
  });
  document.figures.notes = order.size();
  const Teller teller(input);
  for (const PlacedAnnotation* one : order) {
    if (document.analyst_notes.size() == kMaxNotesTold) break;
    const auto number = static_cast<std::uint32_t>(document.analyst_notes.size());
    document.analyst_notes.push_back(teller.tell(*one));
    if (one->finding) index.by_finding.emplace(*one->finding, number);
    if (one->run) index.by_run.emplace(*one->run, number);
    for (const EntityId entity : one->entities) index.by_entity.emplace(entity, number);
  }
  if (order.size() > kMaxNotesTold)
    document.caps.push_back(fmt::format("{} of {} notes of the analyst are listed.",
                                        grouped(kMaxNotesTold), grouped(order.size())));
  return index;
}

void name_subjects(IncidentDocument& document) {
  std::map<std::uint32_t, const DocumentRun*> runs;
  for (const DocumentRun& run : document.runs) runs.emplace(run.number, &run);
  for (DocumentNote& note : document.analyst_notes) {
    if (note.finding && *note.finding >= document.findings.size()) note.finding.reset();
    if (note.finding) {
      const DocumentFinding& finding = document.findings[*note.finding];
      note.subject = fmt::format("{} on {}", finding.rule_name, finding.host);
      if (!finding.process.empty()) note.subject += ": " + finding.process;
      if (finding.pid >= 0) note.subject += fmt::format(" ({})", finding.pid);
      note.run = finding.run;
      note.evidence = finding.evidence;
    } else if (note.run) {
      const auto at = runs.find(*note.run);
      note.subject = at == runs.end() ? fmt::format("run {}", *note.run) : at->second->title;
    }
    if (!note.subject.empty()) continue;
    note.subject = fmt::format("{} {}", target_kind_name(note.about), note.key);
  }
}

void add_moments(const DocumentInput& input, const IncidentDocument& document,
                 std::vector<DocumentMoment>& moments) {
  for (std::size_t i = 0; i < document.analyst_notes.size(); ++i) {
    const DocumentNote& note = document.analyst_notes[i];
    if (!note.found || note.evidence.events.empty()) continue;
    if (note.about != TargetKind::event && note.about != TargetKind::process) continue;
    const EventId event{note.evidence.events.front()};
    std::string text = note_in_brief(note);
    if (!note.comment.empty())
      text += fmt::format(": {}", cut_text(first_line(note.comment), kMaxFieldText));
    DocumentMoment moment{time_of(input.snapshot, event),
                          std::string(input.snapshot.hosts.name(input.snapshot.events.host(event))),
                          "note",
                          std::move(text),
                          std::nullopt,
                          note.verdict == Verdict::suspicious || note.verdict == Verdict::malicious,
                          note.evidence};
    moment.note = static_cast<std::uint32_t>(i);
    moments.push_back(std::move(moment));
  }
}

}  // namespace document_notes
}  // namespace stemma
