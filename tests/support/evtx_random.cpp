#include "tests/support/evtx_random.hpp"

namespace stemma::support {

Pairs written_data(const WinRecord& record) {
  Pairs out;
  for (const DataItem& item : record.data) {
    if (item.value.is_null() && item.optional()) continue;
    if (!item.value.is_array()) {
      out.emplace_back(item.name, item.value.text());
      continue;
    }
    for (const std::string& text : item.value.texts) out.emplace_back(item.name, text);
    if (item.value.texts.empty()) out.emplace_back(item.name, "");
  }
  return out;
}

std::vector<std::string> written_lines(const WinRecord& record) {
  std::vector<std::string> out;
  const std::string system = "Event/System/";
  const auto add = [&](const std::string& line) { out.push_back(system + line); };
  out.push_back("Event@xmlns=http://schemas.microsoft.com/win/2004/08/events/event");
  add("Provider@Name=" + record.provider);
  if (!record.provider_guid.empty())
    add("Provider@Guid=" + (record.event_source.empty() ? value::guid(record.provider_guid).text()
                                                        : record.provider_guid));
  if (!record.event_source.empty()) add("Provider@EventSourceName=" + record.event_source);
  add("Provider=");
  if (record.qualifiers) add("EventID@Qualifiers=" + std::to_string(*record.qualifiers));
  add("EventID=" + std::to_string(record.event_id));
  if (record.version) add("Version=" + std::to_string(*record.version));
  add("Level=" + std::to_string(record.level));
  add("Task=" + std::to_string(record.task));
  add("Opcode=" + std::to_string(record.opcode));
  add("Keywords=" + value::hex64(record.keywords).text());
  add("TimeCreated@SystemTime=" + format_time(record.time, 7));
  add("TimeCreated=");
  add("EventRecordID=" + std::to_string(record.event_record_id.value_or(record.record_id)));
  if (!record.activity_id.empty())
    add("Correlation@ActivityID=" + value::guid(record.activity_id).text());
  if (!record.related_activity_id.empty())
    add("Correlation@RelatedActivityID=" + value::guid(record.related_activity_id).text());
  add("Correlation=");
  add("Execution@ProcessID=" + std::to_string(record.process_id));
  add("Execution@ThreadID=" + std::to_string(record.thread_id));
  add("Execution=");
  add("Channel=" + record.channel);
  add("Computer=" + record.computer);
  if (!record.user_sid.empty()) add("Security@UserID=" + record.user_sid);
  add("Security=");
  if (record.data.empty()) out.push_back("Event/EventData=");
  for (const auto& [name, text] : written_data(record)) {
    if (!name.empty()) out.push_back("Event/EventData/Data@Name=" + name);
    out.push_back("Event/EventData/Data=" + text);
  }
  return out;
}

std::uint64_t RandomRecords::below(std::uint64_t bound) {
  const std::uint64_t high = engine_();
  return (high << 32 | engine_()) % bound;
}
std::uint64_t RandomRecords::any() {
  const std::uint64_t high = engine_();
  return high << 32 | engine_();
}
std::string RandomRecords::text() {
  static const char* const kPieces[] = {"C:\\Windows\\System32\\",
                                        "svchost.exe",
                                        " -k ",
                                        "a",
                                        "Z9",
                                        "é",
                                        "ß",
                                        "漢字",
                                        "&",
                                        "<",
                                        ">",
                                        "\"",
                                        "'",
                                        "=",
                                        "{",
                                        "%%1936",
                                        "\\",
                                        "-",
                                        "line",
                                        "😀"};
  std::string out;
  for (std::uint64_t i = below(12); i > 0; --i)
    out += kPieces[below(std::size(kPieces) - (everything_ ? 0 : 1))];
  // libevtx 20181227 gives too short a document where a value is one character that XML escapes.
  if (!everything_ && out.size() == 1) out += '.';
  return out;
}
std::string RandomRecords::guid() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < 36; ++i)
    out += i == 8 || i == 13 || i == 18 || i == 23 ? '-' : kDigits[below(16)];
  return value::guid(out).text();
}

TypedValue RandomRecords::typed() {
  switch (below(20)) {
    case 0:
      return value::u8(static_cast<std::uint8_t>(any()));
    case 1:
      return value::i8(static_cast<std::int8_t>(number(8)));
    case 2:
      return value::u16(static_cast<std::uint16_t>(any()));
    case 3:
      return value::i16(static_cast<std::int16_t>(number(16)));
    case 4:
      return value::u32(static_cast<std::uint32_t>(any()));
    case 5:
      return value::i32(static_cast<std::int32_t>(number(32)));
    case 6:
      return value::u64(any());
    case 7:
      return value::i64(static_cast<std::int64_t>(number(64)));
    case 8:
      return value::boolean(below(2) == 1);
    case 9:
      return value::guid(guid());
    case 10:
      return value::hex32(static_cast<std::uint32_t>(any()));
    case 11:
      return value::hex64(any());
    case 12:
      return value::pointer(any());
    case 13:
      return value::filetime(time());
    case 14:
      return value::sid("S-1-5-21-" + std::to_string(below(1u << 31)) + "-1001");
    case 15:
      return value::null(BinType::string, below(2) * 2);
    case 16:
      return value::text(text(), true);
    case 17:
      return value::texts({"one", text() + "x", "three"});
    default:
      return value::text(text());
  }
}
Timestamp RandomRecords::time() {
  return {1'420'070'400 * kNsPerSecond +
          static_cast<std::int64_t>(below(473'000'000)) * kNsPerSecond +
          static_cast<std::int64_t>(below(10'000'000)) * 100};
}

WinRecord RandomRecords::record() {
  static const char* const kComputers[] = {"HOST-A", "host-b.example.net"};
  static const char* const kProviders[] = {"Microsoft-Windows-Sysmon", "Example-Provider", "Härte"};
  WinRecord out;
  out.provider = kProviders[below(3)];
  if (below(4) != 0) out.provider_guid = guid();
  out.channel = below(2) == 0 ? "Security" : "Example/Operational";
  out.computer = kComputers[below(2)];
  out.event_id = static_cast<std::uint16_t>(below(65'536));
  if (below(3) == 0) out.qualifiers = static_cast<std::uint16_t>(below(65'536));
  if (below(8) == 0)
    out.version.reset();
  else
    out.version = static_cast<std::uint8_t>(below(6));
  out.level = static_cast<std::uint8_t>(below(6));
  out.task = static_cast<std::uint16_t>(below(20'000));
  out.opcode = static_cast<std::uint8_t>(below(16));
  out.keywords = any();
  out.time = time();
  out.process_id = static_cast<std::uint32_t>(any());
  out.thread_id = static_cast<std::uint32_t>(any());
  if (below(2) == 0) out.user_sid = "S-1-5-18";
  if (below(3) == 0) out.activity_id = guid();
  if (below(5) == 0) out.related_activity_id = guid();
  // A handful of schemas, as logs have; their fields are fixed, their values are not.
  const std::uint64_t schema = below(40);
  RandomRecords shape{static_cast<std::uint32_t>(schema)};
  for (std::uint64_t i = shape.below(16); i > 0; --i) {
    RandomRecords type{static_cast<std::uint32_t>(schema * 100 + i)};
    const TypedValue declared = type.typed();
    TypedValue filled = declared;
    for (int attempt = 0; attempt < 200; ++attempt) {
      TypedValue candidate = typed();
      if (candidate.declared == declared.declared && candidate.is_null() == declared.is_null()) {
        filled = std::move(candidate);
        break;
      }
    }
    out.data.push_back({"Field" + std::to_string(i) + (i % 3 == 0 ? "é" : ""), std::move(filled)});
  }
  return out;
}

std::uint64_t RandomRecords::number(unsigned bits) {
  return any() >> (64 - bits + (everything_ ? 0 : 1));
}

}  // namespace stemma::support
