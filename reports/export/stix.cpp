#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "reports/export/exports.hpp"
#include "reports/export/uuid.hpp"
#include "reports/json_writer.hpp"

namespace stemma {
namespace {

// STIX 2.1 §2.9: the namespace of observables, whose names are their contributing properties.
constexpr std::string_view kObservables = "00abedb4-aa42-466c-9c01-fed23315a9b7";
// Of everything else in these bundles; drawn once.
constexpr std::string_view kOurs = "6f7a3d52-9c1e-4f0b-8a67-2d4b5e91c3f8";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// A text in a STIX pattern.
std::string pattern_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

struct Observable {
  std::string type;
  std::string properties;  // members behind the common ones, JSON without braces
  std::string id;
  std::string pattern;  // of an indicator for it; empty where it makes none
};

Observable observable(std::string type, const std::string& contributing,
                      const std::string& properties, std::string pattern) {
  std::string id = type + "--" + uuid5(kObservables, "{" + contributing + "}");
  return {std::move(type), properties, std::move(id), std::move(pattern)};
}

std::optional<Observable> observable_of(const DocumentIndicator& indicator) {
  const std::string value = quoted(indicator.value);
  const std::string simple = "\"value\":" + value;
  const auto hash = [&](std::string_view name) {
    const std::string hashes = fmt::format("\"hashes\":{{\"{}\":{}}}", name, value);
    return observable("file", hashes, hashes,
                      fmt::format("[file:hashes.'{}' = {}]", name, pattern_text(indicator.value)));
  };
  switch (indicator.kind) {
    case Indicator::Kind::sha256:
      return hash("SHA-256");
    case Indicator::Kind::sha1:
      return hash("SHA-1");
    case Indicator::Kind::md5:
      return hash("MD5");
    case Indicator::Kind::ip: {
      const char* type = indicator.value.find(':') == std::string::npos ? "ipv4-addr" : "ipv6-addr";
      return observable(type, simple, simple,
                        fmt::format("[{}:value = {}]", type, pattern_text(indicator.value)));
    }
    case Indicator::Kind::domain:
      return observable("domain-name", simple, simple,
                        fmt::format("[domain-name:value = {}]", pattern_text(indicator.value)));
    case Indicator::Kind::url:
      return observable("url", simple, simple,
                        fmt::format("[url:value = {}]", pattern_text(indicator.value)));
    case Indicator::Kind::path: {
      const std::string name = "\"name\":" + value;
      return observable("file", name, name, "");
    }
    case Indicator::Kind::account: {
      const std::string login = "\"account_login\":" + value;
      return observable("user-account", login, login, "");
    }
    case Indicator::Kind::registry_key: {
      const std::string key = "\"key\":" + value;
      return observable("windows-registry-key", key, key, "");
    }
  }
  return std::nullopt;
}

class Writer {
 public:
  Writer(const IncidentDocument& document, std::string& out)
      : document_(document), out_(out), json_(out) {
    // Objects need a time of their making; that of the evidence's last moment stays the same.
    Timestamp last{0};
    for (const DocumentMoment& moment : document.timeline) last = std::max(last, moment.time.time);
    for (const DocumentEvent& event : document.events) last = std::max(last, event.time.time);
    stamp_ = format_time(last, 3);
  }

  void run() {
    // The bundle's name is its content: the objects are written first.
    objects();
    std::string all;
    for (const auto& [id, object] : made_) all += object;
    json_.open_object();
    json_.field("type", "bundle");
    json_.field("id", "bundle--" + uuid5(kOurs, all));
    json_.key("objects").open_array();
    for (const auto& [id, object] : made_) json_.raw(object);
    json_.end();
    json_.end();
    out_ += '\n';
  }

 private:
  static std::string list(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) out += (out.size() > 1 ? "," : "") + quoted(item);
    return out + "]";
  }
  // A domain object: its id is made of its type and a name.
  std::string add(const std::string& type, const std::string& name, const std::string& members) {
    const std::string id = type + "--" + uuid5(kOurs, type + "\n" + name);
    add_as(id,
           fmt::format("{{\"type\":\"{0}\",\"spec_version\":\"2.1\",\"id\":\"{1}\",{2}"
                       "\"created\":\"{3}\",\"modified\":\"{3}\",{4}}}",
                       type, id,
                       type == "identity" ? "" : fmt::format("\"created_by_ref\":\"{}\",", author_),
                       stamp_, members));
    return id;
  }
  void add_as(const std::string& id, std::string object) {
    if (known_.emplace(id, made_.size()).second) made_.emplace_back(id, std::move(object));
  }

  void objects() {
    author_ = add("identity", document_.custody.tool,
                  "\"name\":" + quoted(document_.custody.tool) + ",\"identity_class\":\"system\"");
    std::vector<std::string> refs;
    std::map<std::string, std::string> techniques;
    for (const DocumentChannel& channel : document_.channels)
      for (const std::string& id : channel.techniques) techniques.emplace(id, id);
    for (const DocumentFinding& finding : document_.findings)
      for (const auto& [id, name] : finding.techniques)
        if (!name.empty()) techniques[id] = name;
    for (const auto& [id, name] : techniques)
      refs.push_back(add("attack-pattern", id,
                         fmt::format("\"name\":{},\"external_references\":[{{\"source_name\":"
                                     "\"mitre-attack\",\"external_id\":{}}}]",
                                     quoted(name), quoted(id))));
    for (const DocumentIndicator& from : document_.indicators) {
      const std::optional<Observable> made = observable_of(from);
      if (!made) continue;
      add_as(made->id, fmt::format("{{\"type\":\"{}\",\"spec_version\":\"2.1\",\"id\":\"{}\",{}}}",
                                   made->type, made->id, made->properties));
      refs.push_back(made->id);
      if (made->pattern.empty()) continue;
      const std::string indicator =
          add("indicator", made->pattern,
              fmt::format("\"name\":{},\"pattern\":{},\"pattern_type\":\"stix\",\"valid_from\":"
                          "\"{}\",\"indicator_types\":[\"unknown\"]",
                          quoted(from.value), quoted(made->pattern), stamp_));
      refs.push_back(indicator);
    }
    for (const DocumentRun& run : document_.runs) {
      if (!run.told) continue;
      std::vector<std::string> seen;
      const std::string id = "process--" + uuid5(kOurs, "process\n" + run.id);
      std::string members;
      if (!run.command_line.empty()) members += ",\"command_line\":" + quoted(run.command_line);
      if (!run.processes.empty() && run.processes.front().pid >= 0)
        members += fmt::format(",\"pid\":{}", run.processes.front().pid);
      // A process object must say something of the process (§6.13).
      if (!members.empty()) {
        add_as(id, fmt::format("{{\"type\":\"process\",\"spec_version\":\"2.1\",\"id\":\"{}\"{}}}",
                               id, members));
        seen.push_back(id);
      }
      const std::string user = run.user.empty() ? run.user_id : run.user;
      if (!user.empty()) {
        DocumentIndicator account;
        account.kind = Indicator::Kind::account;
        account.value = user;
        const Observable made = *observable_of(account);
        add_as(made.id, fmt::format("{{\"type\":\"{}\",\"spec_version\":\"2.1\",\"id\":\"{}\",{}}}",
                                    made.type, made.id, made.properties));
        seen.push_back(made.id);
      }
      if (seen.empty() || !run.start) continue;
      const Timestamp end = run.end ? std::max(run.start->time, run.end->time) : run.start->time;
      refs.insert(refs.end(), seen.begin(), seen.end());
      refs.push_back(
          observed_[run.number] =
              add("observed-data", run.id,
                  fmt::format("\"first_observed\":\"{}\",\"last_observed\":\"{}\","
                              "\"number_observed\":1,\"object_refs\":{}",
                              format_time(run.start->time, 3), format_time(end, 3), list(seen))));
    }
    std::string summary;
    for (const std::string& sentence : document_.summary)
      summary += (summary.empty() ? "" : " ") + sentence;
    const std::string report = document_.title + "\n" + summary;
    notes("report--" + uuid5(kOurs, "report\n" + report), refs);
    if (refs.empty()) refs.push_back(author_);
    std::sort(refs.begin(), refs.end());
    refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
    add("report", report,
        fmt::format("\"name\":{},\"description\":{},\"report_types\":[\"threat-report\"],"
                    "\"published\":\"{}\",\"object_refs\":{}",
                    quoted(document_.title), quoted(summary), stamp_, list(refs)));
  }

  // What the analyst said (§4.12): about what was observed of the run that it belongs to, else
  // about the report. An opinion (§4.13) is given of a run alone, the one thing here that is
  // claimed.
  void notes(const std::string& report, std::vector<std::string>& refs) {
    for (const DocumentNote& note : document_.analyst_notes) {
      const auto run = note.run ? observed_.find(*note.run) : observed_.end();
      const std::string about = run == observed_.end() ? report : run->second;
      const std::string name = fmt::format("{} {}", target_kind_name(note.about), note.key);
      const std::string brief = note_in_brief(note);
      std::string members = fmt::format("\"abstract\":{},\"content\":{},\"object_refs\":[\"{}\"]",
                                        quoted(brief + ": " + note.subject),
                                        quoted(note.comment.empty() ? brief : note.comment), about);
      if (!note.author.empty()) members += fmt::format(",\"authors\":{}", list({note.author}));
      if (!note.tags.empty()) members += fmt::format(",\"labels\":{}", list(note.tags));
      refs.push_back(add("note", name, members));
      const std::string_view opinion = opinion_of(note.verdict);
      if (note.about != TargetKind::run || run == observed_.end() || opinion.empty()) continue;
      refs.push_back(
          add("opinion", name,
              fmt::format("\"opinion\":\"{}\",\"object_refs\":[\"{}\"]", opinion, about)));
    }
  }
  // How far the analyst agrees that what was observed is an attack.
  static std::string_view opinion_of(Verdict verdict) {
    switch (verdict) {
      case Verdict::none:
        return {};
      case Verdict::false_positive:
        return "strongly-disagree";
      case Verdict::benign:
        return "disagree";
      case Verdict::suspicious:
        return "agree";
      case Verdict::malicious:
        return "strongly-agree";
    }
    return {};
  }

  const IncidentDocument& document_;
  std::string& out_;
  JsonWriter json_;
  std::string stamp_, author_;
  std::map<std::uint32_t, std::string> observed_;          // by number of the run
  std::vector<std::pair<std::string, std::string>> made_;  // id and object
  std::map<std::string, std::size_t> known_;
};

}  // namespace

void append_stix(const IncidentDocument& document, std::string& out) {
  Writer(document, out).run();
}

}  // namespace stemma
