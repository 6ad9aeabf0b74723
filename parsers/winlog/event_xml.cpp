#include "parsers/winlog/event_xml.hpp"

#include <cstring>
#include <exception>
#include <limits>
#include <pugixml.hpp>
#include <string>

#include "events/event.hpp"

namespace stemma {
namespace {

// Verbatim: no end-of-line or attribute white-space conversion, white-space-only values kept
// (Sysmon has blank ones).
constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_ws_pcdata_single;

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\r' ||
                           text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' ||
                           text.back() == '\t')) {
    text.remove_suffix(1);
  }
  const auto value = parse_unsigned(text);
  if (!value || *value > std::numeric_limits<Number>::max()) return std::nullopt;
  return static_cast<Number>(*value);
}

// Bounds the tree before it is built: tags and nesting, counted on `<`, `</` and `/>` alone. Text
// that breaks the count is not well-formed and fails in the parser.
Result<void> check_caps(std::string_view xml) {
  if (xml.size() > kMaxEventXml) {
    return tl::unexpected(
        Fault{Defect::limit_exceeded, 0, xml.size(), kMaxEventXml, "event xml size"});
  }
  std::size_t tags = 0;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    const void* found = std::memchr(xml.data() + at, '<', xml.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - xml.data());
    if (++tags > kMaxEventTags)
      return tl::unexpected(
          Fault{Defect::limit_exceeded, at, tags, kMaxEventTags, "event xml tags"});
    const char next = at + 1 < xml.size() ? xml[at + 1] : '\0';
    if (next == '/') {
      if (depth > 0) --depth;
    } else if (next != '!' && next != '?') {
      const std::size_t end = xml.find('>', at);
      const bool empty = end != std::string_view::npos && xml[end - 1] == '/';
      if (!empty && ++depth > kMaxEventDepth) {
        return tl::unexpected(
            Fault{Defect::limit_exceeded, at, depth, kMaxEventDepth, "event xml depth"});
      }
      if (end != std::string_view::npos) at = end;
    }
  }
  return {};
}

// Text of an element: its only text child as a view, or all text below it joined in the arena.
std::string_view text_of(const pugi::xml_node& node, TextArena& arena, std::string& scratch) {
  const pugi::xml_node first = node.first_child();
  if (!first) return {};
  const bool is_text = first.type() == pugi::node_pcdata || first.type() == pugi::node_cdata;
  if (is_text && !first.next_sibling()) return first.value();
  scratch.clear();
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      scratch += child.value();
  }
  return arena.copy(scratch);
}

bool has_element(const pugi::xml_node& node) {
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element) return true;
  }
  return false;
}

}  // namespace

struct EventXmlReader::Memory {
  pugi::xml_document document;
  TextArena arena;
  std::string copy;
  std::string scratch;

  void read_system(const pugi::xml_node& system, WinEvent& event) {
    for (const pugi::xml_node& node : system.children()) {
      const std::string_view name = local_name(node);
      if (name == "Provider") {
        event.provider_name = node.attribute("Name").value();
        event.provider_guid = node.attribute("Guid").value();
        event.event_source_name = node.attribute("EventSourceName").value();
      } else if (name == "EventID") {
        event.event_id = number<std::uint32_t>(node.child_value());
        event.qualifiers = number<std::uint32_t>(node.attribute("Qualifiers").value());
      } else if (name == "Version") {
        event.version = number<std::uint32_t>(node.child_value());
      } else if (name == "Level") {
        event.level = number<std::uint32_t>(node.child_value());
      } else if (name == "Task") {
        event.task = number<std::uint32_t>(node.child_value());
      } else if (name == "Opcode") {
        event.opcode = number<std::uint32_t>(node.child_value());
      } else if (name == "Keywords") {
        event.keywords = number<std::uint64_t>(node.child_value());
      } else if (name == "TimeCreated") {
        event.time_created_text = node.attribute("SystemTime").value();
        event.time_created = parse_time(event.time_created_text);
      } else if (name == "EventRecordID") {
        event.record_id = number<std::uint64_t>(node.child_value());
      } else if (name == "Correlation") {
        event.activity_id = node.attribute("ActivityID").value();
        event.related_activity_id = node.attribute("RelatedActivityID").value();
      } else if (name == "Execution") {
        event.process_id = number<std::uint32_t>(node.attribute("ProcessID").value());
        event.thread_id = number<std::uint32_t>(node.attribute("ThreadID").value());
      } else if (name == "Channel") {
        event.channel = node.child_value();
      } else if (name == "Computer") {
        event.computer = node.child_value();
      } else if (name == "Security") {
        const pugi::xml_attribute windows = node.attribute("UserID");
        event.user_id = windows ? windows.value() : node.attribute("UserId").value();
      }
    }
  }

  void read_event_data(const pugi::xml_node& data, WinEvent& event) {
    for (const pugi::xml_node& node : data.children()) {
      if (node.type() != pugi::node_element) continue;
      const std::string_view name = local_name(node);
      WinDataItem item;
      item.name = node.attribute("Name").value();
      if (item.name.empty() && name != "Data")
        item.name = name;  // Binary, and providers that name the element itself
      if (name == "ComplexData" || has_element(node)) {
        read_leaves(node, item.name, event.event_data, 0);
      } else {
        item.value = text_of(node, arena, scratch);
        event.event_data.push_back(item);
      }
    }
  }

  // Leaves below `node` become items named by their path. Depth is bounded by check_caps.
  void read_leaves(const pugi::xml_node& node, std::string_view path,
                   std::vector<WinDataItem>& items, std::size_t depth) {
    if (depth > kMaxEventDepth) return;
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (name == "xmlns" || name.rfind("xmlns:", 0) == 0) continue;
      items.push_back({join(path, name), attribute.value()});
    }
    bool below = false;
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      below = true;
      read_leaves(child, join(path, local_name(child)), items, depth + 1);
    }
    if (below) return;
    const std::string_view text = text_of(node, arena, scratch);
    if (!text.empty() || !node.first_attribute()) items.push_back({path, text});
  }

  std::string_view join(std::string_view path, std::string_view name) {
    if (path.empty()) return name;
    scratch.assign(path).append(1, '.').append(name);
    return arena.copy(scratch);
  }

  void read_user_data(const pugi::xml_node& data, WinEvent& event) {
    for (const pugi::xml_node& provider : data.children()) {
      if (provider.type() != pugi::node_element) continue;
      event.user_data_name = local_name(provider);
      for (const pugi::xml_attribute& attribute : provider.attributes()) {
        const std::string_view name = attribute.name();
        if (name == "xmlns" || name.rfind("xmlns:", 0) == 0) continue;
        event.user_data.push_back({name, attribute.value()});
      }
      if (!has_element(provider)) {
        const std::string_view text = text_of(provider, arena, scratch);
        if (!text.empty()) event.user_data.push_back({event.user_data_name, text});
      }
      for (const pugi::xml_node& child : provider.children()) {
        if (child.type() == pugi::node_element)
          read_leaves(child, local_name(child), event.user_data, 0);
      }
      return;  // [MS-EVEN6]: one child
    }
  }

  Result<void> read_root(WinEvent& event) {
    pugi::xml_node root;
    for (const pugi::xml_node& node : document.children()) {
      if (node.type() == pugi::node_element) {
        root = node;
        break;
      }
    }
    if (!root || local_name(root) != "Event") {
      return tl::unexpected(Fault{Defect::undecodable_record, 0, 0, 0, "no Event element"});
    }
    bool system = false;
    for (const pugi::xml_node& node : root.children()) {
      const std::string_view name = local_name(node);
      if (name == "System") {
        read_system(node, event);
        system = true;
      } else if (name == "EventData" || name == "DebugData" || name == "ProcessingErrorData") {
        read_event_data(node, event);
      } else if (name == "BinaryEventData") {
        event.event_data.push_back({"Binary", text_of(node, arena, scratch)});
      } else if (name == "UserData") {
        read_user_data(node, event);
      } else if (name == "RenderingInfo") {
        event.rendered_message = node.child_value("Message");
      } else if (node.type() == pugi::node_element) {
        read_event_data(node, event);  // a recovered record may have lost the names of its
                                       // elements, but not of its values
      }
    }
    if (!system)
      return tl::unexpected(Fault{Defect::undecodable_record, 0, 0, 0, "no System element"});
    return {};
  }
};

EventXmlReader::EventXmlReader() : memory_(std::make_unique<Memory>()) {}
EventXmlReader::~EventXmlReader() = default;

Result<void> EventXmlReader::read_in_place(std::span<char> xml, WinEvent& event) {
  event.clear();
  memory_->arena.reset();
  std::string_view text(xml.data(), xml.size());
  text = text.substr(0, text.find('\0'));
  if (const auto checked = check_caps(text); !checked) return checked;
  try {
    const pugi::xml_parse_result parsed =
        memory_->document.load_buffer_inplace(xml.data(), text.size(), kParse, pugi::encoding_utf8);
    if (!parsed) {
      const auto at = static_cast<std::uint64_t>(parsed.offset < 0 ? 0 : parsed.offset);
      return tl::unexpected(Fault{Defect::undecodable_record, at, 0, 0, "event xml"});
    }
    return memory_->read_root(event);
  } catch (const std::exception&) {  // pugixml's and the containers' memory exhaustion
    return tl::unexpected(Fault{Defect::limit_exceeded, 0, text.size(), 0, "event xml memory"});
  }
}

Result<void> EventXmlReader::read(std::string_view xml, WinEvent& event) {
  if (xml.size() > kMaxEventXml) {
    return tl::unexpected(
        Fault{Defect::limit_exceeded, 0, xml.size(), kMaxEventXml, "event xml size"});
  }
  memory_->copy.assign(xml);
  return read_in_place(memory_->copy, event);
}

Result<void> EventXmlReader::read_lenient(std::string_view xml, WinEvent& event) {
  const Result<void> whole = read(xml, event);
  if (whole || whole.error().what != Defect::undecodable_record) return whole;
  const std::string_view kSystemEnd = "</System>";
  const std::string_view kDataEnd = "</Data>";
  const std::size_t system_end = xml.find(kSystemEnd);
  if (system_end == std::string_view::npos) return whole;
  const std::size_t data_end = xml.rfind(kDataEnd);
  if (data_end == std::string_view::npos || data_end < system_end) {
    memory_->copy.assign(xml.substr(0, system_end + kSystemEnd.size())).append("</Event>");
  } else {
    memory_->copy.assign(xml.substr(0, data_end + kDataEnd.size())).append("</EventData></Event>");
  }
  if (!read_in_place(memory_->copy, event)) return whole;
  event.incomplete = true;
  return {};
}

}  // namespace stemma
