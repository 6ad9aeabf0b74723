// A Linux machine that a story is told on: processes fork, exec and end, and auditd writes it down.
// Knows nothing of the story and nothing of Run Command. The rules in force log execve and
// exit_group, of every user and of none; clones are not logged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/audit_writer.hpp"
#include "tests/support/samples/process_tree_text.hpp"
#include "tests/support/samples/truth.hpp"

namespace stemma::samples {

struct LinuxProcess {
  std::uint32_t pid = 0;
  std::uint32_t ppid = 0;
  std::uint32_t uid = 0;
  std::uint32_t auid = support::kUnsetId;
  std::uint32_t session = support::kUnsetId;
  std::string tty = "(none)";
  std::string exe;
  std::vector<std::string> argv;
  std::string directory = "/";
  std::string script;  ///< of the image, where exe is its interpreter
  bool logged = false;
  std::size_t node = TreeText::kRoot;
  std::string parent_command_line;
  Start start;
};

/// The image that an exec brings.
struct Image {
  std::string exe;
  std::vector<std::string> argv;
  std::string script = {};     ///< path of the script that was executed, exe being its interpreter
  std::string path = {};       ///< what the caller passed, where it is not exe
  std::string directory = {};  ///< empty: as before
};

class LinuxHost {
 public:
  LinuxHost(std::string name, std::uint32_t first_pid);

  /// The clock. `when` is RFC 3339.
  void at(std::string_view when);
  void wait(std::int64_t milliseconds) { now_ += milliseconds; }
  [[nodiscard]] Timestamp now() const { return {now_ * 1'000'000}; }

  /// A process that began before the log does.
  LinuxProcess running(std::uint32_t pid, std::string exe, std::vector<std::string> argv);
  /// A copy that has not exec'ed: nothing is logged. `pid` 0: the next free one.
  LinuxProcess fork(const LinuxProcess& parent, std::uint32_t pid = 0);
  /// The same, and it will not exec: its children hang in the air, as the log shows it.
  LinuxProcess copy(const LinuxProcess& parent);
  /// A new program in the same process.
  void exec(LinuxProcess& process, const Image& image);
  void failed_exec(const LinuxProcess& process, const Image& image, int error);
  /// fork and exec.
  LinuxProcess run(const LinuxProcess& parent, const Image& image);
  /// Ends it; its children are init's from now on.
  void end(LinuxProcess& process, int status = 0);
  void run_and_end(const LinuxProcess& parent, const Image& image);
  /// What is left of an orphan: its parent is init.
  void orphan(LinuxProcess& process) const { process.ppid = 1; }

  /// `msg='…'` of a user-space program.
  void message(std::string_view type, const LinuxProcess& process, std::string_view text);
  /// A record with that text behind its stamp.
  void record(std::string_view type, std::string_view text);

  /// The log is rotated: what was written goes to the older file, up to and with `lines` lines of
  /// the last event.
  void rotate_within_last_event(std::size_t lines);
  [[nodiscard]] const std::string& older_log() const { return older_; }
  std::string newer_log() { return audit_.text().substr(older_.size()); }
  [[nodiscard]] std::string tree() const { return tree_.text(); }

 private:
  void stamp();
  support::AuditExec record_of(const LinuxProcess& process, const Image& image) const;

  std::string name_;
  support::AuditWriter audit_;
  std::int64_t now_ = 0;
  std::uint32_t last_pid_;
  std::uint32_t forks_ = 0;
  std::size_t last_event_ = 0;  // where its text begins
  std::string older_;
  TreeText tree_;
};

/// The arguments joined with one blank.
std::string joined(const std::vector<std::string>& argv);

}  // namespace stemma::samples
