#include "tests/parsers/evtx/decoders.hpp"

#include <fmt/format.h>

#include "events/text.hpp"
#include "parsers/evtx/chunk_scan.hpp"
#include "parsers/evtx/layout.hpp"

namespace stemma::testing_evtx {

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

void compare(std::string_view file, evtx::ChunkDecoder& left, evtx::ChunkDecoder& right,
             const std::function<void(const Pair&)>& each) {
  using namespace evtx;
  const Bytes bytes = std::as_bytes(std::span(file));
  const FileHeader header = read_file_header(bytes);
  for (const Slot& slot : slots(bytes)) {
    const Bytes chunk = bytes.subspan(slot.offset, slot.length);
    if (!slot.chunk || chunk.size() < kChunkHeaderSize) continue;
    ChunkScan scan;
    scan_chunk(chunk, true, scan);
    const ChunkView view{chunk, slot.offset, &header, &scan};
    left.begin(view);
    right.begin(view);
    const auto both = [&](const RecordPlace& place) {
      const auto run = [&place](ChunkDecoder& decoder, std::string& out) {
        WinEvent event;
        const Result<DecodeNotes> decoded = decoder.decode(place, event);
        out = decoded ? text_of(event) : decoded.error().field;
        return decoded.has_value();
      };
      Pair pair;
      pair.offset = slot.offset + place.offset;
      pair.live = !place.recovered;
      pair.left_read = run(left, pair.left);
      pair.right_read = run(right, pair.right);
      each(pair);
    };
    for (const RecordPlace& place : scan.live) both(place);
    for (const RecordPlace& place : scan.stale) both(place);
  }
}

}  // namespace stemma::testing_evtx
