// Reading rule files: folders, TOML, and the checks that a rule must pass before its query is
// compiled.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <unordered_map>

#include "detection/rules/index_patterns.hpp"
#include "detection/rules/rule.hpp"
#include "detection/rules/toml_text.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using eql::Diagnostic;
using eql::Severity;

void note(RuleSet& set, Severity severity, const char* code, std::string_view path,
          std::string message) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.path = path;
  set.diagnostics.push_back(std::move(diagnostic));
}

// Reads one rule's table. Keeps the file's text for carets.
class Reader {
 public:
  Reader(std::string_view text, std::string_view path, RuleSet& set, const RuleOptions& options)
      : text_(text), path_(path), set_(set), options_(options) {}

  void run(const toml::table& file) {
    const toml::table* rule = file["rule"].as_table();
    if (rule == nullptr) return fail(file, rule_code::kMissingKey, "no [rule] table");
    Rule out;
    out.path = path_;
    out.maturity = file["metadata"]["maturity"].value_or(std::string());
    const std::optional<std::string> type = text(*rule, "type");
    const std::optional<std::string> language = text(*rule, "language");
    out.id = text(*rule, "rule_id").value_or("");
    out.name = text(*rule, "name").value_or("");
    if (out.id.empty()) return fail(*rule, rule_code::kMissingKey, "the rule has no `rule_id`");
    if (out.name.empty()) return fail(*rule, rule_code::kMissingKey, "the rule has no `name`");
    if (type.value_or("eql") != "eql" || language.value_or("eql") != "eql") {
      // A `query` rule is told by its language; `new_terms`, `threshold` and their like are in one
      // of the same languages, and by that would pass for queries.
      const bool by_language =
          !type || *type == "query" || *type == "eql" || *type == "saved_query";
      set_.not_applicable.push_back(
          {out.id, out.name, out.path, by_language ? language.value_or(type.value_or("")) : *type});
      return;
    }
    if (!type && !language)
      return fail(*rule, rule_code::kMissingKey, "the rule names neither `type` nor `language`");
    const toml::node* query = rule->get("query");
    if (query == nullptr || !query->is_string())
      return fail(*rule, rule_code::kMissingKey, "the rule has no `query`");
    out.query = query->value_or(std::string());

    out.description = trimmed(text(*rule, "description").value_or(""));
    out.license = text(*rule, "license").value_or("");
    out.note = text(*rule, "note").value_or("");
    out.authors = texts(*rule, "author");
    out.references = texts(*rule, "references");
    out.tags = texts(*rule, "tags");
    out.false_positives = texts(*rule, "false_positives");
    out.index = texts(*rule, "index");
    if (!options_.any_index) out.sources = sources_of(out.index);
    read_severity(*rule, out);
    read_threats(*rule, out);
    note_not_honoured(*rule);
    compile(*query, std::move(out));
  }

 private:
  void fail(const toml::node& at, const char* code, std::string message) {
    diagnose(Severity::error, code, at, std::move(message));
    ++set_.failed;
  }

  // Keys of Elastic's rules that change what comes of a match where the stack runs the rule.
  void note_not_honoured(const toml::table& rule) {
    struct Key {
      const char* name;
      const char* said;
    };
    static constexpr Key kKeys[] = {
        {"filters", "the rule may fire on events that they leave out"},
        {"exceptions_list", "it names exceptions in a stack; give your own with --exceptions"},
        {"alert_suppression", "every match is a finding"},
        {"event_category_override", "an event's category is its event.category"},
        {"timestamp_field", "events are in the order of @timestamp"},
        {"tiebreaker_field", "events of one time are in the order of their logs"},
    };
    for (const Key& key : kKeys) {
      const toml::node* node = rule.get(key.name);
      if (node == nullptr) continue;
      const bool empty = (node->is_array() && node->as_array()->empty()) ||
                         (node->is_table() && node->as_table()->empty()) ||
                         (node->is_string() && node->value_or(std::string()).empty());
      if (!empty)
        diagnose(Severity::warning, rule_code::kNotHonoured, *node,
                 fmt::format("`{}` is not honoured: {}", key.name, key.said));
    }
  }

  // Line starts are found again for each diagnostic: there are few of them.
  void diagnose(Severity severity, const char* code, const toml::node& at, std::string message) {
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.code = code;
    diagnostic.message = std::move(message);
    const toml::source_region& region = at.source();
    if (region.begin.line != 0) {
      const std::size_t begin = line_offset(region.begin.line);
      eql::locate(diagnostic, text_, begin, std::min(text_.find('\n', begin), text_.size()), path_);
    }
    diagnostic.path = path_;
    set_.diagnostics.push_back(std::move(diagnostic));
  }

  [[nodiscard]] std::size_t line_offset(std::uint32_t line) const {
    std::size_t at = 0;
    for (std::uint32_t i = 1; i < line; ++i) {
      const std::size_t newline = text_.find('\n', at);
      if (newline == std::string_view::npos) return text_.size();
      at = newline + 1;
    }
    return at;
  }

  static std::string trimmed(std::string text) {
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!text.empty() && blank(text.back())) text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
    return text;
  }

  std::optional<std::string> text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    if (node->is_string()) return node->value<std::string>();
    diagnose(Severity::warning, rule_code::kBadValue, *node,
             fmt::format("`{}` is no string and is left out", key));
    return std::nullopt;
  }

  std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> out;
    const toml::node* node = table.get(key);
    if (node == nullptr) return out;
    const toml::array* array = node->as_array();
    if (array == nullptr) {
      diagnose(Severity::warning, rule_code::kBadValue, *node,
               fmt::format("`{}` is no list and is left out", key));
      return out;
    }
    for (const toml::node& item : *array) {
      if (item.is_string()) {
        out.push_back(trimmed(item.value_or(std::string())));
      } else {
        diagnose(Severity::warning, rule_code::kBadValue, item,
                 fmt::format("an entry of `{}` is no string and is left out", key));
      }
    }
    return out;
  }

  void read_severity(const toml::table& rule, Rule& out) {
    out.severity = text(rule, "severity").value_or("");
    if (out.severity != "low" && out.severity != "medium" && out.severity != "high" &&
        out.severity != "critical") {
      const toml::node* node = rule.get("severity");
      diagnose(Severity::warning, rule_code::kBadValue, node == nullptr ? rule : *node,
               fmt::format("severity is low, medium, high or critical, not {}: taken as low",
                           eql::quoted(out.severity)));
      out.severity = "low";
    }
    const toml::node* score = rule.get("risk_score");
    if (score != nullptr && score->is_integer() && score->value_or(std::int64_t{-1}) >= 0 &&
        score->value_or(std::int64_t{-1}) <= 100) {
      out.risk_score = score->value_or(std::int64_t{0});
    } else {
      diagnose(Severity::warning, rule_code::kBadValue, score == nullptr ? rule : *score,
               "risk_score is an integer from 0 to 100: taken as 0");
    }
  }

  void read_threats(const toml::table& rule, Rule& out) {
    const toml::array* threats = rule["threat"].as_array();
    if (threats == nullptr) return;
    for (const toml::node& node : *threats) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        diagnose(Severity::warning, rule_code::kBadValue, node,
                 "an entry of `threat` is no table and is left out");
        continue;
      }
      Threat threat;
      threat.framework = text(*table, "framework").value_or("");
      if (const toml::table* tactic = (*table)["tactic"].as_table()) {
        threat.tactic_id = text(*tactic, "id").value_or("");
        threat.tactic_name = text(*tactic, "name").value_or("");
        threat.tactic_reference = text(*tactic, "reference").value_or("");
      }
      read_techniques(*table, "technique", threat);
      out.threats.push_back(std::move(threat));
    }
  }

  void read_techniques(const toml::table& table, std::string_view key, Threat& out) {
    const toml::array* techniques = table[key].as_array();
    if (techniques == nullptr) return;
    for (const toml::node& node : *techniques) {
      const toml::table* technique = node.as_table();
      if (technique == nullptr) continue;
      out.techniques.push_back({text(*technique, "id").value_or(""),
                                text(*technique, "name").value_or(""),
                                text(*technique, "reference").value_or("")});
      if (key == "technique") read_techniques(*technique, "subtechnique", out);
    }
  }

  void compile(const toml::node& query, Rule out) {
    eql::CompiledQuery compiled = eql::compile_query(out.query, options_.compile);
    const toml::source_position begin = query.source().begin;
    const std::optional<TomlTextMap> map =
        TomlTextMap::make(text_, begin.line, begin.column, out.query);
    bool unsupported = false;
    for (Diagnostic& diagnostic : compiled.diagnostics) {
      unsupported = unsupported || eql::is_unsupported(diagnostic.code);
      if (map) {
        eql::locate(diagnostic, text_, map->in_file(diagnostic.range.begin),
                    map->in_file(diagnostic.range.end), path_);
      } else {
        // The place inside the string is not known in the file: the line of the query's beginning,
        // and the query's own line.
        diagnostic.message +=
            fmt::format(" (line {}, column {} of the query)", diagnostic.line, diagnostic.column);
        diagnostic.path = path_;
        diagnostic.line = begin.line;
        diagnostic.column = begin.column;
      }
      set_.diagnostics.push_back(std::move(diagnostic));
    }
    if (compiled.query == nullptr) {
      ++(unsupported ? set_.unsupported : set_.failed);
      return;
    }
    out.statement = std::move(compiled.query);
    if (out.statement->kind == eql::StatementKind::event && out.statement->pipes.empty())
      out.program = out.statement->terms.front().program;
    set_.rules.push_back(std::move(out));
  }

  std::string_view text_;
  std::string_view path_;
  RuleSet& set_;
  const RuleOptions& options_;
};

class Walk {
 public:
  explicit Walk(RuleSet& set) : set_(set) {}

  std::vector<fs::path> run(std::span<const fs::path> paths) {
    for (const fs::path& path : paths) {
      std::error_code error;
      const fs::file_status status =
          fs::status(path, error);  // a path that was given by hand may be a link
      if (status.type() == fs::file_type::not_found) {
        refuse(path, "no such file or folder");
      } else if (error) {
        refuse(path, error.message());
      } else if (fs::is_directory(status)) {
        folder(path, 0);
      } else if (fs::is_regular_file(status)) {
        add(path);
      } else {
        refuse(path, "neither a file nor a folder");
      }
    }
    return std::move(files_);
  }

 private:
  void refuse(const fs::path& path, const std::string& why) {
    note(set_, Severity::error, rule_code::kCannotRead, path.string(), "cannot read: " + why);
    ++set_.failed;
  }

  void add(const fs::path& path) {
    if (files_.size() < kMaxRuleFiles) {
      files_.push_back(path);
    } else if (!full_) {
      full_ = true;
      note(set_, Severity::error, rule_code::kTooMany, path.string(),
           fmt::format("more than {} rule files: this one and later ones are not read",
                       kMaxRuleFiles));
    }
  }

  void folder(const fs::path& path, std::size_t depth) {
    if (full_) return;
    if (depth > kMaxRuleFolderDepth) {
      note(set_, Severity::error, rule_code::kTooMany, path.string(),
           fmt::format("folders nest deeper than {}", kMaxRuleFolderDepth));
      return;
    }
    std::error_code error;
    std::vector<fs::path> entries;
    fs::directory_iterator at(path, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error))
      entries.push_back(at->path());
    if (error) return refuse(path, error.message());
    std::sort(entries.begin(), entries.end(),
              [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
    for (const fs::path& entry : entries) {
      const fs::file_status status = fs::symlink_status(entry, error);
      const bool rule = entry.extension() == ".toml";
      if (fs::is_symlink(status)) {
        if (rule || fs::is_directory(entry, error)) {
          note(set_, Severity::warning, rule_code::kLinkNotFollowed, entry.string(),
               "links inside a rule folder are not followed");
        }
      } else if (fs::is_directory(status)) {
        folder(entry, depth + 1);
      } else if (fs::is_regular_file(status) && rule) {
        add(entry);
      }
    }
  }

  RuleSet& set_;
  std::vector<fs::path> files_;
  bool full_ = false;
};

bool read_file(const fs::path& path, std::string& out, RuleSet& set) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    note(set, Severity::error, rule_code::kCannotRead, path.string(),
         "cannot read: " + std::error_code(errno, std::generic_category()).message());
    return false;
  }
  out.clear();
  std::vector<char> block(64 * 1024);
  while (out.size() <= kMaxRuleFileBytes) {
    const std::size_t got = std::fread(block.data(), 1, block.size(), file);
    if (got == 0) break;
    out.append(block.data(), got);
  }
  const bool broken = std::ferror(file) != 0;
  std::fclose(file);
  if (broken) {
    note(set, Severity::error, rule_code::kCannotRead, path.string(),
         "cannot read: the file ends in an error");
    return false;
  }
  return true;
}

// Keeps the first rule of each id.
void drop_duplicates(RuleSet& set) {
  std::unordered_map<std::string, std::size_t> first;
  std::vector<Rule> kept;
  for (Rule& rule : set.rules) {
    const auto [at, added] = first.emplace(rule.id, kept.size());
    if (added) {
      kept.push_back(std::move(rule));
      continue;
    }
    note(set, Severity::error, rule_code::kDuplicateId, rule.path,
         fmt::format("rule_id {} is taken by {}: this rule is left out", eql::quoted(rule.id),
                     visible(kept[at->second].path)));
    ++set.failed;
  }
  set.rules = std::move(kept);
}

}  // namespace

const Rule* RuleSet::find(std::string_view id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::shared_ptr<const eql::Program>> RuleSet::programs() const {
  std::vector<std::shared_ptr<const eql::Program>> out;
  for (const Rule& rule : rules) {
    for (auto& program : rule.statement->programs()) out.push_back(std::move(program));
  }
  return out;
}

std::vector<RulePart> RuleSet::parts() const {
  std::vector<RulePart> out;
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    const eql::Query& statement = *rules[rule].statement;
    const std::size_t programs = statement.terms.size() + (statement.until ? 1 : 0);
    for (std::uint32_t term = 0; term < programs; ++term) out.push_back({rule, term});
  }
  return out;
}

void load_rule(std::string_view text, std::string_view path, RuleSet& set,
               const RuleOptions& options) {
  ++set.files;
  if (text.size() > kMaxRuleFileBytes) {
    note(set, Severity::error, rule_code::kTooLarge, path,
         fmt::format("the file has more than {} bytes", kMaxRuleFileBytes));
    ++set.failed;
    return;
  }
  try {
    Reader(text, path, set, options).run(toml::parse(text, path));
  } catch (const toml::parse_error& problem) {
    Diagnostic diagnostic;
    diagnostic.code = rule_code::kNotToml;
    diagnostic.message = "not a TOML file: " + visible(problem.description().substr(0, 200));
    const toml::source_position at = problem.source().begin;
    std::size_t offset = 0;
    for (std::uint32_t line = 1; line < at.line && offset < text.size(); ++line) {
      offset = std::min(text.find('\n', offset), text.size() - 1) + 1;
    }
    for (std::uint32_t column = 1; column < at.column && offset < text.size(); ++column) {
      offset += next_code_point(text.substr(offset)).bytes;
    }
    eql::locate(diagnostic, text, offset, offset + 1, path);
    set.diagnostics.push_back(std::move(diagnostic));
    ++set.failed;
  } catch (const std::exception& problem) {
    note(set, Severity::error, rule_code::kNotToml, path,
         "not a TOML file: " + visible(problem.what()));
    ++set.failed;
  }
}

RuleSet load_rules(std::span<const fs::path> paths, bool shipped, const RuleOptions& options) {
  RuleSet set;
  if (shipped) {
    for (const EmbeddedFile& file : shipped_rules()) {
      load_rule(file.text, "shipped/" + std::string(file.name), set, options);
    }
    for (Rule& rule : set.rules) rule.shipped = true;
  }
  std::string text;
  try {
    for (const fs::path& path : Walk(set).run(paths)) {
      if (!read_file(path, text, set)) {
        ++set.files;
        ++set.failed;
        continue;
      }
      load_rule(text, path.string(), set, options);
    }
  } catch (const fs::filesystem_error& problem) {
    note(set, Severity::error, rule_code::kCannotRead, problem.path1().string(),
         std::string("cannot read: ") + problem.code().message());
    ++set.failed;
  }
  drop_duplicates(set);
  return set;
}

}  // namespace stemma
