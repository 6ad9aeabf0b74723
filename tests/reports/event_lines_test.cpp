// EventLines and write_json_…() against the plain way: JsonDocument, append_json_string().
#include "reports/event_lines.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "events/case_builder.hpp"
#include "events/text.hpp"
#include "parsers/winlog/mapping.hpp"
#include "reports/event_document.hpp"
#include "reports/json.hpp"
#include "reports/json_text.hpp"
#include "tests/parsers/winlog/corpus_win_events.hpp"

namespace stemma {
namespace {

std::string plain(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// In memory of exactly the size that is asked for, so that a sanitizer sees one byte too many.
std::string fast(std::string_view text) {
  const std::unique_ptr<char[]> own(new char[text.size()]);
  std::copy(text.begin(), text.end(), own.get());
  const std::unique_ptr<char[]> room(new char[json_string_room(text.size())]);
  const char* end = write_json_string(room.get(), {own.get(), text.size()});
  return {room.get(), static_cast<std::size_t>(end - room.get())};
}

std::string hostile_text(std::mt19937& random, std::size_t most) {
  static const std::vector<std::string> kParts{"a",
                                               "plain words, ",
                                               "C:\\Windows\\System32\\",
                                               "\"",
                                               "\\",
                                               "\n",
                                               "\r",
                                               "\t",
                                               "\x01",
                                               "\x1f",
                                               "\x7f",
                                               std::string(1, '\0'),
                                               "\xC3\xA9",
                                               "\xE2\x82\xAC",
                                               "\xF0\x9F\x98\x80",
                                               "\xE2\x80\xAE" /* bidi */,
                                               "\xF3\xA0\x81\x81" /* tag */,
                                               "\xC2\xAD",
                                               "\xEF\xBB\xBF",
                                               "\xFF",
                                               "\x80",
                                               "\xC3",
                                               "\xE2\x82",
                                               "\xF0\x9F\x98",
                                               "\xED\xA0\x80" /* surrogate */,
                                               "\xC0\x80" /* overlong */,
                                               "\xF4\x90\x80\x80" /* above U+10FFFF */,
                                               "sixteen bytes ok"};
  std::string text;
  const std::size_t size = random() % (most + 1);
  while (text.size() < size)
    text += random() % 3 == 0 ? std::string(random() % 20, 'x') : kParts[random() % kParts.size()];
  text.resize(size);  // may cut a character
  return text;
}

TEST(JsonText, EveryCharacterAtEveryPlace) {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(c);
        ASSERT_EQ(fast(text), plain(text)) << size << " " << at << " " << c;
      }
    }
  }
  EXPECT_EQ(fast(""), "\"\"");
}

TEST(JsonText, HostileTexts) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = hostile_text(random, 120);
    ASSERT_EQ(fast(text), plain(text)) << plain(text);
  }
}

TEST(JsonText, EveryCodePoint) {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    text.clear();
    append_utf8(text, c);
    ASSERT_EQ(fast(text), plain(text)) << static_cast<std::uint32_t>(c);
  }
}

std::string fast(const Value& value) {
  const std::unique_ptr<char[]> room(
      new char[kJsonScalarRoom + json_string_room(value.text.size())]);
  return {room.get(), write_json_value(room.get(), value)};
}

TEST(JsonText, ValuesOfEveryKind) {
  std::mt19937_64 random(2);
  std::vector<Value> values{Value::of(std::int64_t{0}),
                            Value::of(std::numeric_limits<std::int64_t>::min()),
                            Value::of(std::numeric_limits<std::int64_t>::max()),
                            Value::of_boolean(true),
                            Value::of_boolean(false),
                            Value::of_real(0.1),
                            Value::of_real(-1.7976931348623157e308),
                            Value::of_real(std::numeric_limits<double>::quiet_NaN()),
                            Value::of_real(std::numeric_limits<double>::infinity()),
                            Value::of("text")};
  for (std::uint8_t digits = 0; digits < 12; ++digits) {
    values.push_back(Value::of(Timestamp{std::numeric_limits<std::int64_t>::min()}, digits));
    values.push_back(Value::of(Timestamp{std::numeric_limits<std::int64_t>::max()}, digits));
    values.push_back(Value::of(Timestamp{-1}, digits));
  }
  for (int i = 0; i < 2000; ++i) {
    values.push_back(Value::of(static_cast<std::int64_t>(random() >> (random() % 64))));
    values.push_back(Value::of(Timestamp{static_cast<std::int64_t>(random())},
                               static_cast<std::uint8_t>(random() % 10)));
  }
  for (const Value& value : values) {
    std::string expected;
    append_json_value(expected, value);
    ASSERT_EQ(fast(value), expected);
  }
}

// A case without events and with three files.
std::shared_ptr<CaseSnapshot> some_case() {
  std::vector<Artifact> artifacts(3);
  artifacts[0].path = "C/Windows/System32/winevt/Logs/Security.evtx";
  artifacts[1].path = "a \"quoted\" \\ path\n";
  artifacts[1].decoders = "gzip";
  artifacts[2].path = "x";
  return CaseBuilder(std::move(artifacts)).freeze();
}

void expect_same(const CaseSnapshot& snapshot, EventLines& lines, Event& event) {
  ShapeTable shapes;
  std::string expected = "before ";
  append_event_line(snapshot, event, shapes, expected);
  std::string line = "before ";
  lines.append(event, line);
  ASSERT_EQ(line, expected);
}

// Both ways blot out the same; one alone is given the event, since it is changed.
TEST(EventLines, SecretsAreBlottedOut) {
  const auto snapshot = some_case();
  const Projection everything = Projection::all();
  const auto fill = [&](Event& event) {
    event.reset(everything);
    event.source.artifact = ArtifactId{1};
    event.set(field::process_name, "tool");
    for (const char* argument : {"tool", "--password", "hunter2"})
      event.add(field::process_args, argument);
    event.set(intern_field("winlog.event_data.Payload"), "Bearer abcd1234efgh");
    event.set(intern_field("winlog.event_data.ServiceId"), "password=of a closed field");
  };
  for (const Secrets secrets : {Secrets::redacted, Secrets::shown}) {
    EventLines lines(*snapshot, secrets);
    for (int round = 0; round < 2; ++round) {
      Event event;
      fill(event);
      ShapeTable shapes;
      std::string plain, fast;
      append_event_line(*snapshot, event, shapes, plain, secrets);
      fill(event);
      lines.append(event, fast);
      EXPECT_EQ(fast, plain);
      EXPECT_EQ(fast.find("hunter2") == std::string::npos, secrets == Secrets::redacted) << fast;
      EXPECT_EQ(fast.find("abcd1234") == std::string::npos, secrets == Secrets::redacted) << fast;
      EXPECT_NE(fast.find("of a closed field"), std::string::npos) << fast;
    }
  }
}

TEST(EventLines, HostileEvents) {
  const auto snapshot = some_case();
  EventLines lines(*snapshot);
  std::mt19937 random(3);
  std::vector<FieldId> fields;
  for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) fields.push_back(FieldId{id});
  for (const char* name : {"a",
                           "a.b",
                           "a.b.c",
                           "a.b.c.d",
                           "a.bc",
                           "a-b",
                           "a..b",
                           ".",
                           "a.",
                           ".a",
                           "stemma.source.offset",
                           "stemma.source.recovered",
                           "stemma.synthesised",
                           "stemma.source",
                           "log.file",
                           "\"\\\n\x01.x",
                           "\xE2\x80\xAE",
                           "@timestamp.x",
                           "winlog.event_data.with blank",
                           "winlog.event_data.\xFF"})
    fields.push_back(intern_field(name));
  const Projection all = Projection::all();
  Event event;
  for (int round = 0; round < 3000; ++round) {
    event.reset(all);
    event.time = Timestamp{static_cast<std::int64_t>(random()) * 1'000'000'007};
    event.time_digits = static_cast<std::uint8_t>(random() % 10);
    event.sequence = random();
    event.recovered = random() % 4 == 0;
    event.source = {ArtifactId{1 + static_cast<std::uint32_t>(random() % 3)},
                    static_cast<std::uint32_t>(random()), random()};
    const std::size_t count = random() % 30;
    for (std::size_t i = 0; i < count; ++i) {
      const FieldId field = fields[random() % fields.size()];
      const auto origin = static_cast<Origin>(random() % 3);
      switch (random() % 6) {
        case 0:
          event.set(field, static_cast<std::int64_t>(random()), origin);
          break;
        case 1:
          event.set_boolean(field, random() % 2 == 0, origin);
          break;
        case 2:
          event.set_time(field, event.time, 7, origin);
          break;
        case 3:
          event.set(field, hostile_text(random, 300), origin);
          break;
        default:
          event.add(field, hostile_text(random, 40), origin);
      }
    }
    expect_same(*snapshot, lines, event);
    if (HasFatalFailure()) return;
    expect_same(*snapshot, lines, event);  // now of a shape that is known
    if (HasFatalFailure()) return;
  }
}

TEST(EventLines, LongTexts) {
  const auto snapshot = some_case();
  EventLines lines(*snapshot);
  const Projection all = Projection::all();
  Event event;
  for (const std::size_t size : {1u, 65'000u, 100'000u, 3'000'000u}) {
    event.reset(all);
    event.source.artifact = ArtifactId{1};
    event.set(field::message, std::string(size, '\x02'));
    for (int i = 0; i < 100; ++i) event.add(field::process_args, std::string(size / 100, '"'));
    expect_same(*snapshot, lines, event);
    if (HasFatalFailure()) return;
  }
}

TEST(EventLines, MoreShapesThanAreKept) {
  const auto snapshot = some_case();
  EventLines lines(*snapshot);
  const Projection all = Projection::all();
  std::vector<FieldId> fields;
  for (int i = 0; i < 4000; ++i)
    fields.push_back(intern_field("winlog.event_data.shape_of_many_fields" + std::to_string(i)));
  Event event;
  for (int round = 0; round < 60; ++round) {
    event.reset(all);
    event.source.artifact = ArtifactId{1};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i % 64 != static_cast<std::size_t>(round)) event.set(fields[i], "v");
    }
    expect_same(*snapshot, lines, event);
    if (HasFatalFailure()) return;
  }
}

TEST(EventLines, EveryEventOfTheCorpus) {
  const auto snapshot = some_case();
  EventLines lines(*snapshot);
  const Projection all = Projection::all();
  WinlogMapper mapper;
  Event event;
  for (const WinEvent& from : golden::corpus_win_events()) {
    event.reset(all, Texts::borrowed);
    mapper.map(from, event);
    event.source.artifact = ArtifactId{2};
    expect_same(*snapshot, lines, event);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace stemma
