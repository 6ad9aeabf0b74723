#include "detection/invocations/automation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "detection/rules/analyst_file.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

using eql::Severity;

constexpr AnalystFileCodes kCodes = {automation_code::kCannotRead, automation_code::kNotToml,
                                     automation_code::kTooMany, automation_code::kMissingKey,
                                     automation_code::kBadValue};

constexpr std::array<std::string_view, 8> kKeys = {
    "hosts", "channels", "callers", "script_sha256", "script_paths", "reason", "owner", "expires"};

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Paths of Unix keep their case: another spelling is another file.
bool folds(std::string_view path) {
  return path.empty() || path.front() != '/';
}

class Reader {
 public:
  Reader(const AnalystFile& file, std::string_view today, Automation& out)
      : file_(file), today_(today), out_(out) {}

  void run(const toml::table& table) {
    const toml::array* list = table["automation"].as_array();
    if (list == nullptr)
      return wrong(automation_code::kMissingKey, table, "no [[automation]] in the file");
    for (const toml::node& node : *list) {
      const toml::table* entry = node.as_table();
      if (entry == nullptr) {
        wrong(automation_code::kMissingKey, node, "an entry of declared automation is a table");
      } else if (out_.entries.size() >= kMaxAutomationEntries) {
        return wrong(automation_code::kTooMany, node,
                     fmt::format("more than {} entries: this and later ones are left out",
                                 kMaxAutomationEntries));
      } else {
        one(*entry);
      }
    }
  }

 private:
  void one(const toml::table& table) {
    AutomationEntry made;
    made.said.path = file_.path();
    made.said.line = table.source().begin.line;
    for (const auto& [key, value] : table) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
        return wrong(automation_code::kUnknownKey, value,
                     fmt::format("declared automation has no key `{}`: it might have been meant "
                                 "to narrow this entry, which is left out",
                                 visible(key.str().substr(0, 60))));
      }
    }
    for (const auto& [key, to] :
         {std::pair("reason", &made.said.reason), std::pair("owner", &made.said.owner)}) {
      *to = table[key].value_or(std::string());
      if (to->find_first_not_of(" \t\r\n") == std::string::npos) {
        return wrong(automation_code::kMissingKey, table,
                     fmt::format("the entry has no `{}`", key));
      }
    }
    const auto last_day = file_.last_day(table, "the entry");
    if (!last_day) return;
    made.said.expires = *last_day;
    for (const auto& [key, to] :
         {std::pair("hosts", &made.hosts), std::pair("channels", &made.channels),
          std::pair("callers", &made.callers), std::pair("script_paths", &made.script_paths)}) {
      const auto texts = texts_of(table, key);
      if (!texts) return;
      const bool paths = to == &made.script_paths;
      for (const std::string& text : *texts) to->emplace_back(text, !paths || folds(text));
    }
    const auto hashes = texts_of(table, "script_sha256");
    if (!hashes) return;
    for (const std::string& text : *hashes) {
      made.script_sha256.push_back(ascii_lower(text));
      if (is_sha256(made.script_sha256.back())) continue;
      return wrong(automation_code::kBadValue, *table.get("script_sha256"),
                   "a SHA-256 has 64 hexadecimal digits");
    }
    std::sort(made.script_sha256.begin(), made.script_sha256.end());
    if (made.callers.empty() && made.script_paths.empty() && made.script_sha256.empty()) {
      return wrong(automation_code::kTooWide, table,
                   "the entry names neither callers nor script_sha256 nor script_paths: whatever "
                   "runs there would be set aside");
    }
    made.said.expired = made.said.expires < today_;
    if (made.said.expired) {
      file_.diagnose(
          Severity::warning, automation_code::kExpired, *table.get("expires"),
          fmt::format("the entry of {} expired on {} and sets nothing aside (today is {})",
                      visible(made.said.owner), made.said.expires, today_));
    }
    out_.entries.push_back(std::move(made));
  }

  // The texts of a list, none of them empty: an empty one would fit nothing, or be a slip.
  std::optional<std::vector<std::string>> texts_of(const toml::table& table, const char* key) {
    std::vector<std::string> out;
    const toml::node* node = table.get(key);
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    bool good = list != nullptr && !list->empty() && list->size() <= kMaxAutomationTexts;
    if (good) {
      for (const toml::node& each : *list) {
        out.push_back(each.value_or(std::string()));
        good = good && each.is_string() && !out.back().empty();
      }
    }
    if (good) return out;
    wrong(automation_code::kBadValue, *node,
          fmt::format("`{}` is a list of texts, at most {}, none empty", key, kMaxAutomationTexts));
    return std::nullopt;
  }

  void wrong(const char* code, const toml::node& at, std::string message) const {
    file_.diagnose(Severity::error, code, at, std::move(message));
  }

  const AnalystFile& file_;
  std::string_view today_;
  Automation& out_;
};

bool any_fits(const std::vector<eql::Wildcard>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const eql::Wildcard& pattern) { return pattern.matches(text); });
}

bool covers(const AutomationEntry& entry, const Incident& incident, const Invocation& run) {
  if (entry.said.expired) return false;
  if (!entry.hosts.empty() && !any_fits(entry.hosts, run.host)) return false;
  if (!entry.channels.empty() &&
      !any_fits(entry.channels, incident.channels.channels[run.channel].id))
    return false;
  if (!entry.script_sha256.empty() &&
      (run.script.state != ScriptState::recovered ||
       !std::binary_search(entry.script_sha256.begin(), entry.script_sha256.end(),
                           run.script.sha256)))
    return false;
  if (!entry.script_paths.empty() &&
      (run.script.path.empty() || !any_fits(entry.script_paths, run.script.path)))
    return false;
  if (entry.callers.empty()) return true;
  if (!run.operation) return false;
  const CloudOperation& order = incident.operations[*run.operation];
  if (order.confidence < Confidence::probable) return false;
  for (const std::string* who : {&order.caller, &order.principal_id, &order.application_id})
    if (!who->empty() && any_fits(entry.callers, *who)) return true;
  return false;
}

}  // namespace

void load_automation(std::string_view text, std::string_view path, std::string_view today,
                     Automation& out) {
  const AnalystFile file(text, path, kCodes, out.diagnostics);
  file.parse([&](const toml::table& table) { Reader(file, today, out).run(table); });
}

void load_automation_file(const std::string& path, std::string_view today, Automation& out) {
  if (const auto text = read_analyst_file(path, "the declared automation", kCodes, out.diagnostics))
    load_automation(*text, path, today, out);
}

std::string automation_use(const AutomationDeclaration& entry) {
  if (entry.expired) return "expired";
  if (entry.runs == 0) return "no run";
  return entry.runs == 1 ? "1 run" : fmt::format("{} runs", entry.runs);
}

std::string automation_words(const AutomationDeclaration& entry) {
  return fmt::format("{} ({}, until {}; {}:{})", entry.reason, entry.owner, entry.expires,
                     entry.path, entry.line);
}

void set_aside_automation(const Automation& automation, Incident& incident) {
  incident.automation.clear();
  for (const AutomationEntry& entry : automation.entries) incident.automation.push_back(entry.said);
  for (Invocation& run : incident.invocations) {
    for (std::uint32_t i = 0; i < automation.entries.size(); ++i) {
      if (!covers(automation.entries[i], incident, run)) continue;
      ++incident.automation[i].runs;
      if (run.automation) continue;
      run.automation = i;
      run.set_aside =
          fmt::format("{} ({}, until {})", automation.entries[i].said.reason,
                      automation.entries[i].said.owner, automation.entries[i].said.expires);
    }
  }
}

}  // namespace stemma
