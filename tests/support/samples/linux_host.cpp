#include "tests/support/samples/linux_host.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace stemma::samples {

namespace {

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string joined(const std::vector<std::string>& argv) {
  std::string out;
  for (const std::string& each : argv) {
    if (!out.empty()) out += ' ';
    out += each;
  }
  return out;
}

LinuxHost::LinuxHost(std::string name, std::uint32_t first_pid)
    : name_(std::move(name)), last_pid_(first_pid) {
  audit_.enriched(true).serial(61);
}

void LinuxHost::at(std::string_view when) {
  const auto parsed = parse_time(when);
  if (!parsed) throw std::invalid_argument("no time: " + std::string(when));
  const std::int64_t milliseconds = parsed->time.ns / 1'000'000;
  if (milliseconds < now_) throw std::invalid_argument("the story goes back: " + std::string(when));
  now_ = milliseconds;
}

void LinuxHost::stamp() {
  wait(4);
  last_event_ = audit_.text().size();
  audit_.at(now_, 0);
}

support::AuditExec LinuxHost::record_of(const LinuxProcess& process, const Image& image) const {
  support::AuditExec out;
  out.pid = process.pid;
  out.ppid = process.ppid;
  out.uid = process.uid;
  out.auid = process.auid;
  out.session = process.session;
  out.tty = process.tty;
  out.key = "exec";
  out.exe = image.exe;
  out.argv = image.argv;
  out.cwd = image.directory.empty() ? process.directory : image.directory;
  out.path = image.path;
  out.script = image.script;
  if (image.script.empty() && !image.path.empty()) out.comm = base_name(image.path);
  return out;
}

LinuxProcess LinuxHost::running(std::uint32_t pid, std::string exe, std::vector<std::string> argv) {
  LinuxProcess out;
  out.pid = pid;
  out.exe = std::move(exe);
  out.argv = std::move(argv);
  out.node = tree_.add(TreeText::kRoot, fmt::format("pid {} (start not logged)", pid));
  return out;
}

LinuxProcess LinuxHost::fork(const LinuxProcess& parent, std::uint32_t pid) {
  LinuxProcess out = parent;
  last_pid_ += 1 + (last_pid_ + ++forks_ * 3) % 7;
  out.pid = pid != 0 ? pid : last_pid_;
  out.ppid = parent.pid;
  out.logged = false;
  out.parent_command_line = parent.logged ? joined(parent.argv) : "";
  out.node = tree_.add(parent.node, fmt::format("{} (no exec logged)", out.pid));
  return out;
}

LinuxProcess LinuxHost::copy(const LinuxProcess& parent) {
  last_pid_ += 1 + (last_pid_ + ++forks_ * 3) % 7;
  LinuxProcess out = parent;
  out.ppid = parent.pid;
  out.pid = last_pid_;
  out.logged = false;
  out.node = tree_.add(TreeText::kRoot, fmt::format("{} (no exec logged)", out.pid));
  return out;
}

void LinuxHost::exec(LinuxProcess& process, const Image& image) {
  stamp();
  audit_.exec(record_of(process, image));
  if (process.logged)
    tree_.append(process.node, " -> " + base_name(image.exe));
  else
    tree_.set(process.node, fmt::format("{} {}", base_name(image.exe), process.pid));
  process.exe = image.exe;
  process.argv = image.argv;
  process.script = image.script;
  if (!image.directory.empty()) process.directory = image.directory;
  process.logged = true;
  process.start = {
      name_, process.pid, image.exe,       joined(image.argv), process.parent_command_line,
      now(), 3,           {"audit execve"}};
}

void LinuxHost::failed_exec(const LinuxProcess& process, const Image& image, int error) {
  stamp();
  support::AuditExec record = record_of(process, image);
  // Nothing has changed yet: program and name are still the old ones.
  record.exe = process.exe;
  record.script = process.script;
  record.argv = process.argv;
  record.path = image.path.empty() ? image.exe : image.path;
  record.comm.clear();
  audit_.failed_exec(record, error);
}

LinuxProcess LinuxHost::run(const LinuxProcess& parent, const Image& image) {
  LinuxProcess out = fork(parent);
  exec(out, image);
  return out;
}

void LinuxHost::end(LinuxProcess& process, int status) {
  stamp();
  support::AuditProcess record;
  record.pid = process.pid;
  record.ppid = process.ppid;
  record.uid = process.uid;
  record.auid = process.auid;
  record.session = process.session;
  record.exe = process.exe;
  record.comm = process.script.empty() ? "" : base_name(process.script);
  record.tty = process.tty;
  record.key = "proc_end";
  audit_.exit_group(record, status);
}

void LinuxHost::run_and_end(const LinuxProcess& parent, const Image& image) {
  LinuxProcess process = run(parent, image);
  wait(8);
  end(process);
}

void LinuxHost::message(std::string_view type, const LinuxProcess& process, std::string_view text) {
  stamp();
  support::AuditProcess record;
  record.pid = process.pid;
  record.ppid = process.ppid;
  record.uid = process.uid;
  record.auid = process.auid;
  record.session = process.session;
  record.exe = process.exe;
  audit_.user_message(type, record, text);
}

void LinuxHost::record(std::string_view type, std::string_view text) {
  stamp();
  const std::uint32_t serial = audit_.next_serial();
  audit_.raw(fmt::format("type={} msg=audit({}.{:03}:{}): {}", type, now_ / 1000, now_ % 1000,
                         serial, text));
  audit_.serial(serial + 1);
}

void LinuxHost::rotate_within_last_event(std::size_t lines) {
  const std::string& text = audit_.text();
  std::size_t at = last_event_;
  for (; lines > 0; --lines) at = text.find('\n', at) + 1;
  older_ = text.substr(0, at);
}

}  // namespace stemma::samples
