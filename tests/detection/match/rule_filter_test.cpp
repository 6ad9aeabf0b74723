// The filter of many rules against asking each: generated rules on generated events, the same
// matches and the same statistics.
#include "detection/match/rule_filter.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "detection/match/matcher.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::Datum;
using test::FieldData;
using test::TestEvent;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  template <std::size_t N>
  const char* of(const char* const (&list)[N]) {
    return list[below(N)];
  }

 private:
  std::mt19937 engine_;
};

std::string leaf(Random& random) {
  static const char* const kNames[] = {"\"cmd.exe\"", "\"CMD.EXE\"", "\"sh\"", "\"p*\"", "\"?h\""};
  static const char* const kLines[] = {
      "\"*word1*\"", "\"*Word2 *\"", "\"sh -c*\"",    "\"*.tmp\"",        "\"*d3?-*x\"",
      "\"*-*\"",     "\"*\"",        "\"\"",          "\"*WORD\u00E9*\"", "\"*ab*\"",
      "\"c*9\"",     "\"sh\"",       "\"*word1 -x*\""};
  static const char* const kExpressions[] = {"\".*word[0-9]9.*\"", "\"(sh|bash) .*\"",
                                             "\"[a-z]+.*\"", "\".*(abc|Word).*5\"", "\".*\""};
  switch (random.below(20)) {
    case 0:
      return std::string("process.name == ") + random.of(kNames);
    case 1:
      return std::string("process.name : (") + random.of(kNames) + ", " + random.of(kNames) + ")";
    case 2:
      return std::string("process.parent.name like ") + random.of(kNames);
    case 3:
      return std::string("?process.args : (\"-c\", ") + random.of(kNames) + ")";
    case 4:
      return "process.pid > " + std::to_string(random.below(3000));
    case 5:
      return "event.type == \"start\"";
    case 6:
      return "process.parent.name regex~ \"[a-c].*\"";
    case 7:
      return "?user.id == null";
    case 8:
      return std::string("?user.id in (\"0\", ") + random.of(kNames) + ")";
    case 9:
      return "startsWith~(process.name, ?process.parent.name)";
    case 10:
      return "child of [process where process.name == \"sh\"]";
    case 11:
    case 12:
      return std::string("process.command_line : (") + random.of(kLines) + ", " +
             random.of(kLines) + ")";
    case 13:
      return std::string("process.command_line like ") + random.of(kLines);
    case 14:
      return std::string("process.command_line regex~ ") + random.of(kExpressions);
    case 15:
      return std::string("?custom.field in (\"a\", ") + random.of(kNames) + ", null)";
    case 16:
      return std::string("?custom.field : (\"a\", ") + random.of(kLines) + ")";
    case 17:
      return std::string("?process.args regex ") + random.of(kExpressions);
    case 18:
      return std::string("?process.args like~ (") + random.of(kLines) + ", " + random.of(kLines) +
             ")";
    default:
      return "process.name != process.parent.name";
  }
}

std::string condition(Random& random, int depth) {
  if (depth == 0 || random.below(5) == 0) return leaf(random);
  const std::string a = condition(random, depth - 1);
  const std::string b = condition(random, depth - 1);
  switch (random.below(5)) {
    case 0:
      return "not (" + a + ")";
    case 1:
      return "(" + a + " or " + b + ")";
    default:
      return "(" + a + " and " + b + ")";
  }
}

std::string line(Random& random, int pid) {
  static const char* const kBegins[] = {"sh -c", "SH -C x", "bash ", "cmd.exe /c", "", "a"};
  static const char* const kEnds[] = {" -x", ".tmp", "d3z-9x", "9", "", "word\xFFx", "WORD\u00E9x"};
  if (random.below(12) == 0) return random.of(kBegins);
  return random.of(kBegins) + std::string(" word") + std::to_string(pid) + " Word" +
         std::to_string(random.below(40)) + random.of(kEnds);
}

// Events of few shapes; names repeat, pids and most command lines do not.
std::vector<FieldData> event(Random& random, int pid) {
  static const char* const kNames[] = {"cmd.exe", "CMD.exe", "sh", "bash", "pwsh", "a.exe", ""};
  std::vector<FieldData> fields{{"event.category", "process"}, {"process.pid", pid}};
  if (random.below(8) == 0) fields[0] = {"event.category", {"file", "process"}};
  fields.emplace_back("process.name", random.of(kNames));
  fields.emplace_back("event.type", random.below(2) == 0 ? "start" : "end");
  if (random.below(4) != 0) fields.emplace_back("process.parent.name", random.of(kNames));
  fields.emplace_back("process.command_line", std::vector<Datum>{line(random, pid)});
  if (random.below(3) == 0) {
    // A field that no table knows: texts, numbers, or both.
    std::vector<Datum> values;
    if (random.below(3) != 0)
      values.emplace_back(std::string(random.below(2) == 0 ? "a" : "word1"));
    if (values.empty() || random.below(3) == 0) values.emplace_back(std::int64_t{pid % 3});
    fields.emplace_back("custom.field", std::move(values));
  }
  if (random.below(2) == 0) fields.emplace_back("user.id", random.below(2) == 0 ? "0" : "1000");
  if (random.below(2) == 0) {
    std::vector<Datum> args;
    const std::size_t count = random.below(50) == 0 ? 60 : 1 + random.below(3);
    for (std::size_t i = 0; i < count; ++i)
      args.emplace_back(random.below(4) == 0   ? line(random, pid)
                        : random.below(2) == 0 ? std::string("-c")
                                               : std::string(random.of(kNames)));
    fields.emplace_back("process.args", std::move(args));
  }
  return fields;
}

class EvenParents : public eql::LineageOracle {
 public:
  bool has_ancestor_matching(EventId event, std::uint32_t) const override {
    return event.value % 2 == 0;
  }
  bool has_parent_matching(EventId event, std::uint32_t) const override {
    return event.value % 3 == 0;
  }
};

void agree(std::uint32_t seed, eql::EvalOptions options, bool forged) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  std::vector<std::shared_ptr<const eql::Program>> programs;
  static const char* const kCategories[] = {"process", "process", "process", "file", "any"};
  for (int i = 0; i < 150; ++i) {
    const std::string text = std::string(random.of(kCategories)) + " where " + condition(random, 3);
    const eql::Compiled compiled = eql::compile(text);
    ASSERT_NE(compiled.program, nullptr) << text;
    programs.push_back(compiled.program);
  }
  const Matcher matcher(programs, options);
  const EvenParents tree;
  MatchWorker fast(matcher, &tree);
  MatchWorker slow(matcher, &tree);
  slow.ask_all();
  std::vector<Match> fast_found, slow_found;
  std::vector<SubqueryMatch> fast_sub, slow_sub;
  // One event's shape is that of all events with its fields, as a ShapeTable gives it.
  std::map<std::vector<FieldId>, std::unique_ptr<TestEvent>> shapes;
  for (std::uint32_t i = 1; i <= 12000; ++i) {
    std::vector<FieldData> fields = event(random, static_cast<int>(i));
    // Names that repeat until the fields are chosen, and never again.
    if (forged && i > 7000) fields[2] = {"process.name", ("x" + std::to_string(i)).c_str()};
    const TestEvent made(fields);
    const auto own = made.view().shape().fields();
    auto& first = shapes[{own.begin(), own.end()}];
    if (!first) first = std::make_unique<TestEvent>(fields);
    const EventView view = made.view_of(first->view().shape());
    fast.consider(EventId{i}, view, fast_found);
    slow.consider(EventId{i}, view, slow_found);
    fast.consider_subqueries(0, EventId{i}, view, fast_sub);
    slow.consider_subqueries(0, EventId{i}, view, slow_sub);
  }
  EXPECT_GT(fast_found.size(), 1000u);
  EXPECT_GT(fast_sub.size(), 1000u);
  EXPECT_EQ(fast_found, slow_found);
  EXPECT_EQ(fast_sub, slow_sub);
  EXPECT_EQ(fast.statistics().possible, slow.statistics().possible);
  EXPECT_EQ(fast.statistics().matched, slow.statistics().matched);
  EXPECT_EQ(fast.statistics().capped_clauses, slow.statistics().capped_clauses);
}

TEST(RuleFilter, FindsWhatAskingEveryRuleFinds) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) agree(seed, {}, false);
}

TEST(RuleFilter, AndWithTwoValuedNulls) {
  for (std::uint32_t seed = 11; seed <= 14; ++seed)
    agree(seed, {eql::EvalOptions::Nulls::two_valued}, false);
}

TEST(RuleFilter, AndWhereValuesCeaseToRepeat) {
  for (std::uint32_t seed = 21; seed <= 23; ++seed) agree(seed, {}, true);
}

TEST(RuleIndex, ATextThatSaysNothingChangesNoRow) {
  static const char* const kQueries[] = {
      "process where process.args like (\"/opt/job/*/run.sh\", \"-enc\")",
      "process where process.args : \"*.ps1\" and not process.args : \"-safe*\"",
      "process where process.args == \"-C\" or process.name == \"sh\"",
      "process where process.args regex~ \".*token=[0-9]+\""};
  std::vector<std::shared_ptr<const eql::Program>> programs;
  std::vector<const eql::Program*> borrowed;
  for (const char* const query : kQueries) {
    programs.push_back(eql::compile(query).program);
    ASSERT_NE(programs.back(), nullptr) << query;
    borrowed.push_back(programs.back().get());
  }
  const RuleIndex index(borrowed, {});
  const RuleIndex::Field* args = nullptr;
  for (const auto& field : index.fields()) {
    if (RuleIndex::id_of(*field) == field::process_args) args = field.get();
  }
  ASSERT_NE(args, nullptr);
  static const char* const kTexts[] = {"/opt/job/7/run.sh",
                                       "/opt/job/run.sh",
                                       "-ENC",
                                       "-enc",
                                       "a.ps1",
                                       "a.PS1x",
                                       "-Safe",
                                       "-saf",
                                       "-C",
                                       "-c",
                                       "",
                                       "token=4",
                                       "Token=44",
                                       "token=x",
                                       "sh"};
  RuleIndex::Room room;
  RuleRow with, without;
  std::string silent;
  for (const std::string_view text : kTexts) {
    const bool nothing = RuleIndex::says_nothing(*args, text, room);
    if (nothing) silent += "[" + std::string(text) + "]";
    for (const std::string_view other : kTexts) {
      index.row(*args, std::vector{Value::of(other), Value::of(text)}, nullptr, room, with);
      index.row(*args, std::vector{Value::of(other)}, nullptr, room, without);
      if (!nothing) continue;
      EXPECT_EQ(with.pass, without.pass) << text << " beside " << other;
      EXPECT_EQ(with.across, without.across) << text << " beside " << other;
    }
  }
  EXPECT_EQ(silent, "[/opt/job/run.sh][-ENC][a.PS1x][-saf][-c][][token=x][sh]");
}

// A test that no text is looked up for may be true of any.
TEST(RuleIndex, NoTextSaysNothingWhereAPatternHasNoLiteral) {
  const auto program = eql::compile("process where process.args : \"*-*\"").program;
  const eql::Program* const borrowed[] = {program.get()};
  const RuleIndex index(borrowed, {});
  ASSERT_EQ(index.fields().size(), 1u);
  RuleIndex::Room room;
  EXPECT_FALSE(RuleIndex::says_nothing(*index.fields()[0], "x", room));
}

}  // namespace
}  // namespace stemma
