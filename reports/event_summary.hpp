// One event in one line of words, for timelines: what happened, to what, by whom. Not a document:
// that is event_document.hpp.
#pragma once

#include <string>

#include "events/event.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// `start  whoami.exe (4120) by powershell.exe: whoami /all`, `file  creation C:\x.txt by cmd.exe
/// (77)`, … Visible text, one line. Secrets in it are blotted out unless they are asked for.
std::string event_summary(const Event& event, Secrets secrets = Secrets::redacted);

/// Fields that event_summary reads.
Projection event_summary_projection();

}  // namespace stemma
