// What a sequence or sample means, one rule of it a test. A log is written as `a@0 b@5:k1`: what
// the event is, its second, and its key where it has one. A result is written by the positions of
// its events, `-` where one is missing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "detection/match/sample_join.hpp"
#include "detection/match/sequence_machine.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

struct Logged {
  std::vector<test::FieldData> fields;
  std::int64_t seconds = 0;
};

std::vector<Logged> read_log(const std::string& text) {
  std::vector<Logged> out;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t at = word.find('@');
    const std::size_t colon = word.find(':', at);
    Logged event;
    std::vector<test::Datum> tags;
    for (const char tag : word.substr(0, at)) tags.emplace_back(std::string(1, tag));
    event.fields.emplace_back("tag", tags);
    event.seconds = std::stoll(word.substr(at + 1));
    if (colon != std::string::npos) {
      std::vector<test::Datum> keys;
      std::istringstream list(word.substr(colon + 1));
      for (std::string key; std::getline(list, key, '+');) keys.emplace_back(key);
      event.fields.emplace_back("key", keys);
    }
    out.push_back(std::move(event));
  }
  return out;
}

// Terms are written by tag: `[a]` for `[any where tag == "a"]`.
std::string spelled(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '[') out += "any where tag == \"";
    if (c == ']') out.insert(out.size() - 1, "\"");
  }
  return out;
}

std::string found(const std::string& query, const std::string& log_text,
                  SequenceOptions options = {}) {
  const eql::CompiledQuery compiled = eql::compile_query(spelled(query));
  if (compiled.query == nullptr) return eql::render(compiled.diagnostics.front());
  const eql::Query& statement = *compiled.query;
  const std::vector<Logged> log = read_log(log_text);
  JoinKeys keys;
  std::vector<TermMatch> matches;
  const auto programs = statement.programs();
  for (std::size_t i = 0; i < log.size(); ++i) {
    const test::TestEvent event(log[i].fields);
    for (std::uint32_t term = 0; term < programs.size(); ++term) {
      eql::EvalContext context;
      if (!eql::matches(eql::bind(*programs[term], event.view().shape()), event.view(), context))
        continue;
      const eql::Term& of =
          term < statement.terms.size() ? statement.terms[term] : *statement.until;
      std::vector<std::uint32_t> joined;
      keys.keys_of(of.by, event.view(), joined);
      for (const std::uint32_t key : joined) matches.push_back({EventId::from_index(i), term, key});
    }
  }
  std::sort(matches.begin(), matches.end());
  options.time = [&](EventId id) { return log[id.index()].seconds * 1'000'000'000; };
  if (!log.empty()) options.end = log.back().seconds * 1'000'000'000;
  const Sequences sequences = statement.kind == eql::StatementKind::sample
                                  ? join_samples(statement, matches)
                                  : join_sequences(statement, matches, options);
  std::string out;
  for (const JoinedMatch& match : sequences.matches) {
    if (!out.empty()) out += " | ";
    for (std::size_t i = 0; i < match.events.size(); ++i) {
      out += (i == 0 ? "" : " ") +
             (match.events[i] ? fmt::format("{}", match.events[i].index()) : "-");
    }
    if (match.open) out += " open";
  }
  if (sequences.dropped_pending != 0) out += fmt::format(" pending-{}", sequences.dropped_pending);
  if (sequences.dropped_matches != 0) out += fmt::format(" matches-{}", sequences.dropped_matches);
  return out;
}

TEST(Sequence, FollowsInOrder) {
  EXPECT_EQ(found("sequence [a] [b]", "a@0 x@1 b@2"), "0 2");
  EXPECT_EQ(found("sequence [a] [b]", "b@0 a@1"), "");
  EXPECT_EQ(found("sequence [a] [b] [c]", "a@0 b@1 c@2 a@3 b@4 c@5"), "0 1 2 | 3 4 5");
}

TEST(Sequence, ANewerEventTakesTheOlderOnesPlace) {
  EXPECT_EQ(found("sequence [a] [b]", "a@0 a@1 b@2"), "1 2");
  EXPECT_EQ(found("sequence [a] [b] [c]", "a@0 b@1 a@2 b@3 c@4"), "2 3 4");
  EXPECT_EQ(found("sequence [a] [b]", "a@0 b@1 b@2"), "0 1");
}

TEST(Sequence, AnEventNeverFollowsItself) {
  EXPECT_EQ(found("sequence [a] [a]", "a@0"), "");
  EXPECT_EQ(found("sequence [a] [a]", "a@0 a@1 a@2"), "0 1 | 1 2");
  EXPECT_EQ(found("sequence [a] [b]", "ab@0 ab@1"), "0 1");
}

TEST(Sequence, TwoRecordsOfOneHappeningAreOne) {
  SequenceOptions options;
  options.same = [](EventId a, EventId b) { return a.index() / 2 == b.index() / 2; };
  EXPECT_EQ(found("sequence [a] [a]", "a@0 a@0 a@1", options), "1 2");
}

TEST(Sequence, JoinsByKeys) {
  EXPECT_EQ(found("sequence by key [a] [b]", "a@0:x a@1:y b@2:x"), "0 2");
  EXPECT_EQ(found("sequence by key [a] [b]", "a@0 b@1"), "");
  EXPECT_EQ(found("sequence by ?key [a] [b]", "a@0 b@1"), "0 1");
  EXPECT_EQ(found("sequence [a] by key [b] by tag", "a@0:b b@1"), "0 1");
}

TEST(Sequence, SeveralValuesOfAKeyJoinEach) {
  EXPECT_EQ(found("sequence by key [a] [b]", "a@0:x+y b@1:y b@2:x"), "0 1 | 0 2");
}

TEST(Sequence, MaxspanCountsBothEnds) {
  EXPECT_EQ(found("sequence with maxspan=5s [a] [b]", "a@0 b@5"), "0 1");
  EXPECT_EQ(found("sequence with maxspan=5s [a] [b]", "a@0 b@6"), "");
  EXPECT_EQ(found("sequence with maxspan=5s [a] [b] [c]", "a@0 b@4 c@6"), "");
}

TEST(Sequence, UntilEndsWhatIsPending) {
  EXPECT_EQ(found("sequence [a] [b] until [x]", "a@0 x@1 b@2"), "");
  EXPECT_EQ(found("sequence by key [a] [b] until [x]", "a@0:1 x@1:2 b@2:1"), "0 2");
  EXPECT_EQ(found("sequence [a] [b] until [x]", "a@0 bx@1"), "0 1");
}

TEST(Sequence, RunsAreSeveralEvents) {
  EXPECT_EQ(found("sequence [a] with runs=3 [b]", "a@0 a@1 b@2"), "");
  EXPECT_EQ(found("sequence [a] with runs=3 [b]", "a@0 a@1 a@2 b@3"), "0 1 2 3");
  EXPECT_EQ(found("sequence [a] with runs=2", "a@0 a@1"), "0 1");
}

TEST(Sequence, MissingBetween) {
  EXPECT_EQ(found("sequence with maxspan=9s [a] ![x] [b]", "a@0 b@2"), "0 - 1");
  EXPECT_EQ(found("sequence with maxspan=9s [a] ![x] [b]", "a@0 x@1 b@2"), "");
  EXPECT_EQ(found("sequence with maxspan=9s [a] ![x] [b]", "ax@0 bx@2"), "0 - 1");
  EXPECT_EQ(found("sequence by key with maxspan=9s [a] ![x] [b]", "a@0:1 x@1:2 b@2:1"), "0 - 2");
}

TEST(Sequence, MissingAtTheStart) {
  EXPECT_EQ(found("sequence with maxspan=5s ![x] [a] [b]", "a@0 b@1"), "- 0 1");
  EXPECT_EQ(found("sequence with maxspan=5s ![x] [a]", "x@0 a@5 a@6"), "- 2");
  EXPECT_EQ(found("sequence with maxspan=5s ![x] [a]", "ax@0"), "- 0");
}

TEST(Sequence, MissingAtTheEnd) {
  EXPECT_EQ(found("sequence with maxspan=5s [a] ![x]", "a@0 y@9"), "0 -");
  EXPECT_EQ(found("sequence with maxspan=5s [a] ![x]", "a@0 x@5 y@9"), "");
  EXPECT_EQ(found("sequence with maxspan=5s [a] ![x]", "a@0 x@6 y@9"), "0 -");
  EXPECT_EQ(found("sequence with maxspan=5s [a] ![x]", "a@0"), "0 - open");
}

TEST(Sequence, PendingOnesStayUnderTheirCap) {
  SequenceOptions options;
  options.max_pending = 4;
  EXPECT_EQ(found("sequence by key [a] [b]", "a@0:1 a@1:2 a@2:3 a@3:4 a@4:5 b@5:1 b@6:5", options),
            "4 6 pending-2");
  EXPECT_EQ(found("sequence by key with maxspan=2s [a] [b]", "a@0:1 a@1:2 a@2:3 a@3:4 a@9:5 b@9:5",
                  options),
            "4 5");
  options.max_sequences = 1;
  EXPECT_EQ(found("sequence [a] [b]", "a@0 b@1 a@2 b@3", options), "0 1 matches-1");
}

TEST(Sequence, MillionsOfKeysStayUnderTheCap) {
  const eql::CompiledQuery compiled =
      eql::compile_query("sequence by key [any where true] [file where true]");
  constexpr std::uint32_t kKeys = 3'000'000;
  std::vector<TermMatch> matches;
  for (std::uint32_t i = 0; i < kKeys; ++i) matches.push_back({EventId::from_index(i), 0, i});
  matches.push_back({EventId::from_index(kKeys), 1, kKeys - 1});
  matches.push_back({EventId::from_index(kKeys + 1), 1, 0});  // of a key that was dropped
  SequenceOptions options;
  options.time = [](EventId id) { return static_cast<std::int64_t>(id.index()); };
  const Sequences sequences = join_sequences(*compiled.query, matches, options);
  ASSERT_EQ(sequences.matches.size(), 1u);
  EXPECT_EQ(sequences.matches[0].key, kKeys - 1);
  EXPECT_GE(sequences.dropped_pending, kKeys - kMaxPending);
  EXPECT_LT(sequences.dropped_pending, kKeys - kMaxPending / 2);
}

TEST(Sequence, TellsWhatBecameOfEach) {
  SequenceOptions options;
  std::string told;
  options.trace = [&](const SequenceStep& step) {
    static constexpr const char* kNames[] = {"started",     "advanced", "completed",
                                             "overwritten", "expired",  "until",
                                             "missing",     "start",    "dropped"};
    told += fmt::format("{}({} from {} late {}) ", kNames[static_cast<int>(step.what)],
                        step.event.index(), step.first.index(), step.late / 1'000'000'000);
  };
  found("sequence with maxspan=5s [a] [b]", "a@0 a@1 b@9 a@10 b@11", options);
  EXPECT_EQ(told,
            "started(0 from 0 late 0) started(1 from 1 late 0) overwritten(1 from 0 late 0) "
            "expired(2 from 1 late 3) started(3 from 3 late 0) completed(4 from 3 late 0) ");
}

TEST(Sample, TakesAnyOrderAndNoEventTwice) {
  EXPECT_EQ(found("sample by key [a] [b]", "b@0:1 a@1:1 a@2:2"), "1 0");
  EXPECT_EQ(found("sample by key [a] [b]", "ab@0:1"), "");
  EXPECT_EQ(found("sample by key [a] [b]", "ab@0:1 a@1:1"), "1 0");
  EXPECT_EQ(found("sample by key [a] [b] [c]", "abc@0:1 ab@1:1 a@2:1 a@3:1"), "2 1 0");
}

}  // namespace
}  // namespace stemma
