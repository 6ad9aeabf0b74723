#include "tests/parsers/winlog/golden_sources.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>

#include "parsers/winlog/event_xml.hpp"
#include "parsers/winlog/mapping.hpp"

namespace stemma::golden {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// A WinEvent out of the form in which a shipper keeps a record. Texts live in `texts`.
class JsonEvent {
 public:
  explicit JsonEvent(const Json& document) {
    const Json& winlog = document.at("winlog");
    event.provider_name = keep(text(winlog, "provider_name"));
    event.provider_guid = keep(text(winlog, "provider_guid"));
    event.channel = keep(text(winlog, "channel"));
    event.computer = keep(text(winlog, "computer_name"));
    event.activity_id = keep(text(winlog, "activity_id"));
    event.event_id = static_cast<std::uint32_t>(parse_unsigned(text(winlog, "event_id")).value());
    event.record_id = parse_unsigned(text(winlog, "record_id"));
    if (const auto version = parse_unsigned(text(winlog, "version")))
      event.version = static_cast<std::uint32_t>(*version);
    const std::string time = text(winlog, "time_created");
    event.time_created = parse_time(time.empty() ? text(document, "@timestamp") : time);
    std::string level = text(winlog, "level");
    if (level.empty() && document.contains("log")) level = text(document["log"], "level");
    const std::map<std::string, std::uint32_t> levels{
        {"error", 2}, {"warning", 3}, {"information", 4}, {"verbose", 5}};
    if (levels.count(level) != 0) event.level = levels.at(level);
    if (text(winlog, "opcode") == "Info") event.opcode = 0;
    if (winlog.contains("keywords")) {
      std::uint64_t bits = 0;
      for (const Json& keyword : winlog["keywords"]) {
        if (keyword == "Audit Success") bits |= 0x0020'0000'0000'0000;
        if (keyword == "Audit Failure") bits |= 0x0010'0000'0000'0000;
        if (keyword == "Classic") bits |= 0x0080'0000'0000'0000;
      }
      event.keywords = bits;
    }
    if (winlog.contains("process")) {
      event.process_id = winlog["process"].value("pid", 0u);
      event.thread_id = winlog["process"].value("/thread/id"_json_pointer, 0u);
    }
    if (winlog.contains("user")) event.user_id = keep(text(winlog["user"], "identifier"));
    if (winlog.contains("event_data")) add(winlog["event_data"], event.event_data);
    if (winlog.contains("user_data")) add(winlog["user_data"], event.user_data);
  }

  WinEvent event;

 private:
  static std::string text(const Json& object, const char* key) {
    if (!object.contains(key)) return {};
    const Json& value = object[key];
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  std::string_view keep(std::string value) { return texts_.emplace_back(std::move(value)); }
  void add(const Json& object, std::vector<WinDataItem>& items) {
    for (const auto& [key, value] : object.items()) {
      std::string content = value.is_string() ? value.get<std::string>() : value.dump();
      if (key == "xml_name") {
        event.user_data_name = keep(std::move(content));
      } else {
        items.push_back({keep(key), keep(std::move(content))});
      }
    }
  }

  std::deque<std::string> texts_;
};

Document map(const WinEvent& from) {
  static const Projection kAll = Projection::all();
  WinlogMapper mapper;
  Event event;
  event.reset(kAll);
  mapper.map(from, event);
  return flatten(event);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

constexpr std::string_view kExpected = "-expected.json";

}  // namespace

std::size_t each_integration_document(const OnPair& on_pair) {
  constexpr std::pair<std::string_view, std::string_view> kSets[] = {
      {"windows-sysmon_operational", "EI sysmon"},
      {"windows-powershell", "EI powershell"},
      {"windows-powershell_operational", "EI powershell"},
      {"system-security", "EI security"}};
  std::size_t pairs = 0;
  for (const auto& [folder, family] : kSets) {
    for (const fs::path& path :
         files_in(fs::path(corpus()) / "evtx/_oracles/elastic-integrations" / folder)) {
      const std::string name = path.string();
      if (name.size() < kExpected.size() ||
          name.substr(name.size() - kExpected.size()) != kExpected)
        continue;
      const Json expected = Json::parse(read_text(name)).at("expected");
      const Json given =
          Json::parse(read_text(name.substr(0, name.size() - kExpected.size()))).at("events");
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (expected[i].is_null()) continue;
        EventXmlReader reader;
        WinEvent from;
        const auto original = given[i].value("/event/original"_json_pointer, std::string());
        if (!original.empty() && reader.read(original, from)) {
          on_pair(family, flatten(expected[i]), map(from));
        } else {
          on_pair(family, flatten(expected[i]), map(JsonEvent(given[i]).event));
        }
        ++pairs;
      }
    }
  }
  return pairs;
}

std::string evtx_of_golden(std::string_view module, std::string_view name) {
  for (const std::string_view folder : {module, std::string_view("wineventlog")}) {
    const fs::path path =
        fs::path(corpus()) / "evtx/winlogbeat" / folder / (std::string(name) + ".evtx");
    if (fs::exists(path)) return path.string();
  }
  return {};
}

std::size_t each_collected_document(const OnPair& on_pair) {
  std::size_t pairs = 0;
  for (const std::string_view module : {"sysmon", "security", "powershell"}) {
    const fs::path folder = fs::path(corpus()) / "evtx/_oracles/winlogbeat-ecs" / module;
    for (const fs::path& path : files_in(folder / "ingest")) {
      const std::string name =
          path.filename().string().substr(0, path.filename().string().find(".golden"));
      if (!evtx_of_golden(module, name).empty()) continue;
      const Json expected = Json::parse(read_text(path.string()));
      const Json given =
          Json::parse(read_text((folder / "collection" / (name + ".evtx.golden.json")).string()));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        on_pair(module, flatten(expected[i]), map(JsonEvent(given[i]).event));
        ++pairs;
      }
    }
  }
  return pairs;
}

}  // namespace stemma::golden
