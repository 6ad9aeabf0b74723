// The matcher: which rules fire on which events, lineage by levels, and why a rule could not have
// fired.
#include "detection/match/matcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::TestEvent;

std::vector<std::shared_ptr<const eql::Program>> programs(const std::vector<std::string>& queries) {
  std::vector<std::shared_ptr<const eql::Program>> out;
  for (const std::string& query : queries) {
    out.push_back(eql::compile(query).program);
    EXPECT_NE(out.back(), nullptr) << query;
  }
  return out;
}

std::string print(const std::vector<Match>& matches) {
  std::string out;
  for (const Match& match : matches)
    out += std::to_string(match.rule) + "@" + std::to_string(match.event.value) + " ";
  return out;
}

TEST(Matcher, GivesEventsToTheRulesOfTheirCategories) {
  const Matcher matcher(programs({"process where true", "file where true", "any where true",
                                  "registry where true", "process where process.pid == 1"}));
  EXPECT_EQ(std::vector<std::string>(matcher.categories().begin(), matcher.categories().end()),
            (std::vector<std::string>{"file", "process", "registry"}));
  EXPECT_TRUE(matcher.wants_any_category());
  EXPECT_EQ(matcher.subquery_levels(), 0u);
  MatchWorker worker(matcher);
  std::vector<Match> out;
  worker.consider(EventId{1}, TestEvent({{"event.category", "process"}, {"process.pid", 1}}).view(),
                  out);
  worker.consider(EventId{2},
                  TestEvent({{"event.category", {"process", "file", "process"}}}).view(), out);
  worker.consider(EventId{3}, TestEvent({{"process.pid", 1}}).view(), out);
  worker.consider(EventId{4}, TestEvent({{"event.category", "iam"}}).view(), out);
  EXPECT_EQ(print(out), "0@1 2@1 4@1 0@2 1@2 2@2 2@3 2@4 ");
  EXPECT_EQ(worker.statistics().matched, (std::vector<std::uint64_t>{2, 1, 4, 0, 1}));
  EXPECT_EQ(worker.statistics().possible, (std::vector<std::uint64_t>{2, 1, 4, 0, 1}));
  EXPECT_EQ(worker.statistics().events, 4u);
}

TEST(Matcher, WantsTheFieldsOfRulesAndSubqueries) {
  const Matcher matcher(programs(
      {"any where process.pid == 1", "any where descendant of [file where file.path : \"x\"]"}));
  Projection projection;
  matcher.want_fields(projection);
  EXPECT_TRUE(projection.wants(field::process_pid));
  EXPECT_TRUE(projection.wants(field::file_path));
  EXPECT_TRUE(projection.wants(field::event_category));
  EXPECT_FALSE(projection.wants(field::process_name));
}

TEST(Matcher, ANewShapeAtAnOldAddressIsNoticed) {
  const Matcher matcher(programs({"any where process.pid == 1"}));
  MatchWorker worker(matcher);
  std::vector<Match> out;
  for (std::uint32_t i = 1; i <= 50;
       ++i) {  // each event's shape is freed before the next one is made
    if (i % 2 == 0) {
      worker.consider(EventId{i}, TestEvent({{"process.pid", 1}}).view(), out);
    } else {
      worker.consider(EventId{i}, TestEvent({{"process.title", "1"}}).view(), out);
    }
  }
  EXPECT_EQ(out.size(), 25u);
}

TEST(Matcher, MoreShapesThanAreKeptBoundChangeNothing) {
  const Matcher matcher(programs({"any where stemma_shape.common == 1"}));
  MatchWorker worker(matcher);
  std::vector<std::unique_ptr<TestEvent>> events;
  for (std::size_t i = 0; i < kMaxBoundShapes + 10; ++i) {
    events.push_back(std::make_unique<TestEvent>(std::vector<test::FieldData>{
        {"stemma_shape.common", 1}, {"stemma_shape.f" + std::to_string(i), 1}}));
  }
  std::vector<Match> out;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < events.size(); ++i)
      worker.consider(EventId{i + 1}, events[i]->view(), out);
  }
  EXPECT_EQ(out.size(), 2 * events.size());
}

// A tree given as child → parent, and what matched.
class Tree : public eql::LineageOracle {
 public:
  explicit Tree(std::map<std::uint32_t, std::uint32_t> parents) : parents_(std::move(parents)) {}
  void record(const std::vector<SubqueryMatch>& matches) {
    matched_.insert(matches.begin(), matches.end());
  }
  bool has_ancestor_matching(EventId event, std::uint32_t subquery) const override {
    for (auto at = parents_.find(event.value); at != parents_.end();
         at = parents_.find(at->second)) {
      if (matched_.count({subquery, EventId{at->second}}) != 0) return true;
    }
    return false;
  }
  bool has_parent_matching(EventId event, std::uint32_t subquery) const override {
    const auto at = parents_.find(event.value);
    return at != parents_.end() && matched_.count({subquery, EventId{at->second}}) != 0;
  }

 private:
  std::map<std::uint32_t, std::uint32_t> parents_;
  std::set<SubqueryMatch> matched_;
};

TEST(Matcher, LineageIsAnsweredLevelByLevelAcrossRules) {
  const Matcher matcher(programs({
      "process where process.name == \"d\" and descendant of [process where process.name == \"a\"]",
      "process where child of [process where process.name == \"c\" and descendant of [process "
      "where process.name == \"b\" and "
      "child of [process where process.name == \"a\"]]]",
      "process where not descendant of [process where process.name == \"a\"]",
  }));
  ASSERT_EQ(matcher.subqueries().size(), 5u);
  EXPECT_EQ(matcher.subquery_base(0), 0u);
  EXPECT_EQ(matcher.subquery_base(1), 1u);
  EXPECT_EQ(matcher.subquery_base(2), 4u);
  EXPECT_EQ(matcher.subquery_levels(), 3u);
  // a(1) → b(2) → c(3) → d(4); d(5) is a child of x(6)
  Tree tree({{2, 1}, {3, 2}, {4, 3}, {5, 6}});
  std::vector<std::unique_ptr<TestEvent>> events;
  for (const char* name : {"a", "b", "c", "d", "d", "x"}) {
    events.push_back(std::make_unique<TestEvent>(
        std::vector<test::FieldData>{{"event.category", "process"}, {"process.name", name}}));
  }
  std::string levels;
  MatchWorker worker(matcher, &tree);
  for (std::uint32_t level = 0; level < matcher.subquery_levels(); ++level) {
    std::vector<SubqueryMatch> found;
    for (std::uint32_t i = 0; i < events.size(); ++i)
      worker.consider_subqueries(level, EventId{i + 1}, events[i]->view(), found);
    for (const SubqueryMatch& match : found)
      levels += std::to_string(match.subquery) + "@" + std::to_string(match.event.value) + " ";
    levels += "| ";
    tree.record(found);
  }
  EXPECT_EQ(levels, "0@1 1@1 4@1 | 2@2 | 3@3 | ");
  std::vector<Match> out;
  for (std::uint32_t i = 0; i < events.size(); ++i)
    worker.consider(EventId{i + 1}, events[i]->view(), out);
  EXPECT_EQ(print(out), "2@1 0@4 1@4 2@5 2@6 ");
  // Without an oracle nothing that asks it matches, negations included.
  MatchWorker blind(matcher);
  out.clear();
  for (std::uint32_t i = 0; i < events.size(); ++i)
    blind.consider(EventId{i + 1}, events[i]->view(), out);
  EXPECT_EQ(print(out), "");
}

TEST(Coverage, SaysWhyARuleCouldNotHaveFired) {
  const Matcher matcher(programs({
      "process where process.name == \"nobody\"",
      "registry where registry.path : \"*\"",
      "process where process.title == \"x\" and process.pid == 1",
      "process where process.pid == 1 and process.args_count == 2",
      "process where process.title == \"x\" or process.working_directory == \"y\"",
      "any where 1 == 2",
      "any where user.name == \"x\"",
  }));
  MatchWorker one(matcher);
  MatchWorker two(matcher);
  std::vector<Match> out;
  one.consider(
      EventId{1},
      TestEvent({{"event.category", "process"}, {"process.name", "a"}, {"process.pid", 1}}).view(),
      out);
  two.consider(
      EventId{2},
      TestEvent({{"event.category", "process"}, {"process.name", "a"}, {"process.args_count", 2}})
          .view(),
      out);
  two.consider(EventId{3}, TestEvent({{"event.category", "file"}, {"process.title", "a"}}).view(),
               out);
  MatchStatistics all;
  all.add(one.statistics());
  all.add(two.statistics());
  std::string report;
  for (std::uint32_t rule = 0; rule < matcher.programs().size(); ++rule) {
    const Coverage coverage = matcher.coverage(rule, all);
    report += std::to_string(coverage.events) +
              (coverage.possible ? " possible" : " " + coverage.reason) + "\n";
  }
  EXPECT_EQ(report,
            "2 possible\n"
            "0 no event of category `registry`\n"
            "2 no event of category `process` carries process.title\n"
            "2 no single event of category `process` carries together what the rule needs: "
            "event.category, process.pid, process.args_count\n"
            "2 no event of category `process` carries process.title, process.working_directory\n"
            "3 its condition can never be true\n"
            "3 no event carries user.name\n");
  const Coverage nothing = matcher.coverage(6, MatchStatistics{});
  EXPECT_EQ(nothing.reason, "no event");
}

}  // namespace
}  // namespace stemma
