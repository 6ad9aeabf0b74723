#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/export/exports.hpp"
#include "reports/json_writer.hpp"

namespace stemma {
namespace {

// A path as a URI reference: what RFC 3986 does not allow in one is escaped.
std::string uri(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned>(byte));
  }
  return out;
}

std::string_view level(std::string_view severity) {
  if (severity == "critical" || severity == "high") return "error";
  if (severity == "medium") return "warning";
  return "note";
}

class Writer {
 public:
  Writer(const IncidentDocument& document, std::string& out)
      : document_(document), json_(out, JsonWriter::Layout::indented) {}

  void run() {
    json_.open_object();
    json_.field("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_.field("version", "2.1.0");
    json_.key("runs").open_array();
    json_.open_object();
    json_.key("tool").open_object();
    json_.key("driver").open_object();
    json_.field("name", document_.custody.tool);
    json_.field_if("semanticVersion", document_.custody.version);
    json_.key("rules").open_array();
    std::set<std::string> known;
    for (const DocumentChannel& channel : document_.channels)
      rule(channel.id, channel.name, channel.description);
    for (const DocumentFinding& finding : document_.findings)
      if (known.insert(finding.rule_id).second)
        rule(finding.rule_id, finding.rule_name, finding.rule_description);
    json_.end();
    json_.end();
    json_.end();
    json_.key("artifacts").open_array();
    for (const DocumentArtifact& artifact : document_.artifacts) {
      json_.open_object();
      json_.key("location").open_object();
      json_.field("uri", uri(artifact.path));
      json_.end();
      json_.field("length", artifact.size);
      if (!artifact.sha256.empty()) {
        json_.key("hashes").open_object();
        json_.field("sha-256", artifact.sha256);
        json_.end();
      }
      json_.end();
    }
    json_.end();
    json_.key("results").open_array();
    for (const DocumentRun& run : document_.runs) {
      std::string text = run.title;
      for (const std::string& sentence : run.story) text += " " + sentence;
      result(document_.channels[run.channel].id,
             run.confidence == Confidence::possible ? "note" : "warning", text,
             run.processes.empty() ? run.evidence : run.processes.front().evidence, run.id,
             run.note, run.set_aside);
    }
    for (const DocumentFinding& finding : document_.findings)
      result(finding.rule_id, level(finding.severity),
             fmt::format("{} on {}: {}", finding.rule_name, finding.host, finding.command_line),
             finding.evidence, finding.id, finding.note,
             finding.set_aside ? set_aside(*finding.run) : std::string());
    json_.end();
    json_.field("columnKind", "utf16CodeUnits");
    json_.end();
    json_.end();
    json_.end();
  }

 private:
  void message(std::string_view name, std::string_view text) {
    json_.key(name).open_object();
    json_.field("text", text);
    json_.end();
  }
  void rule(const std::string& id, const std::string& name, const std::string& description) {
    json_.open_object();
    json_.field("id", id);
    json_.field("name", name);
    message("shortDescription", name);
    message("fullDescription", description.empty() ? name : description);
    json_.end();
  }
  void result(const std::string& rule, std::string_view level, const std::string& text,
              const Evidence& evidence, const std::string& id,
              const std::optional<std::uint32_t>& note, const std::string& set_aside) {
    json_.open_object();
    json_.field("ruleId", rule);
    json_.field("level", level);
    message("message", text);
    json_.key("locations").open_array();
    for (const std::uint32_t number : evidence.events) {
      const DocumentEvent& event = document_.events[number];
      location(event.artifact, &event);
    }
    for (const std::uint32_t artifact : evidence.artifacts) location(artifact, nullptr);
    json_.end();
    json_.key("partialFingerprints").open_object();
    json_.field("stemmaId/v1", id);
    json_.end();
    suppressions(note, set_aside);
    if (note) said(document_.analyst_notes[*note]);
    json_.end();
  }
  // Why the run of a finding is declared automation.
  [[nodiscard]] std::string set_aside(std::uint32_t number) const {
    for (const DocumentRun& run : document_.runs)
      if (run.number == number) return run.set_aside;
    return "declared automation";
  }
  // False positives and declared automation are suppressed from outside (§3.35).
  void suppressions(const std::optional<std::uint32_t>& note, const std::string& set_aside) {
    const DocumentNote* said = note ? &document_.analyst_notes[*note] : nullptr;
    const bool none = said != nullptr && said->verdict == Verdict::false_positive;
    if (!none && set_aside.empty()) return;
    json_.key("suppressions").open_array();
    if (none) suppression(said->comment);
    if (!set_aside.empty()) suppression(set_aside);
    json_.end();
  }
  void suppression(const std::string& justification) {
    json_.open_object();
    json_.field("kind", "external");
    json_.field("status", "accepted");
    json_.field_if("justification", justification);
    json_.end();
  }
  // What else the analyst said is a property (§3.8).
  void said(const DocumentNote& note) {
    json_.key("properties").open_object();
    if (!note.tags.empty()) json_.texts("tags", note.tags);
    json_.field("stemma/verdict", verdict_name(note.verdict));
    json_.field("stemma/pinned", note.pinned);
    json_.field_if("stemma/severity", note.severity);
    json_.field_if("stemma/comment", note.comment);
    json_.field_if("stemma/author", note.author);
    json_.end();
  }
  void location(std::uint32_t artifact, const DocumentEvent* event) {
    json_.open_object();
    json_.key("physicalLocation").open_object();
    json_.key("artifactLocation").open_object();
    json_.field("uri", uri(document_.artifacts[artifact].path));
    json_.field("index", artifact);
    json_.end();
    if (event != nullptr) {
      json_.key("region").open_object();
      json_.field("byteOffset", event->offset);
      json_.field("byteLength", event->length);
      json_.end();
    }
    json_.end();
    json_.end();
  }

  const IncidentDocument& document_;
  JsonWriter json_;
};

}  // namespace

void append_sarif(const IncidentDocument& document, std::string& out) {
  Writer(document, out).run();
  out += '\n';
}

}  // namespace stemma
