#include "tests/support/evtx_record.hpp"

#include <stdexcept>

namespace stemma::support {

namespace node {

Node text(std::string text) {
  Node out;
  out.kind = Node::Kind::text;
  out.text = std::move(text);
  return out;
}
Node value(TypedValue value, bool optional) {
  Node out;
  out.kind = Node::Kind::value;
  out.value = std::move(value);
  out.optional = optional;
  return out;
}
Node slot(std::uint16_t slot, BinType type, bool optional) {
  Node out = value(value::null(type), optional);
  out.slot = slot;
  return out;
}
Node element(Element element) {
  Node out;
  out.kind = Node::Kind::element;
  out.children.push_back(std::move(element));
  return out;
}
Node entity(std::string name) {
  Node out;
  out.kind = Node::Kind::entity;
  out.name = std::move(name);
  return out;
}
Node cdata(std::string text) {
  Node out = node::text(std::move(text));
  out.kind = Node::Kind::cdata;
  return out;
}
Node character(std::uint16_t code) {
  Node out;
  out.kind = Node::Kind::character;
  out.code = code;
  return out;
}
Node pi(std::string target, std::string text) {
  Node out = node::text(std::move(text));
  out.kind = Node::Kind::pi;
  out.name = std::move(target);
  return out;
}

}  // namespace node

namespace {

constexpr const char* kEventNamespace = "http://schemas.microsoft.com/win/2004/08/events/event";

// Slots of the outer template, as every manifest source's template has them.
enum Slot : std::uint16_t {
  kLevel = 0,
  kOpcode = 1,
  kTask = 2,
  kEventId = 3,
  kQualifiers = 4,
  kKeywords = 5,
  kTime = 6,
  kActivity = 7,
  kProcess = 8,
  kThread = 9,
  kRecordId = 10,
  kVersion = 11,
  kUser = 12,
  kRelatedActivity = 13,
  kProvider = 14,
  kProviderGuid = 15,
  kChannel = 16,
  kManifestPayload = 17,
  // Templates with literal provider and channel leave 14 to 18 unused and put the payload into 19.
  kRelatedActivityLiteral = 18,
  kLiteralPayload = 19,
};

void collect(std::vector<Node>& nodes, std::vector<TypedValue>& out) {
  for (Node& piece : nodes) {
    if (piece.kind == Node::Kind::value) {
      piece.slot = static_cast<std::uint16_t>(out.size());
      out.push_back(piece.value);
    }
    for (Element& child : piece.children) {
      for (Attribute& attribute : child.attributes) collect(attribute.value, out);
      collect(child.content, out);
    }
  }
}

/// Adds `text` as pieces, with the characters that XML reserves as entities.
void add_escaped(std::vector<Node>& out, const std::string& text) {
  std::string run;
  const auto flush = [&] {
    if (!run.empty()) out.push_back(node::text(std::move(run)));
    run.clear();
  };
  for (const char c : text) {
    const char* entity = c == '&'    ? "amp"
                         : c == '<'  ? "lt"
                         : c == '>'  ? "gt"
                         : c == '"'  ? "quot"
                         : c == '\'' ? "apos"
                                     : nullptr;
    if (entity == nullptr) {
      run += c;
      continue;
    }
    flush();
    out.push_back(node::entity(entity));
  }
  flush();
}

std::vector<Node> substituted(const std::vector<Node>& nodes,
                              const std::vector<TypedValue>& values);

/// One element, or one an item where its only content is an array.
void add_substituted(std::vector<Node>& out, const Element& element,
                     const std::vector<TypedValue>& values) {
  if (element.dependency != Element::kNoDependency &&
      values.at(static_cast<std::size_t>(element.dependency)).is_null())
    return;
  const bool repeats = element.content.size() == 1 &&
                       element.content.front().kind == Node::Kind::value &&
                       values.at(element.content.front().slot).is_array();
  if (!repeats) {
    out.push_back(node::element(without_substitutions(element, values)));
    return;
  }
  Element empty = element;
  empty.content.clear();
  const Element shell = without_substitutions(empty, values);
  const std::vector<std::string>& items = values.at(element.content.front().slot).texts;
  for (const std::string& item : items) {
    Element one = shell;
    add_escaped(one.content, item);
    out.push_back(node::element(std::move(one)));
  }
  if (items.empty()) out.push_back(node::element(shell));
}

std::vector<Node> substituted(const std::vector<Node>& nodes,
                              const std::vector<TypedValue>& values) {
  std::vector<Node> out;
  for (const Node& piece : nodes) {
    if (piece.kind == Node::Kind::value) {
      for (const std::string& text : values.at(piece.slot).texts) add_escaped(out, text);
    } else if (piece.kind == Node::Kind::element) {
      add_substituted(out, piece.children.front(), values);
    } else {
      out.push_back(piece);
    }
  }
  return out;
}

Element leaf(std::string name, std::vector<Node> content, int dependency = Element::kNoDependency) {
  return Element{std::move(name), {}, std::move(content), dependency};
}

Element event_shell() {
  Element event;
  event.name = "Event";
  event.attributes.push_back({"xmlns", {node::text(kEventNamespace)}});
  return event;
}

bool literal_names(const WinRecord& record) {
  return record.style == Style::classic || !record.event_source.empty() || record.user_data;
}

}  // namespace

std::vector<TypedValue> number_slots(Element& element) {
  std::vector<TypedValue> out;
  for (Attribute& attribute : element.attributes) collect(attribute.value, out);
  collect(element.content, out);
  return out;
}

Element without_substitutions(const Element& element, const std::vector<TypedValue>& values) {
  Element out;
  out.name = element.name;
  for (const Attribute& attribute : element.attributes) {
    std::vector<Node> value = substituted(attribute.value, values);
    if (!value.empty()) out.attributes.push_back({attribute.name, std::move(value)});
  }
  out.content = substituted(element.content, values);
  return out;
}

const TypedValue& WinRecord::item(std::string_view name) const {
  for (const DataItem& each : data)
    if (each.name == name) return each.value;
  throw std::out_of_range("no such data item: " + std::string(name));
}

Element outer_template(const WinRecord& record) {
  const bool classic = record.style == Style::classic;
  const bool literal = literal_names(record);
  const auto payload_slot =
      static_cast<std::uint16_t>(literal ? kLiteralPayload : kManifestPayload);
  Element event = event_shell();

  Element system;
  system.name = "System";
  const auto add = [&system](Element child) {
    system.content.push_back(node::element(std::move(child)));
  };

  Element provider;
  provider.name = "Provider";
  if (literal) {
    provider.attributes.push_back({"Name", {node::text(record.provider)}});
    if (!record.provider_guid.empty())
      provider.attributes.push_back({"Guid", {node::text(record.provider_guid)}});
    if (!record.event_source.empty())
      provider.attributes.push_back({"EventSourceName", {node::text(record.event_source)}});
  } else {
    provider.attributes.push_back({"Name", {node::slot(kProvider, BinType::string)}});
    provider.attributes.push_back({"Guid", {node::slot(kProviderGuid, BinType::guid)}});
  }
  add(std::move(provider));

  Element id = leaf("EventID", {node::slot(kEventId, BinType::uint16)}, kEventId);
  id.attributes.push_back({"Qualifiers", {node::slot(kQualifiers, BinType::uint16)}});
  add(std::move(id));
  if (!classic) add(leaf("Version", {node::slot(kVersion, BinType::uint8)}, kVersion));
  add(leaf("Level", {node::slot(kLevel, BinType::uint8)}, kLevel));
  add(leaf("Task", {node::slot(kTask, BinType::uint16)}, kTask));
  if (!classic) add(leaf("Opcode", {node::slot(kOpcode, BinType::uint8)}, kOpcode));
  add(leaf("Keywords", {node::slot(kKeywords, BinType::hex64)}, kKeywords));
  Element created;
  created.name = "TimeCreated";
  created.attributes.push_back({"SystemTime", {node::slot(kTime, BinType::filetime)}});
  add(std::move(created));
  add(leaf("EventRecordID", {node::slot(kRecordId, BinType::uint64)}, kRecordId));
  if (!classic) {
    Element correlation;
    correlation.name = "Correlation";
    correlation.attributes.push_back({"ActivityID", {node::slot(kActivity, BinType::guid)}});
    const Slot related = literal ? kRelatedActivityLiteral : kRelatedActivity;
    correlation.attributes.push_back({"RelatedActivityID", {node::slot(related, BinType::guid)}});
    add(std::move(correlation));
    Element execution;
    execution.name = "Execution";
    execution.attributes.push_back({"ProcessID", {node::slot(kProcess, BinType::uint32)}});
    execution.attributes.push_back({"ThreadID", {node::slot(kThread, BinType::uint32)}});
    add(std::move(execution));
  }
  if (literal)
    add(leaf("Channel", {node::text(record.channel)}));
  else
    add(leaf("Channel", {node::slot(kChannel, BinType::string)}, kChannel));
  add(leaf("Computer", {node::text(record.computer)}));
  Element security;
  security.name = "Security";
  security.attributes.push_back({"UserID", {node::slot(kUser, BinType::sid)}});
  add(std::move(security));
  event.content.push_back(node::element(std::move(system)));

  const Node place = node::slot(payload_slot, BinType::binxml);
  if (record.user_data)
    event.content.push_back(node::element(leaf("UserData", {place}, payload_slot)));
  else
    event.content.push_back(place);
  // As Windows writes it: the event as a whole depends on its payload.
  if (!record.user_data) event.dependency = payload_slot;
  return event;
}

std::vector<TypedValue> outer_values(const WinRecord& record, std::uint64_t id) {
  const bool classic = record.style == Style::classic;
  const bool literal = literal_names(record);
  std::vector<TypedValue> out(literal ? kLiteralPayload + 1U : kManifestPayload + 1U,
                              value::null(BinType::null));
  out[kLevel] = value::u8(record.level);
  out[kOpcode] = value::u8(record.opcode);
  out[kTask] = value::u16(record.task);
  out[kEventId] = value::u16(record.event_id);
  out[kQualifiers] =
      record.qualifiers ? value::u16(*record.qualifiers) : value::null(BinType::uint16);
  out[kKeywords] = value::hex64(record.keywords);
  out[kTime] = value::filetime(record.time);
  out[kRecordId] = value::u64(record.event_record_id.value_or(id));
  out[kUser] = record.user_sid.empty() ? value::null(BinType::sid) : value::sid(record.user_sid);
  const auto guid_or_null = [](const std::string& text) {
    return text.empty() ? value::null(BinType::guid) : value::guid(text);
  };
  if (classic) {
    out[kProcess] = value::u32(0);
    out[kThread] = value::u32(0);
    out[kVersion] = value::u8(0);
  } else {
    out[kActivity] = guid_or_null(record.activity_id);
    out[literal ? kRelatedActivityLiteral : kRelatedActivity] =
        guid_or_null(record.related_activity_id);
    out[kProcess] = value::u32(record.process_id);
    out[kThread] = value::u32(record.thread_id);
    out[kVersion] = record.version ? value::u8(*record.version) : value::null(BinType::uint8);
  }
  if (!literal) {
    out[kProvider] = value::text(record.provider);
    out[kProviderGuid] = guid_or_null(record.provider_guid);
    out[kChannel] = value::text(record.channel);
  }
  TypedValue& place = out.back();
  place.declared = static_cast<std::uint8_t>(BinType::binxml);
  place.type = place.declared;
  return out;
}

Instance payload(const WinRecord& record) {
  Instance out;
  if (record.user_data) {
    out.element = *record.user_data;
    out.values = number_slots(out.element);
    return out;
  }
  out.element.name = record.payload_name;
  if (record.classic) {
    // Slot 1 is there and unused, as in every classic record.
    out.values = {value::texts(record.classic->strings), value::u32(0),
                  record.classic->binary.empty() ? value::null(BinType::binary)
                                                 : value::binary(record.classic->binary)};
    Node strings = node::slot(0, BinType::string);
    strings.value.declared |= kArrayBit;
    out.element.content.push_back(node::element(leaf("Data", {strings}, 0)));
    out.element.content.push_back(
        node::element(leaf("Binary", {node::slot(2, BinType::binary)}, 2)));
    return out;
  }
  for (const DataItem& item : record.data) {
    Element data;
    data.name = "Data";
    if (!item.name.empty()) data.attributes.push_back({"Name", {node::text(item.name)}});
    Node place = node::value(item.value, item.optional());
    place.slot = static_cast<std::uint16_t>(out.values.size());
    if (item.optional()) data.dependency = place.slot;
    data.content.push_back(std::move(place));
    out.values.push_back(item.value);
    out.element.content.push_back(node::element(std::move(data)));
  }
  return out;
}

Element literal_event(const WinRecord& record, std::uint64_t id) {
  const Element event = outer_template(record);
  Element out = without_substitutions(event, outer_values(record, id));
  // The payload's substitution left nothing behind; put the payload's own tree there.
  const Instance inner = payload(record);
  Element tree = without_substitutions(inner.element, inner.values);
  if (record.user_data)
    out.content.back().children.front().content.push_back(node::element(std::move(tree)));
  else
    out.content.push_back(node::element(std::move(tree)));
  return out;
}

}  // namespace stemma::support
