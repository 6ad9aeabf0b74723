#include "app/cli/coverage_output.hpp"

#include "app/session/coverage.hpp"
#include "reports/coverage_text.hpp"

namespace stemma {

void write_coverage(const Session& session, const RuleSet& rules, const Detection& detection, const std::string& format, Output& output) {
  const CaseCoverage coverage = case_coverage(session, rules, detection);
  std::string text;
  if (format == "table") {
    append_coverage(session.snapshot(), rules.rules, coverage.hosts, coverage.rules, text);
  } else {
    append_coverage_lines(session.snapshot(), rules.rules, coverage.hosts, coverage.rules, text);
  }
  output.write(text);
}

void note_gaps(const Session& session) {
  std::string text = gap_notes(session.snapshot(), evidence_of_hosts(session));
  if (text.empty()) return;
  text.pop_back();
  note(text);
}

}  // namespace stemma
