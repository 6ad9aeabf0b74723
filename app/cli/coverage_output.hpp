// What `stemma scan` says of what the evidence could have shown: all of it with --coverage, the gravest gaps in a line or two without.
#pragma once

#include <string>

#include "app/cli/terminal.hpp"
#include "app/session/detect.hpp"

namespace stemma {

/// @param format `table` or `jsonl`
void write_coverage(const Session& session, const RuleSet& rules, const Detection& detection, const std::string& format, Output& output);

/// Notes on standard error; none where no gap is known.
void note_gaps(const Session& session);

}  // namespace stemma
