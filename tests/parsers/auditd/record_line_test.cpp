// Lines of every carrier, and lines that only look like records.
#include "parsers/auditd/record_line.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/parsers/auditd/audit_run.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::recognized;
using auditd_test::run;

std::string cut(std::string_view line) {
  RecordLine record;
  const LineVerdict verdict = read_record_line(line, record);
  if (verdict.kind == LineKind::other) return "other";
  if (verdict.kind == LineKind::malformed) return fmt::format("malformed: {}", verdict.problem);
  return fmt::format("{}|{}|{}={}|{}:{}|{}", record.node, record.syslog_host, record.type_name,
                     record.type, record.milliseconds, record.serial, record.body);
}

TEST(RecordLine, AuditLog) {
  EXPECT_EQ(cut("type=CWD msg=audit(1795485717.009:108): cwd=\"/w\""),
            "||CWD=1307|1795485717009:108|cwd=\"/w\"");
  EXPECT_EQ(cut("type=CWD msg=audit(1795485717.009:108):  cwd=\"/w\"\r"),
            "||CWD=1307|1795485717009:108|cwd=\"/w\"");
  EXPECT_EQ(cut("node=web01 type=EOE msg=audit(1.002:4294967295): "),
            "web01||EOE=1320|1002:4294967295|");
  EXPECT_EQ(cut("type=UNKNOWN[1336] msg=audit(1.002:3): a=b"), "||UNKNOWN[1336]=1336|1002:3|a=b");
  EXPECT_EQ(cut("type=AUOMS_EXECVE msg=audit(1.002:3): a=b"), "||AUOMS_EXECVE=0|1002:3|a=b");
  EXPECT_EQ(cut("type=DAEMON_CONFIG msg=audit(1490239800.477:34) config changed, auid=0"),
            "||DAEMON_CONFIG=1203|1490239800477:34|config changed, auid=0");
  EXPECT_EQ(cut("type=CWD msg=audit(1.002:3) : cwd=\"/\""), "||CWD=1307|1002:3|cwd=\"/\"");
  EXPECT_EQ(cut("type=CWD msg=audit(9223372035.999:3): x=y"), "||CWD=1307|9223372035999:3|x=y");
}

TEST(RecordLine, Syslog) {
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 audispd: type=CWD msg=audit(1.002:3): cwd=\"/\""),
            "|web01|CWD=1307|1002:3|cwd=\"/\"");
  EXPECT_EQ(cut("2026-11-24T03:10:51.123+00:00 web01 audisp-syslog[9]: node=n type=CWD "
                "msg=audit(1.002:3): cwd=\"/\""),
            "n|web01|CWD=1307|1002:3|cwd=\"/\"");
  EXPECT_EQ(
      cut("<13>1 2026-11-24T03:10:51Z web01 audispd 12 - - type=CWD msg=audit(1.002:3): cwd=\"/\""),
      "|web01|CWD=1307|1002:3|cwd=\"/\"");
}

TEST(RecordLine, KernelRing) {
  EXPECT_EQ(cut("Jul 18 14:29:23 web01 kernel: [  123.456789] audit: type=1300 "
                "audit(1626611363.720:348501): arch=c000003e"),
            "|web01|1300=1300|1626611363720:348501|arch=c000003e");
  EXPECT_EQ(
      cut("[  123.456789] audit: type=1400 audit(1626611363.720:348501): apparmor=\"DENIED\""),
      "||1400=1400|1626611363720:348501|apparmor=\"DENIED\"");
  EXPECT_EQ(cut("audit: type=1300 audit(1626611363.720:348501): arch=c000003e"),
            "||1300=1300|1626611363720:348501|arch=c000003e");
  EXPECT_EQ(cut("type=1300 audit(1626611363.720:348501): arch=c000003e"),
            "||1300=1300|1626611363720:348501|arch=c000003e");
  EXPECT_EQ(cut("Jul 18 14:29:23 web01 kernel: audit: backlog limit exceeded"), "other");
}

TEST(RecordLine, JournalExport) {
  EXPECT_EQ(cut("MESSAGE=audit: type=1300 audit(1.002:3): arch=c000003e"),
            "||1300=1300|1002:3|arch=c000003e");
  EXPECT_EQ(cut("_AUDIT_ID=348501"), "other");
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 audit[1234]: EXECVE argc=1 a0=\"ls\""), "other");
}

TEST(RecordLine, BeginsAsARecordAndIsNone) {
  EXPECT_EQ(cut("type= msg=audit(1.002:3): x"), "malformed: no type");
  EXPECT_EQ(cut("msg=audit(1.002:3): x"), "malformed: no type");
  EXPECT_EQ(cut("type=CWD"), "malformed: line ends after the type");
  EXPECT_EQ(cut("type=cwd msg=audit(1.002:3): x"), "malformed: no type");
  EXPECT_EQ(cut("type=CWD,msg=audit(1.002:3): x"), "malformed: bad type");
  EXPECT_EQ(cut("type=" + std::string(80, 'A') + " msg=audit(1.002:3): x"), "malformed: bad type");
  EXPECT_EQ(cut("type=CWD msg=audi"), "malformed: no stamp after the type");
  EXPECT_EQ(cut("type=CWD msg=audit(): x"), "malformed: stamp without seconds, or beyond 2262");
  EXPECT_EQ(cut("type=CWD msg=audit(99999999999.000:1): x"),
            "malformed: stamp without seconds, or beyond 2262");
  EXPECT_EQ(cut("type=CWD msg=audit(1337845201): x"), "malformed: stamp without milliseconds");
  EXPECT_EQ(cut("type=CWD msg=audit(1.0000:1): x"), "||CWD=1307|1000:1|x");
  EXPECT_EQ(cut("type=CWD msg=audit(1.1000:1): x"), "malformed: stamp without milliseconds");
  EXPECT_EQ(cut("type=CWD msg=audit(1.002:): x"), "malformed: stamp without serial");
  EXPECT_EQ(cut("type=CWD msg=audit(1.002:4294967296): x"), "malformed: stamp without serial");
  EXPECT_EQ(cut("type=CWD msg=audit(1.002:1"), "malformed: stamp does not end");
  EXPECT_EQ(cut("type=CWD msg=audit(1.002:1)x"), "malformed: no colon after the stamp");
  EXPECT_EQ(cut("type=SYSCALL msg=audit(07/18/2021 14:29:23.720:348501) : arch=x86_64"),
            "malformed: stamp without milliseconds");
  EXPECT_EQ(cut("node=a msg=audit(1.002:1): x"), "malformed: no type after node");
}

TEST(RecordLine, OtherText) {
  EXPECT_EQ(cut(""), "other");
  EXPECT_EQ(cut("----"), "other");
  EXPECT_EQ(cut("time->Mon Jul 19 10:00:00 2021"), "other");
  EXPECT_EQ(cut("a line such as type=CWD msg=audit(1.002:3): cwd"), "other");
  EXPECT_EQ(cut("{\"SyslogMessage\":\"type=AUOMS_EXECVE audit(1652292621.986:84138): x\"}"),
            "other");
  EXPECT_EQ(cut("node=web01 is up"), "other");
  EXPECT_EQ(cut("Nov 24 03:10:51 web01 sshd[1]: see type=CWD msg=audit(1.002:3): cwd"), "other");
}

TEST(Recognizes, LogsButNotProse) {
  const std::string record = "type=CWD msg=audit(1.002:3): cwd=\"/w\"\n";
  EXPECT_TRUE(recognized(record));
  EXPECT_TRUE(recognized("type=CWD msg=audit(1.002:3): cwd=\"/w\""));
  EXPECT_TRUE(recognized(std::string(4096, '\0') + record));
  EXPECT_TRUE(recognized("----\ntime->Mon Jul 19 10:00:00 2021\n" + record));
  EXPECT_FALSE(recognized(""));
  EXPECT_FALSE(recognized("type=CWD msg=audit(): nothing\n"));
  EXPECT_FALSE(
      recognized("A record looks like type=CWD msg=audit(1.002:3): cwd=\"/w\" in the log.\n"));
  EXPECT_FALSE(recognized("How to read audit logs\n\nThis is a record:\n\n" + record +
                          "\nIts parts are explained below.\nFirst the type.\n"));
  std::string syslog;
  for (int i = 0; i < 5000; ++i)
    syslog += "Nov 24 03:10:51 web01 cron[1]: a job ran, nothing to see here\n";
  EXPECT_FALSE(recognized(syslog));
  EXPECT_TRUE(recognized(syslog + "Nov 24 03:10:51 web01 audispd: " + record + syslog));
}

TEST(Recognizes, LongLinesOfStampsAreReadOnce) {
  const std::string record = "type=CWD msg=audit(1.002:3): cwd=\"/w\"\n";
  std::string stamps;
  while (stamps.size() < 64u << 20) stamps += "audit(1.002:3) ";
  EXPECT_FALSE(recognized(stamps));
  EXPECT_TRUE(recognized(stamps + "\n" + record));
  EXPECT_FALSE(recognized(std::string(100'000, 'x') + " audit(1.002:3): y"));
}

TEST(Books, EveryLineIsParsedRefusedOrUnused) {
  const std::string good = "type=CWD msg=audit(1.002:3): cwd=\"/w\"\n";
  const std::string zeros(100, '\0');
  const std::string text =
      good + "----\n" + "type=CWD msg=audit(1.0\n" + "\n" + zeros + good + "prose\n" + "type=SYSC";
  const auto result = run(text);
  EXPECT_EQ(result.records(), "2/2");
  EXPECT_EQ(result.logs[0].bytes.parsed, 2 * good.size());
  EXPECT_EQ(result.logs[0].bytes.refused, 23u + 9u);
  EXPECT_EQ(result.logs[0].bytes.unused, 5u + 1u + 100u + 6u);
  EXPECT_EQ(result.defects(),
            "bad_line @43: stamp without serial (23 bytes)\n"
            "bad_line @" +
                std::to_string(text.size() - 9) + ": line ends after the type (9 bytes)\n" +
                "event_incomplete @0: serial 3: records without their SYSCALL\n");
}

TEST(Books, AnEndlessLineCostsItself) {
  const std::string good = "type=LOGIN msg=audit(1.002:3): pid=1\n";
  const std::string endless =
      "type=EXECVE msg=audit(1.002:4): argc=1 a0=\"" + std::string(3u << 20, 'x') + "\"\n";
  const std::string junk = std::string(3u << 20, 'y') + "\n";
  const auto result = run(good + endless + junk + good);
  EXPECT_EQ(result.records(), "2/1");
  EXPECT_EQ(result.logs[0].bytes.refused, endless.size());
  EXPECT_EQ(result.logs[0].bytes.unused, junk.size());
  EXPECT_EQ(result.defects(), fmt::format("limit_exceeded @{}: line too long ({} bytes)\n",
                                          good.size(), endless.size()));
}

}  // namespace
}  // namespace stemma::auditd
