// Records into events: interleaved, late, lost, doubled, endless.
#include "parsers/auditd/assembler.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::Parsed;
using auditd_test::run;
using support::AuditExec;
using support::AuditProcess;
using support::AuditWriter;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

AuditExec numbered(std::uint32_t i) {
  AuditExec exec;
  exec.pid = 1'000 + i;
  exec.argv = {"true", std::to_string(i)};
  return exec;
}

TEST(Assembler, InterleavedEventsKeepTheirRecordsAndTheirOrder) {
  AuditWriter plain;
  AuditWriter mixed;
  mixed.interleaved(true);
  for (std::uint32_t i = 0; i < 50; ++i) {
    plain.exec(numbered(i));
    mixed.exec(numbered(i));
  }
  const Parsed a = run(plain.text());
  const Parsed b = run(mixed.text());
  ASSERT_EQ(a.events.size(), 50u);
  ASSERT_EQ(b.events.size(), 50u);
  EXPECT_NE(plain.text(), mixed.text());
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(b.events[i]["process.args"], "true|" + std::to_string(i));
    EXPECT_EQ(a.events[i].fields, b.events[i].fields);
  }
  EXPECT_EQ(b.defects(), "");
  // The span of an interleaved event holds lines of its neighbour.
  EXPECT_GT(b.events[0].source.length, a.events[0].source.length);
}

TEST(Assembler, RecordsInReverseOrder) {
  AuditWriter writer;
  writer.exec(numbered(1)).exec(numbered(2));
  std::vector<std::string> lines = lines_of(writer.text());
  std::reverse(lines.begin(), lines.end());
  const Parsed result = run(join(lines));
  EXPECT_EQ(result.serials(), "101 100");
  EXPECT_EQ(result.events[0]["process.args"], "true|2");
  EXPECT_EQ(result.events[0]["process.title"], "true 2");
  EXPECT_EQ(result.events[1]["event.type"], "start");
  EXPECT_EQ(result.defects(), "");
}

TEST(Assembler, KeyIsNodeTimeAndSerial) {
  const std::string a =
      "node=a type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59 success=yes exit=0 items=0 "
      "pid=10\n";
  const std::string a2 = "node=a type=EXECVE msg=audit(1.000:1): argc=1 a0=\"a\"\n";
  const std::string b =
      "node=b type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59 success=yes exit=0 items=0 "
      "pid=20\n";
  const std::string b2 = "node=b type=EXECVE msg=audit(1.000:1): argc=1 a0=\"b\"\n";
  const std::string c =
      "node=b type=SYSCALL msg=audit(1.001:1): arch=c000003e syscall=59 success=yes exit=0 items=0 "
      "pid=30\n";
  const std::string c2 = "node=b type=EXECVE msg=audit(1.001:1): argc=1 a0=\"c\"\n";
  const Parsed result = run(a + b + c + c2 + b2 + a2);
  ASSERT_EQ(result.events.size(), 3u);
  EXPECT_EQ(result.events[0]["host.name"] + result.events[0]["process.args"], "aa");
  EXPECT_EQ(result.events[1]["host.name"] + result.events[1]["process.args"], "bb");
  EXPECT_EQ(result.events[2]["host.name"] + result.events[2]["process.args"], "bc");
  EXPECT_EQ(result.defects(), "");
}

TEST(Assembler, MessagesOfProgramsAreOneRecordEach) {
  const std::string user =
      "type=USER_ACCT msg=audit(1.000:1): pid=1 uid=0 msg='op=x res=success'\n";
  EXPECT_EQ(run(user + user).events.size(), 2u);
}

TEST(Assembler, EndMarksAreNoEvents) {
  const Parsed result =
      run("type=EOE msg=audit(1.000:1): \ntype=CWD msg=audit(1.000:2): cwd=\"/\"\ntype=EOE "
          "msg=audit(1.000:2): \n");
  EXPECT_EQ(result.serials(), "2");
  EXPECT_EQ(result.records(), "3/0");
  EXPECT_EQ(result.events[0].source.length, 36u);
}

TEST(Assembler, ASecondCopyIsAnEventOfItsOwn) {
  AuditWriter writer;
  writer.exec(numbered(1));
  const std::string one = writer.text();
  const Parsed result = run(one + one);
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[0].hash, result.events[1].hash);
  EXPECT_EQ(result.defects(), "");
  // Without the PROCTITLE the first copy is still open when the second SYSCALL comes.
  const std::string open = one.substr(0, one.rfind("type=PROCTITLE"));
  EXPECT_EQ(run(open + open).events.size(), 2u);
}

TEST(Assembler, AnEventIsHeldForAThousandLaterOnes) {
  for (const std::uint32_t later : {900u, 1'100u}) {
    AuditWriter first;
    first.at(1'000'000, 0).serial(1).exec(numbered(7));
    std::vector<std::string> lines = lines_of(first.text());
    const std::string last = lines.back();  // PROCTITLE
    const std::string path = lines[lines.size() - 2];
    AuditWriter rest;
    rest.at(1'000'000, 1).serial(2);
    for (std::uint32_t i = 0; i < later; ++i)
      rest.user_message("USER_ACCT", {}, "op=x res=success");
    lines.resize(lines.size() - 2);
    const Parsed result = run(join(lines) + rest.text() + path + last);
    if (later < kMaxGapLines) {
      EXPECT_EQ(result.events.size(), 1u + later);
      EXPECT_EQ(result.events[0]["process.title"], "true 7");
      EXPECT_EQ(result.defects(), "");
    } else {
      EXPECT_EQ(result.events.size(), 2u + later);
      EXPECT_EQ(result.events.back()["event.code"], "PATH");
      EXPECT_EQ(result.events.back()["process.title"], "true 7");
      EXPECT_EQ(result.defects(),
                fmt::format("event_incomplete @0: serial 1: fewer PATH records than items\n"
                            "event_incomplete @{}: serial 1: records without their SYSCALL\n",
                            result.events.back().source.offset));
    }
  }
}

TEST(Assembler, TwoSecondsAndSomeEventsCloseAnEvent) {
  for (const std::int64_t step : {10, 300}) {
    AuditWriter first;
    first.at(1'000'000, 0).serial(1).exec(numbered(7));
    std::vector<std::string> lines = lines_of(first.text());
    const std::string last = lines.back();
    lines.pop_back();
    AuditWriter rest;
    rest.at(1'000'000, step).serial(2);
    for (std::uint32_t i = 0; i < 40; ++i) rest.user_message("USER_ACCT", {}, "op=x res=success");
    const Parsed result = run(join(lines) + rest.text() + last);
    EXPECT_EQ(result.events.size(), step == 10 ? 41u : 42u);
  }
}

TEST(Assembler, ACallThatWaitedIsNotTimedOutByItsOldStamp) {
  // accept() was entered an hour ago: its records carry that time, and mix with records of now.
  AuditWriter now;
  now.at(10'000'000, 1).serial(50);
  for (std::uint32_t i = 0; i < 100; ++i) now.user_message("USER_ACCT", {}, "op=x res=success");
  const std::string call =
      "type=SYSCALL msg=audit(6400.000:149): arch=c000003e syscall=43 success=yes exit=4 a0=3 "
      "items=0 pid=9\n";
  const std::string address =
      "type=SOCKADDR msg=audit(6400.000:149): saddr=02000050A9FEA9FE0000000000000000\n";
  const std::string text = now.text() + call + now.text() + address + now.text();
  const Parsed result = run(text);
  ASSERT_EQ(result.events.size(), 301u);
  EXPECT_EQ(result.events[100]["source.ip"], "169.254.169.254");
  EXPECT_EQ(result.logs[0].count(Defect::event_incomplete), 0u);
  EXPECT_EQ(result.logs[0].count(Defect::clock_went_back), 0u);
}

TEST(Assembler, ClockSteps) {
  AuditWriter writer;
  writer.at(10'000'000, 5).serial(10).exec(numbered(1)).exec(numbered(2));
  const std::uint64_t step = writer.text().size();
  writer.at(9'000'000, 5).exec(numbered(3)).exec(numbered(4));
  writer.at(20'000'000, 5).exec(numbered(5));
  // A reboot: the serial falls, too.
  writer.at(19'000'000, 5).serial(3).exec(numbered(6));
  // vfork: stamped before, numbered after; a few ticks are no step.
  writer.at(18'999'996, 5).exec(numbered(7));
  const Parsed result = run(writer.text());
  EXPECT_EQ(result.serials(), "10 11 12 13 14 3 4");
  EXPECT_EQ(result.defects(), fmt::format("clock_went_back @{}: serial 12: by 1000005 ms\n", step));
}

TEST(Assembler, WhatIsMissingIsSaid) {
  AuditWriter writer;
  writer.exec(numbered(1));
  const std::vector<std::string> lines =
      lines_of(writer.text());  // SYSCALL EXECVE CWD PATH PATH PROCTITLE
  ASSERT_EQ(lines.size(), 6u);
  const auto without = [&](std::size_t dropped) {
    std::vector<std::string> rest = lines;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(dropped));
    return run(join(rest)).defects();
  };
  EXPECT_EQ(without(0), "event_incomplete @0: serial 100: records without their SYSCALL\n");
  EXPECT_EQ(without(1), "event_incomplete @0: serial 100: exec without its EXECVE record\n");
  EXPECT_EQ(without(2), "");  // rules may leave CWD out
  EXPECT_EQ(without(3), "event_incomplete @0: serial 100: fewer PATH records than items\n");
  EXPECT_EQ(without(5), "");
  EXPECT_EQ(run(lines[0]).defects(),
            "event_incomplete @0: serial 100: exec without its EXECVE record\n");
}

TEST(Assembler, LinesOfOneEventAreCapped) {
  std::string text =
      "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=1 success=yes exit=0 items=0 "
      "pid=10\n";
  const std::string path = "type=PATH msg=audit(1.000:1): item=0\n";
  for (std::size_t i = 0; i < kMaxLinesPerEvent + 5; ++i) text += path;
  const Parsed result = run(text);
  EXPECT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.records(), fmt::format("{}/6", kMaxLinesPerEvent));
  EXPECT_EQ(result.logs[0].count(Defect::limit_exceeded),
            7u);  // six lines, and the fields of the event
}

TEST(Assembler, ASpanStaysShort) {
  // Foreign text between the records of an event: the event is closed before its span grows beyond
  // the cap.
  const std::string call =
      "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=1 success=yes exit=0 items=0 "
      "pid=10\n";
  std::string text = call;
  std::string block;
  while (block.size() < 1u << 20)
    block += "Nov 24 03:10:51 web01 cron[1]: a job ran, nothing to see here\n";
  while (text.size() <= kMaxEventSpan) text += block;
  text += "type=PROCTITLE msg=audit(1.000:1): proctitle=\"x\"\n";
  const Parsed result = run(text);
  ASSERT_EQ(result.events.size(), 2u);
  EXPECT_EQ(result.events[0].source.length, call.size() - 1);
  EXPECT_EQ(result.logs[0].count(Defect::event_incomplete), 1u);
}

TEST(Assembler, CrowdedSerialsAreBounded) {
  // All serials fall into one bucket of the window's index.
  std::string text;
  for (std::uint32_t i = 0; i < 5'000; ++i)
    text += fmt::format("type=CWD msg=audit(1.000:{}): cwd=\"/\"\n", i * 4'096);
  EXPECT_EQ(run(text).events.size(), 5'000u);
}

}  // namespace
}  // namespace stemma::auditd
