#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/export/exports.hpp"
#include "reports/json_writer.hpp"

namespace stemma {

void append_navigator_layer(const IncidentDocument& document, std::string& out) {
  struct Seen {
    std::uint64_t runs = 0, findings = 0;
  };
  std::map<std::string, Seen> seen;
  for (const DocumentChannel& channel : document.channels)
    for (const std::string& technique : channel.techniques) seen[technique].runs += channel.runs;
  for (const DocumentFinding& finding : document.findings)
    for (const auto& [id, name] : finding.techniques) ++seen[id].findings;
  std::uint64_t most = 1;
  for (const auto& [id, of] : seen) most = std::max(most, of.runs + of.findings);

  JsonWriter json(out, JsonWriter::Layout::indented);
  json.open_object();
  json.field("name", document.title);
  json.key("versions").open_object();
  json.field("attack", "16");
  json.field("navigator", "5.1.0");
  json.field("layer", "4.5");
  json.end();
  json.field("domain", "enterprise-attack");
  json.field("description", document.summary.empty() ? std::string() : document.summary.front());
  json.key("techniques").open_array();
  for (const auto& [id, of] : seen) {
    json.open_object();
    json.field("techniqueID", id);
    json.field("score", of.runs + of.findings);
    json.field("comment", fmt::format("{} runs of channels that are this technique, {} findings",
                                      of.runs, of.findings));
    json.field("enabled", true);
    json.field("showSubtechniques", id.find('.') == std::string::npos);
    json.end();
  }
  json.end();
  json.key("gradient").open_object();
  json.texts("colors", {"#f6e7d8", "#b0412a"});
  json.field("minValue", std::int64_t{0});
  json.field("maxValue", most);
  json.end();
  json.key("legendItems").open_array();
  json.end();
  json.end();
  out += '\n';
}

}  // namespace stemma
