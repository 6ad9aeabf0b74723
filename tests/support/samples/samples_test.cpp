// The samples that ship are those that the stories tell, they are well-formed, and their truth
// speaks of things that are in them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <map>
#include <set>

#include "tests/support/evtx_check.hpp"
#include "tests/support/samples/readme.hpp"
#include "tests/support/samples/truth.hpp"

namespace stemma::samples {
namespace {

using ::testing::IsEmpty;

std::filesystem::path root() {
  const char* path = getenv("STEMMA_ROOT");
  return path == nullptr ? "." : path;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Collection& samples() {
  static const Collection kAll = all_samples();
  return kAll;
}

TEST(Samples, TheCommittedFilesAreTheOnesThatTheStoriesTell) {
  std::set<std::string> committed;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / "samples"))
    if (entry.is_regular_file())
      committed.insert(
          std::filesystem::relative(entry.path(), root() / "samples").generic_string());
  std::set<std::string> told;
  for (const auto& [path, content] : samples().files()) {
    told.insert(path);
    EXPECT_TRUE(read(root() / "samples" / path) == content)
        << path << " differs: run make_samples samples, and look at the difference";
  }
  EXPECT_EQ(committed, told);
}

TEST(Samples, WritingThemGivesTheSameBytes) {
  std::string name = (std::filesystem::temp_directory_path() / "stemma_samples_XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  all_samples().write(name);
  for (const auto& [path, content] : samples().files())
    EXPECT_TRUE(read(std::filesystem::path(name) / path) == content) << path;
  std::filesystem::remove_all(name);
}

TEST(Samples, AreSmall) {
  std::size_t size = 0;
  for (const auto& [path, content] : samples().files()) size += content.size();
  EXPECT_LT(size, 3'000'000u);
}

TEST(Samples, LogsKeepTheRulesOfTheirFormat) {
  std::size_t logs = 0;
  for (const auto& [path, content] : samples().files()) {
    if (path.size() < 5 || path.substr(path.size() - 5) != ".evtx") continue;
    ++logs;
    const support::CheckedFile checked = support::check_evtx(content);
    EXPECT_THAT(checked.violations, IsEmpty()) << path;
    EXPECT_FALSE(checked.records.empty()) << path;
  }
  EXPECT_EQ(logs, 7u);
}

/// Starts in the Security and Sysmon logs: host, pid and image.
std::set<std::string> windows_starts() {
  std::set<std::string> out;
  for (const auto& [path, content] : samples().files()) {
    if (path.find(".evtx") == std::string::npos) continue;
    for (const support::CheckedRecord& record : support::check_evtx(content).records) {
      const auto value = [&record](const std::string& name) {
        const std::string attribute = "Event/EventData/Data@Name=" + name;
        for (std::size_t i = 0; i + 1 < record.lines.size(); ++i)
          if (record.lines[i] == attribute)
            return record.lines[i + 1].substr(record.lines[i + 1].find('=') + 1);
        return std::string();
      };
      const auto has = [&record](const std::string& line) {
        return std::find(record.lines.begin(), record.lines.end(), line) != record.lines.end();
      };
      std::string host;
      for (const std::string& line : record.lines)
        if (line.rfind("Event/System/Computer=", 0) == 0) host = line.substr(22);
      if (has("Event/System/EventID=4688"))
        out.insert(fmt::format("{} security 4688 {} {} {}", host,
                               std::stoul(value("NewProcessId"), nullptr, 16),
                               value("NewProcessName"), value("CommandLine")));
      if (has("Event/System/EventID=1") && !value("ParentProcessGuid").empty())
        out.insert(fmt::format("{} sysmon 1 {} {} {}", host, value("ProcessId"), value("Image"),
                               value("CommandLine")));
    }
  }
  return out;
}

TEST(Samples, TheTruthSpeaksOfStartsThatAreInTheLogs) {
  const auto truth = nlohmann::json::parse(samples().files().at("azure-run-command/truth.json"));
  const std::set<std::string> windows = windows_starts();
  const auto audit_log = [](const std::string& host, const std::string& name) {
    return samples().files().at("azure-run-command/" + host + "/var/log/audit/" + name);
  };
  const std::map<std::string, std::string> audits = {
      {"vm-lnx01", audit_log("vm-lnx01", "audit.log.1") + audit_log("vm-lnx01", "audit.log")},
      {"vm-lnx02", audit_log("vm-lnx02", "audit.log")}};
  std::size_t count = 0;
  const auto check = [&](const nlohmann::json& start) {
    ++count;
    for (const std::string source : start.at("sources")) {
      if (source != "audit execve") {
        EXPECT_EQ(windows.count(fmt::format("{} {} {} {} {}", start.at("host").get<std::string>(),
                                            source, start.at("pid").get<unsigned>(),
                                            start.at("executable").get<std::string>(),
                                            start.at("command_line").get<std::string>())),
                  1u)
            << start.dump();
        continue;
      }
      const std::string& audit = audits.at(start.at("host").get<std::string>());
      const std::string exe = " exe=\"" + start.at("executable").get<std::string>() + "\"";
      const std::string pid = fmt::format(" pid={} ", start.at("pid").get<unsigned>());
      const Timestamp time = parse_time(start.at("time").get<std::string>())->time;
      const std::string stamp = fmt::format(
          "type=SYSCALL msg=audit({}.{:03}:", time.ns / 1'000'000'000, time.ns / 1'000'000 % 1000);
      bool found = false;
      for (std::size_t at = audit.find(stamp); at != std::string::npos;
           at = audit.find(stamp, at + 1)) {
        const std::string line = audit.substr(at, audit.find('\n', at) - at);
        found =
            found || (line.find(exe) != std::string::npos && line.find(pid) != std::string::npos &&
                      line.find("success=yes") != std::string::npos);
      }
      EXPECT_TRUE(found) << start.dump();
    }
  };
  for (const auto& rule : truth.at("rules"))
    for (const auto& finding : rule.at("findings")) check(finding);
  for (const auto& start : truth.at("quiet")) check(start);
  EXPECT_GT(count, 60u);
}

TEST(Samples, EveryRuleThatShipsHasItsTruth) {
  std::set<std::string> shipped;
  for (const auto& entry : std::filesystem::directory_iterator(root() / "detection/rules"))
    if (entry.path().extension() == ".toml") {
      const std::string text = read(entry.path());
      const std::size_t at = text.find("rule_id = \"");
      ASSERT_NE(at, std::string::npos) << entry.path();
      shipped.insert(text.substr(at + 11, 36) + ' ' + entry.path().filename().string());
    }
  const auto truth = nlohmann::json::parse(samples().files().at("azure-run-command/truth.json"));
  std::set<std::string> told;
  for (const auto& rule : truth.at("rules")) {
    told.insert(rule.at("rule_id").get<std::string>() + ' ' + rule.at("file").get<std::string>());
    EXPECT_FALSE(rule.at("findings").empty()) << rule.at("file");
  }
  EXPECT_EQ(told, shipped);
}

}  // namespace
}  // namespace stemma::samples
