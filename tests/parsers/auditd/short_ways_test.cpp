// Every short way of the hot loops against the plain one: fields, heads of lines, argument lists,
// and what a narrow projection leaves unread. Over the corpus, made logs, and damage to both.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "parsers/auditd/execve.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "parsers/auditd/text_scan.hpp"
#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/parsers/auditd/log_maker.hpp"
#include "tests/parsers/auditd/plain_fields.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::corpus_logs;
using auditd_test::damaged;
using auditd_test::PlainFieldReader;

std::vector<std::string> logs() {
  std::vector<std::string> all;
  for (auto& [name, text] : corpus_logs()) {
    if (text.size() <= 200u << 10) all.push_back(std::move(text));
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 4; ++i) all.push_back(auditd_test::LogMaker(random()).lines(300));
  for (const bool enriched : {false, true}) {
    support::AuditWriter writer("node1");
    writer.enriched(enriched);
    for (std::uint32_t i = 0; i < 40; ++i) {
      writer.exec(
          {.pid = 100 + i, .tty = "pts0", .key = "a\x01z", .argv = {"sh", "-c", "echo \"x\""}});
      writer.user_cmd({.pid = i}, "/", "ls -l");
      writer.connect({.pid = i}, "10.0.0.1", 443);
    }
    all.push_back(writer.text());
    all.push_back(auditd_test::LogMaker(random()).lines(50));
  }
  return all;
}

std::string text_of(const Field& field) {
  std::string text;
  for (const char part : {'K', 'V', 'B'}) {
    const std::string_view view = part == 'K'   ? field.key
                                  : part == 'V' ? field.value
                                                : field.before;
    text += part + std::to_string(view.size()) + ":" + std::string(view) + " ";
  }
  return text + std::to_string(static_cast<int>(field.quote)) + (field.enriched ? "e" : "") +
         (field.in_message ? "m" : "");
}

class Comparison {
 public:
  explicit Comparison(std::mt19937& random) {
    const char* names[] = {"pid", "ppid", "uid", "auid", "a1",   "items",  "comm", "key", "tty",
                           "ses", "gid",  "exe", "item", "mode", "cap_fp", "res",  "x"};
    std::uint8_t slot = 0;
    for (const char* name : names) {
      const auto choice = random() % 3;
      if (choice == 0) continue;
      const auto action = static_cast<std::uint8_t>(choice == 1 ? FieldActions::kSkip
                                                                : FieldActions::kFirstSlot + slot);
      if (choice == 2) ++slot;
      actions_.set(name, false, action);
      action_of_[name] = action;
    }
    for (const char* name : {"UID", "AUID", "SGID"}) {
      if (random() % 2 == 0) continue;
      actions_.set(name, true, FieldActions::kSkip);
      skips_enriched_.push_back(name);
    }
  }

  void body(std::string_view body) {
    std::vector<std::string> expected;
    std::vector<Field> fields;
    PlainFieldReader plain(body);
    Field field;
    while (plain.next(field)) {
      expected.push_back(text_of(field));
      fields.push_back(field);
    }
    // One at a time, in both ways.
    FieldReader slow(body);
    FieldReader mixed(body);
    std::vector<std::string> one, two;
    while (slow.next(field)) one.push_back(text_of(field));
    while (mixed.next_common(field) || mixed.next(field)) two.push_back(text_of(field));
    ASSERT_EQ(one, expected) << body;
    ASSERT_EQ(two, expected) << body;
    ASSERT_EQ(slow.trailing(), plain.trailing());
    ASSERT_EQ(mixed.trailing(), plain.trailing());

    // With names that are skipped or kept.
    std::array<std::string_view, 32> kept{};
    std::array<std::string_view, 32> wanted{};
    FieldSlots slots{&actions_, kept.data(), 0};
    FieldReader taking(body, &layout_);
    std::size_t at = 0;
    std::size_t given = 0;
    const auto slot_of = [&](const Field& f) {
      const auto found = action_of_.find(std::string(f.key));
      const bool takes = !f.in_message && !f.enriched && found != action_of_.end() &&
                         found->second >= FieldActions::kFirstSlot;
      return takes ? found->second - FieldActions::kFirstSlot : -1;
    };
    const auto may_skip = [&](const Field& f) {
      if (f.enriched)
        return std::find(skips_enriched_.begin(), skips_enriched_.end(), f.key) !=
               skips_enriched_.end();
      const auto found = action_of_.find(std::string(f.key));
      return (found != action_of_.end() && found->second == FieldActions::kSkip) || slot_of(f) >= 0;
    };
    while (taking.next_common(field, &slots) || taking.next(field)) {
      ++given;
      while (at < fields.size() && expected[at] != text_of(field)) {
        ASSERT_TRUE(may_skip(fields[at])) << expected[at] << "\n" << body;
        ++at;
      }
      ASSERT_LT(at, fields.size()) << text_of(field) << "\n" << body;
      ++at;
      if (const int slot = slot_of(field); slot >= 0) {
        std::string_view& value = kept[static_cast<std::size_t>(slot)];
        if (value.empty()) value = field.value;
      }
    }
    for (; at < fields.size(); ++at) ASSERT_TRUE(may_skip(fields[at])) << expected[at];
    ASSERT_EQ(given + slots.taken, fields.size()) << body;
    for (const Field& f : fields) {
      if (const int slot = slot_of(f); slot >= 0) {
        std::string_view& value = wanted[static_cast<std::size_t>(slot)];
        if (value.empty()) value = f.value;
      }
    }
    ASSERT_EQ(kept, wanted) << body;
  }

 private:
  FieldActions actions_;
  FieldLayout layout_;
  std::map<std::string, std::uint8_t> action_of_;
  std::vector<std::string> skips_enriched_;
};

TEST(ShortWays, Fields) {
  std::mt19937 random(2);
  const std::vector<std::string> all = logs();
  for (int round = 0; round < 12; ++round) {
    Comparison comparison(random);
    for (const std::string& whole : all) {
      const std::string text = round % 3 == 0 ? whole : damaged(whole, random);
      LineReader lines(text);
      ReadLine line;
      while (lines.next(line)) {
        if (line.verdict.kind != LineKind::record) continue;
        comparison.body(line.record.body);
        // A view that ends where its memory ends, so that a sanitizer sees what reads beyond.
        const std::vector<char> own(line.record.body.begin(), line.record.body.end());
        comparison.body({own.data(), own.size()});
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(ShortWays, HeadsOfLines) {
  std::mt19937 random(3);
  const std::vector<std::string> all = logs();
  std::size_t same = 0;
  for (int round = 0; round < 8; ++round) {
    for (const std::string& whole : all) {
      const std::string text = round == 0 ? whole : damaged(whole, random);
      StampMemo memo;
      RecordLine before;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = std::string_view(text).substr(at, end - at);
        at = end + 1;
        RecordLine plain, fast;
        const LineVerdict expected = read_record_line(line, plain);
        const LineVerdict verdict = read_record_line(line, fast, memo);
        ASSERT_EQ(verdict.kind, expected.kind) << line;
        ASSERT_STREQ(verdict.problem, expected.problem) << line;
        if (verdict.kind != LineKind::record) continue;
        ASSERT_EQ(fast.node, plain.node);
        ASSERT_EQ(fast.syslog_host, plain.syslog_host);
        ASSERT_EQ(fast.type_name, plain.type_name);
        ASSERT_EQ(fast.type, plain.type);
        ASSERT_EQ(fast.milliseconds, plain.milliseconds);
        ASSERT_EQ(fast.serial, plain.serial);
        ASSERT_EQ(fast.body, plain.body);
        ASSERT_EQ(fast.body.data(), plain.body.data());
        if (fast.same_stamp) {
          ++same;
          ASSERT_EQ(fast.milliseconds, before.milliseconds);
          ASSERT_EQ(fast.serial, before.serial);
          ASSERT_TRUE(before.node.empty() && before.syslog_host.empty());
        }
        before = fast;
      }
    }
  }
  // The made logs alone have fewer.
  EXPECT_GT(same, corpus_logs().empty() ? 500u : 1'500u);
}

TEST(ShortWays, ArgumentLists) {
  std::mt19937 random(4);
  ExecReader common;
  ExecReader general;
  std::size_t compared = 0;
  for (int round = 0; round < 10; ++round) {
    for (const std::string& whole : logs()) {
      const std::string text = round == 0 ? whole : damaged(whole, random);
      LineReader lines(text);
      ReadLine line;
      while (lines.next(line)) {
        if (line.verdict.kind != LineKind::record || line.record.type_name != "EXECVE") continue;
        const std::string_view one[] = {line.record.body};
        const std::string_view two[] = {line.record.body, {}};  // two bodies: not the usual list
        const ExecArguments& a = common.read(one);
        const ExecArguments& b = general.read(two);
        ASSERT_EQ(a.arguments, b.arguments) << line.record.body;
        ASSERT_EQ(a.claimed, b.claimed);
        ASSERT_EQ(a.missing, b.missing);
        ASSERT_EQ(a.first_missing, b.first_missing);
        ASSERT_EQ(a.has_count, b.has_count);
        ASSERT_EQ(a.over_limit, b.over_limit);
        ASSERT_EQ(a.invalid_utf8, b.invalid_utf8);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 1'000u);
}

TEST(ShortWays, Scans) {
#if defined(__SSE2__)
  std::mt19937 random(5);
  const std::string alphabet = std::string(1, '\0') + " =\"'\t\x1D\x7F\xFF" + "azAZ09_-.[]{}^`@/:";
  for (int round = 0; round < 200'000; ++round) {
    std::vector<char> text(random() % 80);
    const bool words = random() % 2 == 0;
    for (char& c : text)
      c = words && random() % 8 != 0 ? 'k' : alphabet[random() % alphabet.size()];
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    ASSERT_EQ(Sse2Scan::equals(begin, end), PlainScan::equals(begin, end));
    const std::size_t length = random() % 17;
    ASSERT_EQ(Sse2Scan::is_key(begin, end, length), PlainScan::is_key(begin, end, length));
    bool a = false, b = false;
    ASSERT_EQ(Sse2Scan::blank(begin, end, a), PlainScan::blank(begin, end, b));
    ASSERT_EQ(a, b);
    ASSERT_EQ(Sse2Scan::quote(begin, end), PlainScan::quote(begin, end));
    ASSERT_EQ(Sse2Scan::space(begin, end), PlainScan::space(begin, end));
    if (text.size() < 16) continue;
    std::size_t x = 0, y = 0;
    a = Sse2Scan::short_value(begin, x);
    ASSERT_EQ(a, PlainScan::short_value(begin, y));
    if (a) {
      ASSERT_EQ(x, y);
    }
    a = Sse2Scan::short_text(begin, x);
    ASSERT_EQ(a, PlainScan::short_text(begin, y));
    if (a) {
      ASSERT_EQ(x, y);
    }
  }
#else
  GTEST_SKIP() << "one way only on this processor";
#endif
}

TEST(ShortWays, TheCapOnFieldsCountsThoseThatNobodyWants) {
  Projection projection;
  projection.want(field::process_pid);
  for (const std::size_t junk : {1'022u, 1'023u, 1'024u, 1'100u}) {
    std::string text = "type=SYSCALL msg=audit(1.000:1): arch=c000003e";
    for (std::size_t i = 0; i < junk; ++i) text += " comm=x";
    text += " pid=7 ppid=6\n";
    const auto narrow = auditd_test::run_with(text, projection);
    EXPECT_EQ(narrow.events[0]["process.pid"], auditd_test::run(text).events[0]["process.pid"]);
    EXPECT_EQ(narrow.events[0]["process.pid"], junk <= 1'022 ? "7" : "-");
  }
}

TEST(ShortWays, ANarrowProjectionChangesNothing) {
  std::mt19937 random(6);
  std::vector<std::string> all = logs();
  for (int round = 0; round < 40; ++round) {
    const std::string text =
        round % 2 == 0 ? all[random() % all.size()] : damaged(all[random() % all.size()], random);
    const auto whole = auditd_test::run(text);
    std::vector<FieldId> met;
    for (const auto& seen : whole.events) {
      for (const auto& [name, values] : seen.fields) met.push_back(*find_field(name));
    }
    if (met.empty()) continue;
    Projection projection;
    for (std::size_t i = 0; i < 1 + random() % 12; ++i) projection.want(met[random() % met.size()]);
    const auto narrow = auditd_test::run_with(text, projection);
    ASSERT_EQ(narrow.events.size(), whole.events.size());
    for (std::size_t i = 0; i < whole.events.size(); ++i) {
      auto expected = whole.events[i];
      for (auto field = expected.fields.begin(); field != expected.fields.end();) {
        if (projection.wants(*find_field(field->first))) {
          ++field;
        } else {
          expected.origins.erase(field->first);
          field = expected.fields.erase(field);
        }
      }
      expected.hash = narrow.events[i].hash;
      ASSERT_EQ(narrow.events[i].fields, expected.fields) << "event " << i;
      ASSERT_TRUE(narrow.events[i] == expected) << "event " << i;
    }
  }
}

}  // namespace
}  // namespace stemma::auditd
