// Broken documents cost themselves: every byte is booked, the reason and the place are said, and
// what stands behind is read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/ecs/limits.hpp"
#include "tests/parsers/ecs/ecs_run.hpp"

namespace stemma::ecs_test {
namespace {

using testing::ElementsAre;

// 60 bytes.
std::string document(int number, const std::string& more = "") {
  return fmt::format(R"({{"@timestamp":"2026-05-12T09:14:0{}Z","host":{{"name":"a"}}{}}})", number,
                     more);
}

std::vector<std::string> times(const Read& read) {
  std::vector<std::string> all;
  for (const std::string& time : read.times) all.push_back(time.substr(17, 2));
  return all;
}

TEST(EcsDamage, TruncatedLastLine) {
  const std::string file = document(1) + "\n" + document(2).substr(0, 30);
  const Read out = read(file);
  EXPECT_THAT(times(out), ElementsAre("01"));
  EXPECT_EQ(books(out.log),
            "1 parsed, 1 refused: 57 + 0 + 30 + 1 bytes\n"
            "1 × truncated\n  @58 document without end");
}

TEST(EcsDamage, ABrokenLineCostsItself) {
  const std::string file = document(1) + "\n" + R"({"@timestamp":"x)" + "\n" + document(2) +
                           "\nplain text\n" + R"({"a":[1})" + "\n" + document(3) + " rest\n";
  const Read out = read(file);
  EXPECT_THAT(times(out), ElementsAre("01", "02", "03"));
  EXPECT_EQ(out.log.records.refused, 4u) << books(out.log);
  EXPECT_EQ(out.log.count(Defect::bad_line), 4u);
}

TEST(EcsDamage, InAnArrayReadingGoesOnWhereTheNextDocumentBeginsAlike) {
  const std::string no_end = R"({"@timestamp":"2026-05-12T09:14:09Z","host":{"name":"a"})";
  for (const std::string separator : {",", ",\n", ",\n  "}) {
    const std::string file = "[" + document(1) + separator + no_end + separator + document(2) +
                             separator + document(3) + "]";
    const Read out = read(file);
    EXPECT_THAT(times(out), ElementsAre("01", "02", "03")) << file;
    EXPECT_EQ(out.log.records.refused, 1u);
    EXPECT_EQ(out.log.bytes.refused, no_end.size() + separator.size());
    EXPECT_EQ(read(file, 1).log, out.log);
  }
}

TEST(EcsDamage, AnArrayCutOff) {
  const std::string file = "[\n " + document(1) + ",\n " + document(2).substr(0, 40);
  const Read out = read(file);
  EXPECT_THAT(times(out), ElementsAre("01"));
  EXPECT_EQ(out.log.count(Defect::truncated), 1u);
  EXPECT_EQ(out.log.bytes.refused, 40u);
}

TEST(EcsDamage, ValuesThatCannotBeKept) {
  const auto reason = [](const std::string& more) {
    const Read out = read(document(1, more) + "\n" + document(2) + "\n");
    EXPECT_THAT(times(out), ElementsAre("02"));
    EXPECT_EQ(out.log.bytes.refused, 57 + more.size());
    return books(out.log).substr(books(out.log).find('\n') + 1);
  };
  EXPECT_EQ(reason(R"(,"x":1e999)"), "1 × bad_value\n  @0 a number that cannot be kept");
  EXPECT_EQ(reason(R"(,"x":184467440737095516160)"),
            "1 × bad_value\n  @0 a number that cannot be kept");
  EXPECT_EQ(reason(R"(,"x":01)"), "1 × bad_value\n  @0 a number that cannot be kept");
  EXPECT_EQ(reason(R"(,"x":"\q")"), "1 × bad_value\n  @0 an escape in a text");
  EXPECT_EQ(reason(",\"x\":\"\x01\""), "1 × bad_value\n  @0 a control character in a text");
  EXPECT_EQ(reason(R"(,"x" 1)"), "1 × undecodable_record\n  @0 JSON of a document");
  EXPECT_EQ(reason(R"(,"x":tru)"), "1 × undecodable_record\n  @0 JSON of a document");
}

// Text that a strict reader refuses would hide its event.
TEST(EcsDamage, TextThatIsNoUnicodeIsReadAndNoted) {
  const Read bytes = read(document(1, ",\"x\":\"a\xFF\xC3(\xED\xA0\x80\xE2\x82\""));
  ASSERT_EQ(bytes.events.size(), 1u);
  EXPECT_THAT(bytes.events[0].at("x"), ElementsAre("a\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"));
  EXPECT_EQ(bytes.log.count(Defect::invalid_utf8), 1u);
  const Read halves = read(document(1, R"(,"x":"a\ud800\\ud800\udc00\uD83D\uDE00\uD83D")"));
  ASSERT_EQ(halves.events.size(), 1u);
  EXPECT_THAT(halves.events[0].at("x"), ElementsAre("a\uFFFD\\ud800\uFFFD\U0001F600\uFFFD"));
  EXPECT_EQ(halves.log.count(Defect::invalid_utf16), 1u);
}

TEST(EcsDamage, AKeySaidTwiceKeepsBothValues) {
  const Read out = read(document(1, R"(,"process":{"pid":1,"name":"a","pid":2})"));
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_THAT(out.events[0].at("process.pid"), ElementsAre("1", "2"));
  EXPECT_EQ(books(out.log).substr(books(out.log).find('\n') + 1),
            "1 × duplicate_key\n  @0 process.pid");
  // Objects in a list each have their own.
  EXPECT_EQ(read(document(1, R"(,"x":[{"a":1},{"a":2}])")).log.count(Defect::duplicate_key), 0u);
}

std::string nested(std::size_t levels) {
  std::string text = ",\"x\":1";
  for (std::size_t i = 0; i < levels; ++i) text = ",\"x\":{\"y\":1" + text + "}";
  return text;
}

TEST(EcsDamage, Levels) {
  // The document is a level itself.
  EXPECT_THAT(times(read(document(1, nested(ecs::kMaxDepth - 1)) + "\n" + document(2))),
              ElementsAre("01", "02"));
  const Read out = read(document(1, nested(ecs::kMaxDepth)) + "\n" + document(2));
  EXPECT_THAT(times(out), ElementsAre("02"));
  EXPECT_EQ(out.log.count(Defect::limit_exceeded), 1u) << books(out.log);
}

TEST(EcsDamage, KeysElementsAndLengths) {
  const auto list = [](std::size_t count) {
    std::string text = ",\"x\":[";
    for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "1" : ",1";
    return text + "]";
  };
  EXPECT_THAT(times(read(document(1, list(ecs::kMaxArrayLength)))), ElementsAre("01"));
  const Read longer = read(document(1, list(ecs::kMaxArrayLength + 1)) + "\n" + document(2));
  EXPECT_THAT(times(longer), ElementsAre("02"));
  EXPECT_NE(books(longer.log).find("elements of an array (need 32769, have 32768)"),
            std::string::npos)
      << books(longer.log);

  std::string keys;
  for (std::size_t i = 0; i < ecs::kMaxValues; ++i) keys += fmt::format(",\"k{}\":1", i % 50);
  const Read many = read(document(1, keys) + "\n" + document(2));
  EXPECT_THAT(times(many), ElementsAre("02"));
  EXPECT_NE(books(many.log).find("keys and elements (need 65537, have 65536)"), std::string::npos)
      << books(many.log);

  const std::string name(kMaxFieldNameLength + 1, 'n');
  const Read named = read(document(1, ",\"" + name + "\":1"));
  EXPECT_THAT(times(named), ElementsAre("01"));
  EXPECT_EQ(named.log.count(Defect::limit_exceeded), 1u);
}

TEST(EcsDamage, ADocumentTooLong) {
  const std::string much(ecs::kMaxDocument, 'x');
  const std::string file =
      document(1) + "\n" + document(2, ",\"x\":\"" + much + "\"") + "\n" + document(3) + "\n";
  const Read out = read(file);
  EXPECT_THAT(times(out), ElementsAre("01", "03"));
  EXPECT_EQ(out.log.count(Defect::limit_exceeded), 1u) << books(out.log);
}

}  // namespace
}  // namespace stemma::ecs_test
