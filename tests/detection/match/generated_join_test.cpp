// Sequences and samples that nobody thought of: what the machine joins on generated logs is what
// the slow evaluator (reference_join.hpp) joins.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "detection/match/sample_join.hpp"
#include "tests/detection/eql/event_text.hpp"
#include "tests/detection/match/reference_join.hpp"
#include "tests/support/generated.hpp"

namespace stemma {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

std::string condition(Random& random) {
  static constexpr const char* kConditions[] = {
      "any where tag == \"a\"",          "any where tag == \"b\"",
      "any where tag == \"c\"",          "any where tag == \"d\"",
      "process where tag : \"A\"",       "file where true",
      "any where tag in (\"a\", \"b\")", "any where not tag == \"a\"",
      "any where number >= 2",           "process where number != 1 or tag == \"c\""};
  return kConditions[random.below(std::size(kConditions))];
}

std::string join(Random& random, std::size_t keys) {
  static constexpr const char* kFields[] = {"user", "host", "?user", "?number"};
  std::string out;
  for (std::size_t i = 0; i < keys; ++i)
    out += (i == 0 ? " by " : ", ") + std::string(kFields[random.below(std::size(kFields))]);
  return out;
}

std::string statement(Random& random) {
  const std::size_t shared = random.below(3);
  const std::size_t own = random.one_in(3) ? 1 + random.below(2) : 0;
  if (random.one_in(5)) {
    std::string text = "sample" + join(random, std::max<std::size_t>(1, shared));
    const std::size_t terms = 2 + random.below(3);
    for (std::size_t i = 0; i < terms; ++i)
      text += " [" + condition(random) + "]" + join(random, own);
    return text;
  }
  std::string text = "sequence" + join(random, shared);
  const bool span = !random.one_in(3);
  if (span) text += fmt::format(" with maxspan={}s", 1 + random.below(12));
  const std::size_t terms = 2 + random.below(3);
  const std::size_t positive = random.below(terms);  // never missing
  for (std::size_t i = 0; i < terms; ++i) {
    const bool missing = span && i != positive && random.one_in(4);
    text += missing ? " ![" : " [";
    text += condition(random) + "]" + join(random, own);
    if (!missing && random.one_in(6)) text += fmt::format(" with runs={}", 1 + random.below(3));
  }
  if (random.one_in(4)) text += " until [" + condition(random) + "]" + join(random, own);
  return text;
}

struct Log {
  std::vector<test::RefLogged> reference;
  std::vector<std::unique_ptr<test::TestEvent>> events;
  std::string text;
};

Log make_log(Random& random) {
  Log log;
  std::int64_t time = 0;
  const std::size_t size = 1 + random.below(24);
  for (std::size_t i = 0; i < size; ++i) {
    time += static_cast<std::int64_t>(random.below(4)) * kSecond;  // some at one time
    std::vector<test::FieldData> fields;
    test::RefLogged logged;
    logged.time = time;
    log.text += fmt::format("  {} at {} s:", i, time / kSecond);
    const auto texts = [&](const char* name, std::vector<std::string> values) {
      if (values.empty()) return;
      std::vector<test::Datum> data;
      for (const std::string& value : values) {
        test::RefValue reference;
        reference.kind = test::RefValue::Kind::text;
        reference.text = value;
        logged.event[name].push_back(reference);
        data.emplace_back(value);
        log.text += fmt::format(" {}={}", name, value);
      }
      fields.emplace_back(name, std::move(data));
    };
    const auto some = [&](std::vector<std::string> of, std::size_t most) {
      std::vector<std::string> values;
      const std::size_t number = random.below(most + 1);
      for (std::size_t n = 0; n < number; ++n) values.push_back(of[random.below(of.size())]);
      return values;
    };
    texts("event.category", random.one_in(3) ? std::vector<std::string>{"file"}
                                             : std::vector<std::string>{"process"});
    texts("tag", some({"a", "b", "c", "d"}, random.one_in(4) ? 2 : 1));
    texts("user", some({"x", "y", "null", "1", "x, y"}, random.one_in(4) ? 2 : 1));
    texts("host", some({"h"}, 1));
    if (!random.one_in(3)) {
      const auto number = static_cast<std::int64_t>(random.below(4));
      fields.emplace_back("number", std::vector<test::Datum>{number});
      test::RefValue reference;
      reference.kind = test::RefValue::Kind::integer;
      reference.integer = number;
      logged.event["number"].push_back(reference);
      log.text += fmt::format(" number={}", number);
    }
    log.text += "\n";
    log.reference.push_back(std::move(logged));
    log.events.push_back(std::make_unique<test::TestEvent>(fields));
  }
  return log;
}

std::vector<test::RefMatch> joined(const eql::Query& statement, const Log& log) {
  const auto programs = statement.programs();
  JoinKeys keys;
  std::vector<TermMatch> matches;
  for (std::size_t i = 0; i < log.events.size(); ++i) {
    const EventView view = log.events[i]->view();
    for (std::uint32_t term = 0; term < programs.size(); ++term) {
      eql::EvalContext context;
      if (!eql::matches(eql::bind(*programs[term], view.shape()), view, context)) continue;
      std::vector<std::uint32_t> of_event;
      keys.keys_of((term < statement.terms.size() ? statement.terms[term] : *statement.until).by,
                   view, of_event);
      for (const std::uint32_t key : of_event)
        matches.push_back({EventId::from_index(i), term, key});
    }
  }
  std::sort(matches.begin(), matches.end());
  SequenceOptions options;
  options.time = [&](EventId id) { return log.reference[id.index()].time; };
  const Sequences sequences = statement.kind == eql::StatementKind::sample
                                  ? join_samples(statement, matches)
                                  : join_sequences(statement, matches, options);
  std::vector<test::RefMatch> out;
  for (const JoinedMatch& match : sequences.matches) {
    test::RefMatch one{keys.text(match.key), {}};
    for (const EventId id : match.events)
      one.events.push_back(id ? static_cast<int>(id.index()) : -1);
    out.push_back(std::move(one));
  }
  // Keys have no order of their own here: a session numbers them by their bytes.
  test::put_in_order(out);
  return out;
}

std::string text(const std::vector<test::RefMatch>& matches) {
  std::string out;
  for (const test::RefMatch& match : matches) {
    out += "  [" + match.key + "]";
    for (const int event : match.events) out += event < 0 ? " -" : fmt::format(" {}", event);
    out += "\n";
  }
  return out;
}

TEST(GeneratedSequences, AgreeWithTheSlowEvaluator) {
  const std::size_t statements = support::generated_cases(12'500);
  constexpr int kLogs = 8;
  std::size_t cases = 0;
  std::size_t with_matches = 0;
  std::size_t of_missing = 0;
  std::size_t of_until = 0;
  std::size_t of_samples = 0;
  for (std::uint64_t seed = 1; seed <= statements; ++seed) {
    Random random(seed);
    const std::string query = statement(random);
    const eql::CompiledQuery compiled = eql::compile_query(query);
    ASSERT_NE(compiled.query, nullptr) << "seed " << seed << "\n"
                                       << query << "\n"
                                       << test::all_text(compiled.diagnostics);
    const eql::Parsed parsed = eql::parse(query);
    const bool sample = compiled.query->kind == eql::StatementKind::sample;
    for (int round = 0; round < kLogs; ++round) {
      const Log log = make_log(random);
      const auto got = joined(*compiled.query, log);
      const auto expected = sample ? test::reference_samples(parsed.tree, log.reference)
                                   : test::reference_sequences(parsed.tree, log.reference);
      ASSERT_EQ(text(got), text(expected)) << "seed " << seed << " round " << round << "\n"
                                           << query << "\n"
                                           << log.text;
      ++cases;
      if (got.empty()) continue;
      ++with_matches;
      if (sample) ++of_samples;
      if (query.find('!') != std::string::npos) ++of_missing;
      if (compiled.query->until) ++of_until;
    }
  }
  // The generators must keep making cases of every sort, or agreement means nothing.
  EXPECT_EQ(cases, statements * kLogs);
  EXPECT_GT(with_matches, cases / 8);
  EXPECT_GT(of_missing, cases / 40);
  EXPECT_GT(of_until, cases / 60);
  EXPECT_GT(of_samples, cases / 40);
  std::cout << cases << " cases, " << with_matches << " with matches, " << of_missing
            << " of them with a missing event, " << of_until << " with until, " << of_samples
            << " samples\n";
}

}  // namespace
}  // namespace stemma
