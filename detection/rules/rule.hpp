// A rule file: what a detection is called, how bad it is, which technique it shows, and its query.
// Not the matching (detection/match). The layout is that of Elastic's public detection rules (TOML,
// [metadata] and [rule]), so that an analyst's own clone of them loads as it is; our rules in this
// folder are our own words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/embedded_file.hpp"
#include "detection/eql/diagnostic.hpp"
#include "detection/eql/query.hpp"
#include "detection/rules/event_source.hpp"

namespace stemma {

/// Caps on what is read. A public rule has some 10 kB, the public collection some 2200 files.
inline constexpr std::uintmax_t kMaxRuleFileBytes = 10u << 20;
inline constexpr std::size_t kMaxRuleFiles = 100'000;
inline constexpr std::size_t kMaxRuleFolderDepth = 32;

/// Codes of rule files; those of queries are in detection/eql/diagnostic.hpp.
namespace rule_code {
inline constexpr const char* kCannotRead = "RULE001";
inline constexpr const char* kNotToml = "RULE002";
inline constexpr const char* kMissingKey = "RULE003";
inline constexpr const char* kTooLarge = "RULE004";
inline constexpr const char* kDuplicateId = "RULE005";
inline constexpr const char* kTooMany = "RULE006";
inline constexpr const char* kLinkNotFollowed = "RULE007";
inline constexpr const char* kBadValue = "RULE008";
inline constexpr const char* kNotHonoured = "RULE009";
}  // namespace rule_code

struct ThreatTechnique {
  std::string id;  ///< T1651, T1059.001
  std::string name;
  std::string reference;
};

/// One tactic and the techniques named under it, subtechniques behind their technique.
struct Threat {
  std::string framework;
  std::string tactic_id;
  std::string tactic_name;
  std::string tactic_reference;
  std::vector<ThreatTechnique> techniques;
};

struct Rule {
  std::string id;  ///< rule_id: a UUID in public rules
  std::string name;
  std::string description;
  std::string severity;         ///< low, medium, high, critical
  std::int64_t risk_score = 0;  ///< 0–100
  std::string license;
  std::string maturity;  ///< metadata.maturity
  std::vector<std::string> authors;
  std::vector<std::string> references;
  std::vector<std::string> tags;
  std::vector<std::string> false_positives;
  std::vector<std::string> index;    ///< index patterns: where the rule's authors expect its events
  SourceSet sources = kEverySource;  ///< what they stand for: events of others are not its own
  std::vector<Threat> threats;
  std::string note;  ///< investigation guide, Markdown; to be shown as plain text
  std::string query;
  std::string path;  ///< as it was found; `shipped/…` for those inside the program
  bool shipped = false;
  std::shared_ptr<const eql::Query> statement;  ///< never null
  /// Of a rule about single events, without pipes; null for sequences, samples and piped queries.
  std::shared_ptr<const eql::Program> program;
};

/// A program of a rule: its event query, or a term of its statement.
struct RulePart {
  std::uint32_t rule = 0;
  std::uint32_t term = 0;  ///< in Query::terms; their number for `until`
};

/// A rule that is well-formed but for another engine: `esql`, `kuery`, `threshold`,
/// `machine_learning`, ….
struct RuleNotApplicable {
  std::string id;
  std::string name;
  std::string path;
  std::string kind;  ///< the language, or the type where there is none
};

struct RuleSet {
  std::vector<Rule> rules;  ///< in the order of their files
  std::vector<RuleNotApplicable> not_applicable;
  std::vector<eql::Diagnostic> diagnostics;  ///< in the order of their files, then of their places
  std::size_t files = 0;                     ///< rule files that were looked at
  std::size_t unsupported =
      0;  ///< EQL rules that need another dialect of the language; each has a diagnostic
  std::size_t failed = 0;  ///< rule files that gave neither a rule nor one of the above

  /// The rule of that id; null where there is none.
  [[nodiscard]] const Rule* find(std::string_view id) const;
  /// Programs in the order of `rules`, for a Matcher; of a sequence or sample one for each term.
  [[nodiscard]] std::vector<std::shared_ptr<const eql::Program>> programs() const;
  /// What each of programs() belongs to.
  [[nodiscard]] std::vector<RulePart> parts() const;
};

/// The rules that ship, by name.
std::span<const EmbeddedFile> shipped_rules();

struct RuleOptions {
  eql::CompileOptions compile;
  bool any_index = false;  ///< rules run on all evidence, whatever their index patterns stand for
};

/// Reads rule files and folders (walked, `*.toml` only, by path in byte order; links inside are
/// noted and not followed). One bad rule never stops the rest: every problem is a diagnostic with
/// file, line and caret. Repeated ids keep the first.
/// @param shipped  whether the shipped rules come first
RuleSet load_rules(std::span<const std::filesystem::path> paths, bool shipped,
                   const RuleOptions& options = {});

/// Reads one rule text into `set`; `path` is for messages.
void load_rule(std::string_view text, std::string_view path, RuleSet& set,
               const RuleOptions& options = {});

}  // namespace stemma
