#include "tests/parsers/auditd/log_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tests/parsers/auditd/audit_run.hpp"

namespace stemma::auditd_test {

std::string LogMaker::lines(std::size_t count) {
  const std::size_t stamps = 1 + below(40);    // that are in use at one time
  const std::size_t renewal = 1 + below(200);  // one in so many lines retires a stamp
  const std::size_t hosts = 1 + below(3);
  const bool syslog = below(4) == 0;
  const std::size_t user = 1 + below(20);
  const std::size_t foreign = 2 + below(200);
  const std::size_t ends = 1 + below(30);
  const std::int64_t tick = below(2) == 0 ? 1 : static_cast<std::int64_t>(below(900));
  struct Stamp {
    std::int64_t ms;
    std::uint32_t serial;
    std::size_t host;
  };
  std::int64_t now = 1'000'000;
  std::uint32_t serial = 1;
  const auto fresh = [&] {
    now += static_cast<std::int64_t>(below(static_cast<std::size_t>(tick) + 1));
    if (below(300) == 0) now -= 30'000;
    return Stamp{now, serial++, below(hosts)};
  };
  std::vector<Stamp> open;
  for (std::size_t i = 0; i < stamps; ++i) open.push_back(fresh());
  std::string text;
  const auto record = [&](const Stamp& stamp, std::string_view type, std::string_view body) {
    if (syslog && stamp.host == 1) text += "Nov 24 03:10:51 web01 audispd: ";
    if (hosts > 1 && stamp.host != 1) text += fmt::format("node=h{} ", stamp.host);
    text += fmt::format("type={} msg=audit({}.{:03}:{}): {}\n", type, stamp.ms / 1000,
                        stamp.ms % 1000, stamp.serial, body);
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (below(foreign) == 0) {
      constexpr std::string_view kLines[] = {"----\n", "\n", "type=CWD msg=audit(1.0\n", "prose\n",
                                             "type=PATH\n"};
      text += kLines[below(std::size(kLines))];
      continue;
    }
    if (below(user) == 0) {
      record(fresh(), "USER_ACCT", "pid=1 uid=0 msg='op=x res=success'");
      continue;
    }
    Stamp& stamp = open[below(open.size())];
    switch (below(10)) {
      case 0:
        record(stamp, "SYSCALL",
               fmt::format("arch=c000003e syscall={} success={} exit=0 a0=1 items={} pid={} "
                           "exe=\"/bin/x\"",
                           below(2) == 0 ? 59 : 257, below(3) == 0 ? "no" : "yes", below(3),
                           below(100)));
        break;
      case 1:
        record(stamp, "EXECVE", "argc=1 a0=\"x\"");
        break;
      case 2:
      case 3:
        record(stamp, "PATH", "item=0 name=\"/bin/x\"");
        break;
      case 4:
        if (below(ends) == 0) {
          record(stamp, "PROCTITLE", "proctitle=\"x\"");
        } else {
          record(stamp, "CWD", "cwd=\"/\"");
        }
        break;
      case 5:
        record(stamp, below(ends * 4) == 0 ? "EOE" : "CWD", "");
        break;
      case 6:
        record(stamp, below(ends * 4) == 0 ? "USER_END" : "MMAP", "fd=3");
        break;
      default:
        record(stamp, "CWD", "cwd=\"/tmp\"");
        break;
    }
    if (below(renewal) == 0) stamp = fresh();
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> corpus_logs() {
  std::vector<std::pair<std::string, std::string>> logs;
  const std::string root = corpus();
  if (root.empty()) return logs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = std::filesystem::relative(entry.path(), root).string();
    const std::string ending = entry.path().extension().string();
    if (entry.is_regular_file() && (ending == ".log" || ending == ".txt") &&
        name.compare(0, 1, "_") != 0)
      logs.emplace_back(name, read_file(entry.path().string()));
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

std::string damaged(std::string text, std::mt19937& random) {
  const auto place = [&] { return text.empty() ? std::size_t{0} : random() % text.size(); };
  const auto line_start = [&](std::size_t at) {
    const std::size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    return newline == std::string::npos ? std::size_t{0} : newline + 1;
  };
  switch (random() % 6) {
    case 0:
      for (std::size_t i = 0; i < 1 + text.size() / 200; ++i)
        text[place()] = static_cast<char>(random());
      break;
    case 1:
      text.resize(place());
      break;
    case 2: {
      std::vector<std::string> lines;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
      }
      std::shuffle(lines.begin(), lines.end(), random);
      text.clear();
      for (const std::string& line : lines) text += line;
      break;
    }
    case 3: {
      const std::size_t start = line_start(place());
      text.insert(line_start(place()), text.substr(start, 1 + random() % 4'000));
      break;
    }
    case 4: {
      const std::size_t at = place();
      const std::size_t size = std::min<std::size_t>(text.size() - at, random() % 4'096);
      std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, '\0');
      break;
    }
    default:
      for (int i = 0; i < 20; ++i) text.insert(place(), 1, "\n\x1D'\"= {)(,"[random() % 10]);
      break;
  }
  return text;
}

}  // namespace stemma::auditd_test
