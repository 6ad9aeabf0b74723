#include "bench/evidence/document_day.hpp"

#include <fmt/format.h>

namespace stemma::bench {
namespace {

using support::Document;

struct Program {
  const char* executable;
  const char* command_line;
};
const Program kPrograms[] = {
    {R"(C:\Windows\System32\cmd.exe)", R"("C:\Windows\System32\cmd.exe" /d /c "dir C:\Users\{}")"},
    {R"(C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe)",
     "powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\\ops\\job-{}.ps1"},
    {R"(C:\Windows\System32\svchost.exe)",
     R"(C:\Windows\System32\svchost.exe -k netsvcs -p -s {})"},
    {R"(C:\Program Files\Git\cmd\git.exe)", "git -c core.quotepath=false fetch origin topic/{}"},
    {R"(C:\Windows\System32\conhost.exe)", R"(\??\C:\Windows\System32\conhost.exe 0xffffffff {})"},
    {R"(C:\Program Files\dotnet\dotnet.exe)", "dotnet build src/part{}.csproj -c Release --nologo"},
};

std::string hex(Random& random, std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += fmt::format("{:016x}", random.next());
  text.resize(digits);
  return text;
}

}  // namespace

DocumentDay::DocumentDay(std::uint64_t seed) : random_(seed) {
  live_.push_back({620,
                   "bWFjaGluZS02MjAtMTMyODQ=",
                   R"(C:\Windows\System32\services.exe)",
                   "C:\\Windows\\System32\\services.exe",
                   {}});
}

std::string DocumentDay::next() {
  now_ += static_cast<std::int64_t>(random_.between(1, 40)) * 1'000'100;
  const std::uint64_t kind = random_.below(10);
  const Document document = kind < 4                          ? start()
                            : kind < 7 && live_.size() > 1500 ? end()
                            : kind < 7                        ? start()
                                                              : other();
  return document.dump() + "\n";
}

support::DefendProcess DocumentDay::words(const Life& life) const {
  support::DefendProcess p;
  p.time = format_time({now_}, 7);
  p.entity_id = life.entity_id;
  p.pid = life.pid;
  p.executable = life.executable;
  p.command_line = life.command_line;
  p.ancestry = life.ancestry;
  return p;
}

Document DocumentDay::start() {
  // Copied, as `live_` grows.
  const Life parent = live_[random_.below(live_.size())];
  const Program& program = random_.pick(kPrograms);
  Life life;
  last_pid_ = last_pid_ >= 64'000 ? 1004 : last_pid_ + 4;
  life.pid = last_pid_;
  life.entity_id = "bWFjaGluZS0" + hex(random_, 28) + "=";
  life.executable = program.executable;
  life.command_line = fmt::format(fmt::runtime(program.command_line), random_.below(5000));
  life.ancestry = parent.ancestry;
  life.ancestry.insert(life.ancestry.begin(), parent.entity_id);
  if (life.ancestry.size() > 20) life.ancestry.resize(20);
  support::DefendProcess p = words(life);
  p.sequence = static_cast<std::int64_t>(++sequence_);
  p.parent_entity_id = parent.entity_id;
  p.parent_pid = parent.pid;
  p.parent_executable = parent.executable;
  p.parent_command_line = parent.command_line;
  Document document = support::defend_document(p);
  Document& process = document["process"];
  process["hash"] = {
      {"md5", hex(random_, 32)}, {"sha1", hex(random_, 40)}, {"sha256", hex(random_, 64)}};
  process["code_signature"] = {{"exists", true},
                               {"status", "trusted"},
                               {"subject_name", "Microsoft Windows"},
                               {"trusted", true}};
  process["pe"] = {{"original_file_name", "PROGRAM.EXE"}, {"imphash", hex(random_, 32)}};
  process["Ext"]["token"] = {{"integrity_level_name", "system"}, {"elevation", true}};
  process["Ext"]["session_info"] = {{"logon_type", "Service"}, {"id", 0}};
  process["uptime"] = 0;
  document["host"]["os"] = {{"type", "windows"},
                            {"family", "windows"},
                            {"name", "Windows"},
                            {"version", "1809 (10.0.17763.5696)"},
                            {"full", "Windows Server 2019 Datacenter 1809 (10.0.17763.5696)"}};
  document["host"]["ip"] = {"10.0.0.4", "127.0.0.1", "::1"};
  document["host"]["mac"] = {"00-0d-3a-6f-11-20"};
  document["message"] = "Endpoint process event";
  document["event"]["created"] = format_time({now_}, 7);
  document["event"]["id"] = hex(random_, 20);
  document["elastic"] = {{"agent", {{"id", hex(random_, 36)}}}};
  live_.push_back(std::move(life));
  return document;
}

Document DocumentDay::end() {
  const std::size_t at = 1 + random_.below(live_.size() - 1);
  support::DefendProcess p = words(live_[at]);
  p.action = "end";
  p.sequence = static_cast<std::int64_t>(++sequence_);
  Document document = support::defend_document(p);
  document["process"]["exit_code"] = 0;
  live_[at] = std::move(live_.back());
  live_.pop_back();
  return document;
}

Document DocumentDay::other() {
  const Life& life = live_[random_.below(live_.size())];
  support::DefendProcess p = words(life);
  p.command_line.clear();
  p.ancestry.clear();
  p.sequence = static_cast<std::int64_t>(++sequence_);
  Document document = support::defend_document(p);
  const char* const kinds[] = {"file", "network", "registry"};
  const std::string kind = random_.pick(kinds);
  document["event"]["category"] = {kind};
  document["event"]["dataset"] = "endpoint.events." + kind;
  document["data_stream"]["dataset"] = "endpoint.events." + kind;
  if (kind == "file") {
    document["event"]["type"] = {"creation"};
    document["event"]["action"] = "creation";
    document["file"] = {{"path", fmt::format(R"(C:\ops\out\{}.txt)", random_.below(100'000))},
                        {"extension", "txt"},
                        {"size", random_.below(1u << 20)}};
  } else if (kind == "network") {
    document["event"]["type"] = {"start"};
    document["event"]["action"] = "connection_attempted";
    document["source"] = {{"ip", "10.0.0.4"}, {"port", random_.between(49'152, 65'535)}};
    document["destination"] = {{"ip", fmt::format("192.0.2.{}", random_.below(250))},
                               {"port", 443}};
    document["network"] = {{"transport", "tcp"}, {"type", "ipv4"}, {"direction", "egress"}};
  } else {
    document["event"]["type"] = {"change"};
    document["event"]["action"] = "modification";
    document["registry"] = {
        {"path", fmt::format(R"(HKLM\SOFTWARE\Ops\Jobs\{})", random_.below(9'000))},
        {"value", "State"},
        {"data", {{"type", "REG_SZ"}, {"strings", {hex(random_, 24)}}}}};
  }
  return document;
}

}  // namespace stemma::bench
