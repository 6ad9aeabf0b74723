#include "reports/export/ecs_documents.hpp"
#include "reports/export/exports.hpp"
#include "reports/json.hpp"

namespace stemma {

void append_elastic_bulk(const IncidentDocument& document, std::string& out) {
  for_each_ecs_document(document, [&](const EcsDocument& one) {
    // `create` is what data streams take; an id that is there already is refused, not doubled.
    out += "{\"create\":{\"_id\":";
    append_json_string(out, one.id);
    out += "}}\n" + one.json + "\n";
  });
}

void append_ecs_lines(const IncidentDocument& document, std::string& out) {
  for_each_ecs_document(document, [&](const EcsDocument& one) { out += one.json + "\n"; });
}

}  // namespace stemma
