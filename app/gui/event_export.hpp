// Events as rows of text: for the grid's cells, and as CSV.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// One text a field: its values, visible, joined by commas.
std::vector<std::string> cells_of(const Event& event, const std::vector<FieldId>& fields);

/// Writes events, a line each: time, host, log, code, process, summary, then `fields`. Cells that a spreadsheet would
/// take for a formula are made harmless.
/// @param events   ascending; null: all of the case
/// @param rows     places in `events` in the order of the lines; null: the order of time. Lines of another order lie in a file of
///                 their own beside `path` meanwhile, which is gone afterwards
/// @param dropped  polled; what is written until then stays
/// @return empty where all was written, else what went wrong
/// O(events); decoded side by side in stretches, so memory does not grow with them.
std::string export_csv(const Session& session, const std::vector<EventId>* events, const std::vector<std::uint32_t>* rows, const std::vector<FieldId>& fields, const std::string& path, Secrets secrets,
                       const std::atomic<bool>& dropped);

}  // namespace stemma
