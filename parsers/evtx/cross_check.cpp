#include "parsers/evtx/cross_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"
#include "parsers/evtx/chunk_scan.hpp"

namespace stemma::evtx {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
    lines.push_back(text.substr(start, end - start));
  return lines;
}

bool is_padded_hex(std::string_view text) {
  return (text.size() == 10 || text.size() == 18) && text.substr(0, 3) == "0x0";
}

// The unsigned number that `-` and digits are in 32 bits; empty for other texts.
std::optional<std::uint32_t> negative_int32(std::string_view text) {
  if (text.size() < 2 || text.front() != '-') return std::nullopt;
  const auto number = parse_unsigned(text.substr(1));
  if (!number || *number > 0x8000'0000) return std::nullopt;
  return static_cast<std::uint32_t>(0 - *number);
}

// Why two lines may differ; empty where they must not.
std::string reason_of(std::string_view native, std::string_view libevtx) {
  const std::size_t at = native.find(": ");
  if (at == std::string_view::npos || native.substr(0, at) != libevtx.substr(0, at)) return {};
  const std::string_view ours = native.substr(at + 2);
  const std::string_view theirs = libevtx.substr(at + 2);
  if (const auto number = parse_unsigned(ours); number && theirs == std::to_string(*number))
    return "size_t: hexadecimal, as Windows shows it";
  if (is_padded_hex(ours) || is_padded_hex(theirs)) return "hexadecimal: padding";
  if (theirs.size() == ours.size() + 2 && ours.ends_with('Z') && theirs.ends_with("00Z") &&
      theirs.substr(0, ours.size() - 1) == ours.substr(0, ours.size() - 1))
    return "FILETIME: seven decimals";
  if (const auto number = negative_int32(ours);
      number && theirs == "-" + std::to_string(*number & 0x7FFF'FFFF))
    return "int32: libevtx writes it as a sign and 31 bits";
  return {};
}

// Takes a text that is XML itself off one side, and the elements that libevtx makes of it off the
// other.
std::size_t drop_xml_texts(std::vector<std::string>& ours, std::vector<std::string>& theirs) {
  return std::erase_if(ours, [&theirs](const std::string& line) {
    const std::size_t at = line.find(": <");
    if (at == std::string::npos) return false;
    return std::erase_if(theirs, [below = line.substr(0, at) + "."](const std::string& other) {
             return other.starts_with(below);
           }) != 0;
  });
}

// pugixml drops a text that is one line end among elements.
std::size_t drop_line_ends(std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
  return std::erase_if(ours, [&theirs](const std::string& line) {
    return line.ends_with(": \\n") && std::find(theirs.begin(), theirs.end(), line) == theirs.end();
  });
}

}  // namespace

std::string text_of(const WinEvent& event) {
  std::string lines;
  const auto text = [&lines](std::string_view name, std::string_view value) {
    if (!value.empty()) lines += fmt::format("{}: {}\n", name, visible(value));
  };
  const auto number = [&lines](std::string_view name, const auto& value) {
    if (value) lines += fmt::format("{}: {}\n", name, *value);
  };
  text("Provider", event.provider_name);
  text("Guid", event.provider_guid);
  text("EventSourceName", event.event_source_name);
  number("EventID", event.event_id);
  number("Qualifiers", event.qualifiers);
  number("Version", event.version);
  number("Level", event.level);
  number("Task", event.task);
  number("Opcode", event.opcode);
  number("Keywords", event.keywords);
  if (event.time_created) text("TimeCreated", format_time(event.time_created->time, 7));
  number("EventRecordID", event.record_id);
  text("ActivityID", event.activity_id);
  text("RelatedActivityID", event.related_activity_id);
  number("ProcessID", event.process_id);
  number("ThreadID", event.thread_id);
  text("Channel", event.channel);
  text("Computer", event.computer);
  text("UserID", event.user_id);
  text("UserData", event.user_data_name);
  for (const WinDataItem& item : event.event_data)
    text(fmt::format("data {}", item.name), item.value);
  for (const WinDataItem& item : event.user_data)
    text(fmt::format("user data {}", item.name), item.value);
  text("Message", event.rendered_message);
  return lines;
}

void compare_decoders(Bytes file, std::uint64_t begin, std::uint64_t end, ChunkDecoder& left,
                      ChunkDecoder& right, const std::function<void(const RecordPair&)>& each) {
  const FileHeader header = read_file_header(file);
  ChunkScan scan;
  for (const Slot& slot : slots_between(file, begin, end)) {
    const Bytes chunk = file.subspan(slot.offset, slot.length);
    if (!slot.chunk || chunk.size() < kChunkHeaderSize) continue;
    scan_chunk(chunk, true, scan);
    const ChunkView view{chunk, slot.offset, &header, &scan};
    left.begin(view);
    right.begin(view);
    const auto run = [](ChunkDecoder& decoder, const RecordPlace& place, std::string& out) {
      WinEvent event;
      const Result<DecodeNotes> decoded = decoder.decode(place, event);
      out = decoded ? text_of(event) : decoded.error().field;
      return decoded.has_value();
    };
    for (const auto* places : {&scan.live, &scan.stale}) {
      for (const RecordPlace& place : *places) {
        RecordPair pair;
        pair.offset = slot.offset + place.offset;
        pair.id = place.id;
        pair.live = !place.recovered;
        pair.left_read = run(left, place, pair.left);
        pair.right_read = run(right, place, pair.right);
        each(pair);
      }
    }
  }
}

void CrossCheck::add(const RecordPair& pair) {
  if (!pair.left_read || !pair.right_read) {
    if (pair.left_read) ++(pair.live ? native_only : recovered_native_only);
    if (pair.right_read) ++(pair.live ? libevtx_only : recovered_libevtx_only);
    return;
  }
  if (pair.left == pair.right) {
    ++equal;
    return;
  }
  auto ours = lines_of(pair.left);
  auto theirs = lines_of(pair.right);
  if (const std::size_t count = drop_xml_texts(ours, theirs); count != 0)
    reasons["text that is XML"] += count;
  if (const std::size_t count = drop_line_ends(ours, theirs); count != 0)
    reasons["a line end alone"] += count;
  bool known = ours.size() == theirs.size();
  for (std::size_t i = 0; known && i < ours.size(); ++i) {
    if (ours[i] == theirs[i]) continue;
    const std::string reason = reason_of(ours[i], theirs[i]);
    known = !reason.empty();
    if (known) ++reasons[reason];
  }
  ++(known ? explained : different);
  if (known || shown.size() >= kMaxShown) return;
  const auto only = [](const std::vector<std::string>& lines,
                       const std::vector<std::string>& other) {
    std::string text;
    for (const std::string& line : lines) {
      if (std::find(other.begin(), other.end(), line) == other.end())
        text += (text.empty() ? "" : ", ") + line;
    }
    return text;
  };
  shown.push_back(fmt::format("@{:#x} record {}: native {}; libevtx {}", pair.offset, pair.id,
                              only(ours, theirs), only(theirs, ours)));
}

void CrossCheck::add(const CrossCheck& other) {
  equal += other.equal;
  explained += other.explained;
  different += other.different;
  native_only += other.native_only;
  libevtx_only += other.libevtx_only;
  recovered_native_only += other.recovered_native_only;
  recovered_libevtx_only += other.recovered_libevtx_only;
  for (const auto& [reason, count] : other.reasons) reasons[reason] += count;
  for (const std::string& line : other.shown) {
    if (shown.size() < kMaxShown) shown.push_back(line);
  }
}

CrossCheck cross_check(Bytes file) {
  CrossCheck check;
  const auto native = make_native_decoder();
  const auto libevtx = make_libevtx_decoder();
  compare_decoders(file, first_slot(file), file.size(), *native, *libevtx,
                   [&check](const RecordPair& pair) { check.add(pair); });
  return check;
}

}  // namespace stemma::evtx
