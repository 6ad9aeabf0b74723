// Argument lists: split as the kernel splits them, with holes, and forged.
#include "parsers/auditd/execve.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::run;
using support::AuditExec;
using support::AuditWriter;

/// `[a][b] claimed 2 missing 0`
std::string read(const std::vector<std::string>& bodies) {
  std::vector<std::string_view> views(bodies.begin(), bodies.end());
  ExecReader reader;
  const ExecArguments& exec = reader.read(views);
  std::string all;
  for (const std::string_view argument : exec.arguments)
    all.append("[").append(argument).append("]");
  all += " of " + (exec.has_count ? std::to_string(exec.claimed) : "?");
  if (exec.missing != 0)
    all +=
        " missing " + std::to_string(exec.missing) + " from " + std::to_string(exec.first_missing);
  if (exec.over_limit) all += " over limit";
  if (exec.invalid_utf8) all += " not utf-8";
  return all;
}

TEST(Execve, Values) {
  EXPECT_EQ(read({"argc=3 a0=\"/bin/sh\" a1=\"-c\" a2=6C73202D6C"}), "[/bin/sh][-c][ls -l] of 3");
  EXPECT_EQ(read({"argc=3 a0=\"DEADBEEF\" a1=FFAD a2=\"\""}),
            "[DEADBEEF][\xFF\xAD][] of 3 not utf-8");
  EXPECT_EQ(read({"argc=1 a0=610062"}), std::string("[a\0b] of 1", 10));
  EXPECT_EQ(read({"argc=2 a0=\"x\" a1=\"721df12151a7\"'"}), "[x][721df12151a7] of 2");
}

TEST(Execve, PartsAndFurtherRecords) {
  EXPECT_EQ(read({"argc=2 a0=\"x\" a1_len=6 a1[0]=6162", " a1[1]=63"}), "[x][abc] of 2");
  EXPECT_EQ(read({"argc=2 a0=\"x\" a1_len=3 a1[0]=\"ab\"", " a1[1]=\"c\""}), "[x][abc] of 2");
  EXPECT_EQ(read({"argc=2 a0=\"x\"", " a1=\"y\""}), "[x][y] of 2");
  // A part may end in the middle of a byte's digits: decoded once, after joining.
  EXPECT_EQ(read({"argc=1 a0_len=4 a0[0]=616", " a0[1]=2"}), "[ab] of 1");
  // Out of order.
  EXPECT_EQ(read({" a1[1]=63", "argc=2 a0=\"x\" a1_len=6 a1[0]=6162"}), "[x][abc] of 2");
}

TEST(Execve, Holes) {
  EXPECT_EQ(read({"argc=3 a0=\"x\" a2=\"z\""}), "[x][z] of 3 missing 1 from 1");
  EXPECT_EQ(read({"argc=1000000000 a0=\"x\""}), "[x] of 1000000000 missing 999999999 from 1");
  EXPECT_EQ(read({"argc=2 a0=\"x\" a1_len=6 a1[0]=6162"}), "[x] of 2 missing 1 from 1");
  EXPECT_EQ(read({"argc=2 a0=\"x\" a1_len=6 a1[1]=63"}), "[x] of 2 missing 1 from 1");
  EXPECT_EQ(read({" a7=\"x\""}), "[x] of ? missing 7 from 0");
  EXPECT_EQ(read({"argc=99999999999999999999 a0=\"x\""}), "[x] of ?");
}

TEST(Execve, RepeatedAndForged) {
  EXPECT_EQ(read({"argc=1 a0=\"x\" a0=\"y\""}), "[x] of 1");
  EXPECT_EQ(read({"argc=1 a0_len=4 a0[0]=6162 a0[0]=6364"}), "[ab] of 1");
  EXPECT_EQ(read({"argc=1 a4294967295=\"x\" a0=\"y\""}), " of 1 missing 1 from 0 over limit");
  EXPECT_EQ(read({"argc=1 a=\"x\" aa=\"y\" a0x=\"z\" a0[]=\"z\" a0[x]=\"z\""}),
            " of 1 missing 1 from 0");
}

TEST(Execve, RoundTripOfAnyArgv) {
  std::mt19937 random(20'261'124);
  for (int round = 0; round < 60; ++round) {
    AuditExec exec;
    exec.argv.clear();
    const std::size_t count = 1 + random() % (round % 3 == 0 ? 400 : 6);
    std::string joined;
    for (std::size_t i = 0; i < count; ++i) {
      // Lengths around the kernel's limits, empty ones, and every byte value but NUL.
      static constexpr std::size_t kLengths[] = {0,     1,     7,     90,    2'500, 7'390,  7'403,
                                                 7'404, 7'405, 7'499, 7'500, 7'501, 15'000, 40'000};
      const std::size_t length =
          count > 50 ? random() % 60 : kLengths[random() % std::size(kLengths)];
      std::string argument;
      const bool plain = random() % 2 == 0;
      for (std::size_t k = 0; k < length; ++k) {
        argument +=
            plain ? static_cast<char>('a' + random() % 26) : static_cast<char>(1 + random() % 255);
      }
      if (i > 0) joined += ' ';
      joined += argument;
      exec.argv.push_back(std::move(argument));
    }
    AuditWriter writer;
    writer.enriched(round % 2 == 0).exec(exec);
    const auto result = run(writer.text());
    ASSERT_EQ(result.events.size(), 1u);
    ASSERT_EQ(result.events[0].fields.at("process.args"), exec.argv) << "round " << round;
    EXPECT_EQ(result.events[0]["process.args_count"], std::to_string(exec.argv.size()));
    EXPECT_EQ(result.events[0]["process.command_line"], joined);
    EXPECT_EQ(result.logs[0].count(Defect::argument_missing), 0u);
  }
}

TEST(Execve, MissingArgumentsAreNoted) {
  AuditWriter writer;
  AuditExec exec;
  exec.argv = {"x", std::string(20'000, 'y'), "z"};
  writer.exec(exec);
  std::string text = writer.take();
  const std::size_t second = text.find("type=EXECVE", text.find("type=EXECVE") + 1);
  text.erase(second, text.find('\n', second) + 1 - second);
  const auto result = run(text);
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0]["process.args"], "x|z");
  EXPECT_EQ(result.defects().substr(0, 60),
            "argument_missing @0: serial 100: 1 of 3 arguments, first a1\n");
}

}  // namespace
}  // namespace stemma::auditd
