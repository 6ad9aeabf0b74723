// The language against the public test suites of its two dialects, over their 102 events. Elastic's
// is ours; of Endgame's, the queries whose meaning is the same are run. What differs on purpose is
// listed here with its reason.
#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "detection/match/pipes.hpp"
#include "detection/match/sequence_machine.hpp"
#include "tests/detection/eql/corpus.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::Datum;

void flatten(const std::string& name, const nlohmann::json& value,
             std::vector<test::FieldData>& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items())
      flatten(name.empty() ? key : name + "." + key, inner, out);
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

// The suite's fields (`process_name`) are none of ours and are interned; `event_type` is the
// category.
std::vector<SuiteEvent> suite_events() {
  std::vector<SuiteEvent> events;
  for (const auto& json :
       nlohmann::json::parse(test::read_all(test::corpus_file("endgame/test_data.json")))) {
    std::vector<test::FieldData> fields;
    flatten("", json, fields);
    fields.emplace_back("event.category", json["event_type"].get<std::string>().c_str());
    events.push_back(
        {json["serial_event_id"].get<std::int64_t>(), std::make_unique<test::TestEvent>(fields)});
  }
  return events;
}

std::string ids_text(const std::vector<std::int64_t>& ids) {
  std::string out;
  for (const std::int64_t id : ids) out += std::to_string(id) + " ";
  return out;
}

// Runs a query over the suite; `head`/`tail`, which Elastic's suite hangs behind a query to shorten
// the answer, are done here.
std::vector<std::int64_t> answer(const eql::Query& query, const std::vector<SuiteEvent>& events);

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
    for (const auto& id : *entry["expected_event_ids"].as_array())
      made.expected.push_back(id.value_or(std::int64_t{-1}));
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
std::string run_suite(const std::string& file, std::size_t& agreed) {
  const std::vector<SuiteEvent> events = suite_events();
  EXPECT_EQ(events.size(), 102u);
  std::string differences;
  for (Case& item : suite_cases(file)) {
    const std::string original = trimmed(item.query);
    const eql::CompiledQuery compiled = eql::compile_query(item.query);
    if (!compiled.query) {
      differences += original + "\n  " + compiled.diagnostics[0].code + ": " +
                     compiled.diagnostics[0].message + "\n";
      continue;
    }
    const std::vector<std::int64_t> ids = answer(*compiled.query, events);
    if (ids == item.expected) {
      ++agreed;
    } else {
      differences +=
          original + "\n  got " + ids_text(ids) + "\n  expected " + ids_text(item.expected) + "\n";
    }
  }
  return differences;
}

TEST(Conformance, ElasticsSuiteAgrees) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_data.json")))
    GTEST_SKIP() << "the corpus is not here";
  std::size_t agreed = 0;
  EXPECT_EQ(run_suite("elasticsearch/test_queries.single-event.part.toml", agreed), "");
  std::cout << "elasticsearch/test_queries.single-event.part.toml: " << agreed << " of 47 agree\n";
  EXPECT_EQ(agreed, 47u);
}

TEST(Conformance, ElasticsAdditionalSuiteAgrees) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_data.json")))
    GTEST_SKIP() << "the corpus is not here";
  std::size_t agreed = 0;
  EXPECT_EQ(run_suite("elasticsearch/additional_test_queries.single-event.part.toml", agreed), "");
  std::cout << "elasticsearch/additional_test_queries.single-event.part.toml: " << agreed
            << " of 19 agree\n";
  EXPECT_EQ(agreed, 19u);
}

// --- Endgame's dialect: `=`, single quotes, and `==` that ignores case and takes wildcards.
// Rewritten to ours by the rules below.

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string in_our_dialect(std::string query, bool insensitive) {
  query = replace_all(query, "'", "\"");
  std::string out;
  for (std::size_t i = 0; i < query.size(); ++i) {
    const bool lone = query[i] == '=' &&
                      (i == 0 || std::string("<>=!").find(query[i - 1]) == std::string::npos) &&
                      (i + 1 == query.size() || query[i + 1] != '=');
    const bool setting =
        i >= 4 && (query.substr(0, i).ends_with("maxspan") || query.substr(0, i).ends_with("fork"));
    out += lone && !setting ? "==" : query.substr(i, 1);
  }
  out = replace_all(replace_all(out, "== \"", ": \""), "==\"", ": \"");
  if (insensitive) {
    out = replace_all(out, " in (", " in~ (");
    for (const char* name : {"startsWith", "endsWith", "indexOf", "between", "stringContains"}) {
      out = replace_all(out, std::string(name) + "(", std::string(name) + "~(");
    }
    out = replace_all(out, "opcode in~", "opcode in");
  }
  return out;
}

// What Endgame's suite asks of lineage: ancestors by unique_pid and unique_ppid, any event of the
// ancestor may match.
class SuiteLineage : public eql::LineageOracle {
 public:
  SuiteLineage(const eql::Program& program, const std::vector<SuiteEvent>& events)
      : events_(events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (const auto parent = number(i, "unique_ppid"))
        parents_.emplace(*number(i, "unique_pid"), *parent);
    }
    for (const eql::Program::Subquery& subquery : program.subqueries()) {
      std::set<std::int64_t> matched;
      for (std::size_t i = 0; i < events.size(); ++i) {
        const EventView view = events[i].event->view();
        eql::EvalContext context;
        context.event = EventId::from_index(i);
        context.lineage = this;
        if (matches(bind(*subquery.program, view.shape()), view, context))
          matched.insert(*number(i, "unique_pid"));
      }
      matched_.push_back(std::move(matched));
    }
  }

  bool has_ancestor_matching(EventId event, std::uint32_t subquery) const override {
    auto at = parents_.find(number(event.index(), "unique_pid").value_or(-1));
    for (int steps = 0; at != parents_.end() && steps < 1000; ++steps) {
      if (matched_[subquery].count(at->second) != 0) return true;
      at = parents_.find(at->second);
    }
    return false;
  }
  bool has_parent_matching(EventId event, std::uint32_t subquery) const override {
    const auto at = parents_.find(number(event.index(), "unique_pid").value_or(-1));
    return at != parents_.end() && matched_[subquery].count(at->second) != 0;
  }

 private:
  std::optional<std::int64_t> number(std::size_t event, const char* field) const {
    const auto values = events_[event].event->view().get(intern_field(field));
    if (values.empty()) return std::nullopt;
    return values[0].integer;
  }

  const std::vector<SuiteEvent>& events_;
  std::map<std::int64_t, std::int64_t> parents_;
  std::vector<std::set<std::int64_t>> matched_;
};

// By their number in the file.
// A copy of what a test's event shows. The suite has no reals.
void fill(Event& event, const EventView& view) {
  for (const FieldId field : view.shape().fields()) {
    for (const Value& value : view.get(field)) {
      if (value.kind == Value::Kind::text) event.add(field, value.text);
      if (value.kind == Value::Kind::integer) event.set(field, value.integer);
    }
  }
}

// The ids of all events of all results, one after the other. Times of the suite are FILETIMEs.
std::vector<std::int64_t> answer(const eql::Query& query, const std::vector<SuiteEvent>& events) {
  const auto programs = query.programs();
  JoinKeys keys;
  std::vector<TermMatch> taken;
  for (std::uint32_t term = 0; term < programs.size(); ++term) {
    const SuiteLineage lineage(*programs[term], events);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const EventView view = events[i].event->view();
      eql::EvalContext context;
      context.event = EventId::from_index(i);
      context.lineage = &lineage;
      if (!matches(bind(*programs[term], view.shape()), view, context)) continue;
      std::vector<std::uint32_t> of_event;
      keys.keys_of((term < query.terms.size() ? query.terms[term] : *query.until).by, view,
                   of_event);
      for (const std::uint32_t key : of_event) taken.push_back({context.event, term, key});
    }
  }
  std::sort(taken.begin(), taken.end());
  Sequences sequences;
  if (query.kind == eql::StatementKind::event) {
    for (const TermMatch& match : taken) sequences.matches.push_back({{match.event}, 0, false});
  } else {
    SequenceOptions options;
    options.time = [&](EventId id) {
      const auto values = events[id.index()].event->view().get(intern_field("timestamp"));
      return (values[0].integer - 116'444'736'000'000'000) * 100;
    };
    sequences = join_sequences(query, taken, options);
  }
  std::vector<ResultRow> rows;
  for (const JoinedMatch& match : sequences.matches) {
    ResultRow row;
    row.events = match.events;
    rows.push_back(std::move(row));
  }
  rows = run_pipes(query.pipes, std::move(rows),
                   [&](EventId id, const Projection& projection, Event& event) {
                     event.reset(projection);
                     fill(event, events[id.index()].event->view());
                     return true;
                   });
  std::vector<std::int64_t> ids;
  for (const ResultRow& row : rows) {
    for (const EventId id : row.events) ids.push_back(id ? events[id.index()].id : -1);
  }
  return ids;
}

const std::map<int, const char*> kDeliberate = {
    {15, "orders two fields ignoring case; our order is case-sensitive"},
    {20, "orders text ignoring case"},
    {21, "orders text ignoring case"},
    {47, "joins by what is reckoned from fields; Elasticsearch documents fields"},
    {84, "compares two fields ignoring case; our == is case-sensitive and `:` takes constants"},
    {96, "asks for a case-sensitive `==`, which the rewriting made a `:`"},
};

TEST(Conformance, EndgamesSuiteAgreesWhereTheDialectDoes) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_data.json")))
    GTEST_SKIP() << "the corpus is not here";
  const std::vector<SuiteEvent> events = suite_events();
  std::string differences;
  std::map<std::string, int> refused;
  std::set<int> deliberate;
  int agreed = 0;
  int number = 0;
  for (const Case& item : suite_cases("endgame/test_queries.part.toml")) {
    ++number;
    std::string query = in_our_dialect(item.query, item.note == "insensitive");
    const eql::CompiledQuery compiled = eql::compile_query(query);
    if (!compiled.query) {
      ++refused[compiled.diagnostics[0].code];
      if (kDeliberate.count(number) != 0) {
        deliberate.insert(number);
      } else if (!eql::is_unsupported(compiled.diagnostics[0].code)) {
        differences += std::to_string(number) + ": " + trimmed(item.query) + "\n  " +
                       compiled.diagnostics[0].message + "\n";
      }
      continue;
    }
    const std::vector<std::int64_t> ids = answer(*compiled.query, events);
    if (ids == item.expected) {
      ++agreed;
    } else if (kDeliberate.count(number) != 0) {
      deliberate.insert(number);
    } else {
      differences += std::to_string(number) + ": " + trimmed(item.query) + "\n  got " +
                     ids_text(ids) + "\n  expected " + ids_text(item.expected) + "\n";
    }
  }
  EXPECT_EQ(differences, "");
  EXPECT_EQ(agreed, 91);
  EXPECT_EQ(deliberate.size(), kDeliberate.size());
  std::string counts;
  for (const auto& [code, count] : refused) counts += code + " " + std::to_string(count) + "\n";
  std::cout << "endgame/test_queries.part.toml: " << agreed << " of " << number << " agree, "
            << deliberate.size() << " differ deliberately, "
            << number - agreed - static_cast<int>(deliberate.size()) << " need that dialect\n";
  // Joins, and array functions, indexes, `fork` and the like of that dialect.
  EXPECT_EQ(counts, "EQL022 5\nEQL024 19\nEQL052 1\n");
}

// --- Endgame's fold tests of functions.

// By section and number. Elastic documents another answer: between() gives "" where a side is not
// found, indexOf() null for a null start.
const std::set<std::string> kDeliberateFolds = {"between 5",  "between 6",  "between 9",
                                                "between 10", "between 11", "indexof 6"};

TEST(Conformance, EndgamesFunctionFoldsAgreeWhereElasticDocumentsTheSame) {
  if (!std::filesystem::exists(test::corpus_file("endgame/test_string_functions.toml")))
    GTEST_SKIP() << "the corpus is not here";
  const toml::table table =
      toml::parse(test::read_all(test::corpus_file("endgame/test_string_functions.toml")));
  const test::TestEvent event({{"event.category", "process"}});
  std::string differences;
  int agreed = 0;
  for (const auto& [section_name, section] : table) {
    const auto* tests = section.at_path("fold.tests").as_array();
    if (tests == nullptr) continue;
    const std::string name(section_name.str());
    if (name == "match" || name.rfind("wildcard", 0) == 0)
      continue;  // functions of that dialect only
    int number = 0;
    const bool insensitive = section.as_table()->at_path("case_insensitive").value_or(false);
    for (const auto& node : *tests) {
      ++number;
      const std::string written = node.at_path("expression").value_or(std::string());
      const std::string expression = in_our_dialect(written, insensitive);
      std::string wanted = "null";
      const auto expected = node.at_path("expected");
      if (expected.is_string()) {
        wanted = "\"" + *expected.value<std::string>() + "\"";
      } else if (expected.is_boolean()) {
        wanted = *expected.value<bool>() ? "true" : "false";
      } else if (expected.is_floating_point()) {
        wanted = std::to_string(*expected.value<double>());
      } else if (expected.is_integer()) {
        wanted = std::to_string(*expected.value<std::int64_t>());
      }
      const eql::Compiled compiled =
          eql::compile("process where (" + expression + ") == " + wanted);
      eql::EvalContext context;
      const EventView view = event.view();
      const bool deliberate = kDeliberateFolds.count(name + " " + std::to_string(number)) != 0;
      if (!compiled.program) {
        differences += written + ": " + compiled.diagnostics[0].message + "\n";
      } else if (matches(bind(*compiled.program, view.shape()), view, context) == deliberate) {
        differences +=
            name + " " + std::to_string(number) + ": " + written + " is not " + wanted + "\n";
      } else {
        ++agreed;
      }
    }
  }
  EXPECT_EQ(differences, "");
  EXPECT_EQ(agreed, 81);
}

}  // namespace
}  // namespace stemma
