// Where a text has no anchor, the patterns of the channels that ship find nothing in it: held
// against trying every pattern on texts made of their own pieces.
#include "detection/channels/anchors.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "detection/channels/load.hpp"

namespace stemma {
namespace {

// By every pattern, as if there were no anchors.
AnchorSet found_in(const ChannelSet& channels, std::string_view text) {
  AnchorSet found = 0;
  const auto try_all = [&](const auto& patterns, AnchorSet of) {
    for (const PathPattern& pattern : patterns) {
      if (pattern.find(text) || pattern.match(text)) found |= of;
    }
  };
  for (const Channel& channel : channels.channels) {
    for (const ScriptPlace& place : channel.scripts) {
      if (place.pattern.find(text)) found |= kScriptAnchor;
    }
    try_all(channel.command_lines, kScriptAnchor);
    try_all(channel.handlers, kHandlerAnchor);
    try_all(channel.working_directories, kFolderAnchor);
  }
  return found;
}

std::vector<std::string> pattern_texts(const ChannelSet& channels) {
  std::vector<std::string> texts;
  const auto add = [&](const std::vector<PathPattern>& patterns) {
    for (const PathPattern& pattern : patterns) texts.push_back(pattern.text());
  };
  for (const Channel& channel : channels.channels) {
    for (const ScriptPlace& place : channel.scripts) texts.push_back(place.pattern.text());
    add(channel.command_lines);
    add(channel.handlers);
    add(channel.working_directories);
  }
  return texts;
}

TEST(Anchors, NothingIsFoundWhereThereIsNone) {
  const ChannelSet channels = load_channels({}).set;
  const std::vector<std::string> patterns = pattern_texts(channels);
  ASSERT_GT(patterns.size(), 20u);
  const Anchors anchors(channels);
  std::mt19937 random(7);
  std::size_t hits = 0, ruled_out = 0;
  for (int round = 0; round < 20'000; ++round) {
    // A pattern filled in, sometimes cut or spoilt, among other words.
    std::string text = patterns[random() % patterns.size()];
    for (std::size_t at; (at = text.find('{')) != std::string::npos;) {
      const std::size_t end = text.find('}', at);
      const bool number = text.compare(at, 9, "{sequence") == 0;
      const bool id = text.compare(at, 11, "{command_id") == 0;
      text.replace(at, end - at + 1,
                   number ? "12"
                   : id   ? "0c3c2f6e-9b5a-4a77-8d53-0a4a6f3f9a11"
                          : "audit");
    }
    for (std::size_t at; (at = text.find('*')) != std::string::npos;) text.replace(at, 1, "c");
    if (random() % 4 == 0) text.resize(random() % (text.size() + 1));
    if (random() % 4 == 0 && !text.empty()) text[random() % text.size()] = 'q';
    for (char& c : text) {
      if (random() % 4 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
      if (random() % 4 == 0 && c == '/') c = '\\';
    }
    if (random() % 2 == 0) text = "bash -c " + text + " -x";
    const AnchorSet found = found_in(channels, text);
    const AnchorSet anchored = anchors.in(text);
    ASSERT_EQ(found & ~anchored, 0) << text;
    hits += found != 0 ? 1 : 0;
    ruled_out += anchored == 0 ? 1 : 0;
  }
  EXPECT_GT(hits, 5'000u);
  EXPECT_GT(ruled_out, 1'000u);
}

TEST(Anchors, SayWhatTheyAreOf) {
  LoadedChannels loaded;
  read_channel(
      "[channel]\nid = \"x\"\nname = \"X\"\ndescription = \"x.\"\nplatform = \"linux\"\n"
      "handlers = [\"/opt/agent-x\"]\nscripts = [\"/var/x-jobs/{sequence}/run.sh\"]\n"
      "working_directories = [\"/var/x-jobs/{sequence}\"]\n",
      "x.toml", loaded);
  ASSERT_TRUE(loaded.problems.empty()) << describe(loaded.problems.front());
  const Anchors anchors(loaded.set);
  EXPECT_EQ(anchors.in("/OPT/agent-X --once"), kHandlerAnchor);
  EXPECT_EQ(anchors.in("sh \\var\\x-jobs\\3\\run.sh"), kScriptAnchor | kFolderAnchor);
  EXPECT_EQ(anchors.in("sh /var/jobs/3/run.sh"), 0);
  EXPECT_EQ(anchors.in(""), 0);
}

// Too short to be looked for, so every text may hold it.
TEST(Anchors, AShortPieceRulesNothingOut) {
  LoadedChannels loaded;
  read_channel(
      "[channel]\nid = \"x\"\nname = \"X\"\ndescription = \"x.\"\nplatform = \"linux\"\nhandlers = "
      "[\"/x\"]\n",
      "x.toml", loaded);
  ASSERT_TRUE(loaded.problems.empty()) << describe(loaded.problems.front());
  EXPECT_EQ(Anchors(loaded.set).in("id"), kHandlerAnchor);
}

}  // namespace
}  // namespace stemma
