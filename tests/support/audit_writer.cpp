#include "tests/support/audit_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace stemma::support {
namespace {

constexpr std::size_t kExecveLength = 7'500;  // MAX_EXECVE_AUDIT_LEN
constexpr std::size_t kHeadRoom = 96;  // sizeof(abuf): room that the key of an argument may take
constexpr std::size_t kProctitleLength = 128;  // MAX_PROCTITLE_AUDIT_LEN
constexpr char kEnrichedMark = '\x1D';
constexpr std::string_view kNull = "(null)";

bool needs_encoding(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '"' || byte < 0x21 || byte > 0x7E;
  });
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string comm_of(const std::string& comm, const std::string& exe) {
  return (comm.empty() ? base_name(exe) : comm).substr(0, 15);  // TASK_COMM_LEN - 1
}

std::string name_of(std::uint32_t id) {
  if (id == 0) return "root";
  if (id == kUnsetId) return "unset";
  if (id == 65'534) return "nobody";
  return fmt::format("user{}", id);
}

AuditProcess process_of(const AuditExec& exec) {
  return {exec.pid,
          exec.ppid,
          exec.uid,
          exec.auid,
          exec.session,
          exec.exe,
          comm_of(exec.comm, exec.script.empty() ? exec.exe : exec.script),
          exec.tty,
          exec.key};
}

}  // namespace

std::string audit_untrusted(std::string_view value) {
  if (needs_encoding(value)) return hex(value);
  return fmt::format("\"{}\"", value);
}

AuditWriter::AuditWriter(std::string node) : node_(std::move(node)) {}

AuditWriter& AuditWriter::enriched(bool on) {
  enriched_ = on;
  return *this;
}

AuditWriter& AuditWriter::interleaved(bool on) {
  if (!on) flush();
  interleaved_ = on;
  return *this;
}

AuditWriter& AuditWriter::syslog(std::string head) {
  head_ = std::move(head);
  return *this;
}

AuditWriter& AuditWriter::at(std::int64_t milliseconds, std::int64_t step) {
  time_ = milliseconds;
  step_ = step;
  return *this;
}

AuditWriter& AuditWriter::serial(std::uint32_t next) {
  serial_ = next;
  return *this;
}

void AuditWriter::begin() {
  stamp_ = fmt::format("audit({}.{:03}:{})", time_ / 1000, time_ % 1000, serial_);
  time_ += step_;
  ++serial_;
  ++events_;
  lines_.clear();
}

void AuditWriter::line(std::string_view type, std::string_view body, std::string_view enriched) {
  std::string text = head_;
  if (!node_.empty()) text += fmt::format("node={} ", node_);
  fmt::format_to(std::back_inserter(text), "type={} msg={}: {}", type, stamp_, body);
  if (enriched_ && !enriched.empty()) {
    text += kEnrichedMark;
    text += enriched;
  }
  lines_.push_back(std::move(text));
}

void AuditWriter::put(const std::string& line) {
  text_ += line;
  text_ += '\n';
}

void AuditWriter::end() {
  if (!interleaved_) {
    for (const std::string& line : lines_) put(line);
    return;
  }
  if (!has_held_) {
    held_.swap(lines_);
    has_held_ = true;
    return;
  }
  for (std::size_t i = 0; i < std::max(held_.size(), lines_.size()); ++i) {
    if (i < held_.size()) put(held_[i]);
    if (i < lines_.size()) put(lines_[i]);
  }
  has_held_ = false;
}

void AuditWriter::flush() {
  if (!has_held_) return;
  for (const std::string& line : held_) put(line);
  has_held_ = false;
}

const std::string& AuditWriter::text() {
  flush();
  return text_;
}

std::string AuditWriter::take() {
  flush();
  std::string all;
  all.swap(text_);
  return all;
}

AuditWriter& AuditWriter::raw(std::string_view line) {
  flush();
  put(std::string(line));
  return *this;
}

std::string AuditWriter::call(std::uint32_t number, bool has_result, bool success,
                              std::int64_t exit, const std::vector<std::uint64_t>& arguments,
                              std::size_t items, const AuditProcess& process) const {
  std::string text = fmt::format("arch=c000003e syscall={}", number);
  if (has_result)
    fmt::format_to(std::back_inserter(text), " success={} exit={}", success ? "yes" : "no", exit);
  for (std::size_t i = 0; i < 4; ++i) {
    fmt::format_to(std::back_inserter(text), " a{}={:x}", i,
                   i < arguments.size() ? arguments[i] : 0);
  }
  fmt::format_to(std::back_inserter(text),
                 " items={} ppid={} pid={} auid={} uid={uid} gid={uid} euid={uid} suid={uid} "
                 "fsuid={uid} egid={uid} sgid={uid} fsgid={uid} "
                 "tty={} ses={} comm={} exe={} key={}",
                 items, process.ppid, process.pid, process.auid, process.tty, process.session,
                 audit_untrusted(comm_of(process.comm, process.exe)), audit_untrusted(process.exe),
                 process.key.empty() ? std::string(kNull) : audit_untrusted(process.key),
                 fmt::arg("uid", process.uid));
  return text;
}

std::string AuditWriter::names(std::string_view syscall, const AuditProcess& process) const {
  if (!enriched_) return {};
  const std::string name = name_of(process.uid);
  return fmt::format(
      "ARCH=x86_64 SYSCALL={} AUID=\"{}\" UID=\"{n}\" GID=\"{n}\" EUID=\"{n}\" SUID=\"{n}\" "
      "FSUID=\"{n}\" EGID=\"{n}\" SGID=\"{n}\" "
      "FSGID=\"{n}\"",
      syscall, name_of(process.auid), fmt::arg("n", name));
}

void AuditWriter::paths(const AuditExec& exec) {
  std::vector<std::string> names;
  if (!exec.script.empty()) names.push_back(exec.script);
  names.push_back(exec.path.empty() ? exec.exe : exec.path);
  names.emplace_back("/lib64/ld-linux-x86-64.so.2");
  for (std::size_t i = 0; i < names.size(); ++i) {
    line("PATH",
         fmt::format("item={} name={} inode={} dev=fe:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 "
                     "nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 "
                     "cap_fver=0 cap_frootid=0",
                     i, audit_untrusted(names[i]), 247'230 + i),
         "OUID=\"root\" OGID=\"root\"");
  }
}

/// After audit_log_execve_info(): the same bookkeeping of the room that is left, with the whole
/// argument at hand.
void AuditWriter::execve(const std::vector<std::string>& argv) {
  std::string body = fmt::format("argc={}", argv.size());
  std::size_t room = kExecveLength;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const bool long_argument =
        argv[i].size() >= kExecveLength;  // spans buffers, so it is encoded whatever it holds
    const bool encode = long_argument || needs_encoding(argv[i]);
    const std::string text = encode ? hex(argv[i]) : argv[i];
    std::size_t at = 0;
    std::size_t part = 0;
    do {
      if (kHeadRoom + 8 > room) {
        line("EXECVE", body);
        body.clear();
        room = kExecveLength;
      }
      std::string head;
      if (long_argument || part > 0 || text.size() + kHeadRoom > room) {
        if (part == 0) head = fmt::format(" a{}_len={}", i, text.size());
        fmt::format_to(std::back_inserter(head), " a{}[{}]=", i, part);
        ++part;
      } else {
        head = fmt::format(" a{}=", i);
      }
      body += head;
      room -= head.size();
      std::size_t take = text.size() - at;
      const std::size_t quotes = encode ? 0 : 2;
      if (take + quotes > room) take = encode ? room / 2 * 2 : room - quotes;
      if (!encode) body += '"';
      body.append(text, at, take);
      if (!encode) body += '"';
      at += take;
      room -= std::min(room, take + quotes);
    } while (at < text.size());
  }
  line("EXECVE", body);
}

void AuditWriter::proctitle(const std::vector<std::string>& argv) {
  std::string title;
  for (const std::string& argument : argv) {
    title += argument;
    title += '\0';
    if (title.size() > kProctitleLength) break;
  }
  title.resize(std::min(title.size(), kProctitleLength));
  while (!title.empty() && (static_cast<unsigned char>(title.back()) < 0x20 ||
                            static_cast<unsigned char>(title.back()) > 0x7E)) {
    title.pop_back();
  }
  line("PROCTITLE", "proctitle=" + (title.empty() ? std::string(kNull) : audit_untrusted(title)));
}

AuditWriter& AuditWriter::exec(const AuditExec& exec) {
  const AuditProcess process = process_of(exec);
  begin();
  line("SYSCALL",
       call(59, true, true, 0, {0x5607c1430b60, 0x5607c1430ba0, 0x5607c1430bc0, 8},
            exec.script.empty() ? 2 : 3, process),
       names("execve", process));
  execve(exec.argv);
  line("CWD", "cwd=" + audit_untrusted(exec.cwd));
  paths(exec);
  proctitle(exec.argv);
  end();
  return *this;
}

AuditWriter& AuditWriter::failed_exec(const AuditExec& exec, int error) {
  const AuditProcess process = process_of(exec);
  begin();
  line("SYSCALL",
       call(59, true, false, -error, {0x5607c1430b60, 0x5607c1430ba0, 0x5607c1430bc0, 8}, 1,
            process),
       names("execve", process));
  line("CWD", "cwd=" + audit_untrusted(exec.cwd));
  const std::string name = audit_untrusted(exec.path.empty() ? exec.exe : exec.path);
  if (error == 2) {
    line("PATH",
         fmt::format(
             "item=0 name={} nametype=UNKNOWN cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
             name));
  } else {
    line("PATH",
         fmt::format("item=0 name={} inode=247230 dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 "
                     "nametype=NORMAL",
                     name),
         "OUID=\"root\" OGID=\"root\"");
  }
  proctitle(exec.argv);
  end();
  return *this;
}

AuditWriter& AuditWriter::fork(const AuditProcess& parent, std::uint32_t child,
                               std::uint64_t flags) {
  begin();
  line("SYSCALL", call(56, true, true, child, {flags, 0, 0, 0}, 0, parent), names("clone", parent));
  proctitle({parent.exe});
  end();
  return *this;
}

AuditWriter& AuditWriter::exit_group(const AuditProcess& process, int status) {
  begin();
  line("SYSCALL",
       call(231, false, true, 0, {static_cast<std::uint64_t>(status & 0xFF), 0xe7, 0x3c, 0}, 0,
            process),
       names("exit_group", process));
  proctitle({process.exe});
  end();
  return *this;
}

AuditWriter& AuditWriter::connect(const AuditProcess& process, std::string_view address,
                                  std::uint16_t port, int error) {
  std::string bytes("\x02\x00", 2);
  bytes += static_cast<char>(port >> 8);
  bytes += static_cast<char>(port & 0xFF);
  unsigned octet = 0;
  for (const char c : address) {
    if (c == '.') {
      bytes += static_cast<char>(octet);
      octet = 0;
    } else {
      octet = octet * 10 + static_cast<unsigned>(c - '0');
    }
  }
  bytes += static_cast<char>(octet);
  bytes.append(8, '\0');
  begin();
  line("SYSCALL", call(42, true, error == 0, -error, {3, 0x7ffed2893080, 0x10, 0}, 0, process),
       names("connect", process));
  line("SOCKADDR", "saddr=" + hex(bytes),
       fmt::format("SADDR={{ saddr_fam=inet laddr={} lport={} }}", address, port));
  proctitle({process.exe});
  end();
  return *this;
}

AuditWriter& AuditWriter::user_message(std::string_view type, const AuditProcess& process,
                                       std::string_view message) {
  begin();
  line(type,
       fmt::format("pid={} uid={} auid={} ses={} msg='{}'", process.pid, process.uid, process.auid,
                   process.session, message),
       fmt::format("UID=\"{}\" AUID=\"{}\"", name_of(process.uid), name_of(process.auid)));
  end();
  return *this;
}

AuditWriter& AuditWriter::user_cmd(const AuditProcess& process, std::string_view cwd,
                                   std::string_view command, bool success) {
  return user_message("USER_CMD", process,
                      fmt::format("cwd={} cmd={} exe={} terminal={} res={}", audit_untrusted(cwd),
                                  audit_untrusted(command), audit_untrusted(process.exe),
                                  process.tty, success ? "success" : "failed"));
}

AuditWriter& AuditWriter::system_boot() {
  return user_message("SYSTEM_BOOT", {.pid = 500, .exe = "/usr/lib/systemd/systemd-update-utmp"},
                      " comm=\"systemd-update-utmp\" exe=\"/usr/lib/systemd/systemd-update-utmp\" "
                      "hostname=? addr=? terminal=? res=success");
}

AuditWriter& AuditWriter::system_shutdown() {
  return user_message("SYSTEM_SHUTDOWN",
                      {.pid = 900, .exe = "/usr/lib/systemd/systemd-update-utmp"},
                      " comm=\"systemd-update-utmp\" exe=\"/usr/lib/systemd/systemd-update-utmp\" "
                      "hostname=? addr=? terminal=? res=success");
}

}  // namespace stemma::support
