#include "reports/event_lines.hpp"

#include <algorithm>
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

}  // namespace

struct EventLines::Skeleton {
  struct Piece {
    std::uint32_t begin = 0, size = 0;  // text before the value
    std::uint32_t source = kEnd;        // a slot, or a Source
    bool list = false;                  // the field is written as a list whatever it holds
  };
  std::string text;
  std::vector<Piece> pieces;
  // For stemma.synthesised: slots in the order of their names, and those as JSON strings.
  std::vector<std::pair<std::uint32_t, std::string>> names;
};

EventLines::EventLines(const CaseSnapshot& snapshot) : snapshot_(snapshot) {
  grow(kFirstLine);
}
EventLines::~EventLines() = default;

void EventLines::grow(std::size_t size) {
  const std::size_t used = line_ != nullptr ? static_cast<std::size_t>(to_ - line_.get()) : 0;
  const std::size_t now = static_cast<std::size_t>(end_ - line_.get());
  const std::size_t more = std::max(now * 2, used + size);
  std::unique_ptr<char[]> bigger(new char[more]);
  if (used != 0) std::memcpy(bigger.get(), line_.get(), used);
  line_ = std::move(bigger);
  to_ = line_.get() + used;
  end_ = line_.get() + more;
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

// The document is written the plain way with placeholders for its values, then cut at them.
const EventLines::Skeleton& EventLines::skeleton(const Shape& shape, std::uint32_t parts) {
  if (skeletons_.size() <= shape.number()) skeletons_.resize(shape.number() + 1);
  std::unique_ptr<Skeleton>& kept = skeletons_[shape.number()][parts];
  if (kept != nullptr) return *kept;
  kept = std::make_unique<Skeleton>();
  Skeleton& made = *kept;
  JsonDocument document;
  const auto fields = shape.fields();
  for (std::uint32_t slot = 0; slot < fields.size(); ++slot) {
    const std::string_view name = field_name(fields[slot]);
    document.raw(name, placeholder(slot));
    made.names.emplace_back(slot, std::string(name));
  }
  document.raw("@timestamp", placeholder(kTimestamp));
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
    piece.list = piece.source < fields.size() &&
                 field_info(fields[piece.source]).multiplicity == Multiplicity::many;
    made.pieces.push_back(piece);
  }
  made.text.append(kSlack, '\0');
  std::sort(made.names.begin(), made.names.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  for (auto& [slot, name] : made.names) {
    std::string json;
    append_json_string(json, name);
    name = json;
  }
  skeleton_bytes_ += made.text.size() * 3 + made.pieces.size() * 80;  // names are text again
  return made;
}

// Copies in steps of sixteen bytes; `text` has kSlack bytes behind it.
void EventLines::write(const char* text, std::size_t size) {
  need(size + kSlack);
  for (std::size_t i = 0; i < size; i += 16) std::memcpy(to_ + i, text + i, 16);
  to_ += size;
}

void EventLines::write_synthesised(const Skeleton& skeleton, const EventView& view) {
  need(2);
  *to_++ = '[';
  bool first = true;
  for (const auto& [slot, name] : skeleton.names) {
    if (view.origin(slot) != Origin::synthesised) continue;
    need(name.size() + 2);
    if (!first) *to_++ = ',';
    first = false;
    std::memcpy(to_, name.data(), name.size());
    to_ += name.size();
  }
  *to_++ = ']';
}

void EventLines::append(Event& event, std::string& out) {
  if (shapes_.size() > kMaxShapes || skeleton_bytes_ > kMaxSkeletonBytes) {
    shapes_.clear();
    skeletons_.clear();
    skeleton_bytes_ = 0;
  }
  const EventView view = event.view(shapes_);
  const std::size_t slots = view.shape().fields().size();
  bool synthesised = false;
  for (std::uint32_t slot = 0; slot < slots; ++slot)
    synthesised |= view.origin(slot) == Origin::synthesised;
  const ArtifactText& source = artifact(event.source.artifact);
  const bool decoded = source.decoders.size() > 2 + kSlack;
  const Skeleton& document =
      skeleton(view.shape(), (event.recovered ? kRecovered : 0u) | (decoded ? kDecoders : 0u) |
                                 (synthesised ? kSynthesised : 0u));
  to_ = line_.get();
  for (const Skeleton::Piece& piece : document.pieces) {
    write(document.text.data() + piece.begin, piece.size);
    if (piece.source < slots) {
      const std::span<const Value> values = view.at(piece.source);
      const bool list = piece.list || values.size() != 1;
      need(2);
      if (list) *to_++ = '[';
      for (std::size_t i = 0; i < values.size(); ++i) {
        need(kJsonScalarRoom + json_string_room(values[i].text.size()));
        if (i != 0) *to_++ = ',';
        to_ = write_json_value(to_, values[i]);
      }
      if (list) *to_++ = ']';
      continue;
    }
    need(kJsonScalarRoom);
    switch (piece.source) {
      case kTimestamp:
        to_ = write_json_value(to_, Value::of(event.time, event.time_digits));
        break;
      case kPath:
        write(source.path.data(), source.path.size() - kSlack);
        break;
      case kOffset:
        to_ = write_json_integer(to_, static_cast<std::int64_t>(event.source.offset));
        break;
      case kLength:
        to_ = write_json_integer(to_, event.source.length);
        break;
      case kRecordId:
        to_ = write_json_integer(to_, static_cast<std::int64_t>(event.sequence));
        break;
      case kDecodersText:
        write(source.decoders.data(), source.decoders.size() - kSlack);
        break;
      case kSynthesisedNames:
        write_synthesised(document, view);
        break;
      default:
        break;  // the end
    }
  }
  out.append(line_.get(), static_cast<std::size_t>(to_ - line_.get()));
}

}  // namespace stemma
