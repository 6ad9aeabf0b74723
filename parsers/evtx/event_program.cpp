#include "parsers/evtx/event_program.hpp"

#include <algorithm>
#include <cstring>

#include "events/text.hpp"
#include "parsers/evtx/canonical.hpp"
#include "parsers/evtx/value_text.hpp"

namespace stemma::evtx {
namespace {

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool is_namespace(std::string_view attribute) {
  return attribute == "xmlns" || attribute.rfind("xmlns:", 0) == 0;
}

std::string_view entity_text(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  return {};
}

bool is_number(Target target) {
  switch (target) {
    case Target::event_id:
    case Target::qualifiers:
    case Target::version:
    case Target::level:
    case Target::task:
    case Target::opcode:
    case Target::keywords:
    case Target::record_id:
    case Target::process_id:
    case Target::thread_id:
      return true;
    default:
      return false;
  }
}

// Reads canonical bytes, which were checked when they were made.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return bytes_.empty(); }
  template <class Number>
  Number take() {
    Number value{};
    const std::string_view from = take(sizeof value);
    std::memcpy(&value, from.data(), from.size());
    return value;
  }
  std::string_view take(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view units() { return take(take<std::uint16_t>() * std::size_t{2}); }

 private:
  std::string_view bytes_;
};

}  // namespace

std::string_view EventCompiler::utf8(std::string_view units) {
  const std::span<char> room = program_->strings.room(units.size() / 2 * 3 + 1);
  const Bytes bytes(reinterpret_cast<const std::byte*>(units.data()), units.size());
  const char* const end = utf8_from_utf16(without_terminators(bytes), room.data(), program_->notes);
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

std::uint32_t EventCompiler::append(std::uint32_t& first, std::uint32_t& last, Node node) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(node);
  if (first == kNone) {
    first = index;
  } else {
    nodes_[last].next = index;
  }
  last = index;
  return index;
}

void EventCompiler::read_nodes(std::string_view canonical) {
  nodes_.clear();
  first_ = last_ = kNone;
  std::vector<std::uint32_t> open;
  std::uint32_t attribute = kNone;
  bool in_start_tag = false;
  const auto put = [&](Node node) {
    // Text goes to the attribute that is being read, else to the element.
    if (in_start_tag && attribute == kNone) return;  // text before any attribute means nothing
    const std::uint32_t owner = in_start_tag ? attribute : open.empty() ? kNone : open.back();
    if (owner == kNone) return;
    std::uint32_t first = nodes_[owner].first;
    std::uint32_t last = nodes_[owner].last;
    append(first, last, node);
    nodes_[owner].first = first;
    nodes_[owner].last = last;
  };
  const auto put_literal = [&](std::string_view text) {
    if (text.empty()) return;
    Node node;
    node.kind = Kind::literal;
    node.text = text;
    put(node);
  };
  Cursor in(canonical);
  while (!in.done()) {
    switch (in.take<std::uint8_t>()) {
      case token::kOpenElement: {
        Node node;
        node.slot = in.take<std::uint16_t>();
        node.text = utf8(in.units());
        if (open.empty()) {
          open.push_back(append(first_, last_, node));
        } else {
          const std::uint32_t owner = open.back();
          std::uint32_t first = nodes_[owner].first;
          std::uint32_t last = nodes_[owner].last;
          open.push_back(append(first, last, node));
          nodes_[owner].first = first;
          nodes_[owner].last = last;
        }
        in_start_tag = true;
        attribute = kNone;
        break;
      }
      case token::kAttribute: {
        Node node;
        node.text = utf8(in.units());
        if (open.empty()) break;
        const std::uint32_t owner = open.back();
        std::uint32_t first = nodes_[owner].first_attribute;
        std::uint32_t last = nodes_[owner].last_attribute;
        attribute = append(first, last, node);
        nodes_[owner].first_attribute = first;
        nodes_[owner].last_attribute = last;
        break;
      }
      case token::kCloseStart:
        in_start_tag = false;
        break;
      case token::kCloseEmpty:
      case token::kEndElement:
        in_start_tag = false;
        if (!open.empty()) open.pop_back();
        break;
      case token::kText:
        put_literal(utf8(in.units()));
        break;
      case token::kUtf8Text:
        put_literal(in.take(in.take<std::uint32_t>()));
        break;
      case token::kCharacter: {
        const auto value = in.take<std::uint16_t>();
        scratch_.clear();
        append_utf8(scratch_, value == 0 ? char32_t{0xFFFD} : char32_t{value});
        put_literal(program_->strings.copy(scratch_));
        break;
      }
      case token::kEntity: {
        const std::string_view name = utf8(in.units());
        const std::string_view text = entity_text(name);
        if (!text.empty()) {
          put_literal(text);
        } else {
          scratch_.assign("&").append(name).append(";");
          put_literal(program_->strings.copy(scratch_));
        }
        break;
      }
      case token::kSubstitution: {
        Node node;
        node.kind = Kind::slot;
        node.slot = in.take<std::uint16_t>();
        program_->slots = std::max(program_->slots, node.slot + 1u);
        put(node);
        break;
      }
      default:
        return;  // not canonical: nothing of ours
    }
  }
}

EventCompiler::Content EventCompiler::content_of(const Node& node) {
  Content content;
  std::size_t literals = 0;
  std::size_t slots = 0;
  for (std::uint32_t i = node.first; i != kNone; i = nodes_[i].next) {
    const Node& child = nodes_[i];
    if (child.kind == Kind::literal && ++literals == 1) content.literal = child.text;
    if (child.kind == Kind::slot && ++slots == 1) content.slot = child.slot;
  }
  content.mixed = slots > 1 || (slots == 1 && literals > 0);
  if (!content.mixed && literals > 1) {
    scratch_.clear();
    each_child(node, [this](const Node& child) {
      if (child.kind == Kind::literal) scratch_ += child.text;
    });
    content.literal = program_->strings.copy(scratch_);
  }
  return content;
}

EventCompiler::Content EventCompiler::attribute_of(const Node& node, std::string_view name) {
  for (std::uint32_t i = node.first_attribute; i != kNone; i = nodes_[i].next) {
    if (nodes_[i].text == name) return content_of(nodes_[i]);
  }
  return {};
}

bool EventCompiler::has_element(const Node& node) const {
  for (std::uint32_t i = node.first; i != kNone; i = nodes_[i].next) {
    if (nodes_[i].kind == Kind::element) return true;
  }
  return false;
}

EventCompiler::Depends EventCompiler::below(const Depends& outer, const Node& node) {
  Depends depends = outer;
  if (node.slot == kNoDependency) return depends;
  for (std::uint16_t& entry : depends) {
    if (entry == node.slot) return depends;
    if (entry != EventOp::kLiteral) continue;
    entry = node.slot;
    program_->slots = std::max(program_->slots, node.slot + 1u);
    return depends;
  }
  program_->direct = false;
  return depends;
}

void EventCompiler::emit(Target target, const Content& content, const Depends& depends,
                         std::string_view name, bool skip_empty, bool repeats) {
  if (content.mixed) program_->direct = false;
  EventOp op;
  op.target = target;
  op.skip_empty = skip_empty;
  op.repeats = repeats && target >= Target::data;
  op.slot = content.slot;
  op.depends = depends;
  op.conditional = depends[0] != EventOp::kLiteral;
  op.number = is_number(target);
  op.name = name;
  op.literal = content.literal;
  program_->ops.push_back(op);
}

std::string_view EventCompiler::join(std::string_view path, std::string_view name) {
  if (path.empty()) return name;
  scratch_.assign(path).append(1, '.').append(name);
  return program_->strings.copy(scratch_);
}

void EventCompiler::emit_system(const Node& system, const Depends& outer) {
  each_child(system, [&](const Node& node) {
    if (node.kind != Kind::element) return;
    const Depends depends = below(outer, node);
    const auto text = [&](Target target) { emit(target, content_of(node), depends); };
    const auto attribute = [&](Target target, std::string_view name) {
      emit(target, attribute_of(node, name), depends);
    };
    const std::string_view name = local_name(node.text);
    if (name == "Provider") {
      attribute(Target::provider_name, "Name");
      attribute(Target::provider_guid, "Guid");
      attribute(Target::event_source_name, "EventSourceName");
    } else if (name == "EventID") {
      text(Target::event_id);
      attribute(Target::qualifiers, "Qualifiers");
    } else if (name == "Version") {
      text(Target::version);
    } else if (name == "Level") {
      text(Target::level);
    } else if (name == "Task") {
      text(Target::task);
    } else if (name == "Opcode") {
      text(Target::opcode);
    } else if (name == "Keywords") {
      text(Target::keywords);
    } else if (name == "TimeCreated") {
      attribute(Target::system_time, "SystemTime");
    } else if (name == "EventRecordID") {
      text(Target::record_id);
    } else if (name == "Correlation") {
      attribute(Target::activity_id, "ActivityID");
      attribute(Target::related_activity_id, "RelatedActivityID");
    } else if (name == "Execution") {
      attribute(Target::process_id, "ProcessID");
      attribute(Target::thread_id, "ThreadID");
    } else if (name == "Channel") {
      text(Target::channel);
    } else if (name == "Computer") {
      text(Target::computer);
    } else if (name == "Security") {
      attribute(Target::user_id, "UserID");
    }
  });
}

void EventCompiler::emit_event_data(const Node& data, const Depends& outer) {
  each_child(data, [&](const Node& node) {
    if (node.kind != Kind::element) return;
    const Depends depends = below(outer, node);
    const Content named = attribute_of(node, "Name");
    if (named.mixed || named.slot != EventOp::kLiteral) program_->direct = false;
    const std::string_view element = local_name(node.text);
    std::string_view name = named.literal;
    if (name.empty() && element != "Data") name = element;
    if (element == "ComplexData" || has_element(node)) {
      emit_leaves(Target::data, node, name, depends);
    } else {
      emit(Target::data, content_of(node), depends, name);
    }
  });
}

void EventCompiler::emit_leaves(Target target, const Node& node, std::string_view path,
                                const Depends& depends) {
  for (std::uint32_t i = node.first_attribute; i != kNone; i = nodes_[i].next) {
    const std::string_view name = nodes_[i].text;
    if (is_namespace(name)) continue;
    emit(target, content_of(nodes_[i]), depends, join(path, name), false, false);
  }
  bool below_node = false;
  bool always_below = false;
  for (std::uint32_t i = node.first; i != kNone; i = nodes_[i].next) {
    const Node& child = nodes_[i];
    if (child.kind != Kind::element) continue;
    below_node = true;
    if (child.slot == kNoDependency) always_below = true;
    emit_leaves(target, child, join(path, local_name(child.text)), below(depends, child));
  }
  if (below_node) {
    // Whether this node is a leaf must not hang on a value.
    const Content text = content_of(node);
    const bool has_text = text.mixed || text.slot != EventOp::kLiteral || !text.literal.empty();
    if (!always_below && has_text) program_->direct = false;
    return;
  }
  const bool attributes = node.first_attribute != kNone;
  emit(target, content_of(node), depends, path, attributes, !attributes);
}

void EventCompiler::emit_user_data(const Node& data, const Depends& outer) {
  for (std::uint32_t i = data.first; i != kNone; i = nodes_[i].next) {
    const Node& provider = nodes_[i];
    if (provider.kind == Kind::slot) {
      // A provider's element that is a value: written out first.
      program_->direct = false;
      continue;
    }
    if (provider.kind != Kind::element) continue;
    if (provider.slot != kNoDependency) program_->direct = false;
    const std::string_view name = local_name(provider.text);
    emit(Target::user_data_name, {name, EventOp::kLiteral, false}, outer);
    for (std::uint32_t a = provider.first_attribute; a != kNone; a = nodes_[a].next) {
      if (!is_namespace(nodes_[a].text))
        emit(Target::user_data, content_of(nodes_[a]), outer, nodes_[a].text, false, false);
    }
    if (!has_element(provider))
      emit(Target::user_data, content_of(provider), outer, name, true, false);
    each_child(provider, [&](const Node& child) {
      if (child.kind == Kind::element)
        emit_leaves(Target::user_data, child, local_name(child.text), below(outer, child));
    });
    return;  // [MS-EVEN6]: one child
  }
}

void EventCompiler::emit_event_child(const Node& node, const Depends& outer) {
  if (node.kind == Kind::literal) return;
  if (node.kind == Kind::slot) {
    ++program_->nested;
    emit(Target::nested, {{}, node.slot, false}, outer);
    return;
  }
  const Depends depends = below(outer, node);
  const std::string_view name = local_name(node.text);
  if (name == "System") {
    if (node.slot != kNoDependency) program_->direct = false;
    emit_system(node, depends);
    program_->has_system = true;
  } else if (name == "BinaryEventData") {
    emit(Target::data, content_of(node), depends, "Binary");
  } else if (name == "UserData") {
    emit_user_data(node, depends);
  } else if (name == "RenderingInfo") {
    for (std::uint32_t i = node.first; i != kNone; i = nodes_[i].next) {
      if (nodes_[i].kind != Kind::element || nodes_[i].text != "Message") continue;
      emit(Target::message, content_of(nodes_[i]), below(depends, nodes_[i]));
      break;
    }
  } else {
    // EventData, DebugData, ProcessingErrorData, and elements that a recovered record has lost the
    // names of, but not the values
    emit_event_data(node, depends);
  }
}

void EventCompiler::compile(std::string_view canonical, EventProgram& program) {
  program_ = &program;
  program.ops.clear();
  program.strings.reset();
  program.direct = true;
  program.whole_event = program.has_system = false;
  program.slots = program.nested = 0;
  program.notes = {};
  emit_all(canonical);
  index_ops();
}

void EventCompiler::index_ops() {
  std::vector<std::uint32_t> uses(program_->slots, 0);
  program_->system_ops.clear();
  program_->other_ops.clear();
  program_->uses = 0;
  for (std::size_t i = 0; i < program_->ops.size(); ++i) {
    const EventOp& op = program_->ops[i];
    if (op.slot != EventOp::kLiteral) program_->uses = std::max(program_->uses, ++uses[op.slot]);
    (op.target < Target::data ? program_->system_ops : program_->other_ops)
        .push_back(static_cast<std::uint16_t>(i));
  }
}

void EventCompiler::emit_all(std::string_view canonical) {
  EventProgram& program = *program_;
  read_nodes(canonical);
  const Depends none{EventOp::kLiteral, EventOp::kLiteral};
  if (first_ != kNone && local_name(nodes_[first_].text) == "Event") {
    program.whole_event = true;
    // Event itself depends on the value that holds its data; without one it is still an event.
    each_child(nodes_[first_], [&](const Node& child) { emit_event_child(child, none); });
    return;
  }
  for (std::uint32_t i = first_; i != kNone; i = nodes_[i].next) emit_event_child(nodes_[i], none);
}

}  // namespace stemma::evtx
