// What the agents' files of the samples say, event by event, against a golden file. `STEMMA_REWRITE_GOLDEN=1` in the environment writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/session/session.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

std::string root() {
  const char* path = std::getenv("STEMMA_ROOT");
  return path == nullptr ? "." : path;
}

// One line an event: host, time, where it was read, and every field that speaks of a run.
std::string told(const Session& session) {
  static constexpr std::string_view kOwn[] = {"event.action", "event.outcome", "error.", "stemma.", "azure.", "message"};
  const CaseSnapshot& snapshot = session.snapshot();
  const std::string folder = root() + "/samples/azure-run-command/";
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    if (snapshot.events.source_kind(id) != SourceKind::guest_agent) continue;
    Event event;
    EXPECT_TRUE(session.decode(id, Projection::all(), event));
    std::string path = snapshot.artifact(event.source.artifact).path;
    if (path.rfind(folder, 0) == 0) path = path.substr(folder.size());
    std::string line = std::string(event.text(field::host_name)) + " " + format_time(event.time, event.time_digits) + " " + path + " " +
                       std::string(event.text(field::event_dataset));
    for (const auto& [name, values] : golden::flatten(event)) {
      if (std::none_of(std::begin(kOwn), std::end(kOwn), [&, field = name](std::string_view own) { return field.compare(0, own.size(), own) == 0; })) continue;
      for (std::string text : values) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\n");
        line += " | " + name + "=" + text;
      }
    }
    lines.push_back(line + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

TEST(GuestFiles, OfTheSamples) {
  const std::string golden = root() + "/tests/app/golden/guest_files.txt";
  for (const unsigned threads : {1u, 4u}) {
    SessionOptions options;
    options.threads = threads;
    const std::string have = told(*Session::open({root() + "/samples/azure-run-command"}, options));
    if (std::getenv("STEMMA_REWRITE_GOLDEN") != nullptr) std::ofstream(golden) << have;
    std::ostringstream want;
    want << std::ifstream(golden).rdbuf();
    EXPECT_EQ(have, want.str());
    EXPECT_FALSE(have.empty());
  }
}

}  // namespace
}  // namespace stemma
