#include <fmt/format.h>

#include "reports/export/ecs_documents.hpp"
#include "reports/export/exports.hpp"
#include "reports/json_writer.hpp"

namespace stemma {

void append_splunk_hec(const IncidentDocument& document, std::string& out) {
  for_each_ecs_document(document, [&](const EcsDocument& one) {
    JsonWriter json(out);
    json.open_object();
    if (one.has_time) {
      // Seconds with decimals, floored so that the decimals are never negative.
      std::int64_t seconds = one.time.time.ns / kNsPerSecond;
      std::int64_t rest = one.time.time.ns % kNsPerSecond;
      if (rest < 0) {
        rest += kNsPerSecond;
        --seconds;
      }
      json.key("time").raw(fmt::format("{}.{:06}", seconds, rest / 1000));
    }
    if (!one.host.empty()) json.field("host", one.host);
    json.field("source", "stemma");
    json.field("sourcetype", "stemma:incident");
    json.key("event").raw(one.json);
    json.end();
    out += '\n';
  });
}

}  // namespace stemma
