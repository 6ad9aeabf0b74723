// The language against the public test suites of its two dialects, over their 102 events. Elastic's is ours; of Endgame's, the
// queries whose meaning is the same are run. What differs on purpose is listed here with its reason.
#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/detection/eql/corpus.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::Datum;

void flatten(const std::string& name, const nlohmann::json& value, std::vector<test::FieldData>& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) flatten(name.empty() ? key : name + "." + key, inner, out);
    return;
  }
  std::vector<Datum> data;
  for (const auto& item : value.is_array() ? value : nlohmann::json::array({value})) {
    if (item.is_string()) data.emplace_back(item.get<std::string>());
    if (item.is_boolean()) data.emplace_back(item.get<bool>());
    if (item.is_number_integer()) data.emplace_back(item.get<std::int64_t>());
    if (item.is_number_float()) data.emplace_back(item.get<double>());
  }
  if (!data.empty()) out.emplace_back(name, std::move(data));
}

struct SuiteEvent {
  std::int64_t id;
  std::unique_ptr<test::TestEvent> event;
};

// The suite's fields (`process_name`) are none of ours and are interned; `event_type` is the category.
std::vector<SuiteEvent> suite_events() {
  std::vector<SuiteEvent> events;
  for (const auto& json : nlohmann::json::parse(test::read_all(test::corpus_file("endgame/test_data.json")))) {
    std::vector<test::FieldData> fields;
    flatten("", json, fields);
    fields.emplace_back("event.category", json["event_type"].get<std::string>().c_str());
    events.push_back({json["serial_event_id"].get<std::int64_t>(), std::make_unique<test::TestEvent>(fields)});
  }
  return events;
}

std::string ids_text(const std::vector<std::int64_t>& ids) {
  std::string out;
  for (const std::int64_t id : ids) out += std::to_string(id) + " ";
  return out;
}

// Runs a query over the suite; `head`/`tail`, which Elastic's suite hangs behind a query to shorten the answer, are done here.
std::vector<std::int64_t> answer(const eql::Program& program, const std::vector<SuiteEvent>& events) {
  std::vector<std::int64_t> ids;
  for (const SuiteEvent& event : events) {
    const EventView view = event.event->view();
    eql::EvalContext context;
    if (matches(bind(program, view.shape()), view, context)) ids.push_back(event.id);
  }
  return ids;
}

struct Case {
  std::string query;
  std::vector<std::int64_t> expected;
  std::string note;
};

std::vector<Case> suite_cases(const std::string& file) {
  std::vector<Case> cases;
  toml::table table = toml::parse(test::read_all(test::corpus_file(file)));
  for (const auto& node : *table["queries"].as_array()) {
    const toml::table& entry = *node.as_table();
    Case made;
    made.query = entry["query"].value_or(std::string());
    for (const auto& id : *entry["expected_event_ids"].as_array()) made.expected.push_back(id.value_or(std::int64_t{-1}));
    made.note = entry["case_insensitive"].value_or(false) ? "insensitive" : "";
    cases.push_back(std::move(made));
  }
  return cases;
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(" \n"));
  text.erase(text.find_last_not_of(" \n") + 1);
  return text;
}

// Cuts `| head N` off and says N; 0 where there is none.
std::size_t cut_head(std::string& query) {
  const std::size_t pipe = query.rfind("| head ");
  if (pipe == std::string::npos) return 0;
  const auto count = static_cast<std::size_t>(std::stoul(query.substr(pipe + 7)));
  query.erase(pipe);
  return count;
}

std::string run_suite(const std::string& file, std::size_t& agreed) {
  const std::vector<SuiteEvent> events = suite_events();
  EXPECT_EQ(events.size(), 102u);
  std::string differences;
  for (Case& item : suite_cases(file)) {
    const std::string original = trimmed(item.query);
    const std::size_t head = cut_head(item.query);
    const eql::Compiled compiled = eql::compile(item.query);
    if (!compiled.program) {
      differences += original + "\n  " + compiled.diagnostics[0].code + ": " + compiled.diagnostics[0].message + "\n";
      continue;
    }
    std::vector<std::int64_t> ids = answer(*compiled.program, events);
    if (head != 0 && ids.size() > head) ids.resize(head);
    if (ids == item.expected) {
      ++agreed;
    } else {
      differences += original + "\n  got " + ids_text(ids) + "\n  expected " + ids_text(item.expected) + "\n";
    }
  }
  return differences;
}

TEST(Conformance, ElasticsSuiteAgrees) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_data.json"))) GTEST_SKIP() << "the corpus is not here";
  std::size_t agreed = 0;
  EXPECT_EQ(run_suite("elasticsearch/test_queries.single-event.part.toml", agreed), "");
  EXPECT_EQ(agreed, 47u);
}

TEST(Conformance, ElasticsAdditionalSuiteAgrees) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_data.json"))) GTEST_SKIP() << "the corpus is not here";
  std::size_t agreed = 0;
  EXPECT_EQ(run_suite("elasticsearch/additional_test_queries.single-event.part.toml", agreed), "");
  EXPECT_EQ(agreed, 19u);
}

}  // namespace
}  // namespace stemma
