// What the details pane shows of one event: its fields with their origin, its record as text and bytes, what its values hold encoded.
#pragma once

#include "app/session/session.hpp"
#include "reports/redaction.hpp"
#include "ui/case_service.hpp"

namespace stemma {

/// `has changed`, `has become shorter`, `is gone`; empty for none.
std::string_view change_words(FileChange change);

/// Decodes the event with all fields. Digests of files are not worked out here. `findings` is for whoever knows the findings.
ui::EventDetails event_details(const Session& session, EventId id, Secrets secrets);

/// Values that hold further text: PowerShell's -EncodedCommand, base64 of some length. Visible text but for line ends.
std::vector<ui::Decoded> decode_further(const std::vector<ui::FieldShown>& fields);

}  // namespace stemma
