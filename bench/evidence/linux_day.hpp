// A Linux host at work, told to an AuditWriter event by event without end: shells, services and
// jobs that fork, exec, connect and exit. Five of six events are an execve of six records (SYSCALL
// EXECVE CWD PATH PATH PROCTITLE), as on hosts that audit program starts. Pids rise and wrap, so
// they are reused; every parent lives. One exec in some thousand is a child of an Azure run-command
// script. Same seed, same log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/evidence/random.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::bench {

class LinuxDay {
 public:
  struct Runs {
    std::uint64_t every = 3'000;  ///< execs from one run-command script to the next
    std::size_t children = 1;     ///< that a script starts
  };
  LinuxDay(support::AuditWriter& out, std::uint64_t seed, const Runs& runs);
  LinuxDay(support::AuditWriter& out, std::uint64_t seed) : LinuxDay(out, seed, Runs()) {}

  /// Writes what happens next: one to four events.
  void step();

 private:
  struct Life {
    std::uint32_t pid, ppid, uid, auid, session;
    std::string exe;
    bool stays;  ///< never ends
  };

  void exec_any();
  void exit_any();
  void run_command();
  std::size_t start(std::size_t parent, const std::string& exe, std::vector<std::string> argv,
                    const std::string& cwd, const std::string& script, bool stays);
  support::AuditProcess process(const Life& life) const;
  std::string fill(std::string_view text);
  std::uint32_t new_pid();

  support::AuditWriter& out_;
  Random random_;
  Runs runs_;
  std::vector<Life> live_;
  std::uint32_t last_pid_ = 620;
  std::uint64_t execs_ = 0;
};

}  // namespace stemma::bench
