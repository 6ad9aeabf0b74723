// ChunkDecoder of our own. A record is an instance of a template, whose program (event_program.hpp)
// says where each value goes: the record's descriptors are summed up once, and the values that are
// read are turned into text. What a program cannot say goes the long way (expansion.hpp): the
// record is written out with its values, and that is compiled and run without values.
//
// Both ways check the same things whatever is read of a record, so that a record is refused, or
// not, no matter which pass asks and what other records were met before.
#include <algorithm>
#include <limits>

#include "parsers/evtx/binxml_caps.hpp"
#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/expansion.hpp"
#include "parsers/evtx/template_table.hpp"

namespace stemma::evtx {
namespace {

/// Cap on kinds of event that one template keeps read plans for; real templates serve one.
constexpr std::size_t kMaxPlans = 64;

class NativeDecoder final : public ChunkDecoder {
 public:
  explicit NativeDecoder(bool always_expand)
      : always_expand_(always_expand), expansion_(templates_) {}

  void begin(const ChunkView& chunk) override {
    view_ = chunk;
    templates_.begin(chunk.bytes);
  }

  void set_filter(RecordFilter* filter) override {
    filter_ = filter;
    templates_.cache().forget_plans();
  }

  Result<DecodeNotes> decode(const RecordPlace& place, WinEvent& event) override {
    const std::uint32_t begin = place.offset + kRecordHeaderSize;
    const std::uint32_t end = place.offset + place.size - 4;
    check_names_ = place.recovered;  // a live record's names are what they are
    Outcome outcome = always_expand_ ? Outcome::expand : run_record(begin, end, event);
    if (outcome == Outcome::expand) {
      outcome = expand_record(begin, end, event) ? Outcome::done : Outcome::fault;
    }
    notes_.missing_values = templates_.missing_values();
    if (outcome == Outcome::done && names_match_) return notes_;
    if (outcome == Outcome::done) {
      fault_ = {Defect::undecodable_record, place.offset, 0, 0, "names that were overwritten"};
    }
    fault_.offset += view_.offset;
    return tl::unexpected(fault_);
  }

 private:
  enum class Outcome : std::uint8_t { done, expand, fault };

  Outcome run_record(std::uint32_t begin, std::uint32_t end, WinEvent& event);
  Outcome run_fragment(std::uint32_t begin, std::uint32_t end, bool whole_event, WinEvent& event);
  Outcome run_program(CompiledTemplate& compiled, const TemplateInstance& instance,
                      WinEvent& event);
  Outcome run_op(const EventOp& op, const TemplateInstance& instance, WinEvent& event);
  Outcome put(const EventOp& op, const RawValue& value, WinEvent& event);
  Outcome put_array(const EventOp& op, RawValue array, WinEvent& event);
  static void put_known(Target target, std::optional<std::uint64_t> number, WinEvent& event);
  static void put_known_text(Target target, std::string_view text, WinEvent& event);
  static void put_text(const EventOp& op, std::string_view text, WinEvent& event);
  Outcome too_long();
  [[nodiscard]] bool is_left_out(const EventOp& op, const TemplateInstance& instance) const {
    for (const std::uint16_t slot : op.depends) {
      if (slot != EventOp::kLiteral && templates_.leaves_out(instance, slot))
        return true;
    }
    return false;
  }
  bool expand_record(std::uint32_t begin, std::uint32_t end, WinEvent& event);
  [[nodiscard]] bool reads_system(Target target) const {
    if (filter_ == nullptr) return true;
    switch (target) {
      case Target::provider_guid:
        return filter_->provider_guid;
      case Target::version:
        return filter_->version;
      case Target::level:
        return filter_->level;
      case Target::task:
        return filter_->task;
      case Target::opcode:
        return filter_->opcode;
      case Target::keywords:
        return filter_->keywords;
      case Target::activity_id:
      case Target::related_activity_id:
        return filter_->activity_ids;
      case Target::process_id:
      case Target::thread_id:
        return filter_->process_and_thread;
      case Target::user_id:
        return filter_->user_id;
      default:
        return true;
    }
  }
  /// An array where its items cannot each be one.
  [[nodiscard]] bool has_single_array(const EventProgram& program,
                                      const TemplateInstance& instance) const {
    return std::any_of(program.ops.begin(), program.ops.end(), [&](const EventOp& op) {
      return !op.repeats && op.slot != EventOp::kLiteral &&
             (templates_.place(instance, op.slot).type & kArrayType) != 0;
    });
  }
  bool reads_item(const EventOp& op, const WinEvent& event) {
    switch (op.target) {
      case Target::data:
      case Target::user_data:
        return filter_->reads_data(event, op.target == Target::user_data, op.name);
      case Target::message:
        return filter_->message;
      default:
        return true;
    }
  }
  const std::vector<std::uint16_t>& plan_of(CompiledTemplate& compiled, const WinEvent& event);
  const std::vector<std::uint16_t>& system_plan_of(CompiledTemplate& compiled);

  bool always_expand_;
  ChunkView view_;
  RecordFilter* filter_ = nullptr;
  TemplateTable templates_;
  Expansion expansion_;
  EventCompiler compiler_;
  EventProgram expanded_;
  TextBuffer text_;
  DecodeNotes notes_;
  Fault fault_;
  bool has_system_ = false;
  bool check_names_ = false;
  bool names_match_ = true;
  std::uint64_t output_ = 0;
  ReadPlan plan_scratch_;
};

// number_of() for the types that System has, without a call.
std::optional<std::uint64_t> plain_number(const RawValue& value) {
  switch (value.type) {
    case 0x04:
      if (value.bytes.size() == 1) return le<std::uint8_t>(value.bytes, 0);
      break;
    case 0x06:
      if (value.bytes.size() == 2) return le<std::uint16_t>(value.bytes, 0);
      break;
    case 0x08:
      if (value.bytes.size() == 4) return le<std::uint32_t>(value.bytes, 0);
      break;
    case 0x0A:
    case 0x15:
      if (value.bytes.size() == 8) return le<std::uint64_t>(value.bytes, 0);
      break;
    default:
      break;
  }
  return number_of(value);
}

template <class Number>
void put_number(std::optional<Number>& to, const std::optional<std::uint64_t>& number) {
  to.reset();
  if (number && *number <= std::numeric_limits<Number>::max()) to = static_cast<Number>(*number);
}

NativeDecoder::Outcome NativeDecoder::run_record(std::uint32_t begin, std::uint32_t end,
                                                 WinEvent& event) {
  event.clear();
  text_.reset();
  notes_ = {};
  has_system_ = false;
  names_match_ = true;
  output_ = 0;
  templates_.begin_record(check_names_);
  const Outcome outcome = run_fragment(begin, end, true, event);
  return outcome == Outcome::done && !has_system_ ? Outcome::expand : outcome;
}

// A fragment that is one instance of a template whose program says it all.
NativeDecoder::Outcome NativeDecoder::run_fragment(std::uint32_t begin, std::uint32_t end,
                                                   bool whole_event, WinEvent& event) {
  const Bytes chunk = view_.bytes;
  std::uint32_t at = begin;
  if (end - at >= 4 && le<std::uint8_t>(chunk, at) == token::kFragmentHeader) at += 4;
  if (at >= end || le<std::uint8_t>(chunk, at) != token::kTemplate) return Outcome::expand;
  const Result<TemplateInstance> instance = templates_.read_instance(at, end);
  if (!instance) {
    fault_ = instance.error();
    return Outcome::fault;
  }
  names_match_ = names_match_ && instance->names_match;
  const EventProgram& program = instance->compiled->program;
  if (!program.direct || program.whole_event != whole_event) return Outcome::expand;
  if (at < end && le<std::uint8_t>(chunk, at) != token::kEnd) return Outcome::expand;
  if (whole_event) notes_.content_end = at < end ? at + 1 : at;
  return run_program(*instance->compiled, *instance, event);
}

// Ops beside System's that are run for the kind of event that `event`'s System part says it is.
const std::vector<std::uint16_t>& NativeDecoder::plan_of(CompiledTemplate& compiled,
                                                         const WinEvent& event) {
  if (filter_ == nullptr) return compiled.program.other_ops;
  for (const ReadPlan& plan : compiled.plans) {
    if (plan.event_id == event.event_id && plan.provider == event.provider_name) return plan.ops;
  }
  const bool keep = compiled.plans.size() < kMaxPlans;
  ReadPlan& plan = keep ? compiled.plans.emplace_back() : plan_scratch_;
  plan = {event.event_id, std::string(event.provider_name), {}};
  for (const std::uint16_t at : compiled.program.other_ops) {
    if (reads_item(compiled.program.ops[at], event)) plan.ops.push_back(at);
  }
  return plan.ops;
}

const std::vector<std::uint16_t>& NativeDecoder::system_plan_of(CompiledTemplate& compiled) {
  if (filter_ == nullptr) return compiled.program.system_ops;
  if (!compiled.has_system_plan) {
    compiled.has_system_plan = true;
    compiled.system_plan.clear();
    for (const std::uint16_t at : compiled.program.system_ops) {
      if (reads_system(compiled.program.ops[at].target)) compiled.system_plan.push_back(at);
    }
  }
  return compiled.system_plan;
}

NativeDecoder::Outcome NativeDecoder::run_program(CompiledTemplate& compiled,
                                                  const TemplateInstance& instance,
                                                  WinEvent& event) {
  const EventProgram& program = compiled.program;
  // Binary XML among the values is only looked into where it is more of the event.
  if (instance.nested_values > program.nested) return Outcome::expand;
  has_system_ = has_system_ || program.has_system;
  // What all values would grow to, whether they are read or not: a record is refused for its own
  // sake, not for what somebody asks of it.
  output_ += instance.value_bytes * 3 * program.uses + program.ops.size() * std::uint64_t{16};
  if (output_ > kMaxBinXmlOutput) {
    fault_ = {Defect::limit_exceeded, 0, output_, kMaxBinXmlOutput, "binary xml output"};
    return Outcome::fault;
  }
  if (instance.array_values != 0 && has_single_array(program, instance)) return Outcome::expand;
  for (const std::uint16_t at : system_plan_of(compiled)) {
    const Outcome outcome = run_op(program.ops[at], instance, event);
    if (outcome != Outcome::done) return outcome;
  }
  std::uint32_t nested = 0;
  for (const std::uint16_t at : plan_of(compiled, event)) {
    const EventOp& op = program.ops[at];
    if (op.target != Target::nested) {
      const Outcome outcome = run_op(op, instance, event);
      if (outcome != Outcome::done) return outcome;
      continue;
    }
    const ValuePlace place = templates_.place(instance, op.slot);
    if (is_left_out(op, instance) || place.type != kNestedType || place.size == 0) continue;
    ++nested;
    const Outcome outcome =
        run_fragment(place.offset, place.offset + std::uint32_t{place.size}, false, event);
    if (outcome != Outcome::done) return outcome;
  }
  return nested == instance.nested_values ? Outcome::done : Outcome::expand;
}

NativeDecoder::Outcome NativeDecoder::run_op(const EventOp& op, const TemplateInstance& instance,
                                             WinEvent& event) {
  if (op.conditional && is_left_out(op, instance)) return Outcome::done;
  if (op.slot == EventOp::kLiteral) {
    put_text(op, op.literal, event);
    return Outcome::done;
  }
  const ValuePlace& place = templates_.place(instance, op.slot);
  if (place.type == kNestedType && place.size != 0) return Outcome::expand;
  if ((place.type & kArrayType) != 0) return put_array(op, templates_.value(place), event);
  return put(op, templates_.value(place), event);
}

// A number, or that there is none.
void NativeDecoder::put_known(Target target, std::optional<std::uint64_t> number, WinEvent& event) {
  const auto put = [number](auto& to) { put_number(to, number); };
  switch (target) {
    case Target::event_id:
      return put(event.event_id);
    case Target::qualifiers:
      return put(event.qualifiers);
    case Target::version:
      return put(event.version);
    case Target::level:
      return put(event.level);
    case Target::task:
      return put(event.task);
    case Target::opcode:
      return put(event.opcode);
    case Target::keywords:
      return put(event.keywords);
    case Target::record_id:
      return put(event.record_id);
    case Target::process_id:
      return put(event.process_id);
    case Target::thread_id:
      return put(event.thread_id);
    default:
      return;
  }
}

// Texts: literals, and values that are texts in the event.
void NativeDecoder::put_text(const EventOp& op, std::string_view text, WinEvent& event) {
  if (op.number) {
    put_known_text(op.target, text, event);
    return;
  }
  switch (op.target) {
    case Target::provider_name:
      event.provider_name = text;
      break;
    case Target::provider_guid:
      event.provider_guid = text;
      break;
    case Target::event_source_name:
      event.event_source_name = text;
      break;
    case Target::system_time:
      event.time_created_text = text;
      event.time_created = parse_time(text);
      break;
    case Target::activity_id:
      event.activity_id = text;
      break;
    case Target::related_activity_id:
      event.related_activity_id = text;
      break;
    case Target::channel:
      event.channel = text;
      break;
    case Target::computer:
      event.computer = text;
      break;
    case Target::user_id:
      event.user_id = text;
      break;
    case Target::data:
      if (!text.empty() || !op.skip_empty) event.event_data.push_back({op.name, text});
      break;
    case Target::user_data_name:
      event.user_data_name = text;
      break;
    case Target::user_data:
      if (!text.empty() || !op.skip_empty) event.user_data.push_back({op.name, text});
      break;
    case Target::message:
      event.rendered_message = text;
      break;
    default:
      break;
  }
}

// A number that the record holds as text; none where it is no number.
void NativeDecoder::put_known_text(Target target, std::string_view text, WinEvent& event) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  put_known(target, parse_unsigned(text), event);
}

NativeDecoder::Outcome NativeDecoder::too_long() {
  fault_ = {Defect::limit_exceeded, 0, text_.taken(), kMaxBinXmlOutput, "binary xml output"};
  return Outcome::fault;
}

NativeDecoder::Outcome NativeDecoder::put_array(const EventOp& op, RawValue array,
                                                WinEvent& event) {
  RawValue item;
  std::string_view text;
  if (!take_item(array, item)) {
    put_text(op, {}, event);
    return Outcome::done;
  }
  do {
    if (!append_value(item, text_, notes_, text)) return too_long();
    put_text(op, text, event);
  } while (take_item(array, item));
  return Outcome::done;
}

NativeDecoder::Outcome NativeDecoder::put(const EventOp& op, const RawValue& value,
                                          WinEvent& event) {
  if (op.number) {
    if (const std::optional<std::uint64_t> number = plain_number(value)) {
      put_known(op.target, number, event);
      return Outcome::done;
    }
  }
  if (op.target == Target::system_time && value.type == kFiletimeType && value.bytes.size() == 8) {
    if (const auto time = time_from_filetime(le<std::uint64_t>(value.bytes, 0))) {
      event.time_created = ParsedTime{*time, 7};
      return Outcome::done;
    }
  }
  std::string_view text;
  if (!append_value(value, text_, notes_, text)) return too_long();
  put_text(op, text, event);
  return Outcome::done;
}

bool NativeDecoder::expand_record(std::uint32_t begin, std::uint32_t end, WinEvent& event) {
  event.clear();
  DecodeNotes value_notes;
  const Result<std::string_view> expanded =
      expansion_.run(view_.bytes, begin, end, check_names_, value_notes);
  if (!expanded) {
    fault_ = expanded.error();
    return false;
  }
  names_match_ = expansion_.names_match();
  compiler_.compile(*expanded, expanded_);
  fault_ = {Defect::undecodable_record, begin, 0, 0, "no Event element"};
  if (!expanded_.whole_event) return false;
  fault_.field = "no System element";
  if (!expanded_.has_system) return false;
  for (const std::uint16_t at : expanded_.system_ops) {
    const EventOp& op = expanded_.ops[at];
    if (reads_system(op.target)) put_text(op, op.literal, event);
  }
  for (const std::uint16_t at : expanded_.other_ops) {
    const EventOp& op = expanded_.ops[at];
    if (filter_ == nullptr || reads_item(op, event)) put_text(op, op.literal, event);
  }
  notes_ = expanded_.notes;
  notes_.content_end = expansion_.content_end();
  notes_.replaced_surrogates += value_notes.replaced_surrogates;
  notes_.replaced_zeros += value_notes.replaced_zeros;
  return true;
}

}  // namespace

std::unique_ptr<ChunkDecoder> make_native_decoder(bool always_expand) {
  return std::make_unique<NativeDecoder>(always_expand);
}

}  // namespace stemma::evtx
