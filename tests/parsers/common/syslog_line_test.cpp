// Heads of syslog lines as rsyslog, journald and RFC 5424 senders write them, and lines that only
// look like them.
#include "parsers/common/syslog_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stemma {
namespace {

std::string cut(std::string_view line) {
  const auto parts = parse_syslog_line(line);
  if (!parts) return "no";
  std::string text;
  for (const std::string_view part :
       {parts->stamp, parts->host, parts->tag, parts->pid, parts->message}) {
    text.append("{").append(part).append("}");
  }
  return text;
}

TEST(SyslogLine, Rfc3164) {
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 audispd: type=CWD msg=audit(1.000:2): cwd=\"/\""),
            "{Nov 24 03:10:51}{web01}{audispd}{}{type=CWD msg=audit(1.000:2): cwd=\"/\"}");
  EXPECT_EQ(cut("Nov  4 03:10:51 web01 sudo[812]: a b"),
            "{Nov  4 03:10:51}{web01}{sudo}{812}{a b}");
  EXPECT_EQ(cut("<30>Nov 04 03:10:51 10.0.0.5 kernel: [   12.345] audit: x"),
            "{Nov 04 03:10:51}{10.0.0.5}{kernel}{}{[   12.345] audit: x}");
  EXPECT_EQ(cut("Nov 24 03:10:51 h audit[1234]: EXECVE argc=1"),
            "{Nov 24 03:10:51}{h}{audit}{1234}{EXECVE argc=1}");
}

TEST(SyslogLine, IsoStamps) {
  EXPECT_EQ(cut("2026-11-24T03:10:51.123456+00:00 web01 sysmon: <Event>"),
            "{2026-11-24T03:10:51.123456+00:00}{web01}{sysmon}{}{<Event>}");
  EXPECT_EQ(cut("2026-11-24T03:10:51+0100 web01 sysmon[7]: x"),
            "{2026-11-24T03:10:51+0100}{web01}{sysmon}{7}{x}");
  EXPECT_EQ(cut("2026-11-24T03:10:51Z web01 a: x"), "{2026-11-24T03:10:51Z}{web01}{a}{}{x}");
}

TEST(SyslogLine, Rfc5424) {
  EXPECT_EQ(cut("<34>1 2026-11-24T03:10:51.003Z web01 su 12 ID47 - \xEF\xBB\xBF'su root' failed"),
            "{2026-11-24T03:10:51.003Z}{web01}{su}{12}{'su root' failed}");
  EXPECT_EQ(cut("<34>1 2026-11-24T03:10:51Z web01 su - - [a b=\"]\\\"\"][c] m"),
            "{2026-11-24T03:10:51Z}{web01}{su}{}{m}");
  EXPECT_EQ(cut("<34>1 - - - - - -"), "{}{}{}{}{}");
  EXPECT_EQ(cut("<34>1 2026-11-24T03:10:51Z web01 su - - [a b=\"] m"), "no");
}

TEST(SyslogLine, PartsThatAreMissing) {
  EXPECT_EQ(cut("Nov 24 03:10:51 sysmon[12]: x"), "{Nov 24 03:10:51}{}{sysmon}{12}{x}");
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 last message repeated 2 times"),
            "{Nov 24 03:10:51}{web01}{}{}{last message repeated 2 times}");
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 a:"), "{Nov 24 03:10:51}{web01}{a}{}{}");
  EXPECT_EQ(cut("Nov 24 03:10:51 web01"), "{Nov 24 03:10:51}{web01}{}{}{}");
}

TEST(SyslogLine, NotSyslog) {
  EXPECT_EQ(cut(""), "no");
  EXPECT_EQ(cut("type=CWD msg=audit(1.000:2): cwd=\"/\""), "no");
  EXPECT_EQ(cut("Nov 24 03:10 web01 a: x"), "no");
  EXPECT_EQ(cut("Nev 24 03:10:51 web01 a: x"), "no");
  EXPECT_EQ(cut("Nov 24 03:10:51"), "no");
  EXPECT_EQ(cut("Nov 24 03:10:51 "), "no");
  EXPECT_EQ(cut("<1234>Nov 24 03:10:51 web01 a: x"), "no");
  EXPECT_EQ(cut("<>Nov 24 03:10:51 web01 a: x"), "no");
  EXPECT_EQ(cut("Nov 24 03:10:51 " + std::string(256, 'h') + " a: x"), "no");
}

}  // namespace
}  // namespace stemma
