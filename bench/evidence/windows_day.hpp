// A Windows host at work, told as event records without end: processes that start, touch things and
// end, seen by Sysmon and by the Security channel, so that lineage, detection and decoding have
// what they have on real logs. Not a file format (tests/support/evtx_writer.hpp writes it) and not
// a scenario with a truth to test against (samples/ has those).
//
// How it is like real logs: field lists and types are those of tests/support/evtx_events.hpp; the
// shares of event ids follow a busy workstation; pids are reused, process GUIDs are not; every
// process has a parent that lives; one time in some ten thousand a run-command script starts a
// child, so that the shipped rules have something to find. Same seed and mix, same records.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench/evidence/random.hpp"
#include "bench/evidence/windows_programs.hpp"
#include "tests/support/evtx_events.hpp"

namespace stemma::bench {

struct WindowsMix {
  bool sysmon = true;
  bool security = true;
  bool powershell = false;     ///< script blocks (4104)
  bool template_less = false;  ///< one record in thirty has no template, as exported logs have
                               ///< them; libevtx does not read those
};

inline constexpr const char* kComputer = "WS-0417.corp.example";

std::string hex(std::uint64_t number);
std::string hashes_of(std::string_view image);

class WindowsDay {
 public:
  /// @param computer  name that the records give the machine
  WindowsDay(WindowsMix mix, std::uint64_t seed, std::string computer = kComputer);

  /// The next record, in the order of time. Its record id is left to the writer.
  support::WinRecord next();

 private:
  struct Life {
    std::size_t program;  ///< of programs()
    std::uint32_t pid;
    std::string guid;
    std::string command_line;
    std::size_t account;  ///< of people()
    std::string parent_guid;
    std::uint32_t parent_pid;
    std::string_view parent_image;
    std::string parent_command_line;
    std::size_t parent_account;
    bool stays;  ///< never ends
  };
  enum class Act : std::uint8_t;
  struct Chance;
  static const Chance kSysmonChances[];
  static const Chance kSecurityChances[];

  void boot();
  void act();
  void happen(Act what);
  void happen_in_sysmon(Act what, const Life& life);
  void happen_in_security(Act what, const Life& life);
  std::size_t start(std::size_t program, std::size_t parent, std::string command_line, bool stays);
  void start_any();
  void end_any();
  void end(std::size_t who);
  void run_command();
  void sysmon(unsigned id, const support::Fields& fields);
  void security(unsigned id, const support::Fields& fields);
  void put(support::WinRecord record);
  void sysmon_start(const Life& life);
  void security_start(const Life& life);
  void logon();
  void script_block(const Life& life);

  [[nodiscard]] const Life& any();
  std::uint32_t free_pid();
  std::string new_guid();
  std::string utc() const;
  std::string fill(std::string_view text) { return filled_in(text, random_); }
  std::string rule_name();
  std::string call_trace();
  std::string address();
  std::string user_of(std::size_t account) const;
  /// Appends Subject* of the account.
  void subject(support::Fields& fields, std::size_t account) const;

  WindowsMix mix_;
  const std::string computer_;
  Random random_;
  Timestamp now_;
  std::vector<Life> live_;
  std::deque<support::WinRecord> pending_;
  std::uint64_t starts_ = 0;
  std::uint64_t lives_ = 0;
  std::uint64_t logons_ = 0x10'0000;
};

}  // namespace stemma::bench
