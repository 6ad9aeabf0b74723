#include "bench/evidence/windows_day.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stemma::bench {

using support::Fields;
using support::WinRecord;

namespace {

constexpr std::size_t kFewestLives = 120;
constexpr std::size_t kMostLives = 220;
constexpr std::uint64_t kStartsPerRunCommand = 2'000;
constexpr std::uint32_t kSystemPid = 4;

}  // namespace

std::string hex(std::uint64_t number) {
  return fmt::format("{:#x}", number);
}

std::string hashes_of(std::string_view image) {
  return fmt::format("MD5={},SHA256={},IMPHASH={}", hex_digest(image, 1, 32),
                     hex_digest(image, 2, 64), hex_digest(image, 3, 32));
}

WindowsDay::WindowsDay(WindowsMix mix, std::uint64_t seed, std::string computer)
    : mix_(mix),
      computer_(std::move(computer)),
      random_(Random::mix(seed + 1)),
      now_(parse_time("2026-11-02T06:58:12Z")->time) {
  boot();
}

WinRecord WindowsDay::next() {
  while (pending_.empty()) act();
  WinRecord out = std::move(pending_.front());
  pending_.pop_front();
  return out;
}

void WindowsDay::put(WinRecord record) {
  if (mix_.template_less && random_.one_in(30)) record.style = support::Style::literal;
  pending_.push_back(std::move(record));
}

void WindowsDay::sysmon(unsigned id, const Fields& fields) {
  if (mix_.sysmon) put(support::sysmon_event(id, computer_, now_, fields));
}

void WindowsDay::security(unsigned id, const Fields& fields) {
  if (mix_.security) put(support::security_event(id, computer_, now_, fields));
}

void WindowsDay::boot() {
  Life system{};
  system.pid = kSystemPid;
  system.guid = new_guid();
  system.parent_image = "";
  system.stays = true;
  system.program = program_index("smss.exe");
  live_.push_back(system);
  std::size_t services = 0;
  for (std::size_t i = 0; i < kBootPrograms; ++i) {
    const Program& program = programs()[i];
    const std::size_t count = base_name(program.image) == "svchost.exe" ? 18 : 1;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t parent = count > 1 ? services : live_.size() - 1;
      now_.ns += 400'000'000;
      const std::size_t born = start(i, parent, fill(random_.pick(program.command_lines)), true);
      if (base_name(program.image) == "services.exe") services = born;
      if (base_name(program.image) == "explorer.exe") live_[born].account = kAlice;
    }
  }
}

const WindowsDay::Life& WindowsDay::any() {
  return live_[1 + random_.below(live_.size() - 1)];
}

std::uint32_t WindowsDay::free_pid() {
  for (;;) {
    const auto pid = static_cast<std::uint32_t>(4 * random_.between(100, 4'500));
    if (std::none_of(live_.begin(), live_.end(), [pid](const Life& x) { return x.pid == pid; }))
      return pid;
  }
}

std::string WindowsDay::new_guid() {
  const auto seconds = static_cast<std::uint32_t>(now_.ns / kNsPerSecond);
  const std::uint64_t number = lives_++;
  return fmt::format("{{C2494F38-{:04X}-{:04X}-{:04X}-{:012X}}}", seconds & 0xFFFF, seconds >> 16,
                     number & 0xFFFF, 0x6A02 + (number >> 16 << 16));
}

std::string WindowsDay::utc() const {
  std::string out = format_time(now_, 3);
  out[10] = ' ';
  out.pop_back();
  return out;
}

std::string WindowsDay::user_of(std::size_t account) const {
  return fmt::format("{}\\{}", people()[account].domain, people()[account].name);
}

void WindowsDay::subject(Fields& fields, std::size_t account) const {
  const Person& who = people()[account];
  fields.emplace_back("SubjectUserSid", who.sid);
  fields.emplace_back("SubjectUserName", account == kSystem ? "WS-0417$" : std::string(who.name));
  fields.emplace_back("SubjectDomainName", account == kSystem ? "CORP" : std::string(who.domain));
  fields.emplace_back("SubjectLogonId", hex(who.logon_id));
}

std::size_t WindowsDay::start(std::size_t program, std::size_t parent, std::string command_line,
                              bool stays) {
  const Life& from = live_[parent];
  Life life{};
  life.program = program;
  life.pid = free_pid();
  life.guid = new_guid();
  life.command_line = std::move(command_line);
  life.account = programs()[program].as_system ? kSystem
                 : from.pid == kSystemPid      ? kAlice
                                               : from.account;
  life.parent_guid = from.guid;
  life.parent_pid = from.pid;
  life.parent_image = from.pid == kSystemPid ? "System" : programs()[from.program].image;
  life.parent_command_line = from.command_line;
  life.parent_account = from.account;
  life.stays = stays;
  sysmon_start(life);
  security_start(life);
  live_.push_back(std::move(life));
  return live_.size() - 1;
}

void WindowsDay::start_any() {
  if (live_.size() > kMostLives) return end_any();
  if (++starts_ % kStartsPerRunCommand == 0) return run_command();
  // Somebody who starts things; the shell and the services do so most.
  std::size_t parent = 0;
  do parent = 1 + random_.below(live_.size() - 1);
  while (programs()[live_[parent].program].children.empty());
  const std::size_t program =
      program_index(random_.pick(programs()[live_[parent].program].children));
  start(program, parent, fill(random_.pick(programs()[program].command_lines)), false);
}

// As the Azure guest agent does it: agent, shell, script, and what the script starts; then all of
// them are gone.
void WindowsDay::run_command() {
  const auto is_agent = [](const Life& life) {
    return base_name(programs()[life.program].image) == "WindowsAzureGuestAgent.exe";
  };
  const auto agent =
      static_cast<std::size_t>(std::find_if(live_.begin(), live_.end(), is_agent) - live_.begin());
  const std::size_t shell =
      start(program_index("cmd.exe"), agent,
            "cmd /c \"C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandWindows\\1.1.18\\bin"
            "\\RunCommandExtension.exe\" enable",
            false);
  const std::size_t script =
      start(program_index("powershell.exe"), shell,
            fmt::format("powershell  -ExecutionPolicy Unrestricted -File script{}.ps1",
                        random_.below(10)),
            false);
  start(program_index("whoami.exe"), script, R"("C:\Windows\system32\whoami.exe" /all)", false);
  while (live_.size() > shell) {
    now_.ns += 900'000'000;
    end(live_.size() - 1);
  }
}

void WindowsDay::end_any() {
  if (live_.size() < kFewestLives) return start_any();
  std::size_t who = 0;
  do who = 1 + random_.below(live_.size() - 1);
  while (live_[who].stays);
  end(who);
}

void WindowsDay::end(std::size_t who) {
  const Life life = std::move(live_[who]);
  live_[who] = std::move(live_.back());
  live_.pop_back();
  const std::string image(programs()[life.program].image);
  sysmon(5, {{"RuleName", "-"},
             {"ProcessGuid", life.guid},
             {"ProcessId", std::to_string(life.pid)},
             {"Image", image},
             {"User", user_of(life.account)}});
  if (!mix_.security) return;
  Fields fields;
  subject(fields, life.account);
  fields.emplace_back("Status", random_.one_in(9) ? "0x1" : "0x0");
  fields.emplace_back("ProcessId", hex(life.pid));
  fields.emplace_back("ProcessName", image);
  put(support::security_4689(computer_, now_, fields));
}

void WindowsDay::sysmon_start(const Life& life) {
  if (!mix_.sysmon) return;
  const Program& program = programs()[life.program];
  sysmon(1, {{"RuleName", rule_name()},
             {"ProcessGuid", life.guid},
             {"ProcessId", std::to_string(life.pid)},
             {"Image", std::string(program.image)},
             {"FileVersion", "10.0.19041.3636 (WinBuild.160101.0800)"},
             {"Description", std::string(program.description)},
             {"Product", "Microsoft® Windows® Operating System"},
             {"Company", std::string(program.company)},
             {"OriginalFileName", std::string(base_name(program.image))},
             {"CommandLine", life.command_line},
             {"CurrentDirectory",
              life.account == kSystem ? "C:\\Windows\\system32\\" : "C:\\Users\\alice\\"},
             {"User", user_of(life.account)},
             {"LogonGuid", fmt::format("{{C2494F38-B7C3-630C-{:04X}-000000000000}}", life.account)},
             {"LogonId", hex(people()[life.account].logon_id)},
             {"TerminalSessionId", life.account == kSystem ? "0" : "1"},
             {"IntegrityLevel", life.account == kSystem ? "System" : "Medium"},
             {"Hashes", hashes_of(program.image)},
             {"ParentProcessGuid", life.parent_guid},
             {"ParentProcessId", std::to_string(life.parent_pid)},
             {"ParentImage", std::string(life.parent_image)},
             {"ParentCommandLine", life.parent_command_line},
             {"ParentUser", user_of(life.parent_account)}});
}

void WindowsDay::security_start(const Life& life) {
  if (!mix_.security) return;
  Fields fields;
  subject(fields, life.account);
  fields.emplace_back("NewProcessId", hex(life.pid));
  fields.emplace_back("NewProcessName", programs()[life.program].image);
  fields.emplace_back("TokenElevationType", life.account == kSystem ? "%%1936" : "%%1938");
  fields.emplace_back("ProcessId", hex(life.parent_pid));
  fields.emplace_back("CommandLine", life.command_line);
  fields.emplace_back("ParentProcessName", life.parent_image);
  fields.emplace_back("MandatoryLabel", life.account == kSystem ? "S-1-16-16384" : "S-1-16-8192");
  put(support::security_4688(computer_, now_, fields));
}

}  // namespace stemma::bench
