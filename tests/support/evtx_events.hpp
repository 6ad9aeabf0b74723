// Well-known Windows events with the field lists, types, versions, tasks and keywords that real
// logs have, so that a test says only what matters to it. What is not said gets a neutral value; a
// field that the event does not have throws std::invalid_argument.
//
// Source of lists and types: measured on public sample logs (Sysmon 7 to 15, Windows 7 to Server
// 2019).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/evtx_record.hpp"

namespace stemma::support {

/// Name and text of a field; the text is converted to the field's type. `0x…` and decimal are both
/// taken for hex numbers.
using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// The field lists that event 1 has had; other events follow where they changed too.
enum class SysmonBuild : std::uint8_t {
  oldest,            ///< no RuleName, no file version fields
  no_original_name,  ///< no OriginalFileName
  no_parent_user,    ///< no ParentUser, no User in file and registry events
  newest,
};

/// A Sysmon event as of `time`: UtcTime (milliseconds) unless it is given, TimeCreated and the
/// record's time. Ids 1 to 18, 22 to 26 and 255 without 9, 14, 19, 20, 21 where nothing was
/// measured.
WinRecord sysmon_event(unsigned id, std::string computer, Timestamp time, const Fields& fields,
                       SysmonBuild build = SysmonBuild::newest);

enum class Layout4688 : std::uint8_t {
  v1,                 ///< Windows 8.1 and Server 2012 R2: ends at CommandLine
  v2_without_parent,  ///< has Target… but no ParentProcessName and MandatoryLabel
  v2,
};

/// Security 4688, "a new process has been created".
WinRecord security_4688(std::string computer, Timestamp time, const Fields& fields,
                        Layout4688 layout = Layout4688::v2);
/// Security 4689, "a process has exited".
WinRecord security_4689(std::string computer, Timestamp time, const Fields& fields);
/// Security 4624, "an account was successfully logged on", version 2.
WinRecord security_4624(std::string computer, Timestamp time, const Fields& fields);
/// Any of the Security events whose field lists are kept as a table: 4634, 4656, 4658, 4663, 4672,
/// 4703, 5156, 5158. The ones with functions of their own are not among them.
WinRecord security_event(unsigned id, std::string computer, Timestamp time, const Fields& fields);
/// Security 1102, "the audit log was cleared": UserData.
WinRecord security_1102(std::string computer, Timestamp time, std::string user_sid,
                        std::string user_name, std::string domain, std::uint64_t logon_id);

/// PowerShell/Operational 4104, a script block; `process_id` is the PowerShell process. Several
/// parts: call once for each.
struct ScriptBlock {
  std::string text;
  std::string id;    ///< without braces, as Windows stores it: a string
  std::string path;  ///< empty: typed or -Command
  std::int32_t number = 1;
  std::int32_t total = 1;
};
WinRecord powershell_4104(std::string computer, Timestamp time, std::uint32_t process_id,
                          const ScriptBlock& block);

/// `Windows PowerShell` 400 (engine started), 403 (stopped) and 600 (provider started): classic
/// events with three unnamed strings, the third a list of `\tKey=value` lines.
struct PowerShellEngine {
  std::string host_application;
  std::string host_id;
  std::string runspace_id;
  std::string host_name = "ConsoleHost";
  std::string version = "5.1.17763.1007";
  unsigned sequence = 13;
  std::string provider = "Registry";  ///< 600 only
};
WinRecord powershell_engine(std::uint16_t id, std::string computer, Timestamp time,
                            const PowerShellEngine& engine);

/// System 7045, "a service was installed".
WinRecord system_7045(std::string computer, Timestamp time, const Fields& fields);
/// System 7036, "the service entered the … state".
WinRecord system_7036(std::string computer, Timestamp time, std::string service, std::string state);
/// Kernel-General 12, the operating system started; Eventlog 6005, the log service started.
WinRecord system_boot(std::string computer, Timestamp time);
WinRecord system_6005(std::string computer, Timestamp time);

}  // namespace stemma::support
