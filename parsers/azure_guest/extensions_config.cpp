// ExtensionsConfig.xml, the form in which the fabric hands a goal state to the agent:
//
//     <Extensions version="1.0.0.0" goalStateIncarnation="9">
//       <Plugins><Plugin name="Publisher.Type" version="1.0" state="enabled" …/>…</Plugins>
//       <PluginSettings>
//         <Plugin name="Publisher.Type" version="1.0">
//           <RuntimeSettings
//           seqNo="0">{"runtimeSettings":[{"handlerSettings":{…}}]}</RuntimeSettings>
//           <ExtensionRuntimeSettings seqNo="0" name="…" state="enabled">{…}</…>     several of a
//           handler
//         </Plugin>…
//       </PluginSettings>
//       <InVMGoalStateMetaData inSvdSeqNo="1" createdOnTicks="…" activityId="…" correlationId="…"/>
//     </Extensions>
#include <map>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "parsers/azure_guest/document.hpp"

namespace stemma::azure_guest {
namespace {

Json text_value(std::string_view text) {
  Json value;
  value.kind = Json::Kind::text;
  value.text = text;
  return value;
}

Json list(Json::Kind kind) {
  Json value;
  value.kind = kind;
  return value;
}

void add(Json& object, std::string_view name, Json value) {
  object.members.push_back({std::string(name), std::move(value)});
}

void add_attribute(Json& object, std::string_view name, const pugi::xml_node& node,
                   const char* attribute) {
  if (const pugi::xml_attribute found = node.attribute(attribute))
    add(object, name, text_value(found.value()));
}

class ConfigReader {
 public:
  explicit ConfigReader(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") skipped_ = 3;
  }

  JsonDocument read() {
    pugi::xml_document xml;
    const pugi::xml_parse_result parsed = xml.load_buffer(
        text_.data() + skipped_, text_.size() - skipped_, pugi::parse_default, pugi::encoding_utf8);
    JsonDocument document;
    document.used = text_.size();
    const pugi::xml_node root = xml.child("Extensions");
    if (!parsed) {
      document.used = skipped_ + static_cast<std::size_t>(parsed.offset);
      document.problem =
          document.used + 1 >= text_.size() || parsed.status == pugi::status_end_element_mismatch
              ? JsonProblem::ends_early
              : JsonProblem::malformed;
    }
    if (!root) return document;
    document.root = list(Json::Kind::object);
    document.root.cut = !parsed;
    document.root.begin = place(root);
    document.root.end = document.used;
    const pugi::xml_node order = root.child("InVMGoalStateMetaData");
    add_attribute(document.root, "activityId", order, "activityId");
    add_attribute(document.root, "correlationId", order, "correlationId");
    add_attribute(document.root, "extensionsLastModifiedTickCount", order, "createdOnTicks");
    add(document.root, "extensionGoalStates", extensions(root));
    return document;
  }

 private:
  // Of the element's `<`.
  [[nodiscard]] std::size_t place(const pugi::xml_node& node) const {
    const std::ptrdiff_t offset = node.offset_debug();
    return skipped_ + (offset > 0 ? static_cast<std::size_t>(offset) - 1 : 0);
  }

  Json extensions(const pugi::xml_node& root) {
    std::map<std::string, std::string> states;
    Json all = list(Json::Kind::array);
    std::map<std::string, bool> has_settings;
    for (const pugi::xml_node plugin : root.child("PluginSettings").children("Plugin"))
      has_settings[plugin.attribute("name").value()] = true;
    for (const pugi::xml_node plugin : root.child("Plugins").children("Plugin")) {
      states[plugin.attribute("name").value()] = plugin.attribute("state").value();
      if (has_settings.count(plugin.attribute("name").value()) == 0)
        all.members.push_back({"", extension(plugin, plugin.attribute("state").value())});
    }
    for (const pugi::xml_node plugin : root.child("PluginSettings").children("Plugin")) {
      Json one = extension(plugin, states[plugin.attribute("name").value()]);
      Json settings = list(Json::Kind::array);
      for (const pugi::xml_node node : plugin.children()) {
        const std::string_view name = node.name();
        if (name == "RuntimeSettings" || name == "ExtensionRuntimeSettings")
          settings.members.push_back({"", settings_of(node)});
      }
      add(one, "settings", std::move(settings));
      all.members.push_back({"", std::move(one)});
    }
    return all;
  }

  [[nodiscard]] Json extension(const pugi::xml_node& plugin, std::string_view state) const {
    Json one = list(Json::Kind::object);
    one.begin = one.end = place(plugin);
    add_attribute(one, "name", plugin, "name");
    add_attribute(one, "version", plugin, "version");
    if (!state.empty()) add(one, "state", text_value(state));
    return one;
  }

  [[nodiscard]] Json settings_of(const pugi::xml_node& node) const {
    const std::string_view text = node.child_value();
    const JsonDocument inner = read_json(text);
    Json settings = list(Json::Kind::object);
    const Json* all = inner.root.find_any_case("runtimeSettings");
    if (all != nullptr && !all->members.empty()) {
      const Json* handler = all->members.front().value.find_any_case("handlerSettings");
      if (handler != nullptr && handler->kind == Json::Kind::object) settings = *handler;
    }
    settings.cut = inner.problem != JsonProblem::none;
    settings.begin = place(node);
    settings.end = settings.begin + text.size();
    add_attribute(settings, "seqNo", node, "seqNo");
    add_attribute(settings, "extensionName", node, "name");
    add_attribute(settings, "extensionState", node, "state");
    return settings;
  }

  std::string_view text_;
  std::size_t skipped_ = 0;
};

}  // namespace

JsonDocument read_document(std::string_view text) {
  const std::size_t first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first != std::string_view::npos && text[first] == '<') return ConfigReader(text).read();
  return read_json(text);
}

}  // namespace stemma::azure_guest
