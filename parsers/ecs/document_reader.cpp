#include "parsers/ecs/document_reader.hpp"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "parsers/common/json_parse.hpp"
#include "parsers/ecs/field_paths.hpp"
#include "parsers/ecs/limits.hpp"
#include "parsers/ecs/meaning.hpp"
#include "parsers/ecs/recognition.hpp"
#include "parsers/ecs/windows_json.hpp"
#include "parsers/winlog/mapping.hpp"

namespace stemma::ecs {
namespace {

namespace dom = simdjson::dom;

// Elasticsearch takes a number written as text for a field of numbers, and the reverse; known
// fields have one kind of value here, whoever wrote it.
class Coercion {
 public:
  explicit Coercion(TextArena& arena) : arena_(arena) {}

  [[nodiscard]] Value to(FieldType type, const Value& value) const {
    switch (type) {
      case FieldType::keyword:
      case FieldType::ip:
        return value.kind == Value::Kind::text ? value : Value::of(written(value));
      case FieldType::long_:
        return whole_number(value);
      case FieldType::boolean:
        if (value.kind == Value::Kind::text && (value.text == "true" || value.text == "false"))
          return Value::of_boolean(value.text == "true");
        return value;
      case FieldType::date:
        if (const auto time = time_of(value)) return Value::of(time->time, time->digits);
        return value;
      case FieldType::real:
        break;
    }
    return value;
  }

 private:
  static Value whole_number(const Value& value) {
    if (value.kind == Value::Kind::text) {
      std::int64_t number = 0;
      const char* const end = value.text.data() + value.text.size();
      const auto read = std::from_chars(value.text.data(), end, number);
      if (read.ec == std::errc() && read.ptr == end) return Value::of(number);
    } else if (value.kind == Value::Kind::real && value.real == std::floor(value.real) &&
               std::fabs(value.real) < 9.0e18) {
      return Value::of(static_cast<std::int64_t>(value.real));
    }
    return value;
  }

  [[nodiscard]] std::string_view written(const Value& value) const {
    if (value.kind == Value::Kind::boolean) return value.boolean ? "true" : "false";
    char digits[32];
    const auto end = value.kind == Value::Kind::real
                         ? std::to_chars(digits, digits + sizeof(digits), value.real)
                         : std::to_chars(digits, digits + sizeof(digits), value.integer);
    return arena_.copy({digits, static_cast<std::size_t>(end.ptr - digits)});
  }

  TextArena& arena_;
};

SourceKind as_document(SourceKind kind) {
  switch (kind) {
    case SourceKind::sysmon:
      return SourceKind::ecs_sysmon;
    case SourceKind::security:
      return SourceKind::ecs_security;
    case SourceKind::sysmon_linux:
      return SourceKind::ecs_sysmon_linux;
    default:
      return SourceKind::ecs_windows;
  }
}

}  // namespace

class DocumentReader::Impl {
 public:
  Impl(const Projection& projection, Texts texts)
      : projection_(projection), texts_(texts), paths_(take_field_paths(projection)) {
    if (data_parser_.allocate(json::kUsualDocument, kMaxDepth + 1) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }
  ~Impl() { give_field_paths(std::move(paths_)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<bool> read(std::string_view text, std::size_t begin, std::size_t end,
                    std::string_view default_host, Event& event, DocumentNotes& notes) {
    notes = {};
    event.reset(projection_, texts_);
    facts_.clear();
    arena_.reset();
    win_.clear();
    values_ = 0;
    fault_ = nullptr;
    if (paths_->full()) paths_ = std::make_unique<FieldPaths>(projection_);
    json::Repairs repairs;
    const Result<dom::object> root = parser_.object(text, begin, end, repairs);
    if (!root) return tl::unexpected(root.error());
    notes.invalid_utf8 = repairs.utf8;
    notes.invalid_utf16 = repairs.utf16;
    dom::object object = *root;
    object = document_in(object);
    if (!is_event(object)) return false;
    event_ = &event;
    notes_ = &notes;
    if (is_flat_windows_event(object)) {
      read_flat_windows_event(object, arena_, data_parser_, win_);
      mapper_.map(win_, event, default_host);
      event.source_kind = as_document(event.source_kind);
      notes.no_time = !win_.time_created;
      notes.no_host = is_absent(win_.computer) && default_host.empty();
      return true;
    }
    walk(object, FieldPaths::kRoot);
    if (fault_ != nullptr) {
      return tl::unexpected(Fault{Defect::limit_exceeded, begin, most_ + 1, most_, fault_});
    }
    finish(default_host);
    return true;
  }

 private:
  // What a search or an update wraps a document in.
  static dom::object document_in(const dom::object& object) {
    dom::object inner;
    if (object.at_key("_source").get_object().get(inner) == simdjson::SUCCESS) return inner;
    const bool hit = object.at_key("_index").error() == simdjson::SUCCESS ||
                     object.at_key("_id").error() == simdjson::SUCCESS;
    if (hit && object.at_key("fields").get_object().get(inner) == simdjson::SUCCESS) return inner;
    if (object.size() == 1 && object.at_key("doc").get_object().get(inner) == simdjson::SUCCESS)
      return inner;
    return object;
  }

  static bool is_event(const dom::object& object) {
    KeyTaste taste;
    for (const auto& field : object) taste.key(field.key);
    return taste.is_event();
  }

  bool count_value() {
    if (++values_ <= kMaxValues) return true;
    if (fault_ == nullptr) {
      fault_ = "keys and elements";
      most_ = kMaxValues;
    }
    return false;
  }

  // Depth is the parser's cap. Every key is looked up, wanted or not, so that nothing that is said
  // of a document hangs on what a pass wants of it.
  void walk(const dom::object& object, std::uint32_t parent) {
    const std::uint64_t number = paths_->next_object();
    std::uint32_t before = FieldPaths::kNone;
    for (const auto& [key, value] : object) {
      if (!count_value()) return;
      const std::uint32_t path = paths_->child(parent, before, key);
      if (path == FieldPaths::kNone) {
        notes_->long_name = true;
        continue;
      }
      std::uint64_t& seen_in = (*paths_)[path].seen_in;
      if (seen_in == number && notes_->repeated_key.empty())
        notes_->repeated_key = (*paths_)[path].name;
      seen_in = number;
      before = path;
      visit(value, path);
      if (fault_ != nullptr) return;
    }
  }

  void visit(const dom::element& value, std::uint32_t path) {
    switch (value.type()) {
      case dom::element_type::OBJECT:
        walk(value.get_object().value_unsafe(), path);
        break;
      case dom::element_type::ARRAY: {
        const dom::array array = value.get_array().value_unsafe();
        std::size_t length = 0;
        for (const dom::element element : array) {
          if (++length > kMaxArrayLength) {
            fault_ = "elements of an array";
            most_ = kMaxArrayLength;
          }
          if (fault_ != nullptr || !count_value()) return;
          visit(element, path);
        }
        break;
      }
      case dom::element_type::STRING:
        keep(path, Value::of(value.get_string().value_unsafe()));
        break;
      case dom::element_type::INT64:
        keep(path, Value::of(value.get_int64().value_unsafe()));
        break;
      case dom::element_type::UINT64:  // beyond what a Value holds: its digits
        keep(path, Value::of(scalar_text(value, arena_)));
        break;
      case dom::element_type::DOUBLE:
        keep(path, Value::of_real(value.get_double().value_unsafe()));
        break;
      case dom::element_type::BOOL:
        keep(path, Value::of_boolean(value.get_bool().value_unsafe()));
        break;
      case dom::element_type::NULL_VALUE:
        break;
    }
  }

  void keep(std::uint32_t at, const Value& value) {
    const FieldPath& path = (*paths_)[at];
    if (path.fact != Fact::none) facts_.add(path.fact, value);
    if (path.part != WinPart::none) {
      auto& items = path.part == WinPart::event_data ? win_.event_data : win_.user_data;
      items.push_back({path.win_name, value.kind == Value::Kind::text
                                          ? value.text
                                          : coercion_.to(FieldType::keyword, value).text});
    }
    if (!path.field) return;
    event_->add_value(path.field, path.known ? coercion_.to(path.type, value) : value);
  }

  void finish(std::string_view default_host) {
    Event& event = *event_;
    event.source_kind = source_of(facts_);
    event.process.act = act_of(facts_);
    read_time();
    read_sequence();
    const std::string_view host = host_of(facts_);
    if (!event.has(field::host_name))
      event.add_value(field::host_name, Value::of(host.empty() ? default_host : host),
                      Origin::derived);
    notes_->no_host = host.empty() && default_host.empty();
    if (!facts_.has(Fact::process_parent_pid)) {
      if (const auto pid = facts_.number(Fact::process_ppid);
          pid && *pid <= std::numeric_limits<std::uint32_t>::max())
        event.set(field::process_parent_pid, static_cast<std::int64_t>(*pid), Origin::derived);
    }
    if (!facts_.any_category && (!win_.event_data.empty() || !win_.user_data.empty()))
      add_windows_fields();
    if (!facts_.any_category && event.process.act != ProcessAct::none)
      add_derived(field::event_category, "process");
    if (!facts_.any_type && event.process.act != ProcessAct::none)
      add_derived(field::event_type, event.process.act == ProcessAct::end ? "end" : "start");
  }

  void add_derived(FieldId field, std::string_view text) {
    if (!event_->has(field)) event_->set_lasting(field, text, Origin::derived);
  }

  void read_time() {
    for (const Fact fact : {Fact::timestamp, Fact::event_created, Fact::winlog_time_created}) {
      const auto time = time_of(facts_.first[static_cast<std::size_t>(fact)]);
      if (!time) continue;
      event_->time = time->time;
      event_->time_digits = time->digits;
      if (fact != Fact::timestamp && !facts_.has(Fact::timestamp))
        event_->set_time(field::timestamp, time->time, time->digits, Origin::derived);
      return;
    }
    notes_->no_time = true;
  }

  void read_sequence() {
    for (const Fact fact : {Fact::winlog_record_id, Fact::event_sequence, Fact::auditd_sequence,
                            Fact::auditd_log_sequence}) {
      if (const auto number = facts_.number(fact)) {
        event_->sequence = *number;
        return;
      }
    }
  }

  // Event data that no pipeline has made fields of yet: what the log's own reader would make of it,
  // where the document has not said it itself.
  void add_windows_fields() {
    read_system(facts_, win_);
    if (!win_.event_id || (win_.provider_name.empty() && win_.channel.empty())) return;
    Event& event = *event_;
    mapped_.reset(projection_, Texts::borrowed);
    mapper_.map(win_, mapped_);
    if (mapped_.process.act != ProcessAct::none) event.process = mapped_.process;
    event.source_kind = as_document(mapped_.source_kind);
    if (shapes_.size() > kMaxShapes) shapes_.clear();
    const EventView view = mapped_.view(shapes_);
    for (std::size_t slot = 0; slot < view.shape().fields().size(); ++slot) {
      const FieldId field = view.shape().fields()[slot];
      if (event.has(field)) continue;
      for (const Value& value : view.at(static_cast<std::uint32_t>(slot)))
        event.add_value(field, value, Origin::derived);
    }
  }

  const Projection& projection_;
  const Texts texts_;
  std::unique_ptr<FieldPaths> paths_;
  json::DocumentParser parser_;
  dom::parser data_parser_;
  TextArena arena_;  // numbers as text, until the next document
  Coercion coercion_{arena_};
  Facts facts_;
  WinEvent win_;
  WinlogMapper mapper_;
  Event mapped_;
  ShapeTable shapes_;
  std::size_t values_ = 0;
  const char* fault_ = nullptr;  // the cap that was hit
  std::size_t most_ = 0;
  Event* event_ = nullptr;
  DocumentNotes* notes_ = nullptr;
};

DocumentReader::DocumentReader(const Projection& projection, Texts texts)
    : impl_(std::make_unique<Impl>(projection, texts)) {}
DocumentReader::~DocumentReader() = default;

Result<bool> DocumentReader::read(std::string_view text, std::size_t begin, std::size_t end,
                                  std::string_view default_host, Event& event,
                                  DocumentNotes& notes) {
  return impl_->read(text, begin, end, default_host, event, notes);
}

}  // namespace stemma::ecs
