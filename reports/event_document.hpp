// One event as one ECS document, a line of JSON: every field it carries, where it was read, and
// what was synthesised.
#pragma once

#include <string>

#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "reports/json.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Puts the event's own fields, `@timestamp`, `log.file.path` and `stemma.source` /
/// `stemma.synthesised` into `document`.
void describe_event(const CaseSnapshot& snapshot, const Event& event, const EventView& view,
                    JsonDocument& document);

/// Only the part of it that says when and where: `@timestamp`, `log.file.path`, `stemma.source.*`.
void add_source(const CaseSnapshot& snapshot, const Event& event, JsonDocument& document);

/// Appends the event as one line. `event` must be decoded with all fields and completed; its
/// secrets are blotted out unless they are asked for. The plain way; EventLines writes the same
/// bytes many times faster.
void append_event_line(const CaseSnapshot& snapshot, Event& event, ShapeTable& shapes,
                       std::string& out, Secrets secrets = Secrets::redacted);

}  // namespace stemma
