// Compiled programs against the slow evaluator: generated queries on generated events must agree,
// in both readings of null. Seeds are fixed, and a failure prints the seed, the query and the
// event.
#include "tests/support/generated.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "detection/eql/syntax.hpp"
#include "tests/detection/eql/event_text.hpp"
#include "tests/detection/eql/reference_eval.hpp"

namespace stemma {
namespace {

using test::Datum;
using test::RefValue;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return engine_() % end; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

const std::vector<std::string> kTexts = {"",
                                         "a",
                                         "b",
                                         "A",
                                         "ab",
                                         "aB",
                                         "abc",
                                         "ba",
                                         "é",
                                         "aéb",
                                         "a*b",
                                         "a?",
                                         "10",
                                         "0x1F",
                                         " 7 ",
                                         "3.5",
                                         "-2",
                                         "10.1.2.3",
                                         "10.200.0.9",
                                         "192.168.0.1",
                                         "x\xff"
                                         "a",
                                         "日本",
                                         "日bx",
                                         "cmd.exe",
                                         "CMD.EXE",
                                         "script1.ps1"};
const std::vector<std::string> kSafeTexts = {
    "", "a", "b", "A", "ab", "abc", "é", "a*b", "10", "3.5", "10.1.2.3", "cmd.exe", "CMD.EXE"};
const std::vector<std::string> kPatterns = {"*",   "a*",   "*b",    "a?", "?",     "??",    "*a*",
                                            "a*b", "*?b*", "*??b*", "A*", "cmd.*", "*.EXE", "é",
                                            "?é?", "a**b", "10.*",  "",   "*\\\\*"};
const std::vector<std::string> kRegexes = {".*",  "a.*",          "[ab]+",  "(a|b)*c?",
                                           "a?b", "[^a]*",        "[A-Z]+", "a{1,2}b?",
                                           ".+c", "(ab|a)(c|b)*", "[0-9]+"};
const std::vector<std::string> kNetworks = {"10.0.0.0/8", "10.1.2.3", "192.168.0.0/16",
                                            "10.128.0.0/9", "0.0.0.0/0"};
const std::vector<std::string> kDates = {"2020-01-01T00:00:00Z", "2021-06-01T12:00:00Z"};

struct FieldKind {
  std::string name;
  char type;  // t text, n number, b boolean, d date, i address, x anything
};
const std::vector<FieldKind> kFields = {
    {"process.name", 't'},      {"process.args", 't'},        {"process.pid", 'n'},
    {"process.exit_code", 'n'}, {"process.interactive", 'b'}, {"process.start", 'd'},
    {"source.ip", 'i'},         {"stemma_test.x", 'x'},       {"stemma_test.y", 'x'}};

class QueryGenerator {
 public:
  explicit QueryGenerator(Random& random) : random_(random) {}

  std::string query(int depth) {
    static const std::vector<std::string> categories = {"process", "any", "file", "process", "any"};
    return random_.pick(categories) + " where " + condition(depth);
  }

 private:
  std::string field(char type) {
    while (true) {
      const FieldKind& kind = random_.pick(kFields);
      if (kind.type == type || kind.type == 'x' || (type == 't' && kind.type == 'i'))
        return (random_.one_in(4) ? "?" : "") + kind.name;
    }
  }
  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"') out += '\\';
      out += c;
    }
    return out + "\"";
  }
  std::string some_text() { return quoted(random_.pick(kSafeTexts)); }
  std::string some_number() {
    static const std::vector<std::string> numbers = {
        "0", "1", "2", "-1", "3", "2.5", "-0.5", "7", "10", "9223372036854775807", "1e3"};
    return random_.pick(numbers);
  }
  std::string list(const std::vector<std::string>& from) {
    std::string out = "(" + quoted(random_.pick(from));
    for (std::size_t n = random_.below(4); n > 0; --n) out += ", " + quoted(random_.pick(from));
    return out + ")";
  }
  std::string tilde() { return random_.one_in(2) ? "~" : ""; }

  std::string text(int depth) {
    if (depth <= 0) return random_.one_in(3) ? some_text() : field('t');
    switch (random_.below(6)) {
      case 0:
        return "concat(" + any(depth - 1) + ", " + any(depth - 1) + ")";
      case 1:
        return "substring(" + text(depth - 1) + ", " + position() +
               (random_.one_in(2) ? ", " + position() : "") + ")";
      case 2:
        return "between" + tilde() + "(" + text(depth - 1) + ", " + some_text() + ", " +
               some_text() + (random_.one_in(2) ? ", true" : "") + ")";
      case 3:
        return "string(" + any(depth - 1) + ")";
      default:
        return text(0);
    }
  }
  std::string position() {
    static const std::vector<std::string> positions = {"0", "1", "-1", "2", "-2", "null", "9"};
    return random_.one_in(6) ? field('n') : random_.pick(positions);
  }
  std::string number(int depth) {
    if (depth <= 0) return random_.one_in(3) ? some_number() : field('n');
    static const std::vector<std::string> operators = {" + ", " - ", " * ", " / ", " % "};
    switch (random_.below(7)) {
      case 0:
        return "(" + number(depth - 1) + random_.pick(operators) + number(depth - 1) +
               random_.pick(operators) + number(0) + ")";
      case 1:
        return "length(" + text(depth - 1) + ")";
      case 2:
        return "indexOf" + tilde() + "(" + text(depth - 1) + ", " + some_text() +
               (random_.one_in(2) ? ", " + position() : "") + ")";
      case 3:
        return "number(" + field('t') + (random_.one_in(3) ? ", 16" : "") + ")";
      case 4:
        return "-" + field('n');
      case 5:
        return random_.pick(
                   std::vector<std::string>{"add", "subtract", "multiply", "divide", "modulo"}) +
               "(" + number(depth - 1) + ", " + number(depth - 1) + ")";
      default:
        return number(0);
    }
  }
  std::string any(int depth) {
    switch (random_.below(4)) {
      case 0:
        return number(depth);
      case 1:
        return random_.pick(kFields).name;
      case 2:
        return random_.one_in(2) ? "true" : "(" + leaf(0) + ")";
      default:
        return text(depth);
    }
  }
  std::string compare() {
    return random_.pick(std::vector<std::string>{" == ", " != ", " < ", " <= ", " > ", " >= "});
  }

  std::string leaf(int depth) {
    switch (random_.below(17)) {
      case 0:
        return text(depth) + compare() + text(depth);
      case 1:
        return number(depth) + compare() + number(depth);
      case 2:
        return text(depth) + " : " + list(kPatterns);
      case 3:
        return text(depth) + " like" + tilde() + " " + list(kPatterns);
      case 4:
        return regex_subject() + " regex " + list(kRegexes);
      case 5:
        return text(depth) + (random_.one_in(2) ? " not" : "") + " in" + tilde() + " " +
               list(kSafeTexts);
      case 6:
        return number(depth) + (random_.one_in(2) ? " not" : "") + " in (" + some_number() + ", " +
               some_number() + ", 1)";
      case 7:
        return any(depth) + (random_.one_in(2) ? " == null" : " != null");
      case 8:
        return field('b') + (random_.one_in(2) ? " == true" : " != false");
      case 9:
        return "cidrMatch(" + field('i') + ", " + quoted(random_.pick(kNetworks)) + ", " +
               quoted(random_.pick(kNetworks)) + ")";
      case 10:
        return random_.pick(std::vector<std::string>{"startsWith", "endsWith", "stringContains"}) +
               tilde() + "(" + text(depth) + ", " + text(0) + ")";
      case 11:
        return "process.start" + compare() + quoted(random_.pick(kDates));
      case 12:
        return field('x') + (random_.one_in(2) ? " in" : " not in") + " (" + some_text() + ", " +
               some_number() + ", true)";
      case 13:
        return random_.one_in(2) ? field('b') : "stemma_test.x";
      case 14:
        return text(depth) + " in" + tilde() + " (" + text(0) + ", " + some_text() +
               ", process.name)";
      case 15:
        return (random_.one_in(2) ? "descendant" : "child") + std::string(" of [process where ") +
               (depth > 0 ? condition(depth - 1) : "true") + "]";
      default:
        return random_.pick(
            std::vector<std::string>{"true", "false", "null", "null == (process.pid > 1)"});
    }
  }
  std::string regex_subject() { return random_.one_in(2) ? "process.name" : "process.args"; }

  std::string condition(int depth) {
    if (depth <= 0) return leaf(0);
    switch (random_.below(6)) {
      case 0:
        return "not (" + condition(depth - 1) + ")";
      case 1:
        return "(" + condition(depth - 1) + " and " + condition(depth - 1) + ")";
      case 2:
        return condition(depth - 1) + " or " + condition(depth - 1);
      case 3:
        return "(" + condition(depth - 1) + " or " + condition(depth - 1) + " or " + leaf(0) + ")";
      case 4:
        return "(" + condition(depth - 1) + ") == " + (random_.one_in(2) ? "true" : "false");
      default:
        return leaf(depth);
    }
  }

  Random& random_;
};

struct GeneratedEvent {
  std::vector<test::FieldData> fields;
  test::RefEvent reference;

  void add(const std::string& name, const std::vector<Datum>& data) {
    fields.emplace_back(name, data);
    for (const Datum& datum : data) {
      RefValue value;
      if (const auto* text = std::get_if<std::string>(&datum)) {
        value.kind = RefValue::Kind::text;
        value.text = *text;
      } else if (const auto* integer = std::get_if<std::int64_t>(&datum)) {
        value.kind = RefValue::Kind::integer;
        value.integer = *integer;
      } else if (const auto* real = std::get_if<double>(&datum)) {
        value.kind = RefValue::Kind::real;
        value.real = *real;
      } else if (const auto* boolean = std::get_if<bool>(&datum)) {
        value.kind = RefValue::Kind::boolean;
        value.boolean = *boolean;
      } else {
        value.kind = RefValue::Kind::date;
        value.integer = std::get<test::Date>(datum).ns;
      }
      reference[name].push_back(value);
    }
  }

  [[nodiscard]] std::string print() const {
    std::string out;
    for (const auto& [name, values] : reference) {
      out += name + " =";
      for (const RefValue& value : values) {
        out += fmt::format(" [{} {} {} {} {}]", static_cast<int>(value.kind), value.boolean,
                           value.integer, value.real, value.text);
      }
      out += "\n";
    }
    return out;
  }
};

GeneratedEvent make_event(Random& random) {
  GeneratedEvent event;
  // Regular expressions of the reference know no UTF-8, so the fields they meet hold ASCII.
  static const std::vector<std::string> ascii = {
      "", "a", "b", "A", "ab", "aB", "abc", "ba", "a*b", "10", "3.5", "cmd.exe", "CMD.EXE", "0x1F"};
  const auto text = [&](const std::vector<std::string>& from) { return Datum(random.pick(from)); };
  const auto integer = [&] {
    static const std::vector<std::int64_t> integers = {0, 1, 2, -1, 3, 7, 10, INT64_MAX, INT64_MIN};
    return Datum(random.pick(integers));
  };
  const auto date = [&] {
    return Datum(test::Date{random.one_in(2) ? 1577836800000000000 : 1622548800000000001});
  };
  if (!random.one_in(8))
    event.add("event.category", {Datum(std::string(random.one_in(4) ? "file" : "process"))});
  if (!random.one_in(4)) event.add("process.name", {text(ascii)});
  if (!random.one_in(3)) {
    std::vector<Datum> args;
    for (std::size_t n = 1 + random.below(4); n > 0; --n) args.push_back(text(ascii));
    event.add("process.args", args);
  }
  if (!random.one_in(3)) event.add("process.pid", {integer()});
  if (!random.one_in(3))
    event.add("process.exit_code", random.one_in(3) ? std::vector<Datum>{integer(), integer()}
                                                    : std::vector<Datum>{integer()});
  if (!random.one_in(3)) event.add("process.interactive", {Datum(random.one_in(2))});
  if (!random.one_in(3)) event.add("process.start", {date()});
  if (!random.one_in(3)) event.add("source.ip", {text(kTexts)});
  for (const char* name : {"stemma_test.x", "stemma_test.y"}) {
    std::vector<Datum> data;
    for (std::size_t n = random.below(4); n > 0; --n) {
      switch (random.below(5)) {
        case 0:
          data.push_back(integer());
          break;
        case 1:
          data.emplace_back(2.5);
          break;
        case 2:
          data.emplace_back(random.one_in(2));
          break;
        case 3:
          data.push_back(date());
          break;
        default:
          data.push_back(text(kTexts));
      }
    }
    if (!data.empty()) event.add(name, data);
  }
  return event;
}

class CoinLineage : public eql::LineageOracle {
 public:
  explicit CoinLineage(std::uint64_t coins) : coins_(coins) {}
  bool has_ancestor_matching(EventId, std::uint32_t subquery) const override {
    return toss(subquery, false);
  }
  bool has_parent_matching(EventId, std::uint32_t subquery) const override {
    return toss(subquery, true);
  }
  [[nodiscard]] bool toss(std::uint32_t subquery, bool direct) const {
    return (coins_ >> ((subquery * 2 + (direct ? 1 : 0)) % 64) & 1) != 0;
  }

 private:
  std::uint64_t coins_;
};

TEST(GeneratedQueries, CompiledProgramsAgreeWithTheSlowEvaluator) {
  const auto is_date = [](const std::string& name) { return name == "process.start"; };
  const std::size_t queries = support::generated_cases(4000);
  constexpr std::size_t kRounds = 130;
  std::size_t compiled_count = 0;
  std::size_t refused = 0;
  std::size_t cases = 0;
  std::size_t matched = 0;
  std::size_t ruled_out = 0;
  for (std::uint64_t seed = 1; seed <= queries; ++seed) {
    Random random(seed);
    const std::string query = QueryGenerator(random).query(1 + static_cast<int>(random.below(3)));
    const eql::Compiled compiled = eql::compile(query);
    // A constant part that has no value is refused, and rightly: chance writes one now and then.
    if (compiled.program == nullptr &&
        std::any_of(compiled.diagnostics.begin(), compiled.diagnostics.end(),
                    [](const eql::Diagnostic& d) { return d.code == eql::code::kConstantFault; })) {
      ++refused;
      continue;
    }
    ASSERT_NE(compiled.program, nullptr) << "seed " << seed << "\n"
                                         << query << "\n"
                                         << test::all_text(compiled.diagnostics);
    ++compiled_count;
    const eql::Parsed parsed = eql::parse(query);
    for (std::size_t round = 0; round < kRounds; ++round) {
      const GeneratedEvent generated = make_event(random);
      const test::TestEvent event(generated.fields);
      const CoinLineage lineage(random.below(SIZE_MAX));
      const test::RefLineage ref_lineage = [&](std::uint32_t subquery, bool direct) {
        return lineage.toss(subquery, direct);
      };
      for (const bool two_valued : {false, true}) {
        eql::EvalOptions options;
        options.nulls = two_valued ? eql::EvalOptions::Nulls::two_valued
                                   : eql::EvalOptions::Nulls::three_valued;
        const EventView view = event.view();
        eql::EvalContext context;
        context.lineage = &lineage;
        context.event = EventId{1};
        const eql::BoundProgram bound = bind(*compiled.program, view.shape(), options);
        const bool got = matches(bound, view, context);
        const bool expected =
            reference_matches(parsed.tree, parsed.tree.queries.size() - 1, generated.reference,
                              ref_lineage, two_valued, is_date);
        ASSERT_EQ(got, expected) << "seed " << seed << " round " << round << " two-valued "
                                 << two_valued << "\n"
                                 << query << "\n"
                                 << compiled.program->dump() << generated.print();
        // Subqueries are programs of their own.
        for (std::size_t i = 0; i < compiled.program->subqueries().size(); ++i) {
          const eql::BoundProgram inner =
              bind(*compiled.program->subqueries()[i].program, view.shape(), options);
          ASSERT_EQ(matches(inner, view, context),
                    reference_matches(parsed.tree, i, generated.reference, ref_lineage, two_valued,
                                      is_date))
              << "seed " << seed << " subquery " << i << "\n"
              << query << "\n"
              << generated.print();
        }
        // An explanation says the same as the match, and has something to say.
        if (got) {
          const std::vector<eql::Clause> clauses =
              explain(*compiled.program, view, context, options);
          ASSERT_TRUE(std::any_of(clauses.begin(), clauses.end(),
                                  [](const eql::Clause& c) { return c.decisive; }));
          for (const eql::Clause& clause : clauses) {
            if (!clause.decisive) continue;
            ASSERT_EQ(clause.verdict, clause.negated ? eql::Tri::no : eql::Tri::yes)
                << "seed " << seed << "\n"
                << query << "\n"
                << clause.text;
          }
        }
        ++cases;
        matched += got ? 1u : 0u;
        ruled_out += bound.possible ? 0u : 1u;
      }
    }
  }
  // The generators must keep making cases of every sort, or agreement means nothing.
  EXPECT_EQ(compiled_count + refused, queries);
  EXPECT_LT(refused, queries / 1000);
  EXPECT_EQ(cases, compiled_count * kRounds * 2);
  EXPECT_GT(matched, cases / 8);
  EXPECT_LT(matched, cases / 2);
  EXPECT_GT(ruled_out, cases / 20);
  std::cout << compiled_count << " queries, " << cases << " cases, " << matched << " matches, "
            << ruled_out << " ruled out by shape\n";
}

}  // namespace
}  // namespace stemma
