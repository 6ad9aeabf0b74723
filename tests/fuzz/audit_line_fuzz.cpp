// Fuzz target of the audit lines: any bytes as lines. The short ways of reading a line's head, its
// fields and an argument list must say what the plain ways say.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "parsers/auditd/execve.hpp"
#include "parsers/auditd/fields.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "tests/parsers/auditd/plain_fields.hpp"

namespace {

using namespace stemma::auditd;  // NOLINT(google-build-using-namespace): a main of its own

void check(bool holds) {
  if (!holds) std::abort();
}

bool same(const Field& a, const Field& b) {
  return a.key == b.key && a.value == b.value && a.quote == b.quote && a.enriched == b.enriched &&
         a.in_message == b.in_message && a.before == b.before;
}

void check_head(std::string_view line, StampMemo& memo, RecordLine& before) {
  RecordLine plain, fast;
  const LineVerdict expected = read_record_line(line, plain);
  const LineVerdict verdict = read_record_line(line, fast, memo);
  check(verdict.kind == expected.kind &&
        std::string_view(verdict.problem) == std::string_view(expected.problem));
  if (verdict.kind != LineKind::record) return;
  check(fast.node == plain.node && fast.syslog_host == plain.syslog_host &&
        fast.type_name == plain.type_name && fast.type == plain.type &&
        fast.milliseconds == plain.milliseconds && fast.serial == plain.serial &&
        fast.body == plain.body);
  if (fast.same_stamp)
    check(fast.milliseconds == before.milliseconds && fast.serial == before.serial &&
          before.node.empty() && before.syslog_host.empty());
  before = fast;
}

void check_fields(std::string_view body, const FieldActions& actions, FieldLayout& layout) {
  std::vector<Field> expected;
  stemma::auditd_test::PlainFieldReader plain(body);
  Field field;
  while (plain.next(field)) expected.push_back(field);
  FieldReader mixed(body);
  std::size_t at = 0;
  while (mixed.next_common(field) || mixed.next(field))
    check(at < expected.size() && same(field, expected[at++]));
  check(at == expected.size() && mixed.trailing() == plain.trailing());

  // What is taken by itself is left out; all that is given comes in its order.
  std::string_view kept[2];
  FieldSlots slots{&actions, kept, 0};
  FieldReader taking(body, &layout);
  std::size_t given = 0;
  at = 0;
  while (taking.next_common(field, &slots) || taking.next(field)) {
    ++given;
    while (at < expected.size() && !same(field, expected[at])) ++at;
    check(at++ < expected.size());
  }
  check(given + slots.taken == expected.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FieldActions actions = [] {
    FieldActions all;
    for (const char* name : {"a1", "items", "comm", "key", "mode", "gid"})
      all.set(name, false, FieldActions::kSkip);
    all.set("pid", false, FieldActions::kFirstSlot);
    all.set("uid", false, FieldActions::kFirstSlot + 1);
    all.set("GID", true, FieldActions::kSkip);
    return all;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  StampMemo memo;
  RecordLine before;
  FieldLayout layout;
  ExecReader common;
  ExecReader general;
  LineReader lines(text);
  ReadLine line;
  std::uint64_t covered = 0;
  while (lines.next(line)) {
    covered += line.skipped + line.bytes;
    const std::string_view whole = text.substr(line.offset, line.length);
    check_head(whole, memo, before);
    const std::string_view body = line.verdict.kind == LineKind::record ? line.record.body : whole;
    check_fields(body, actions, layout);
    const std::string_view one[] = {body};
    const std::string_view two[] = {body, {}};
    const ExecArguments& a = common.read(one);
    const ExecArguments& b = general.read(two);
    check(a.arguments == b.arguments && a.claimed == b.claimed && a.missing == b.missing &&
          a.first_missing == b.first_missing && a.over_limit == b.over_limit &&
          a.invalid_utf8 == b.invalid_utf8);
  }
  check(covered == size);
  return 0;
}
