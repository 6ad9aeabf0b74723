// What the processes of the generated Windows host do, and how often.
#include <fmt/format.h>

#include "bench/evidence/windows_day.hpp"

namespace stemma::bench {

using support::Fields;
using support::WinRecord;

namespace {

/// A path as the filtering platform has it.
std::string device_path(std::string_view image) {
  std::string out = "\\device\\harddiskvolume3";
  for (const char c : image.substr(2)) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

constexpr const char* kPrivileges =
    "SeAssignPrimaryTokenPrivilege\n\t\t\tSeTcbPrivilege\n\t\t\tSeSecurityPrivilege\n\t\t\t"
    "SeTakeOwnershipPrivilege\n\t\t\tSeLoadDriverPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\t"
    "SeRestorePrivilege\n\t\t\tSeDebugPrivilege\n\t\t\tSeAuditPrivilege\n\t\t\t"
    "SeSystemEnvironmentPrivilege\n\t\t\tSeImpersonatePrivilege";

}  // namespace

enum class WindowsDay::Act : std::uint8_t {
  start,
  end,
  network,
  image_load,
  remote_thread,
  access,
  file,
  registry_key,
  registry_value,
  pipe,
  name_lookup,
  deletion,
  object_open,
  object_access,
  handle_close,
  connection,
  bind,
  logon,
  privilege,
  script,
};

struct WindowsDay::Chance {
  Act act;
  unsigned weight;
};

const WindowsDay::Chance WindowsDay::kSysmonChances[] = {
    {Act::start, 50},       {Act::end, 50},           {Act::network, 130},
    {Act::image_load, 200}, {Act::access, 60},        {Act::remote_thread, 4},
    {Act::file, 150},       {Act::registry_key, 100}, {Act::registry_value, 170},
    {Act::pipe, 30},        {Act::name_lookup, 90},   {Act::deletion, 20}};

const WindowsDay::Chance WindowsDay::kSecurityChances[] = {
    {Act::start, 50},          {Act::end, 50},           {Act::object_open, 120},
    {Act::object_access, 220}, {Act::handle_close, 120}, {Act::connection, 240},
    {Act::bind, 100},          {Act::logon, 40},         {Act::privilege, 30}};

void WindowsDay::act() {
  // A step of 0.1 to 300 ms, of 100 ns: the clock of the records.
  now_.ns += static_cast<std::int64_t>(random_.between(1'000, 3'000'000)) * 100;
  const bool sysmon_acts = mix_.sysmon && (!mix_.security || random_.one_in(2));
  if (mix_.powershell && random_.one_in(60)) return happen(Act::script);
  const auto choose = [&](const auto& chances) {
    unsigned total = 0;
    for (const Chance& each : chances) total += each.weight;
    auto left = static_cast<unsigned>(random_.below(total));
    for (const Chance& each : chances) {
      if (left < each.weight) return each.act;
      left -= each.weight;
    }
    return chances[0].act;
  };
  happen(sysmon_acts ? choose(kSysmonChances) : choose(kSecurityChances));
}

std::string WindowsDay::rule_name() {
  static constexpr std::string_view kRules[] = {
      "technique_id=T1059.001,technique_name=PowerShell",
      "technique_id=T1047,technique_name=Windows Management Instrumentation",
      "technique_id=T1112,technique_name=Modify Registry"};
  return random_.one_in(6) ? std::string(random_.pick(kRules)) : "-";
}

std::string WindowsDay::call_trace() {
  std::string out;
  for (std::uint64_t i = random_.between(5, 14); i > 0; --i)
    out += fmt::format("{}{}+{:x}", out.empty() ? "" : "|", random_.pick(modules()).path,
                       random_.between(0x1000, 0xfffff));
  return out;
}

std::string WindowsDay::address() {
  if (random_.one_in(3))
    return fmt::format("10.0.{}.{}", random_.below(8), random_.between(2, 250));
  return fmt::format("{}.{}.{}.{}", random_.between(11, 220), random_.below(256),
                     random_.below(256), random_.between(1, 254));
}

void WindowsDay::happen(Act what) {
  if (what == Act::start) return start_any();
  if (what == Act::end) return end_any();
  if (what == Act::logon) return logon();
  const Life& life = any();
  if (what == Act::script) return script_block(life);
  if (what < Act::object_open) return happen_in_sysmon(what, life);
  happen_in_security(what, life);
}

void WindowsDay::happen_in_sysmon(Act what, const Life& life) {
  const std::string image(programs()[life.program].image);
  const std::string user = user_of(life.account);
  Fields fields{{"RuleName", rule_name()},
                {"ProcessGuid", life.guid},
                {"ProcessId", std::to_string(life.pid)},
                {"Image", image},
                {"User", user}};
  const auto add = [&fields](std::string_view name, std::string text) {
    fields.emplace_back(name, std::move(text));
  };
  if (what == Act::network) {
    add("Protocol", random_.one_in(5) ? "udp" : "tcp");
    add("Initiated", random_.one_in(6) ? "false" : "true");
    add("SourceIp", "10.0.3.17");
    add("SourceHostname", computer_);
    add("SourcePort", std::to_string(random_.between(49'152, 65'535)));
    add("DestinationIp", address());
    add("DestinationHostname", random_.one_in(2) ? "-" : fill(random_.pick(domain_names())));
    add("DestinationPort", random_.one_in(4) ? "80" : "443");
    add("DestinationPortName", random_.one_in(4) ? "http" : "https");
    sysmon(3, fields);
  } else if (what == Act::image_load) {
    const Module& module = random_.pick(modules());
    add("ImageLoaded", std::string(module.path));
    add("FileVersion", "10.0.19041.3570 (WinBuild.160101.0800)");
    add("Description", std::string(module.description));
    add("Product", "Microsoft® Windows® Operating System");
    add("Company", std::string(module.company));
    add("OriginalFileName", std::string(base_name(module.path)));
    add("Hashes", hashes_of(module.path));
    add("Signed", "true");
    add("Signature", "Microsoft Windows");
    add("SignatureStatus", "Valid");
    sysmon(7, fields);
  } else if (what == Act::access || what == Act::remote_thread) {
    const Life& other = any();
    const std::string target(programs()[other.program].image);
    fields = {{"RuleName", rule_name()}};
    const bool access = what == Act::access;
    add(access ? "SourceProcessGUID" : "SourceProcessGuid", life.guid);
    add("SourceProcessId", std::to_string(life.pid));
    add("SourceImage", image);
    add(access ? "TargetProcessGUID" : "TargetProcessGuid", other.guid);
    add("TargetProcessId", std::to_string(other.pid));
    add("TargetImage", target);
    add("SourceUser", user);
    add("TargetUser", user_of(other.account));
    if (access) {
      add("SourceThreadId", std::to_string(random_.between(500, 15'000)));
      add("GrantedAccess", random_.one_in(3) ? "0x1fffff" : "0x1410");
      add("CallTrace", call_trace());
      sysmon(10, fields);
    } else {
      add("NewThreadId", std::to_string(random_.between(500, 15'000)));
      add("StartAddress",
          fmt::format("0x{:016X}", random_.between(0x7FF9'0000'0000, 0x7FF9'FFFF'FFFF)));
      add("StartModule", "C:\\Windows\\System32\\KERNELBASE.dll");
      add("StartFunction", "CtrlRoutine");
      sysmon(8, fields);
    }
  } else if (what == Act::file || what == Act::deletion) {
    add("TargetFilename", fill(random_.pick(files())));
    if (what == Act::file) {
      add("CreationUtcTime", utc());
      sysmon(11, fields);
    } else {
      add("Hashes", hashes_of(fields.back().second));
      add("IsExecutable", "false");
      add("Archived", "true");
      sysmon(23, fields);
    }
  } else if (what == Act::registry_key) {
    add("EventType", random_.one_in(4) ? "DeleteKey" : "CreateKey");
    add("TargetObject", fill(random_.pick(registry_values())));
    sysmon(12, fields);
  } else if (what == Act::registry_value) {
    add("EventType", "SetValue");
    add("TargetObject", fill(random_.pick(registry_values())));
    add("Details", fill(random_.pick(registry_details())));
    sysmon(13, fields);
  } else if (what == Act::pipe) {
    const bool created = random_.one_in(2);
    add("EventType", created ? "CreatePipe" : "ConnectPipe");
    add("PipeName", fill("\\mojo.####.####.###################"));
    sysmon(created ? 17 : 18, fields);
  } else if (what == Act::name_lookup) {
    add("QueryName", fill(random_.pick(domain_names())));
    add("QueryStatus", random_.one_in(9) ? "9003" : "0");
    std::string results = "type:  5 " + fill("edge-~.example.net;");
    for (std::uint64_t i = random_.below(4); i > 0; --i) results += "::ffff:" + address() + ";";
    add("QueryResults", results);
    sysmon(22, fields);
  }
}

void WindowsDay::happen_in_security(Act what, const Life& life) {
  const std::string image(programs()[life.program].image);
  Fields fields;
  const auto add = [&fields](std::string_view name, std::string text) {
    fields.emplace_back(name, std::move(text));
  };
  if (what == Act::connection || what == Act::bind) {
    add(what == Act::connection ? "ProcessID" : "ProcessId", std::to_string(life.pid));
    add("Application", device_path(image));
    add("SourceAddress", what == Act::bind ? "0.0.0.0" : "10.0.3.17");
    add("SourcePort", std::to_string(random_.between(49'152, 65'535)));
    add("Protocol", random_.one_in(4) ? "17" : "6");
    add("FilterRTID", what == Act::bind ? "0" : std::to_string(random_.between(66'000, 90'000)));
    add("LayerName", what == Act::bind ? "%%14608" : "%%14611");
    add("LayerRTID", what == Act::bind ? "36" : "48");
    if (what == Act::bind) return security(5158, fields);
    add("Direction", random_.one_in(5) ? "%%14592" : "%%14593");
    add("DestAddress", address());
    add("DestPort", random_.one_in(4) ? "53" : "443");
    return security(5156, fields);
  }
  subject(fields, life.account);
  if (what == Act::privilege) {
    const Person& who = people()[life.account];
    add("TargetUserSid", std::string(who.sid));
    add("TargetUserName", std::string(who.name));
    add("TargetDomainName", std::string(who.domain));
    add("TargetLogonId", hex(who.logon_id));
    add("ProcessName", image);
    add("ProcessId", hex(life.pid));
    add("EnabledPrivilegeList", random_.one_in(2) ? kPrivileges : "SeSecurityPrivilege");
    return security(4703, fields);
  }
  add("ObjectServer", "Security");
  add("HandleId", hex(4 * random_.between(0x40, 0x1000)));
  add("ProcessId", hex(life.pid));
  add("ProcessName", image);
  if (what == Act::handle_close) return security(4658, fields);
  const bool key = random_.one_in(3);
  add("ObjectType", key ? "Key" : "File");
  add("ObjectName", key ? "\\REGISTRY\\MACHINE\\SOFTWARE\\" + fill("Microsoft\\~\\~\\~")
                        : fill(random_.pick(files())));
  add("AccessList",
      what == Act::object_open
          ? "%%1537\n\t\t\t\t%%1538\n\t\t\t\t%%4432\n\t\t\t\t%%4433\n\t\t\t\t%%4434\n\t\t\t\t"
          : "%%4416\n\t\t\t\t");
  add("AccessMask", what == Act::object_open ? "0x3001f" : "0x1");
  security(what == Act::object_open ? 4656 : 4663, fields);
}

// A logon over the network with its privileges, and the end of an older one.
void WindowsDay::logon() {
  if (!mix_.security) return;
  const std::size_t account = kAlice + random_.below(people().size() - kAlice);
  const Person& who = people()[account];
  const std::uint64_t id = logons_ += random_.between(0x100, 0x4000);
  Fields fields;
  subject(fields, kSystem);
  fields.emplace_back("TargetUserSid", who.sid);
  fields.emplace_back("TargetUserName", who.name);
  fields.emplace_back("TargetDomainName", who.domain);
  fields.emplace_back("TargetLogonId", hex(id));
  fields.emplace_back("LogonType", random_.one_in(5) ? "5" : "3");
  fields.emplace_back("LogonProcessName", "Kerberos");
  fields.emplace_back("AuthenticationPackageName", "Kerberos");
  fields.emplace_back("WorkstationName", fill("WS-0###"));
  fields.emplace_back("LogonGuid", fill("{@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@}"));
  fields.emplace_back("ProcessName", "C:\\Windows\\System32\\lsass.exe");
  fields.emplace_back("ProcessId", "0x2b0");
  fields.emplace_back("IpAddress", address());
  fields.emplace_back("IpPort", std::to_string(random_.between(49'152, 65'535)));
  fields.emplace_back("ImpersonationLevel", "%%1833");
  fields.emplace_back("VirtualAccount", "%%1843");
  fields.emplace_back("ElevatedToken", "%%1842");
  put(support::security_4624(computer_, now_, fields));
  Fields special{{"SubjectUserSid", std::string(who.sid)},
                 {"SubjectUserName", std::string(who.name)},
                 {"SubjectDomainName", std::string(who.domain)},
                 {"SubjectLogonId", hex(id)},
                 {"PrivilegeList", kPrivileges}};
  security(4672, special);
  security(4634, {{"TargetUserSid", std::string(who.sid)},
                  {"TargetUserName", std::string(who.name)},
                  {"TargetDomainName", std::string(who.domain)},
                  {"TargetLogonId", hex(id - random_.below(0x4000))},
                  {"LogonType", "3"}});
}

void WindowsDay::script_block(const Life& life) {
  support::ScriptBlock block;
  for (std::uint64_t i = random_.between(3, 40); i > 0; --i)
    block.text += fill(random_.pick(script_lines())) + "\r\n";
  block.id = fill("@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@");
  if (random_.one_in(2)) block.path = fill("C:\\ProgramData\\~\\~-~.ps1");
  put(support::powershell_4104(computer_, now_, life.pid, block));
}

}  // namespace stemma::bench
