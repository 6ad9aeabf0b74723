// One of Stemma's passes alone, for measuring: what `stemma` does without what it prints.
//
//   stemma_pass index [--threads N] PATH…                the index pass (Session::open)
//   stemma_pass scan --rules FILE [--threads N] PATH…    the same, then only the rules of FILE,
//   none of
//                                                        those that ship
// Says `events N refused N findings N store_bytes_an_event N`.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "app/session/detect.hpp"
#include "app/session/session.hpp"
#include "events/event_store.hpp"

int main(int argc, char** argv) {
  using namespace stemma;
  SessionOptions options;
  options.threads = 1;
  std::vector<std::string> paths;
  std::vector<std::filesystem::path> rule_files;
  const std::string pass = argc > 1 ? argv[1] : "";
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--threads" && i + 1 < argc) {
      options.threads = static_cast<unsigned>(std::atoi(argv[++i]));
    } else if (word == "--rules" && i + 1 < argc) {
      rule_files.emplace_back(argv[++i]);
    } else {
      paths.push_back(word);
    }
  }
  if ((pass != "index" && pass != "scan") || paths.empty() ||
      (pass == "scan") == rule_files.empty()) {
    fmt::print(stderr,
               "usage: stemma_pass index [--threads N] PATH…\n"
               "       stemma_pass scan --rules FILE [--threads N] PATH…\n");
    return 2;
  }
  const auto session = Session::open(paths, options);
  std::uint64_t refused = 0;
  for (const Artifact& artifact : session->snapshot().artifacts)
    refused += artifact.log.records.refused;
  std::size_t findings = 0;
  if (pass == "scan") {
    const RuleSet rules = load_rules(rule_files, false);
    if (rules.rules.empty()) {
      fmt::print(stderr, "stemma_pass: no rule that compiles\n");
      return 1;
    }
    findings = detect(*session, rules, nullptr).findings.size();
  }
  fmt::print("events {} refused {} findings {} store_bytes_an_event {}\n",
             session->snapshot().events.size(), refused, findings, EventStore::kBytesPerEvent);
  return session->snapshot().events.size() == 0 ? 1 : 0;
}
