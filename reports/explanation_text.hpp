// Why a rule fired on an event, or why it did not: as an indented tree for people, and as a JSON
// document. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "detection/findings/explained.hpp"
#include "detection/rules/rule.hpp"
#include "events/case_snapshot.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Bytes of a value that are shown; what is longer is cut and its length said.
inline constexpr std::size_t kMaxShownValue = 400;

struct ExplanationView {
  const CaseSnapshot& snapshot;
  const Rule& rule;
  EventId event;
  std::string summary;  ///< of the event, visible text
  std::span<const TermExplained> terms;
  std::span<const ExplainedStep> steps;  ///< of a sequence
  Secrets secrets = Secrets::redacted;
};

/// The condition of each term as a tree: verdict, clause as written, values it saw with their
/// origin, ancestors it asked. `*` marks what decided.
void append_explanation(const ExplanationView& view, std::string& out);

/// The same as one JSON object on one line: `rule.*`, `stemma.explanation.*`, `@timestamp`,
/// `log.file.path`, `stemma.source.offset`.
void append_explanation_document(const ExplanationView& view, std::string& out);

/// Evidence as visible text in quotes, cut where it is long: `"abc…" (5,000 bytes)`.
std::string shown_value(std::string_view value);

/// Clauses in one line each that made a condition true, with the values that they saw:
/// `process.name == "id" (process.name is "id")`. As found but for secrets and line ends; at most
/// kMaxClausesTold.
inline constexpr std::size_t kMaxClausesTold = 12;
std::vector<std::string> decisive_clauses(const eql::Explanation& explanation, Secrets secrets);

/// A clause as written on one line: line breaks and indentation as one blank each; texts in it stay
/// as they are but for what is invisible.
std::string shown_clause(std::string_view text);

/// `true`, `false`, `unknown`.
std::string_view verdict_name(eql::Tri verdict);

}  // namespace stemma
