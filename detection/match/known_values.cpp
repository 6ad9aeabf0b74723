#include "detection/match/known_values.hpp"

#include <string_view>

#include "events/command_line.hpp"

namespace stemma {
namespace {

using Form = KnownValue::Form;

KnownValue text(StringId value) {
  return {value ? Form::text : Form::absent, false, value.value, 0};
}

bool is_own(FieldId field) {
  return field == field::process_name || field == field::process_executable ||
         field == field::process_command_line || field == field::process_args;
}

bool is_parent(FieldId field) {
  return field == field::process_parent_name || field == field::process_parent_executable ||
         field == field::process_parent_command_line || field == field::process_parent_args;
}

}  // namespace

bool KnownValues::covers(FieldId field) {
  return is_own(field) || is_parent(field) || field == field::event_type;
}

KnownValue KnownValues::split(StringId command_line) const {
  if (!command_line) return {Form::absent, false, 0, 0};
  const std::string_view line = snapshot_.strings.view(command_line);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return {};
  return {Form::split, false, command_line.value, 0};
}

KnownValue KnownValues::of(EventId id, const ProcessStart* start, FieldId field) const {
  if (field == field::event_type) {
    const TypeSet types = snapshot_.events.classes()[snapshot_.events.event_class(id)].types;
    if ((types & type_bit(TypeBit::other)) != 0) return {};
    return {types == 0 ? Form::absent : Form::types, false, types, 0};
  }
  // A document has whatever its shipper wrote beside what lineage keeps of it.
  if (start == nullptr || is_document(snapshot_.events.source_kind(id))) return {};
  const ProcessImage& image = snapshot_.tree.image(start->image);
  // Where two records of one start contradict each other, the image holds the better one's words.
  if (image.witnesses_differ || image.witnesses == 0) return {};
  // auditd may have an empty text where another witness has words.
  if (image.witnesses > 1 && snapshot_.events.source_kind(id) == SourceKind::auditd) return {};
  if (is_own(field)) return own(id, image, field);
  if (is_parent(field)) return parent(id, image, field);
  return {};
}

KnownValue KnownValues::own(EventId id, const ProcessImage& image, FieldId field) const {
  if (field == field::process_name) return text(image.name);
  if (field == field::process_executable) return text(image.executable);
  if (field == field::process_command_line) return text(image.command_line);
  if (image.args.count == 0) return split(image.command_line);
  // The kernel's arguments are auditd's; another witness has split its own command line.
  if (snapshot_.events.source_kind(id) != SourceKind::auditd) return {};
  return {Form::args, false, image.args.first, image.args.count};
}

// A record's own words about the parent win over the tree; what it lacks the tree fills in. With
// several witnesses it is not known which of them has words, so both must say the same.
KnownValue KnownValues::parent(EventId id, const ProcessImage& image, FieldId field) const {
  const SourceKind kind = snapshot_.events.source_kind(id);
  // Sysmon for Linux often gives only a part of the parent's command line; the rules for that are
  // completion's.
  if (kind == SourceKind::sysmon_linux || kind == SourceKind::none) return {};
  const ProcessImage* above =
      image.parent && image.parent_image ? &snapshot_.tree.image(image.parent_image) : nullptr;
  const bool alone = image.witnesses == 1;
  const bool by_path =
      field == field::process_parent_executable || field == field::process_parent_name;
  const StringId words = by_path ? image.parent_executable : image.parent_command_line;
  const StringId tree = above == nullptr ? StringId{}
                        : by_path        ? above->executable
                                         : above->command_line;
  if (words && words != tree && !alone) return {};
  if (field == field::process_parent_executable || field == field::process_parent_command_line)
    return text(words ? words : tree);
  if (field == field::process_parent_name) {
    const StringId name = above == nullptr ? StringId{} : above->name;
    if (!words) return text(name);
    const bool posix = kind == SourceKind::auditd;
    const std::string_view last = posix ? posix_base_name(snapshot_.strings.view(words))
                                        : windows_base_name(snapshot_.strings.view(words));
    // A decoder takes these for nothing said, and the tree fills in.
    if (last.empty() || last == "-") return {};
    if (!alone && snapshot_.strings.view(name) != last) return {};
    return {Form::base_name, posix, words.value, 0};
  }
  const bool recorded = above != nullptr && above->args.count != 0;
  if (words) return recorded && !alone ? KnownValue{} : split(words);
  if (recorded) return {Form::args, false, above->args.first, above->args.count};
  return above == nullptr ? KnownValue{Form::absent, false, 0, 0} : split(tree);
}

void KnownValues::write(const KnownValue& known, std::vector<std::string_view>& out) {
  out.clear();
  const std::string_view view = snapshot_.strings.view(StringId{
      known.form == Form::text || known.form == Form::base_name || known.form == Form::split
          ? known.value
          : 0});
  switch (known.form) {
    case Form::unknown:
    case Form::absent:
      break;
    case Form::text:
      out.push_back(view);
      break;
    case Form::base_name:
      out.push_back(known.posix ? posix_base_name(view) : windows_base_name(view));
      break;
    case Form::split: {
      Split& split = split_[known.value % kSplit];
      if (split.line.value != known.value) {
        split.line = StringId{known.value};
        split.args.clear();
        split.made.clear();
        for (ArgumentReader reader(view); reader.next();)
          split.args.push_back(reader.made() ? split.made.emplace_back(reader.text())
                                             : reader.text());
      }
      out = split.args;
      break;
    }
    case Form::args:
      for (const StringId arg : snapshot_.tree.args({known.value, known.count}))
        out.push_back(snapshot_.strings.view(arg));
      break;
    case Form::types:
      for (unsigned bit = 0; bit < static_cast<unsigned>(TypeBit::other); ++bit) {
        if ((known.value >> bit & 1u) != 0) out.push_back(type_name(static_cast<TypeBit>(bit)));
      }
      break;
  }
}

std::uint32_t KnownValues::presence(EventId id, const ProcessStart* start) const {
  std::uint32_t bits = snapshot_.events.entity(id) ? 1 : 0;
  if (start == nullptr) return bits;
  bits |= 2;
  unsigned at = 2;
  const auto add = [&](bool has) { bits |= (has ? 1u : 0u) << at++; };
  const auto add_image = [&](const ProcessImage& image) {
    add(static_cast<bool>(image.name));
    add(static_cast<bool>(image.executable));
    add(static_cast<bool>(image.command_line));
    add(image.args.count != 0);
  };
  const ProcessImage& image = snapshot_.tree.image(start->image);
  add_image(image);
  add(image.witnesses_differ);
  add(image.witnesses == 1);
  add(static_cast<bool>(image.parent_executable));
  add(static_cast<bool>(image.parent_command_line));
  add(static_cast<bool>(image.parent));
  add(static_cast<bool>(image.parent_image));
  if (image.parent && image.parent_image) add_image(snapshot_.tree.image(image.parent_image));
  return bits;
}

}  // namespace stemma
