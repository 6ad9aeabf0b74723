// EventProgram: what a piece of binary XML says about an event, worked out once: a list of "this
// value is the event id", "this text is the data item called X". Running it fills a WinEvent
// without looking at the XML again (program_run.hpp). This is the only place that knows the event
// schema in binary XML; the same schema in text is winlog/event_xml.hpp, and tests hold the two
// together.
//
// A program is made of canonical bytes (canonical.hpp) with their substitutions: one program serves
// all records of a template. What a list cannot say (a text put together from several values, an
// element whose kind depends on a value) makes a program that is not `direct`; records of such a
// template are written out with their values first (expansion.hpp), and the program of that has no
// substitutions left.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "parsers/evtx/chunk_decoder.hpp"

namespace stemma::evtx {

/// Where a value goes.
enum class Target : std::uint8_t {
  provider_name,
  provider_guid,
  event_source_name,
  event_id,
  qualifiers,
  version,
  level,
  task,
  opcode,
  keywords,
  system_time,
  record_id,
  activity_id,
  related_activity_id,
  process_id,
  thread_id,
  channel,
  computer,
  user_id,
  // from here on: what filters may leave out
  data,            ///< an item of event_data
  user_data_name,  ///< UserData's own child
  user_data,       ///< an item of user_data
  message,         ///< RenderingInfo/Message
  nested,          ///< more children of Event, if the value is binary XML
};

struct EventOp {
  static constexpr std::uint16_t kLiteral = 0xFFFF;

  Target target = Target::data;
  bool number = false;       ///< the event keeps it as a number
  bool conditional = false;  ///< depends on something
  bool skip_empty = false;   ///< an item without text is no item
  bool repeats = true;       ///< an array makes an item of each of its items
  std::uint16_t slot = kLiteral;
  std::array<std::uint16_t, 2> depends{kLiteral,
                                       kLiteral};  ///< left out where one of these is NULL
  std::string_view name;                           ///< of a data item
  std::string_view literal;                        ///< where slot is kLiteral
};

/// Not copyable: names and literals are views into its own arena.
struct EventProgram {
  EventProgram() = default;
  EventProgram(const EventProgram&) = delete;
  EventProgram& operator=(const EventProgram&) = delete;

  std::vector<EventOp> ops;  ///< in the order of the text
  /// Indexes of ops: those of System, and the others.
  std::vector<std::uint16_t> system_ops, other_ops;
  std::uint32_t uses = 0;    ///< how many ops share one substitution at most
  bool direct = true;        ///< the list says all there is
  bool whole_event = false;  ///< the outermost element is Event; else they are children of one
  bool has_system = false;
  std::uint32_t slots = 0;   ///< one more than the highest substitution
  std::uint32_t nested = 0;  ///< ops of target `nested`
  DecodeNotes notes;         ///< on the literals
  TextArena strings;
};

/// Compiles canonical bytes, which are trusted to be what canonical.hpp says. Reuses `program`'s
/// memory and its own. One thread. O(bytes).
class EventCompiler {
 public:
  void compile(std::string_view canonical, EventProgram& program);

 private:
  enum class Kind : std::uint8_t { element, literal, slot };
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  struct Node {
    Kind kind = Kind::element;
    std::uint16_t slot = 0;  ///< the substitution, or what the element depends on
    std::uint32_t next = kNone;
    std::uint32_t first = kNone, last = kNone;  ///< children
    std::uint32_t first_attribute = kNone, last_attribute = kNone;
    std::string_view text;  ///< name of an element or attribute; literal
  };
  struct Content {
    std::string_view literal;
    std::uint16_t slot = EventOp::kLiteral;
    bool mixed = false;
  };
  using Depends = std::array<std::uint16_t, 2>;

  void emit_all(std::string_view canonical);
  void index_ops();
  void read_nodes(std::string_view canonical);
  std::uint32_t append(std::uint32_t& first, std::uint32_t& last, Node node);
  std::string_view utf8(std::string_view units);
  Content content_of(const Node& node);
  Content attribute_of(const Node& node, std::string_view name);
  [[nodiscard]] bool has_element(const Node& node) const;
  Depends below(const Depends& outer, const Node& node);
  void emit(Target target, const Content& content, const Depends& depends,
            std::string_view name = {}, bool skip_empty = false, bool repeats = true);
  std::string_view join(std::string_view path, std::string_view name);
  void emit_event_child(const Node& node, const Depends& outer);
  void emit_system(const Node& system, const Depends& depends);
  void emit_event_data(const Node& data, const Depends& depends);
  void emit_user_data(const Node& data, const Depends& depends);
  void emit_leaves(Target target, const Node& node, std::string_view path, const Depends& depends);
  template <class Each>
  void each_child(const Node& node, const Each& each) const {
    for (std::uint32_t i = node.first; i != kNone; i = nodes_[i].next) each(nodes_[i]);
  }

  std::vector<Node> nodes_;
  std::uint32_t first_ = kNone, last_ = kNone;
  EventProgram* program_ = nullptr;
  std::string scratch_;
};

}  // namespace stemma::evtx
