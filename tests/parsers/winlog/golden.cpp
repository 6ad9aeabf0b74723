#include "tests/parsers/winlog/golden.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "events/paths.hpp"

namespace stemma::golden {
namespace {

using Json = nlohmann::json;

std::string scalar(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return value.dump();
}

void flatten_into(const Json& value, const std::string& name, Document& out) {
  if (value.is_object()) {
    for (const auto& [key, child] : value.items())
      flatten_into(child, name.empty() ? key : name + "." + key, out);
  } else if (value.is_array()) {
    for (const Json& item : value) flatten_into(item, name, out);
  } else if (!value.is_null()) {
    out[name].push_back(scalar(value));
  }
}

// Names that are compared; the rest describes the shipper, the index, or texts that only a Windows
// host can render.
constexpr std::string_view kCompared[] = {
    "@timestamp", "event.",  "process.",     "user.",   "host.name", "file.",       "registry.",
    "network.",   "source.", "destination.", "dns.",    "related.",  "powershell.", "group.",
    "error.",     "rule.",   "service.",     "sysmon.", "winlog.",   "log.level"};
constexpr std::string_view kNotCompared[] = {
    "event.ingested",   "event.original",     "event.agent_id_status",
    "event.timezone",   "host.os.type",       "event.dataset",
    "winlog.api",       "winlog.user.domain", "winlog.user.name",
    "winlog.user.type",  // of the SID, looked up on the shipping host
};

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_compared(std::string_view field) {
  for (const std::string_view entry : kNotCompared) {
    if (field == entry) return false;
  }
  for (const std::string_view entry : kCompared) {
    if (entry.back() == '.' ? starts_with(field, entry) : field == entry) return true;
  }
  return false;
}

// The same instant as far as the expected text goes: theirs drops decimals, and zeros at the end.
bool same_time(std::string_view field, const std::string& theirs, const std::string& ours) {
  if (field != "@timestamp" && field != "event.created") return false;
  const auto a = parse_time(theirs);
  const auto b = parse_time(ours);
  if (!a || !b || a->digits > b->digits) return false;
  std::int64_t unit = 1;
  for (int i = a->digits; i < 9; ++i) unit *= 10;
  return a->time.ns / unit == b->time.ns / unit;
}

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " | ") + value;
  return text;
}

bool matches(std::string_view pattern, std::string_view text) {
  if (!pattern.empty() && pattern.back() == '*')
    return starts_with(text, pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

}  // namespace

std::string corpus() {
  const char* root = std::getenv("STEMMA_ROOT");
  if (root == nullptr) return {};
  const std::filesystem::path path = std::filesystem::path(root) / ".." / "shared" / "corpus";
  return std::filesystem::is_directory(path) ? path.string() : std::string();
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Document flatten(const Json& document) {
  Document out;
  flatten_into(document, "", out);
  return out;
}

Document flatten(Event& event) {
  Document out;
  ShapeTable shapes;
  const EventView view = event.view(shapes);
  const auto fields = view.shape().fields();
  for (std::uint32_t slot = 0; slot < fields.size(); ++slot) {
    std::vector<std::string>& values = out[std::string(field_name(fields[slot]))];
    for (const Value& value : view.at(slot)) {
      switch (value.kind) {
        case Value::Kind::text:
          values.emplace_back(value.text);
          break;
        case Value::Kind::integer:
          values.push_back(std::to_string(value.integer));
          break;
        case Value::Kind::real:
          values.push_back(Json(value.real).dump());
          break;
        case Value::Kind::boolean:
          values.emplace_back(value.boolean ? "true" : "false");
          break;
        case Value::Kind::date:
          values.push_back(format_time(value.time(), value.digits));
          break;
      }
    }
  }
  return out;
}

std::string text(const Difference& difference) {
  return difference.code + " " + difference.field + ": theirs [" + difference.theirs + "], ours [" +
         difference.ours + "]";
}

std::vector<Difference> compare(std::string_view family, const Document& expected,
                                const Document& ours) {
  const auto code_entry = expected.find("event.code");
  const std::string code =
      std::string(family) + " " + (code_entry == expected.end() ? "?" : code_entry->second.front());
  std::vector<Difference> all;
  for (const auto& [field, theirs] : expected) {
    if (!is_compared(field)) continue;
    const bool bag = starts_with(field, "related.");  // its order means nothing
    const auto found = ours.find(field);
    if (found == ours.end()) {
      all.push_back({code, field, Difference::Kind::theirs_only, joined(theirs), {}});
    } else if (!(bag ? sorted(found->second) == sorted(theirs) : found->second == theirs) &&
               !same_time(field, theirs.front(), found->second.front())) {
      const bool only_case = ascii_iequals(joined(theirs), joined(found->second));
      all.push_back({code, field,
                     only_case ? Difference::Kind::letter_case : Difference::Kind::value,
                     joined(theirs), joined(found->second)});
    }
  }
  for (const auto& [field, values] : ours) {
    if (is_compared(field) && expected.find(field) == expected.end()) {
      all.push_back({code, field, Difference::Kind::ours_only, {}, joined(values)});
    }
  }
  return all;
}

void Verdict::add(const std::vector<Difference>& differences) {
  const std::vector<Deliberate>& table = deliberate();
  for (const Difference& difference : differences) {
    const auto known =
        std::find_if(table.begin(), table.end(), [&difference](const Deliberate& entry) {
          return entry.kind == difference.kind && matches(entry.code, difference.code) &&
                 matches(entry.field, difference.field);
        });
    if (known == table.end()) {
      unexpected_.emplace(difference.code + " " + difference.field, text(difference));
    } else {
      met_.insert(static_cast<std::size_t>(known - table.begin()));
    }
  }
}

std::string Verdict::unexpected() const {
  std::string all;
  for (const auto& [key, line] : unexpected_) all += line + "\n";
  return all;
}

}  // namespace stemma::golden
