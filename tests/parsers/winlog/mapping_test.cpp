// One small test for each trap in the mapping of Windows events.
#include "parsers/winlog/mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/winlog/ecs_writer.hpp"
#include "parsers/winlog/event_xml.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

using golden::Document;
using testing::ElementsAre;

struct Given {
  std::string provider = "Microsoft-Windows-Sysmon";
  std::string id = "1";
  std::string channel = "Microsoft-Windows-Sysmon/Operational";
  std::string data = {};        // children of EventData
  std::string other = {};  // further children of Event
  std::string keywords = "0x8000000000000000";
  std::string user = "S-1-5-18";
};

std::string xml_of(const Given& given) {
  return "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><Provider "
         "Name=\"" +
         given.provider + "\" Guid=\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\"/><EventID>" +
         given.id +
         "</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</"
         "Opcode><Keywords>" +
         given.keywords +
         "</Keywords><TimeCreated "
         "SystemTime=\"2026-11-24T03:10:51.1234567Z\"/><EventRecordID>42</EventRecordID>"
         "<Correlation/><Execution ProcessID=\"4\" ThreadID=\"8\"/><Channel>" +
         given.channel + "</Channel><Computer>WS1.corp.example</Computer><Security UserID=\"" +
         given.user + "\"/></System><EventData>" + given.data + "</EventData>" + given.other +
         "</Event>";
}

class Mapping : public testing::Test {
 protected:
  Document map(const Given& given) {
    EXPECT_TRUE(reader_.read(xml_of(given), from_));
    event.reset(all_);
    mapper_.map(from_, event);
    return golden::flatten(event);
  }
  static std::vector<std::string> values(const Document& document, const std::string& field) {
    const auto found = document.find(field);
    return found == document.end() ? std::vector<std::string>{} : found->second;
  }
  static std::string data(std::string_view name, std::string_view value) {
    return "<Data Name=\"" + std::string(name) + "\">" + std::string(value) + "</Data>";
  }

  Event event;

 private:
  Projection all_ = Projection::all();
  EventXmlReader reader_;
  WinlogMapper mapper_;
  WinEvent from_;
};

TEST_F(Mapping, CommandLineKeepsItsBlanks) {
  const Document event_fields =
      map({.data = data("CommandLine", "powershell  -File  &quot;C:\\a b.ps1&quot; ")});
  EXPECT_THAT(values(event_fields, "process.command_line"),
              ElementsAre("powershell  -File  \"C:\\a b.ps1\" "));
  EXPECT_THAT(values(event_fields, "process.args"),
              ElementsAre("powershell", "-File", "C:\\a b.ps1"));
  EXPECT_THAT(values(event_fields, "process.args_count"), ElementsAre("3"));
  EXPECT_THAT(values(event_fields, "winlog.event_data.CommandLine"),
              ElementsAre("powershell  -File  \"C:\\a b.ps1\" "));
}

TEST_F(Mapping, SysmonTimeIsUtcTimeAndCreatedIsTimeCreated) {
  const Document fields = map({.data = data("UtcTime", "2026-11-24 03:10:50.009")});
  EXPECT_THAT(values(fields, "@timestamp"), ElementsAre("2026-11-24T03:10:50.009Z"));
  EXPECT_THAT(values(fields, "event.created"), ElementsAre("2026-11-24T03:10:51.1234567Z"));
  EXPECT_EQ(format_time(event.time, event.time_digits), "2026-11-24T03:10:50.009Z");
}

TEST_F(Mapping, SysmonTimeFallsBackToTimeCreated) {
  const Document fields = map({.data = data("UtcTime", "yesterday")});
  EXPECT_THAT(values(fields, "@timestamp"), ElementsAre("2026-11-24T03:10:51.1234567Z"));
}

TEST_F(Mapping, WriterIsNotTheUser) {
  const Document fields = map({.data = data("User", "CORP\\ann")});
  EXPECT_THAT(values(fields, "user.id"), ElementsAre());
  EXPECT_THAT(values(fields, "user.name"), ElementsAre("ann"));
  EXPECT_THAT(values(fields, "user.domain"), ElementsAre("CORP"));
  EXPECT_THAT(values(fields, "winlog.user.identifier"), ElementsAre("S-1-5-18"));
  EXPECT_THAT(values(fields, "related.user"), ElementsAre("ann"));
}

TEST_F(Mapping, AbsentMarkersMakeNoField) {
  const Document fields =
      map({.data = data("Image", "-") + data("CommandLine", "") + data("RuleName", "-") +
                   data("ParentImage", "(null)") +
                   data("ParentProcessGuid", "{00000000-0000-0000-0000-000000000000}") +
                   data("Hashes", "MD5=00000000000000000000000000000000,SHA1=,SHA256=AB01")});
  for (const char* field :
       {"process.executable", "process.name", "process.command_line", "process.args", "rule.name",
        "process.parent.executable", "process.parent.name", "process.parent.entity_id",
        "process.hash.md5", "process.hash.sha1", "winlog.event_data.Image"}) {
    EXPECT_THAT(values(fields, field), ElementsAre()) << field;
  }
  EXPECT_THAT(values(fields, "process.hash.sha256"), ElementsAre("ab01"));
  EXPECT_THAT(values(fields, "related.hash"), ElementsAre("ab01"));
}

TEST_F(Mapping, GuidsAreUpperCase) {
  const Document fields =
      map({.data = data("ProcessGuid", "{5b522f6e-77ae-5eb1-2c03-000000000800}") +
                   data("ParentProcessGuid", "no guid at all")});
  EXPECT_THAT(values(fields, "process.entity_id"),
              ElementsAre("{5B522F6E-77AE-5EB1-2C03-000000000800}"));
  EXPECT_THAT(values(fields, "process.parent.entity_id"), ElementsAre("no guid at all"));
}

TEST_F(Mapping, HashOfADeletedFileIsTheFiles) {
  const Document fields =
      map({.id = "23",
           .data = data("Hashes", "MD5=AA,IMPHASH=BB") + data("TargetFilename", "C:\\d\\x.exe")});
  EXPECT_THAT(values(fields, "file.hash.md5"), ElementsAre("aa"));
  EXPECT_THAT(values(fields, "file.pe.imphash"), ElementsAre("bb"));
  EXPECT_THAT(values(fields, "process.hash.md5"), ElementsAre());
  EXPECT_THAT(values(fields, "file.directory"), ElementsAre("C:\\d"));
  EXPECT_THAT(values(fields, "file.extension"), ElementsAre("exe"));
}

TEST_F(Mapping, ImageLoadedIsTheFile) {
  const Document fields =
      map({.id = "7",
           .data = data("Image", "C:\\p.exe") + data("ImageLoaded", "C:\\l.dll") +
                   data("Hashes", "SHA1=CC") + data("OriginalFileName", "l.dll") +
                   data("Signed", "true") + data("SignatureStatus", "Valid")});
  EXPECT_THAT(values(fields, "process.executable"), ElementsAre("C:\\p.exe"));
  EXPECT_THAT(values(fields, "file.path"), ElementsAre("C:\\l.dll"));
  EXPECT_THAT(values(fields, "file.hash.sha1"), ElementsAre("cc"));
  EXPECT_THAT(values(fields, "file.pe.original_file_name"), ElementsAre("l.dll"));
  EXPECT_THAT(values(fields, "process.pe.original_file_name"), ElementsAre());
  EXPECT_THAT(values(fields, "file.code_signature.signed"), ElementsAre("true"));
  EXPECT_THAT(values(fields, "file.code_signature.valid"), ElementsAre("true"));
}

TEST_F(Mapping, NoExtensionOutOfADirectory) {
  const Document fields = map({.id = "11", .data = data("TargetFilename", "C:\\a.b\\readme")});
  EXPECT_THAT(values(fields, "file.name"), ElementsAre("readme"));
  EXPECT_THAT(values(fields, "file.extension"), ElementsAre());
}

TEST_F(Mapping, ImageWithoutPathIsItsOwnName) {
  EXPECT_THAT(values(map({.data = data("Image", "Registry")}), "process.name"),
              ElementsAre("Registry"));
}

TEST_F(Mapping, RegistryNumbers) {
  const auto of = [this](std::string_view details) {
    const Document fields =
        map({.id = "13",
             .data = data("TargetObject", "HKLM\\Software\\Run\\evil") + data("Details", details)});
    EXPECT_THAT(values(fields, "registry.hive"), ElementsAre("HKLM"));
    EXPECT_THAT(values(fields, "registry.key"), ElementsAre("Software\\Run\\evil"));
    EXPECT_THAT(values(fields, "registry.value"), ElementsAre("evil"));
    return values(fields, "registry.data.type").at(0) + " " +
           values(fields, "registry.data.strings").at(0);
  };
  EXPECT_EQ(of("DWORD (0x00000004)"), "REG_DWORD 4");
  EXPECT_EQ(of("QWORD (0x00000001-0x00000002)"), "REG_QWORD 4294967298");
  EXPECT_EQ(of("QWORD (0xffffffff-0xffffffff)"), "REG_QWORD 18446744073709551615");
  EXPECT_EQ(of("Binary Data"), "REG_BINARY Binary Data");
  EXPECT_EQ(of("cmd.exe /c DWORD (0x1)"), "REG_SZ cmd.exe /c DWORD (0x1)");
  EXPECT_EQ(of("DWORD (0xzz)"), "REG_SZ DWORD (0xzz)");
}

TEST_F(Mapping, SourceIsTheProcessOfAnAccess) {
  const Document fields =
      map({.id = "10",
           .data = data("SourceProcessGUID", "{a23eae89-8e6d-5917-0000-0010dfaf5004}") +
                   data("SourceProcessId", "8") + data("SourceImage", "C:\\s.exe") +
                   data("SourceThreadId", "9") + data("TargetImage", "C:\\t.exe")});
  EXPECT_THAT(values(fields, "process.entity_id"),
              ElementsAre("{A23EAE89-8E6D-5917-0000-0010DFAF5004}"));
  EXPECT_THAT(values(fields, "process.pid"), ElementsAre("8"));
  EXPECT_THAT(values(fields, "process.thread.id"), ElementsAre("9"));
  EXPECT_THAT(values(fields, "process.name"), ElementsAre("s.exe"));
  EXPECT_THAT(values(fields, "winlog.event_data.TargetImage"), ElementsAre("C:\\t.exe"));
  EXPECT_EQ(event.process.act, ProcessAct::none);
}

TEST_F(Mapping, NetworkConnection) {
  const Document fields = map(
      {.id = "3",
       .data = data("Protocol", "tcp") + data("Initiated", "true") + data("SourceIsIpv6", "false") +
               data("SourceIp", "10.0.2.15") + data("SourcePort", "1138") +
               data("SourcePortName", "-") + data("DestinationIp", "::ffff:40.77.226.250") +
               data("DestinationPort", "443") + data("DestinationPortName", "https")});
  EXPECT_THAT(values(fields, "network.direction"), ElementsAre("egress"));
  EXPECT_THAT(values(fields, "network.type"), ElementsAre("ipv4"));
  EXPECT_THAT(values(fields, "network.protocol"), ElementsAre("https"));
  EXPECT_THAT(values(fields, "destination.ip"), ElementsAre("40.77.226.250"));
  EXPECT_THAT(values(fields, "related.ip"), ElementsAre("10.0.2.15", "40.77.226.250"));
  EXPECT_THAT(values(fields, "network.community_id"),
              ElementsAre("1:W2ZbP8nXMY+YAGYw2h/3Sa8Gu/w="));
}

TEST_F(Mapping, DestinationPortNameGoesFirst) {
  const Document fields =
      map({.id = "3",
           .data = data("SourcePortName", "netbios-ns") + data("DestinationPortName", "https")});
  EXPECT_THAT(values(fields, "network.protocol"), ElementsAre("https"));
}

TEST_F(Mapping, DnsAnswers) {
  const Document fields =
      map({.id = "22",
           .data = data("QueryName", "a.example") + data("QueryStatus", "9003") +
                   data("QueryResults",
                        "type:  5 b.example;::ffff:192.0.2.1;2001:db8::1;junk;type: 77 x;")});
  EXPECT_THAT(values(fields, "dns.answers.type"), ElementsAre("CNAME", "77", "A", "AAAA"));
  EXPECT_THAT(values(fields, "dns.answers.data"),
              ElementsAre("b.example", "x", "192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(values(fields, "dns.resolved_ip"), ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(values(fields, "related.hosts"), ElementsAre("b.example", "x", "a.example"));
  EXPECT_THAT(values(fields, "sysmon.dns.status"), ElementsAre("DNS_ERROR_RCODE_NAME_ERROR"));
  EXPECT_THAT(values(fields, "network.protocol"), ElementsAre("dns"));
}

TEST_F(Mapping, FirstOfRepeatedNamesCounts) {
  const Document fields =
      map({.data = data("Image", "C:\\real.exe") + data("Image", "C:\\forged.exe")});
  EXPECT_THAT(values(fields, "process.executable"), ElementsAre("C:\\real.exe"));
  EXPECT_THAT(values(fields, "winlog.event_data.Image"),
              ElementsAre("C:\\real.exe", "C:\\forged.exe"));
}

TEST_F(Mapping, EverySysmonIdHasItsClass) {
  std::string all;
  for (int id = 1; id <= 29; ++id) {
    const Document fields = map({.id = std::to_string(id)});
    all += std::to_string(id) + ":";
    for (const std::string& value : values(fields, "event.category")) all += " " + value;
    all += " /";
    for (const std::string& value : values(fields, "event.type")) all += " " + value;
    EXPECT_EQ(values(fields, "event.action").size(), 1u) << id;
    all += "\n";
  }
  EXPECT_EQ(
      all,
      "1: process / start\n2: file / change\n3: network / start connection protocol\n4: process / "
      "change\n"
      "5: process / end\n6: driver / start\n7: process / change\n8: process / change\n9: process / "
      "access\n"
      "10: process / access\n11: file / creation\n12: configuration registry / change\n"
      "13: configuration registry / change\n14: configuration registry / change\n15: file / "
      "access\n"
      "16: configuration / change\n17: file / creation\n18: file / access\n19: process / info\n"
      "20: process / change\n21: process / access\n22: network / connection protocol info\n23: "
      "file / deletion\n"
      "24: / change\n25: process / change\n26: file / deletion\n27: file / creation\n28: file / "
      "deletion\n"
      "29: file / creation\n");
  const Document error =
      map({.id = "255", .data = data("ID", "Driver") + data("Description", "lost")});
  EXPECT_THAT(values(error, "event.outcome"), ElementsAre("failure"));
  EXPECT_THAT(values(error, "error.code"), ElementsAre("Driver"));
  EXPECT_THAT(values(error, "error.message"), ElementsAre("lost"));
}

TEST_F(Mapping, StartAndEndOfProcesses) {
  map({.id = "1"});
  EXPECT_EQ(event.process.act, ProcessAct::start);
  EXPECT_EQ(event.source_kind, SourceKind::sysmon);
  EXPECT_EQ(event.sequence, 42u);
  map({.id = "5"});
  EXPECT_EQ(event.process.act, ProcessAct::end);
}

constexpr std::string_view kSecurity = "Microsoft-Windows-Security-Auditing";

TEST_F(Mapping, ProcessCreatedInTheSecurityLog) {
  const Document fields =
      map({.provider = std::string(kSecurity),
           .id = "4688",
           .channel = "Security",
           .data = data("SubjectUserSid", "S-1-5-21-1") + data("SubjectUserName", "ann") +
                   data("SubjectDomainName", "CORP") + data("SubjectLogonId", "0x3e7") +
                   data("NewProcessId", "0x1a4") + data("NewProcessName", "C:\\w\\cmd.exe") +
                   data("ProcessId", "700") + data("CommandLine", "cmd  /c \"x\"") +
                   data("TargetUserName", "-") + data("ParentProcessName", "C:\\w\\p.exe"),
           .keywords = "0x8020000000000000"});
  EXPECT_THAT(values(fields, "process.pid"), ElementsAre("420"));
  EXPECT_THAT(values(fields, "process.parent.pid"), ElementsAre("700"));
  EXPECT_THAT(values(fields, "process.name"), ElementsAre("cmd.exe"));
  EXPECT_THAT(values(fields, "process.parent.name"), ElementsAre("p.exe"));
  EXPECT_THAT(values(fields, "process.args"), ElementsAre("cmd", "/c", "x"));
  EXPECT_THAT(values(fields, "user.id"), ElementsAre("S-1-5-21-1"));
  EXPECT_THAT(values(fields, "user.effective.name"), ElementsAre());
  EXPECT_THAT(values(fields, "winlog.logon.id"), ElementsAre("0x3e7"));
  EXPECT_THAT(values(fields, "event.outcome"), ElementsAre("success"));
  EXPECT_THAT(values(fields, "event.action"), ElementsAre("created-process"));
  EXPECT_THAT(values(fields, "winlog.event_data.TargetUserName"), ElementsAre("-"));
  EXPECT_EQ(event.process.act, ProcessAct::start);
  EXPECT_EQ(event.source_kind, SourceKind::security);
}

TEST_F(Mapping, ProcessIdOfAnExitIsTheProcess) {
  const Document fields =
      map({.provider = std::string(kSecurity),
           .id = "4689",
           .channel = "Security",
           .data = data("ProcessId", "0x10") + data("ProcessName", "C:\\w\\cmd.exe") +
                   data("Status", "0xc0000005")});
  EXPECT_THAT(values(fields, "process.pid"), ElementsAre("16"));
  EXPECT_THAT(values(fields, "process.exit_code"), ElementsAre("3221225477"));
  EXPECT_EQ(event.process.act, ProcessAct::end);
}

TEST_F(Mapping, UnreadablePidIsNoPid) {
  const Document fields =
      map({.provider = std::string(kSecurity),
           .id = "4688",
           .channel = "Security",
           .data = data("NewProcessId", "0xfffffffffffffffff") + data("ProcessId", "12x")});
  EXPECT_THAT(values(fields, "process.pid"), ElementsAre());
  EXPECT_THAT(values(fields, "process.parent.pid"), ElementsAre());
}

TEST_F(Mapping, LogClearedTellsWho) {
  Given given{.provider = "Microsoft-Windows-Eventlog", .id = "1102", .channel = "Security"};
  given.other =
      "<UserData><LogFileCleared xmlns=\"x\"><SubjectUserName>ann</SubjectUserName>"
      "<SubjectUserSid>S-1-5-21-9</SubjectUserSid></LogFileCleared></UserData>";
  const Document fields = map(given);
  EXPECT_THAT(values(fields, "user.name"), ElementsAre("ann"));
  EXPECT_THAT(values(fields, "user.id"), ElementsAre("S-1-5-21-9"));
  EXPECT_THAT(values(fields, "event.action"), ElementsAre("audit-log-cleared"));
  EXPECT_THAT(values(fields, "winlog.user_data.xml_name"), ElementsAre("LogFileCleared"));
  EXPECT_THAT(values(fields, "winlog.user_data.SubjectUserName"), ElementsAre("ann"));
}

TEST_F(Mapping, OnlyTheKernelBootsTheMachine) {
  const auto act = [this](const char* provider, const char* id) {
    map({.provider = provider, .id = id, .channel = "System"});
    return event.process.act;
  };
  EXPECT_EQ(act("Microsoft-Windows-Kernel-General", "12"), ProcessAct::boot);
  EXPECT_EQ(act("Microsoft-Windows-Kernel-General", "13"), ProcessAct::shutdown);
  EXPECT_EQ(act("EventLog", "6005"), ProcessAct::none);
  EXPECT_EQ(act("EventLog", "6006"), ProcessAct::none);
  EXPECT_EQ(act("User32", "1074"), ProcessAct::none);
  EXPECT_EQ(act("Microsoft-Windows-Other", "12"), ProcessAct::none);
  const Document service = map({.provider = "Service Control Manager",
                                .id = "7045",
                                .channel = "System",
                                .data = data("ServiceName", "svc")});
  EXPECT_THAT(values(service, "service.name"), ElementsAre("svc"));
  EXPECT_THAT(values(service, "event.action"), ElementsAre("service-installed"));
}

TEST_F(Mapping, ClassicPowerShellKeys) {
  const Document fields =
      map({.provider = "PowerShell",
           .id = "400",
           .channel = "Windows PowerShell",
           .data = "<Data>Available</Data><Data>None</"
                   "Data><Data>\tNewEngineState=Available\n\tHostName=ConsoleHost\n"
                   "\tHostId=2458050c-5e21-47a6-bbdf-41ef2151b519\n\tHostApplication=powershell -c "
                   " a=1\n\tb = 2 \n"
                   "\tEngineVersion=5.1\n\tRunspaceId=\n</Data><Binary>00FF</Binary>"});
  EXPECT_THAT(values(fields, "process.command_line"), ElementsAre("powershell -c  a=1\n\tb = 2 "));
  EXPECT_THAT(values(fields, "process.entity_id"),
              ElementsAre("2458050c-5e21-47a6-bbdf-41ef2151b519"));
  EXPECT_THAT(values(fields, "powershell.engine.version"), ElementsAre("5.1"));
  EXPECT_THAT(values(fields, "powershell.runspace_id"), ElementsAre());
  EXPECT_THAT(values(fields, "winlog.event_data.param1"), ElementsAre("Available"));
  EXPECT_EQ(values(fields, "winlog.event_data.Data").size(), 3u);
  EXPECT_THAT(values(fields, "winlog.event_data.Binary"), ElementsAre("00FF"));
}

TEST_F(Mapping, ModuleLogging) {
  const Document fields =
      map({.provider = "Microsoft-Windows-PowerShell",
           .id = "4103",
           .channel = "Microsoft-Windows-PowerShell/Operational",
           .data = data("ContextInfo",
                        "        Severity = Informational\n        Host Name = ConsoleHost\n       "
                        " Host Application = "
                        "powershell.exe -File x.ps1\n        User = CORP\\ann\n        Shell ID = "
                        "Microsoft.PowerShell\n") +
                   data("Payload",
                        "CommandInvocation(Get-Item): "
                        "&quot;Get-Item&quot;\nParameterBinding(Get-Item): name=&quot;Path&quot;; "
                        "value=&quot;C:\\&quot;\nfree text\n")});
  EXPECT_THAT(values(fields, "process.title"), ElementsAre("ConsoleHost"));
  EXPECT_THAT(values(fields, "process.args"), ElementsAre("powershell.exe", "-File", "x.ps1"));
  EXPECT_THAT(values(fields, "user.name"), ElementsAre("ann"));
  EXPECT_THAT(values(fields, "user.id"), ElementsAre("S-1-5-18"));
  EXPECT_THAT(values(fields, "powershell.id"), ElementsAre("Microsoft.PowerShell"));
  EXPECT_THAT(values(fields, "powershell.command.invocation_details.type"),
              ElementsAre("CommandInvocation", "ParameterBinding"));
  EXPECT_THAT(values(fields, "powershell.command.invocation_details.name"),
              ElementsAre("\"Path\""));
  EXPECT_THAT(values(fields, "powershell.command.invocation_details.value"),
              ElementsAre("\"Get-Item\"", "\"C:\\\"", "free text"));
}

TEST_F(Mapping, ScriptBlock) {
  const Document fields =
      map({.provider = "Microsoft-Windows-PowerShell",
           .id = "4104",
           .data = data("MessageNumber", "1") + data("MessageTotal", "2") +
                   data("ScriptBlockText", "a&#13;&#10;b ") + data("ScriptBlockId", "50d2") +
                   data("Path", "C:\\d\\s.ps1")});
  EXPECT_THAT(values(fields, "powershell.file.script_block_text"), ElementsAre("a\r\nb "));
  EXPECT_THAT(values(fields, "powershell.sequence"), ElementsAre("1"));
  EXPECT_THAT(values(fields, "powershell.total"), ElementsAre("2"));
  EXPECT_THAT(values(fields, "file.name"), ElementsAre("s.ps1"));
}

TEST_F(Mapping, UnknownProvidersKeepTheirValues) {
  const Document fields =
      map({.provider = "Contoso",
           .id = "7",
           .channel = "Contoso/Admin",
           .data = data("Image", "x") + "<Data>first</Data><Data></Data><Data>third</Data>"});
  EXPECT_THAT(values(fields, "process.executable"), ElementsAre());
  EXPECT_THAT(values(fields, "winlog.event_data.Image"), ElementsAre("x"));
  EXPECT_THAT(values(fields, "winlog.event_data.param1"), ElementsAre("first"));
  EXPECT_THAT(values(fields, "winlog.event_data.param3"), ElementsAre("third"));
  EXPECT_THAT(values(fields, "winlog.event_data.Data"), ElementsAre("first", "third"));
  EXPECT_THAT(values(fields, "event.code"), ElementsAre("7"));
  EXPECT_EQ(event.source_kind, SourceKind::evtx_other);
}

TEST_F(Mapping, OnlyWantedFieldsAreMade) {
  Projection few;
  few.want(field::process_pid);
  EventXmlReader reader;
  WinEvent from;
  ASSERT_TRUE(reader.read(
      xml_of({.data = data("ProcessId", "7") + data("NeverHeardOf_Mapping_Test", "x")}), from));
  Event wanted;
  wanted.reset(few);
  WinlogMapper mapper;
  mapper.map(from, wanted);
  EXPECT_EQ(golden::flatten(wanted), (Document{{"process.pid", {"7"}}}));
  EXPECT_FALSE(find_field("winlog.event_data.NeverHeardOf_Mapping_Test").has_value());
}

TEST_F(Mapping, HostFallsBack) {
  WinEvent from;
  from.provider_name = "Contoso";
  Projection all = Projection::all();
  Event bare;
  bare.reset(all);
  WinlogMapper mapper;
  mapper.map(from, bare, "from-the-folder");
  EXPECT_EQ(bare.text(field::host_name), "from-the-folder");
}

TEST(CommunityId, SpecVectors) {
  // From the specification's own baseline: TCP and UDP, both directions give one id.
  EXPECT_EQ(winlog::community_id("128.232.110.120", 34855, "66.35.250.204", 80, "tcp"),
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(winlog::community_id("66.35.250.204", 80, "128.232.110.120", 34855, "TCP"),
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(winlog::community_id("host", 1, "66.35.250.204", 80, "tcp"), "");
  EXPECT_EQ(winlog::community_id("::1", 1, "66.35.250.204", 80, "tcp"), "");
}

}  // namespace
}  // namespace stemma
