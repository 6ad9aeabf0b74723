#include "reports/csv.hpp"
#include "reports/export/exports.hpp"

namespace stemma {
namespace {

struct MispType {
  std::string_view type, category;
  bool to_ids;  ///< good for automatic detection
};

MispType misp_type(Indicator::Kind kind) {
  switch (kind) {
    case Indicator::Kind::sha256:
      return {"sha256", "Payload delivery", true};
    case Indicator::Kind::sha1:
      return {"sha1", "Payload delivery", true};
    case Indicator::Kind::md5:
      return {"md5", "Payload delivery", true};
    case Indicator::Kind::ip:
      return {"ip-dst", "Network activity", true};
    case Indicator::Kind::domain:
      return {"domain", "Network activity", true};
    case Indicator::Kind::url:
      return {"url", "Network activity", true};
    case Indicator::Kind::path:
      return {"filename", "Artifacts dropped", false};
    case Indicator::Kind::account:
      return {"target-user", "Targeting data", false};
    case Indicator::Kind::registry_key:
      return {"regkey", "Persistence mechanism", false};
  }
  return {"text", "Other", false};
}

}  // namespace

void append_misp_csv(const IncidentDocument& document, std::string& out) {
  const std::vector<std::string> header{"type", "category", "value", "comment", "to_ids"};
  append_csv_line(out, header);
  for (const DocumentIndicator& indicator : document.indicators) {
    const MispType type = misp_type(indicator.kind);
    std::string comment;
    for (const std::string& context : indicator.contexts)
      comment += (comment.empty() ? "" : "; ") + context;
    // Values are for machines: not defanged.
    const std::vector<std::string> cells{std::string(type.type), std::string(type.category),
                                         indicator.value, comment, type.to_ids ? "1" : "0"};
    append_csv_line(out, cells);
  }
}

}  // namespace stemma
