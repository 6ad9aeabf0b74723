// A Windows machine that a story is told on: processes start and end, and its logs fill up as
// Sysmon, Security auditing and PowerShell would fill them. Knows nothing of the story and nothing
// of Run Command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/evtx_events.hpp"
#include "tests/support/samples/process_tree_text.hpp"
#include "tests/support/samples/truth.hpp"

namespace stemma::samples {

struct Account {
  std::string sid;
  std::string name;
  std::string domain;
  std::uint64_t logon_id = 0x3e7;
  std::uint32_t session = 0;
  std::string integrity = "System";
  std::string label = "S-1-16-16384";
  std::string elevation = "%%1936";
};

/// What is alive on the machine, or was.
struct WindowsProcess {
  std::uint32_t pid = 0;
  std::string guid;
  std::string image;
  std::string command_line;
  std::string directory;
  Account account;
  std::size_t node = TreeText::kRoot;
  bool start_logged = false;  ///< false: began before the logs
  Start start;
};

/// What to start. Account and directory are the parent's where they are not said.
struct Launch {
  std::string image;
  std::string command_line;
  const Account* account = nullptr;
  std::string directory = {};
  std::uint32_t pid = 0;  ///< 0: the next free one
};

class WindowsHost {
 public:
  /// Which logs the machine keeps.
  struct Logging {
    bool sysmon = true;
    bool parent_name_in_4688 = true;
    bool command_line_in_4688 = true;
  };

  WindowsHost(std::string name, std::uint32_t guid_part, std::uint32_t first_pid);

  Logging logging;

  /// The clock. `when` is RFC 3339.
  void at(std::string_view when);
  void wait(std::int64_t milliseconds) { now_.ns += milliseconds * 1'000'000; }
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// A process that began before the logs do.
  WindowsProcess running(std::string image, std::string command_line, std::uint32_t pid,
                         const Account& account);
  WindowsProcess start(const WindowsProcess& parent, const Launch& launch);
  void end(const WindowsProcess& process, std::uint32_t status = 0);

  // What PowerShell itself logs.
  void powershell_starts(const WindowsProcess& process);
  void powershell_ends(const WindowsProcess& process);
  void script_block(const WindowsProcess& process, std::string text, std::string path);

  // What Sysmon sees besides.
  void sysmon_service_starts();
  void connects(const WindowsProcess& process, std::string address, std::uint16_t port,
                std::string name);
  void writes_file(const WindowsProcess& process, std::string path);

  // Other logs take records as they are.
  std::vector<support::WinRecord> sysmon, security, powershell, windows_powershell, system;

  [[nodiscard]] std::string tree() const { return tree_.text(); }

 private:
  std::string guid_for(std::uint32_t pid);
  std::uint32_t next_pid();
  Timestamp tick(std::int64_t microseconds);

  std::string name_;
  std::uint32_t guid_part_;
  std::uint32_t last_pid_;
  std::uint32_t started_ = 0;
  Timestamp now_;
  TreeText tree_;
};

/// `C:\Windows\System32\` and the name.
std::string system32(std::string_view name);
/// Everything behind the last backslash.
std::string windows_name(std::string_view image);
/// A log file of these records, their ids counting up from `first_id`.
std::string evtx_file(const std::vector<support::WinRecord>& records, std::uint64_t first_id);

}  // namespace stemma::samples
