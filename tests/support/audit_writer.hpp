// Writes Linux audit logs as auditd does, record by record, for tests, samples and benches: the
// kernel's encoding of values, its splitting of long argument lists, raw and enriched. Knows
// nothing of the parser. Not a damager: tests change the text themselves.
//
// Source: kernel/auditsc.c (audit_log_execve_info, audit_log_exit), kernel/audit.c
// (audit_log_n_untrustedstring); audit 3 for the enriched part; field order measured with
// auditd 3.0.9 on Linux 6.18.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::support {

inline constexpr std::uint32_t kUnsetId = 4'294'967'295u;

/// The process that a record speaks of, and what its event adds.
struct AuditProcess {
  std::uint32_t pid = 1'000;
  std::uint32_t ppid = 1;
  std::uint32_t uid = 0;
  std::uint32_t auid = kUnsetId;
  std::uint32_t session = kUnsetId;
  std::string exe = "/usr/bin/true";
  std::string comm = {};  ///< empty: the exe's last part, 15 bytes
  std::string tty = "(none)";
  std::string key = {};  ///< several joined with \x01; empty: (null)
};

struct AuditExec {
  std::uint32_t pid = 1'000;
  std::uint32_t ppid = 1;
  std::uint32_t uid = 0;
  std::uint32_t auid = kUnsetId;
  std::uint32_t session = kUnsetId;
  std::string exe = "/usr/bin/true";
  std::string comm = {};
  std::string tty = "(none)";
  std::string key = {};
  std::vector<std::string> argv = {"true"};
  std::string cwd = "/";
  std::string path = {};  ///< what the caller passed; empty: exe
  std::string script =
      {};  ///< path of the script, where exe is its interpreter: becomes PATH item 0
};

class AuditWriter {
 public:
  /// @param node where not empty, every line begins with `node=<node> `
  explicit AuditWriter(std::string node = {});

  // How the next events are written.
  AuditWriter& enriched(bool on);  ///< append 0x1D and names, as log_format = ENRICHED
  /// Mix the records of each two following events, as two processors do.
  AuditWriter& interleaved(bool on);
  AuditWriter& syslog(std::string head);  ///< put this before every line; empty: none
  /// Time of the next event in milliseconds since 1970, and how far each event moves it.
  AuditWriter& at(std::int64_t milliseconds, std::int64_t step = 4);
  AuditWriter& serial(std::uint32_t next);

  // Events. Each takes the next serial.
  AuditWriter& exec(const AuditExec& exec);
  /// `error` positive: 2 ENOENT, 8 ENOEXEC, 13 EACCES. As the kernel: no EXECVE record.
  AuditWriter& failed_exec(const AuditExec& exec, int error);
  /// `child` is the clone's exit value; flags as clone(2) has them.
  AuditWriter& fork(const AuditProcess& parent, std::uint32_t child,
                    std::uint64_t flags = 0x1200011);
  AuditWriter& exit_group(const AuditProcess& process, int status = 0);
  /// A USER_CMD as sudo writes it.
  AuditWriter& user_cmd(const AuditProcess& process, std::string_view cwd, std::string_view command,
                        bool success = true);
  /// connect(2) to an IPv4 address.
  AuditWriter& connect(const AuditProcess& process, std::string_view address, std::uint16_t port,
                       int error = 0);
  /// Any user-space message: `message` goes between the apostrophes as it is.
  AuditWriter& user_message(std::string_view type, const AuditProcess& process,
                            std::string_view message);
  AuditWriter& system_boot();
  AuditWriter& system_shutdown();
  /// A line as it is, with a line end.
  AuditWriter& raw(std::string_view line);

  /// Events written so far, raw lines not counted.
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint32_t next_serial() const { return serial_; }
  /// Everything so far. Ends interleaving of a single left-over event.
  const std::string& text();
  /// The same, given away: the writer goes on with an empty text.
  std::string take();

 private:
  using Lines = std::vector<std::string>;

  void begin();
  void line(std::string_view type, std::string_view body, std::string_view enriched = {});
  void end();
  void put(const std::string& line);
  void flush();
  std::string call(std::uint32_t number, bool has_result, bool success, std::int64_t exit,
                   const std::vector<std::uint64_t>& arguments, std::size_t items,
                   const AuditProcess& process) const;
  [[nodiscard]] std::string names(std::string_view syscall, const AuditProcess& process) const;
  void paths(const AuditExec& exec);
  void execve(const std::vector<std::string>& argv);
  void proctitle(const std::vector<std::string>& argv);

  std::string node_, head_, text_;
  bool enriched_ = false, interleaved_ = false, has_held_ = false;
  std::int64_t time_ = 1'795'485'717'009, step_ = 4;
  std::uint32_t serial_ = 100;
  std::uint64_t events_ = 0;
  std::string stamp_;
  Lines lines_, held_;
};

/// A value as audit_log_untrustedstring() writes it: quoted, or upper-case hexadecimal where a byte
/// is below 0x21, above 0x7E or `"`.
std::string audit_untrusted(std::string_view value);

}  // namespace stemma::support
