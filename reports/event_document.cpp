#include "reports/event_document.hpp"

#include <algorithm>
#include <vector>

namespace stemma {

void add_source(const CaseSnapshot& snapshot, const Event& event, JsonDocument& document) {
  document.text("@timestamp", format_time(event.time, event.time_digits));
  const Artifact& artifact = snapshot.artifact(event.source.artifact);
  document.text("log.file.path", artifact.path);
  document.text("stemma.source.artifact", artifact.path);
  document.integer("stemma.source.offset", static_cast<std::int64_t>(event.source.offset));
  document.integer("stemma.source.length", event.source.length);
  document.integer("stemma.source.record_id", static_cast<std::int64_t>(event.sequence));
  if (!artifact.decoders.empty()) document.text("stemma.source.decoders", artifact.decoders);
  if (event.recovered) document.boolean("stemma.source.recovered", true);
}

void describe_event(const CaseSnapshot& snapshot, const Event& event, const EventView& view,
                    JsonDocument& document) {
  std::vector<std::string> synthesised;
  for (std::uint32_t slot = 0; slot < view.shape().fields().size(); ++slot) {
    const FieldInfo info = field_info(view.shape().fields()[slot]);
    document.values(info.name, info.multiplicity, view.at(slot));
    if (view.origin(slot) == Origin::synthesised) synthesised.emplace_back(info.name);
  }
  add_source(snapshot, event, document);
  // A document says itself which file its event was read from.
  if (const auto own = view.get(field::log_file_path); !own.empty())
    document.values("log.file.path", Multiplicity::one, own);
  if (!synthesised.empty()) {
    std::sort(synthesised.begin(), synthesised.end());
    document.texts("stemma.synthesised", synthesised);
  }
}

void append_event_line(const CaseSnapshot& snapshot, Event& event, ShapeTable& shapes,
                       std::string& out, Secrets secrets) {
  if (secrets == Secrets::redacted) redact(event);
  JsonDocument document;
  describe_event(snapshot, event, event.view(shapes), document);
  document.write(out);
  out += '\n';
}

}  // namespace stemma
