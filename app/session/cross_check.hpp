// What a second reader makes of the same evidence: the user's own files, read by two decoders and
// compared record by record. Only EVTX has a second reader.
#pragma once

#include <optional>
#include <vector>

#include "app/session/session.hpp"
#include "parsers/evtx/cross_check.hpp"

namespace stemma {

/// One entry an artifact, in their order; empty for formats with one reader. Files side by side on
/// the session's threads. Costs what libevtx costs, some 100 us a record.
std::vector<std::optional<evtx::CrossCheck>> cross_check(const Session& session);

/// `12,620 records alike, 69 that only the native reader reads, …`, then a line a reason and a line
/// a difference, each behind `indent`.
void append_cross_check(const evtx::CrossCheck& check, std::string_view indent, std::string& out);

}  // namespace stemma
