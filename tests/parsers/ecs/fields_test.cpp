// Values as they are: which field each goes to, of what kind, and what is noted of odd ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/ecs/document_reader.hpp"
#include "parsers/ecs/limits.hpp"
#include "parsers/ecs/parser.hpp"
#include "tests/parsers/ecs/ecs_run.hpp"
#include "tests/support/ecs_documents.hpp"

namespace stemma::ecs_test {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

golden::Document fields(const std::string& members) {
  const Read out = read(R"({"@timestamp":"2026-05-12T09:14:02.123456700Z","host":{"name":"a"},)" +
                        members + "}");
  if (out.events.size() != 1) {
    ADD_FAILURE() << books(out.log);
    return {};
  }
  golden::Document all = out.events[0];
  EXPECT_THAT(all["@timestamp"], ElementsAre("2026-05-12T09:14:02.123456700Z"));
  all.erase("@timestamp");
  all.erase("host.name");
  return all;
}

Value::Kind kind_of(const std::string& members, const char* field) {
  static const Projection kAll = Projection::all();
  const std::string text = R"({"@timestamp":"2026-05-12T09:14:02Z","ecs":1,)" + members + "}";
  ecs::DocumentReader reader(kAll, Texts::copied);
  ecs::DocumentNotes notes;
  Event event;
  EXPECT_TRUE(reader.read(text, 0, text.size(), {}, event, notes));
  ShapeTable shapes;
  const auto values = event.view(shapes).get(intern_field(field));
  if (values.empty()) {
    ADD_FAILURE() << "no " << field;
    return Value::Kind::text;
  }
  return values[0].kind;
}

TEST(EcsFields, NestedDottedAndMixedKeysAreOneField) {
  EXPECT_THAT(
      fields(R"("process":{"pid":7,"parent":{"name":"a"},"parent.pid":8},"process.name":"b")"),
      UnorderedElementsAre(
          Pair("process.pid", ElementsAre("7")), Pair("process.parent.name", ElementsAre("a")),
          Pair("process.parent.pid", ElementsAre("8")), Pair("process.name", ElementsAre("b"))));
  EXPECT_THAT(fields(R"("process.args":["a"],"process":{"args":["b","a"]})"),
              ElementsAre(Pair("process.args", ElementsAre("a", "b", "a"))));
}

TEST(EcsFields, ListsKeepOrderAndRepeatsAndObjectsInThemBecomeLists) {
  EXPECT_THAT(
      fields(R"("process":{"args":["x","","x",["y"]]},"dns":{"answers":[)"
             R"({"data":"1.2.3.4","type":"A"},{"data":"h"}]},"tags":[],"user":{},"a":null)"),
      UnorderedElementsAre(Pair("process.args", ElementsAre("x", "", "x", "y")),
                           Pair("dns.answers.data", ElementsAre("1.2.3.4", "h")),
                           Pair("dns.answers.type", ElementsAre("A"))));
}

TEST(EcsFields, TextIsUnescapedAndKeptByteForByte) {
  EXPECT_THAT(
      fields(R"("process":{"command_line":" \"C:\\a\" \u00e4\ud83d\ude00\n\u0000 "})"),
      ElementsAre(Pair("process.command_line",
                       ElementsAre(std::string(" \"C:\\a\" \xC3\xA4\xF0\x9F\x98\x80\n\0 ", 17)))));
}

TEST(EcsFields, KnownFieldsHaveTheirKindOthersTheDocuments) {
  EXPECT_EQ(kind_of(R"("process":{"pid":"17"})", "process.pid"), Value::Kind::integer);
  EXPECT_EQ(kind_of(R"("process":{"pid":17.0})", "process.pid"), Value::Kind::integer);
  EXPECT_EQ(kind_of(R"("process":{"pid":"0x11"})", "process.pid"), Value::Kind::text);
  EXPECT_EQ(kind_of(R"("event":{"code":4688})", "event.code"), Value::Kind::text);
  EXPECT_EQ(kind_of(R"("process":{"interactive":"true"})", "process.interactive"),
            Value::Kind::boolean);
  EXPECT_EQ(kind_of(R"("event":{"created":1778577242123})", "event.created"), Value::Kind::date);
  EXPECT_EQ(kind_of(R"("event":{"created":"soon"})", "event.created"), Value::Kind::text);
  EXPECT_EQ(kind_of(R"("x":{"a":1})", "x.a"), Value::Kind::integer);
  EXPECT_EQ(kind_of(R"("x":{"b":1.5})", "x.b"), Value::Kind::real);
  EXPECT_EQ(kind_of(R"("x":{"c":false})", "x.c"), Value::Kind::boolean);
  EXPECT_THAT(fields(R"("event":{"code":4688,"created":1778577242123},"x":18446744073709551615)"),
              UnorderedElementsAre(Pair("event.code", ElementsAre("4688")),
                                   Pair("event.created", ElementsAre("2026-05-12T09:14:02.123Z")),
                                   Pair("x", ElementsAre("18446744073709551615"))));
}

TEST(EcsFields, OlderShapesGiveWhatLineageNeeds) {
  const Read out = read(R"({"@timestamp":"2026-05-12T09:14:02Z","beat":{"hostname":"old"},)"
                        R"("process":{"pid":3,"ppid":2}})");
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_THAT(out.events[0].at("host.name"), ElementsAre("old"));
  EXPECT_THAT(out.events[0].at("process.parent.pid"), ElementsAre("2"));
}

TEST(EcsFields, WithoutTimeOrHost) {
  const Read out = read(R"({"event":{"kind":"event","created":"2026-05-12T09:14:02.5Z"},"user":{}}
{"event":{"kind":"event"},"user":{}}
)",
                        ecs::kBlockBytes, "");
  EXPECT_THAT(out.times, ElementsAre("2026-05-12T09:14:02.5Z", "1970-01-01T00:00:00Z"));
  EXPECT_EQ(books(out.log),
            "2 parsed, 0 refused: 107 + 0 + 0 + 2 bytes\n"
            "1 × time_out_of_range\n  @72 @timestamp is missing or cannot be read\n"
            "2 × unknown_host\n  @0 \n  @72 ");
}

// What is said of a document may not hang on what is read of it.
TEST(EcsFields, AnyProjectionKeepsTheSameBooks) {
  const std::string file =
      "{\"@timestamp\":\"2026-05-12T09:14:02Z\",\"ecs\":1,\"a\":{\"b\":1,\"b\":2}}\n"
      "{\"@timestamp\":\"2026-05-12T09:14:02Z\",\"ecs\":1,\"a\":{\"b\":1e999}}\n"
      "{\"@timestamp\":\"2026-05-12T09:14:02Z\",\"ecs\":1,\"a\":\"\xFF\"}\n";
  class Sink : public EventSink {
   public:
    void on_event(Event& event) override { spans.push_back(event.source); }
    std::vector<SourceSpan> spans;
  };
  Projection few;
  few.want(field::process_pid);
  const auto parser = ecs::make_parser();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), "box"};
  Sink sink;
  ImportLog log;
  parser->decode({&artifact, 1}, {0, 0, file.size()}, {&few, nullptr}, sink, log);
  const Read all = read(file);
  EXPECT_EQ(log, all.log);
  EXPECT_EQ(sink.spans, all.spans);
  EXPECT_EQ(all.log.records.parsed, 2u);
}

}  // namespace
}  // namespace stemma::ecs_test
