#include "tests/support/samples/windows_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/support/evtx_writer.hpp"
#include "tests/support/samples/collection.hpp"

namespace stemma::samples {

using support::Fields;
using support::WinRecord;

namespace {

constexpr const char* kSystem32 = "C:\\Windows\\System32\\";

/// Hashes of a file that does not exist: invented, but the same for the same image.
std::string hashes_of(const std::string& image) {
  std::string digest = sha256("stemma sample " + image);
  for (char& c : digest) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  return fmt::format("MD5={},SHA256={},IMPHASH={}", digest.substr(0, 32), digest,
                     digest.substr(32));
}

std::string hex(std::uint64_t number) {
  return fmt::format("0x{:x}", number);
}

/// Something like a GUID that stays the same for the same text.
std::string made_up_guid(const std::string& text) {
  const std::string digest = sha256(text);
  return fmt::format("{}-{}-{}-{}-{}", digest.substr(0, 8), digest.substr(8, 4),
                     "4" + digest.substr(13, 3), "a" + digest.substr(17, 3), digest.substr(20, 12));
}

}  // namespace

std::string system32(std::string_view name) {
  return kSystem32 + std::string(name);
}

std::string windows_name(std::string_view image) {
  const std::size_t slash = image.rfind('\\');
  return std::string(slash == std::string_view::npos ? image : image.substr(slash + 1));
}

WindowsHost::WindowsHost(std::string name, std::uint32_t guid_part, std::uint32_t first_pid)
    : name_(std::move(name)), guid_part_(guid_part), last_pid_(first_pid) {}

void WindowsHost::at(std::string_view when) {
  const auto parsed = parse_time(when);
  if (!parsed) throw std::invalid_argument("no time: " + std::string(when));
  if (parsed->time < now_) throw std::invalid_argument("the story goes back: " + std::string(when));
  now_ = parsed->time;
}

/// The records of one happening lie a little apart.
Timestamp WindowsHost::tick(std::int64_t microseconds) {
  return {now_.ns + microseconds * 1'000};
}

std::uint32_t WindowsHost::next_pid() {
  // Windows gives out multiples of four, not in order; this is not in order either, but the same
  // every time.
  last_pid_ += 4 * (3 + started_ * 7 % 11);
  if (last_pid_ > 11'000) last_pid_ -= 7'000;
  return last_pid_;
}

std::string WindowsHost::guid_for(std::uint32_t pid) {
  // As Sysmon builds it: machine, second of the start, a number that grows, a token of the boot.
  const auto seconds = static_cast<std::uint32_t>(now_.ns / kNsPerSecond);
  const std::uint32_t count = 0x40 + started_;
  return fmt::format("{{{:08X}-{:04X}-{:04X}-{:02X}{:02X}-{:08X}{:04X}}}", guid_part_,
                     seconds & 0xFFFF, seconds >> 16, count & 0xFF, count >> 8,
                     pid == 4 ? 0x10 : 0x1000, 0x1B00);
}

WindowsProcess WindowsHost::running(std::string image, std::string command_line, std::uint32_t pid,
                                    const Account& account) {
  WindowsProcess out;
  out.pid = pid;
  out.guid = guid_for(pid);
  ++started_;
  out.image = std::move(image);
  out.command_line = std::move(command_line);
  out.directory = kSystem32;
  out.account = account;
  out.node = tree_.add(TreeText::kRoot,
                       fmt::format("{} {} (start not logged)", windows_name(out.image), pid));
  return out;
}

WindowsProcess WindowsHost::start(const WindowsProcess& parent, const Launch& launch) {
  wait(17 + started_ * 5 % 23);
  WindowsProcess out;
  out.pid = launch.pid != 0 ? launch.pid : next_pid();
  out.guid = guid_for(out.pid);
  ++started_;
  out.image = launch.image;
  out.command_line = launch.command_line;
  out.account = launch.account != nullptr ? *launch.account : parent.account;
  out.directory = launch.directory.empty() ? parent.directory : launch.directory;
  if (!logging.sysmon && !logging.command_line_in_4688)
    out.command_line.clear();  // no log knows it
  out.start_logged = true;
  out.node = tree_.add(parent.node, fmt::format("{} {}", windows_name(out.image), out.pid));

  out.start.host = name_;
  out.start.pid = out.pid;
  out.start.executable = out.image;
  out.start.command_line = out.command_line;
  out.start.parent_command_line = logging.sysmon || parent.start_logged ? parent.command_line : "";
  out.start.time = {now_.ns / 1'000'000 * 1'000'000};

  const std::string user = out.account.domain + '\\' + out.account.name;
  if (logging.sysmon) {
    out.start.sources.emplace_back("sysmon 1");
    sysmon.push_back(support::sysmon_event(
        1, name_, tick(1'870),
        {{"UtcTime",
          [&] {
            std::string utc = format_time(now_, 3);
            utc[10] = ' ';
            utc.pop_back();
            return utc;
          }()},
         {"ProcessGuid", out.guid},
         {"ProcessId", std::to_string(out.pid)},
         {"Image", out.image},
         {"FileVersion", "10.0.20348.1"},
         {"OriginalFileName", windows_name(out.image)},
         {"CommandLine", out.command_line},
         {"CurrentDirectory", out.directory},
         {"User", user},
         {"LogonGuid", fmt::format("{{{:08X}-0000-0000-{:04X}-000000000000}}", guid_part_,
                                   out.account.logon_id & 0xFFFF)},
         {"LogonId", hex(out.account.logon_id)},
         {"TerminalSessionId", std::to_string(out.account.session)},
         {"IntegrityLevel", out.account.integrity},
         {"Hashes", hashes_of(out.image)},
         {"ParentProcessGuid", parent.guid},
         {"ParentProcessId", std::to_string(parent.pid)},
         {"ParentImage", parent.image},
         {"ParentCommandLine", parent.command_line},
         {"ParentUser", parent.account.domain + '\\' + parent.account.name}}));
  } else {
    out.start.time = tick(430);
    out.start.time_digits = 7;
  }

  const Account& creator = parent.account;
  const bool other = creator.sid != out.account.sid;
  Fields fields = {{"SubjectUserSid", creator.sid},
                   {"SubjectUserName", creator.sid == "S-1-5-18" ? name_ + '$' : creator.name},
                   {"SubjectDomainName", creator.sid == "S-1-5-18" ? "WORKGROUP" : creator.domain},
                   {"SubjectLogonId", hex(creator.logon_id)},
                   {"NewProcessId", hex(out.pid)},
                   {"NewProcessName", out.image},
                   {"TokenElevationType", out.account.elevation},
                   {"ProcessId", hex(parent.pid)},
                   {"CommandLine", logging.command_line_in_4688 ? out.command_line : ""},
                   {"TargetUserSid", other ? out.account.sid : "S-1-0-0"},
                   {"TargetUserName", other ? out.account.name : "-"},
                   {"TargetDomainName", other ? out.account.domain : "-"},
                   {"TargetLogonId", other ? hex(out.account.logon_id) : "0x0"}};
  if (logging.parent_name_in_4688) {
    fields.emplace_back("ParentProcessName", parent.image);
    fields.emplace_back("MandatoryLabel", out.account.label);
  }
  security.push_back(support::security_4688(name_, tick(430), fields,
                                            logging.parent_name_in_4688
                                                ? support::Layout4688::v2
                                                : support::Layout4688::v2_without_parent));
  out.start.sources.emplace_back("security 4688");
  return out;
}

void WindowsHost::end(const WindowsProcess& process, std::uint32_t status) {
  wait(3);
  if (logging.sysmon)
    sysmon.push_back(
        support::sysmon_event(5, name_, tick(1'200),
                              {{"ProcessGuid", process.guid},
                               {"ProcessId", std::to_string(process.pid)},
                               {"Image", process.image},
                               {"User", process.account.domain + '\\' + process.account.name}}));
  security.push_back(support::security_4689(
      name_, tick(260),
      {{"SubjectUserSid", process.account.sid},
       {"SubjectUserName", process.account.sid == "S-1-5-18" ? name_ + '$' : process.account.name},
       {"SubjectDomainName",
        process.account.sid == "S-1-5-18" ? "WORKGROUP" : process.account.domain},
       {"SubjectLogonId", hex(process.account.logon_id)},
       {"Status", hex(status)},
       {"ProcessId", hex(process.pid)},
       {"ProcessName", process.image}}));
}

void WindowsHost::powershell_starts(const WindowsProcess& process) {
  support::PowerShellEngine engine;
  engine.host_application = process.command_line;
  engine.host_id = made_up_guid("host " + process.guid);
  engine.runspace_id = made_up_guid("runspace " + process.guid);
  engine.version = "5.1.20348.2700";
  wait(120);
  unsigned sequence = 1;
  for (const char* provider : {"Registry", "FileSystem", "Variable"}) {
    engine.provider = provider;
    engine.sequence = sequence++;
    windows_powershell.push_back(support::powershell_engine(600, name_, tick(700), engine));
  }
  engine.sequence = 13;
  windows_powershell.push_back(support::powershell_engine(400, name_, tick(900), engine));
}

void WindowsHost::powershell_ends(const WindowsProcess& process) {
  support::PowerShellEngine engine;
  engine.host_application = process.command_line;
  engine.host_id = made_up_guid("host " + process.guid);
  engine.runspace_id = made_up_guid("runspace " + process.guid);
  engine.version = "5.1.20348.2700";
  engine.sequence = 15;
  windows_powershell.push_back(support::powershell_engine(403, name_, tick(900), engine));
}

void WindowsHost::script_block(const WindowsProcess& process, std::string text, std::string path) {
  support::ScriptBlock block;
  block.id = made_up_guid("block " + process.guid + text);
  block.text = std::move(text);
  block.path = std::move(path);
  WinRecord record = support::powershell_4104(name_, tick(1'500), process.pid, block);
  record.user_sid = process.account.sid;
  powershell.push_back(std::move(record));
}

void WindowsHost::sysmon_service_starts() {
  sysmon.push_back(support::sysmon_event(
      16, name_, tick(100),
      {{"Configuration", "C:\\ProgramData\\Sysmon\\sysmonconfig.xml"},
       {"ConfigurationFileHash", "SHA256=" + sha256("sysmon configuration")}}));
  sysmon.push_back(support::sysmon_event(
      4, name_, tick(900),
      {{"State", "Started"}, {"Version", "15.14"}, {"SchemaVersion", "4.90"}}));
}

void WindowsHost::connects(const WindowsProcess& process, std::string address, std::uint16_t port,
                           std::string host) {
  const std::string user = process.account.domain + '\\' + process.account.name;
  wait(40);
  sysmon.push_back(support::sysmon_event(22, name_, tick(500),
                                         {{"ProcessGuid", process.guid},
                                          {"ProcessId", std::to_string(process.pid)},
                                          {"QueryName", host},
                                          {"QueryStatus", "0"},
                                          {"QueryResults", "::ffff:" + address + ";"},
                                          {"Image", process.image},
                                          {"User", user}}));
  wait(25);
  sysmon.push_back(
      support::sysmon_event(3, name_, tick(900),
                            {{"ProcessGuid", process.guid},
                             {"ProcessId", std::to_string(process.pid)},
                             {"Image", process.image},
                             {"User", user},
                             {"Protocol", "tcp"},
                             {"Initiated", "true"},
                             {"SourceIp", "10.20.0.4"},
                             {"SourceHostname", name_},
                             {"SourcePort", std::to_string(49'700 + process.pid % 900)},
                             {"DestinationIp", address},
                             {"DestinationHostname", host},
                             {"DestinationPort", std::to_string(port)},
                             {"DestinationPortName", port == 443 ? "https" : "-"}}));
}

void WindowsHost::writes_file(const WindowsProcess& process, std::string path) {
  wait(12);
  std::string utc = format_time(now_, 3);
  utc[10] = ' ';
  utc.pop_back();
  sysmon.push_back(
      support::sysmon_event(11, name_, tick(800),
                            {{"ProcessGuid", process.guid},
                             {"ProcessId", std::to_string(process.pid)},
                             {"Image", process.image},
                             {"TargetFilename", std::move(path)},
                             {"CreationUtcTime", utc},
                             {"User", process.account.domain + '\\' + process.account.name}}));
}

std::string evtx_file(const std::vector<WinRecord>& records, std::uint64_t first_id) {
  std::vector<WinRecord> sorted = records;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const WinRecord& a, const WinRecord& b) { return a.time < b.time; });
  support::EvtxWriter writer{{.minor_version = 2, .first_record_number = first_id}};
  writer.add(sorted);
  return writer.bytes();
}

}  // namespace stemma::samples
