#include "reports/event_lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "reports/json.hpp"
#include "reports/json_text.hpp"

namespace stemma {
namespace {

/// Cap on the memory of skeletons, after which all are made anew. Real evidence needs below one MiB
/// (two kilobytes a shape, some hundreds of shapes); a forged log can have thousands of fields an
/// event, and never the same twice.
constexpr std::size_t kMaxSkeletonBytes = 32u << 20;

/// Room that a line has from the start; most need two kilobytes.
constexpr std::size_t kFirstLine = 64u << 10;

/// Copies are made sixteen bytes at a time, so a text may be read and written that far beyond its
/// end.
constexpr std::size_t kSlack = 16;

// Values that are no slot of the event.
enum Source : std::uint32_t {
  kTimestamp = 0x8000'0000,
  kPath,
  kOffset,
  kLength,
  kRecordId,
  kDecodersText,
  kSynthesisedNames,
  kEnd,
};

// Marks the place of a value in a document that JsonDocument wrote: keys and strings have no bare
// control characters.
constexpr char kMark = '\x01';
std::string placeholder(std::uint32_t source) {
  return kMark + std::to_string(source) + kMark;
}

// Copies in steps of sixteen bytes; `text` and `to` have kSlack bytes behind them.
inline char* copy(char* to, const char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; i += 16) std::memcpy(to + i, text + i, 16);
  return to + size;
}

void append_values(std::string& out, Multiplicity multiplicity, std::span<const Value> values) {
  const bool list = multiplicity == Multiplicity::many || values.size() != 1;
  if (list) out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out += ',';
    append_json_value(out, values[i]);
  }
  if (list) out += ']';
}

}  // namespace

struct EventLines::Skeleton {
  struct Piece {
    std::uint32_t begin = 0, size = 0;  // text before the value
    std::uint32_t source = kEnd;        // a slot, or a Source
    bool list = false;                  // the field is written as a list whatever it holds
  };
  // A slot whose values are part of the text, and where they lie in the events this serves.
  struct Baked {
    std::uint32_t slot = 0, first = 0, count = 0;
  };
  std::string text;
  std::vector<Piece> pieces;
  std::vector<Baked> baked;
  std::vector<std::pair<std::uint32_t, SecretPlace>> searched;  // slots that may hold secrets
  // For stemma.synthesised: slots in the order of their names, and those as JSON strings.
  std::vector<std::pair<std::uint32_t, std::string>> names;
};

EventLines::EventLines(const CaseSnapshot& snapshot, Secrets secrets)
    : snapshot_(snapshot), secrets_(secrets) {
  grow(nullptr, kFirstLine);
}
EventLines::~EventLines() = default;

char* EventLines::grow(char* to, std::size_t size) {
  const std::size_t used = to != nullptr ? static_cast<std::size_t>(to - line_.get()) : 0;
  const std::size_t now = to != nullptr ? static_cast<std::size_t>(end_ - line_.get()) : 0;
  const std::size_t more = std::max(now * 2, used + size);
  std::unique_ptr<char[]> bigger(new char[more]);
  if (used != 0) std::memcpy(bigger.get(), line_.get(), used);
  line_ = std::move(bigger);
  end_ = line_.get() + more;
  return line_.get() + used;
}

const EventLines::ArtifactText& EventLines::artifact(ArtifactId id) {
  if (artifacts_.size() <= id.index()) artifacts_.resize(id.index() + 1);
  ArtifactText& text = artifacts_[id.index()];
  if (text.path.empty()) {
    append_json_string(text.path, snapshot_.artifact(id).path);
    append_json_string(text.decoders, snapshot_.artifact(id).decoders);
    text.path.append(kSlack, '\0');
    text.decoders.append(kSlack, '\0');
  }
  return text;
}

const EventLines::Skeleton& EventLines::skeleton(const Event& event, const EventView& view,
                                                 std::uint32_t parts) {
  const std::uint32_t number = view.shape().number();
  if (last_.size() <= number) last_.resize(number + 1);
  Last& last = last_[number];
  const Key key{number, parts, event.prepared()};
  if (last.skeleton == nullptr || last.key != key) last = {key, &skeleton(key, event, view)};
  for (const Skeleton::Baked& baked : last.skeleton->baked) {
    const EventView::Slot& range = view.range(baked.slot);
    if (range.first != baked.first || range.count != baked.count)
      return skeleton(Key{number, parts, 0}, event, view);  // a baked field has further values
  }
  return *last.skeleton;
}

// The document is written the plain way with placeholders for its values, then cut at them.
const EventLines::Skeleton& EventLines::skeleton(const Key& key, const Event& event,
                                                 const EventView& view) {
  const auto [number, parts, prepared] = key;
  std::unique_ptr<Skeleton>& kept = skeletons_[key];
  if (kept != nullptr) return *kept;
  kept = std::make_unique<Skeleton>();
  Skeleton& made = *kept;
  JsonDocument document;
  const auto fields = view.shape().fields();
  for (std::uint32_t slot = 0; slot < fields.size(); ++slot) {
    const FieldInfo info = field_info(fields[slot]);
    const EventView::Slot& range = view.range(slot);
    if (prepared != 0 && range.first + range.count <= event.prepared_size()) {
      std::string values;
      append_values(values, info.multiplicity, view.at(slot));
      document.raw(info.name, std::move(values));
      made.baked.push_back({slot, range.first, range.count});
    } else {
      document.raw(info.name, placeholder(slot));
    }
    made.names.emplace_back(slot, std::string(info.name));
  }
  document.raw("@timestamp", placeholder(kTimestamp));
  // A document says itself which file its event was read from.
  if (view.shape().slot_of(field::log_file_path) == Shape::kNoSlot)
    document.raw("log.file.path", placeholder(kPath));
  document.raw("stemma.source.artifact", placeholder(kPath));
  document.raw("stemma.source.offset", placeholder(kOffset));
  document.raw("stemma.source.length", placeholder(kLength));
  document.raw("stemma.source.record_id", placeholder(kRecordId));
  if (parts & kDecoders) document.raw("stemma.source.decoders", placeholder(kDecodersText));
  if (parts & kRecovered) document.boolean("stemma.source.recovered", true);
  if (parts & kSynthesised) document.raw("stemma.synthesised", placeholder(kSynthesisedNames));
  std::string written;
  document.write(written);
  written += '\n';

  std::size_t at = 0;
  for (;;) {
    Skeleton::Piece piece;
    const std::size_t mark = std::min(written.find(kMark, at), written.size());
    piece.begin = static_cast<std::uint32_t>(made.text.size());
    piece.size = static_cast<std::uint32_t>(mark - at);
    made.text.append(written, at, mark - at);
    if (mark == written.size()) {
      made.pieces.push_back(piece);
      break;
    }
    const char* end = written.data() + written.size();
    at = static_cast<std::size_t>(
             std::from_chars(written.data() + mark + 1, end, piece.source).ptr - written.data()) +
         1;
    if (piece.source < fields.size()) {
      const FieldInfo info = field_info(fields[piece.source]);
      piece.list = info.multiplicity == Multiplicity::many;
      const SecretPlace place = secret_place(info.name);
      if (secrets_ == Secrets::redacted && place != SecretPlace::none)
        made.searched.emplace_back(piece.source, place);
    }
    made.pieces.push_back(piece);
  }
  made.text.append(kSlack, '\0');
  // The arguments of a command whose line is there too have nothing to add to it.
  const auto slot_of = [&](FieldId field) { return view.shape().slot_of(field); };
  std::erase_if(made.searched, [&](const auto& searched) {
    return (searched.first == slot_of(field::process_args) &&
            slot_of(field::process_command_line) != Shape::kNoSlot) ||
           (searched.first == slot_of(field::process_parent_args) &&
            slot_of(field::process_parent_command_line) != Shape::kNoSlot);
  });
  std::sort(made.names.begin(), made.names.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  for (auto& [slot, name] : made.names) {
    std::string json;
    append_json_string(json, name);
    name = json;
  }
  skeleton_bytes_ +=
      sizeof(Skeleton) + made.text.size() * 3 + made.names.size() * 80;  // names are text again
  return made;
}

char* EventLines::write_synthesised(char* to, const Skeleton& skeleton, const EventView& view) {
  to = need(to, 2);
  *to++ = '[';
  bool first = true;
  for (const auto& [slot, name] : skeleton.names) {
    if (view.origin(slot) != Origin::synthesised) continue;
    to = need(to, name.size() + 2);
    if (!first) *to++ = ',';
    first = false;
    std::memcpy(to, name.data(), name.size());
    to += name.size();
  }
  *to++ = ']';
  return to;
}

// Baked values are not asked: the same for all events of a kind, they are names of the provider's.
bool EventLines::holds_secret(const Skeleton& document, const EventView& view) {
  // A command line stands in several fields of an event.
  std::array<std::string_view, 4> clean;
  std::size_t next = 0;
  for (const auto& [slot, place] : document.searched) {
    for (const Value& value : view.at(slot)) {
      if (value.kind != Value::Kind::text || value.text.size() < kShortestSecretText) continue;
      if (place == SecretPlace::arguments) {
        if (may_hold_secret_argument(value.text)) return true;
        continue;
      }
      if (std::find(clean.begin(), clean.end(), value.text) != clean.end()) continue;
      if (may_hold_secret(value.text) && !find_secrets(value.text).empty()) return true;
      clean[next++ % clean.size()] = value.text;
    }
  }
  return false;
}

void EventLines::append(Event& event, std::string& out) {
  if (shapes_.size() > kMaxShapes || skeleton_bytes_ > kMaxSkeletonBytes) {
    shapes_.clear();
    last_.clear();
    skeletons_.clear();
    skeleton_bytes_ = 0;
  }
  const EventView view = event.view(shapes_);
  const auto slots = static_cast<std::uint32_t>(view.shape().fields().size());
  bool synthesised = false;
  for (std::uint32_t slot = 0; slot < slots; ++slot)
    synthesised |= view.origin(slot) == Origin::synthesised;
  const ArtifactText& source = artifact(event.source.artifact);
  const bool decoded = source.decoders.size() > 2 + kSlack;
  const Skeleton& document =
      skeleton(event, view,
               (event.recovered ? kRecovered : 0u) | (decoded ? kDecoders : 0u) |
                   (synthesised ? kSynthesised : 0u));
  if (holds_secret(document, view) && redact(event)) return append(event, out);
  const char* const text = document.text.data();
  char* to = line_.get();
  for (const Skeleton::Piece& piece : document.pieces) {
    to = need(to, piece.size + kSlack + kJsonScalarRoom);
    to = copy(to, text + piece.begin, piece.size);
    if (piece.source < slots) {
      const std::span<const Value> values = view.at(piece.source);
      if (values.size() == 1 && !piece.list) {
        const Value& value = values[0];
        if (value.kind == Value::Kind::text) {
          to = need(to, json_string_room(value.text.size()));
          to = write_json_string(to, value.text);
        } else {
          to = write_json_value(to, value);
        }
        continue;
      }
      char before = '[';
      for (const Value& value : values) {
        to = need(to, 2 + kJsonScalarRoom + json_string_room(value.text.size()));
        *to++ = before;
        before = ',';
        to = write_json_value(to, value);
      }
      *to++ = ']';
      continue;
    }
    switch (piece.source) {
      case kTimestamp:
        to = write_json_value(to, Value::of(event.time, event.time_digits));
        break;
      case kPath:
        to = need(to, source.path.size());
        to = copy(to, source.path.data(), source.path.size() - kSlack);
        break;
      case kOffset:
        to = write_json_integer(to, static_cast<std::int64_t>(event.source.offset));
        break;
      case kLength:
        to = write_json_integer(to, event.source.length);
        break;
      case kRecordId:
        to = write_json_integer(to, static_cast<std::int64_t>(event.sequence));
        break;
      case kDecodersText:
        to = need(to, source.decoders.size());
        to = copy(to, source.decoders.data(), source.decoders.size() - kSlack);
        break;
      case kSynthesisedNames:
        to = write_synthesised(to, document, view);
        break;
      default:
        break;  // the end
    }
  }
  out.append(line_.get(), static_cast<std::size_t>(to - line_.get()));
}

}  // namespace stemma
