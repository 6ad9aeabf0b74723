// The shapes of files: the same documents come out of each, whatever the size of blocks, and what
// is around them is booked; what is no file of documents is not recognized.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/parsers/ecs/ecs_run.hpp"
#include "tests/support/ecs_documents.hpp"

namespace stemma::ecs_test {
namespace {

using namespace support;

Documents some(std::size_t count) {
  Documents documents;
  for (std::size_t i = 0; i < count; ++i) {
    DefendProcess p;
    p.time = "2026-05-12T09:14:02.95701" + std::to_string(10 + i) + "Z";
    p.entity_id = "id" + std::to_string(i);
    p.pid = static_cast<std::int64_t>(100 + i);
    p.executable = "C:\\Windows\\System32\\cmd.exe";
    p.command_line = "cmd /c \"echo {\\\" [" + std::to_string(i) + "\"";
    p.parent_entity_id = "id" + std::to_string(i / 2);
    p.ancestry = {"id" + std::to_string(i / 2), "root"};
    documents.push_back(defend_document(p));
  }
  return documents;
}

std::vector<golden::Document> expected(const Documents& documents) {
  std::vector<golden::Document> out;
  for (const Document& document : documents)
    out.push_back(golden::flatten(nlohmann::json(document)));
  return out;
}

struct Shape {
  const char* name;
  std::string (*write)(const Documents&);
};

const Shape kShapes[] = {
    {"lines", as_lines},
    {"bulk", as_bulk},
    {"array", [](const Documents& d) { return as_array(d); }},
    {"array, pretty", [](const Documents& d) { return as_array(d, 2); }},
    {"response", [](const Documents& d) { return as_response(d); }},
    {"response, pretty", [](const Documents& d) { return as_response(d, 4); }},
    {"fields", [](const Documents& d) { return as_fields_response(d); }},
    {"expected", [](const Documents& d) { return as_expected(d, 4); }},
    {"responses, one a line",
     [](const Documents& d) {
       const auto half = static_cast<std::ptrdiff_t>(d.size() / 2);
       return as_response({d.begin(), d.begin() + half}) + as_response({d.begin() + half, d.end()});
     }},
    {"many searches at once",
     [](const Documents& d) {
       const auto half = static_cast<std::ptrdiff_t>(d.size() / 2);
       return "{\"took\":1,\"responses\":[" + as_response({d.begin(), d.begin() + half}) + "," +
              as_response({d.begin() + half, d.end()}) + "]}";
     }},
    {"async search",
     [](const Documents& d) {
       return "{\"id\":\"Fk==\",\"is_partial\":false,\"response\":" + as_response(d) + "}";
     }},
    {"pretty, one behind the other",
     [](const Documents& d) {
       std::string out;
       for (const Document& document : d) out += document.dump(2) + "\n";
       return out;
     }},
    {"hits, one a line",
     [](const Documents& d) {
       std::string out;
       for (const Document& document : d)
         out += "{\"_index\":\"x\",\"_id\":\"1\",\"_source\":" + document.dump() + "}\n";
       return out;
     }},
    {"flat keys",
     [](const Documents& d) {
       std::string out;
       for (const Document& document : d) out += flat(document).dump() + "\n";
       return out;
     }},
    {"half of the keys flat",
     [](const Documents& d) {
       std::string out;
       for (const Document& document : d) out += half_flat(document).dump() + "\r\n";
       return out;
     }},
    {"byte order mark", [](const Documents& d) { return "\xEF\xBB\xBF" + as_lines(d); }},
    {"no last line end",
     [](const Documents& d) {
       std::string out = as_lines(d);
       out.pop_back();
       return out;
     }},
};

TEST(EcsShapes, EveryShapeHoldsTheSameDocuments) {
  const Documents documents = some(9);
  const auto want = expected(documents);
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(shape.name);
    const Read whole = read(shape.write(documents));
    EXPECT_TRUE(whole.recognized);
    EXPECT_EQ(whole.events, want);
    EXPECT_EQ(whole.log.records.refused, 0u);
    EXPECT_EQ(whole.log.bytes.refused, 0u);
    EXPECT_TRUE(whole.log.defects().empty()) << books(whole.log);
  }
}

TEST(EcsShapes, NothingHangsOnTheSizeOfBlocks) {
  const Documents documents = some(9);
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(shape.name);
    const std::string file = shape.write(documents);
    const Read whole = read(file);
    std::size_t most_units = 0;
    for (const std::size_t block : {1u, 7u, 100u, 700u, 1500u, 4000u}) {
      const Read cut = read(file, block);
      most_units = std::max(most_units, cut.units);
      EXPECT_EQ(cut.events, whole.events) << block;
      EXPECT_EQ(cut.spans, whole.spans) << block;
      EXPECT_EQ(cut.log, whole.log) << block;
    }
    EXPECT_GE(most_units, documents.size());
  }
}

TEST(EcsShapes, BytesAroundDocumentsAreBooked) {
  const std::string document = R"({"@timestamp":"2026-05-12T09:14:02Z","host":{"name":"a"}})";
  EXPECT_EQ(document.size(), 57u);
  EXPECT_EQ(books(read("[" + document + ",\n null,\n" + document + "]\n").log),
            "2 parsed, 0 refused: 118 + 0 + 0 + 8 bytes");
  EXPECT_EQ(books(read(R"({"took":3,"hits":{"total":1,"hits":[{"_id":"1","_source":)" + document +
                       "}]},\"aggregations\":{\"x\":[{}]}}")
                      .log),
            "1 parsed, 0 refused: 102 + 0 + 0 + 42 bytes");
  // Kibana ends an export with a line that counts it.
  EXPECT_EQ(books(read(document + "\n{\"exported_count\":1}\n").log),
            "1 parsed, 0 refused: 57 + 0 + 0 + 22 bytes");
}

bool recognized(const std::string& file) {
  return read(file).recognized;
}

TEST(EcsShapes, RecognizedByContent) {
  EXPECT_TRUE(recognized(R"({"@timestamp":"x","ecs":{"version":"1"}})"));
  EXPECT_TRUE(recognized(R"( [ {"@timestamp":"x","event.kind":"event"} ])"));
  EXPECT_TRUE(recognized(R"({"event":{"action":"executed"},"process":{"pid":1}})"));
  EXPECT_TRUE(recognized(R"({"EventID":1,"Channel":"System","Hostname":"a"})"));
  EXPECT_TRUE(recognized(R"({"@timestamp":"x","event_id":1,"log_name":"Security"})"));
  EXPECT_TRUE(recognized("{\"broken\n{\"@timestamp\":\"x\",\"host\":{}}\n"));
  EXPECT_TRUE(recognized(R"({"expected":[null,{"@timestamp":"x","host":{}}]})"));

  EXPECT_FALSE(recognized(""));
  EXPECT_FALSE(recognized("{"));
  EXPECT_FALSE(recognized("[]"));
  EXPECT_FALSE(recognized(R"({"name":"stemma","version":1})"));
  EXPECT_FALSE(recognized(R"([{"@timestamp":"x"}])"));
  EXPECT_FALSE(recognized("type=SYSCALL msg=audit(1.1:1): {\"@timestamp\":1,\"host\":1}"));
  // The records of a cloud's activity log have a reader of their own.
  EXPECT_FALSE(recognized(R"({"records":[{"time":"x","operationName":"y","host":{}}]})"));
  EXPECT_FALSE(recognized(R"({"operationName":"y","event":{},"user":{}})"));
  // An array of arguments is no wrapper around documents.
  EXPECT_FALSE(recognized(R"({"args":[{"a":1}],"b":2})"));
  EXPECT_FALSE(recognized(R"({"MESSAGE":"<Event/>","_HOSTNAME":"a"})"));
}

}  // namespace
}  // namespace stemma::ecs_test
