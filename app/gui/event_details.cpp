#include "app/gui/event_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/gui/value_as_text.hpp"
#include "events/fields.hpp"
#include "events/shape.hpp"
#include "events/text.hpp"
#include "parsers/evtx/record_xml.hpp"
#include "reports/event_summary.hpp"

namespace stemma {
namespace {

// Shorter runs of base64's letters are words.
constexpr std::size_t kShortestBase64 = 24;
// A value that holds more than this many encoded texts is not looked through further.
constexpr std::size_t kMostDecoded = 64;
constexpr std::size_t kMostValues = 4096;

// Line ends stay, all else that cannot be seen is made visible.
std::string visible_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r' && end != std::string_view::npos) line.remove_suffix(1);
    out += visible(line);
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return bytes;
}

// UTF-16LE that is text: as UTF-8. Empty where it is none.
std::string from_utf16(std::string_view bytes) {
  if (bytes.size() < 8 || bytes.size() % 2 != 0) return {};
  std::string out;
  std::size_t ascii = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t unit = static_cast<unsigned char>(bytes[i]) | static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8;
    if (unit >= 0xD800 && unit < 0xDC00 && i + 3 < bytes.size()) {
      const std::uint32_t low = static_cast<unsigned char>(bytes[i + 2]) | static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + 3])) << 8;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    if ((unit < 0x20 && unit != '\n' && unit != '\r' && unit != '\t') || unit == 0x7F) return {};
    ascii += unit < 0x80 ? 1 : 0;
    append_utf8(out, unit);
  }
  return ascii * 4 >= bytes.size() ? out : std::string{};
}

bool is_text(std::string_view bytes) {
  if (bytes.empty() || !is_valid_utf8(bytes)) return false;
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
  });
}

void decode_value(const std::string& field, std::string_view value, std::vector<ui::Decoded>& out) {
  std::size_t at = 0;
  while (at < value.size() && out.size() < kMostDecoded) {
    if (base64_digit(value[at]) < 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < value.size() && base64_digit(value[end]) >= 0) ++end;
    const std::string_view run = value.substr(at, end - at);
    if (run.size() >= kShortestBase64) {
      const std::string bytes = from_base64(run);
      const std::string wide = from_utf16(bytes);
      if (!wide.empty()) {
        out.push_back({field, "base64, UTF-16LE", visible_lines(redact(wide))});
      } else if (is_text(bytes) && run.find_first_of("/\\") == std::string_view::npos) {
        out.push_back({field, "base64", visible_lines(redact(bytes))});
      }
    }
    at = end + 1;
  }
}

std::string record_text(const Session& session, const std::vector<SourceSpan>& spans, std::string_view bytes, std::string_view format) {
  const SourceSpan& span = spans.front();
  if (format.find("evtx") != std::string_view::npos) return record_xml(session.content(span.artifact), span.offset);
  return is_valid_utf8(bytes.substr(0, 4096)) || bytes.find('\0') == std::string_view::npos ? std::string(bytes) : std::string{};
}

}  // namespace

std::vector<ui::Decoded> decode_further(const std::vector<ui::FieldShown>& fields) {
  std::vector<ui::Decoded> out;
  for (const ui::FieldShown& field : fields) {
    // Hashes, ids and GUIDs are no encoded texts.
    if (secret_place(field.name) == SecretPlace::none) continue;
    for (const std::string& value : field.raw) decode_value(field.name, value, out);
  }
  // The same text stands in a command line and in its arguments.
  std::vector<ui::Decoded> once;
  for (ui::Decoded& one : out) {
    if (std::none_of(once.begin(), once.end(), [&](const ui::Decoded& other) { return other.text == one.text; })) once.push_back(std::move(one));
  }
  return once;
}

std::string_view change_words(FileChange change) {
  switch (change) {
    case FileChange::none: return {};
    case FileChange::changed: return "has changed";
    case FileChange::shrunk: return "has become shorter";
    case FileChange::gone: return "is gone";
  }
  return {};
}

ui::EventDetails event_details(const Session& session, EventId id, Secrets secrets) {
  const CaseSnapshot& snapshot = session.snapshot();
  ui::EventDetails details;
  details.event = id;
  const std::vector<SourceSpan> spans = snapshot.spans(id);
  std::string all_bytes;
  for (const SourceSpan& span : spans) {
    const Artifact& artifact = snapshot.artifact(span.artifact);
    ui::EventDetails::Piece piece;
    piece.span = span;
    piece.path = artifact.path;
    piece.decoders = artifact.decoders;
    piece.size = span.length;
    const auto content = session.content(span.artifact);
    if (span.offset <= content.size() && span.length <= content.size() - span.offset) {
      piece.bytes.assign(reinterpret_cast<const char*>(content.data()) + span.offset, std::min<std::size_t>(span.length, ui::kMaxRecordShown));
    }
    all_bytes += piece.bytes;
    details.pieces.push_back(std::move(piece));
  }
  Event event;
  const Result<void> read = session.decode(id, Projection::all(), event);
  // After the reading: bytes that were gone are known by now.
  for (ui::EventDetails::Piece& piece : details.pieces) piece.change = change_words(session.change_of(piece.span.artifact));
  if (!read) {
    details.error = fmt::format("{} @{:#x}: {}", visible(snapshot.artifact(spans.front().artifact).path), read.error().offset, defect_name(read.error().what));
    return details;
  }
  details.read = true;
  if (secrets == Secrets::redacted) redact(event);
  details.summary = event_summary(event, secrets);
  std::map<std::string, ui::FieldShown> fields;
  std::size_t values = 0;
  ShapeTable shapes;
  const EventView view = event.view(shapes);
  event.for_each_value([&](FieldId field, const Value& value) {
    if (++values > kMostValues) return;
    ui::FieldShown& shown_field = fields[std::string(field_name(field))];
    shown_field.values.push_back(visible(value_as_text(value)));
    if (value.kind == Value::Kind::text) shown_field.raw.emplace_back(value.text);
  });
  for (auto& [name, field] : fields) {
    field.name = name;
    field.origin = view.origin(view.shape().slot_of(*find_field(name)));
    details.fields.push_back(std::move(field));
  }
  details.decoded = decode_further(details.fields);
  std::string record = record_text(session, spans, all_bytes, snapshot.artifact(spans.front().artifact).format);
  if (secrets == Secrets::redacted) record = redact(record);
  details.record = visible_lines(record);
  return details;
}

}  // namespace stemma
