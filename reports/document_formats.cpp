#include "reports/document_formats.hpp"

#include "reports/document_json.hpp"
#include "reports/export/exports.hpp"
#include "reports/html_report.hpp"
#include "reports/markdown_report.hpp"

namespace stemma {

std::span<const DocumentFormat> document_formats() {
  static constexpr DocumentFormat kFormats[] = {
      {"html", nullptr},
      {"md", append_markdown},
      {"json", append_document_json},
      {"jsonl", append_ecs_lines},
      {"bulk", append_elastic_bulk},
      {"csv", append_runs_csv},
      {"xlsx-csv", append_runs_xlsx_csv},
      {"timesketch-csv", append_timesketch_csv},
      {"timesketch-jsonl", append_timesketch_jsonl},
      {"splunk", append_splunk_hec},
      {"stix", append_stix},
      {"navigator", append_navigator_layer},
      {"sarif", append_sarif},
      {"mermaid", append_mermaid},
      {"dot", append_dot},
      {"misp", append_misp_csv},
  };
  return kFormats;
}

void append_document(const IncidentDocument& document, std::string_view format,
                     std::string_view skeleton, std::string& out) {
  for (const DocumentFormat& each : document_formats()) {
    if (each.name != format) continue;
    if (each.append == nullptr) return append_html(document, skeleton, out);
    return each.append(document, out);
  }
}

}  // namespace stemma
