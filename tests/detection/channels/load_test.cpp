#include "detection/channels/load.hpp"

#include <gtest/gtest.h>

#include <set>

#include "detection/channels/channel_matcher.hpp"

namespace stemma {
namespace {

std::vector<std::string> problems(std::string_view text) {
  LoadedChannels loaded;
  read_channel(text, "own.toml", loaded);
  std::vector<std::string> said;
  for (const ChannelProblem& problem : loaded.problems) said.push_back(describe(problem));
  EXPECT_TRUE(said.empty() || loaded.set.channels.empty());
  return said;
}

TEST(Channels, ThoseThatShipAreRightAndHaveIdsOfTheirOwn) {
  const LoadedChannels loaded = load_channels({});
  EXPECT_TRUE(loaded.problems.empty());
  std::set<std::string> ids;
  for (const Channel& channel : loaded.set.channels) {
    EXPECT_TRUE(ids.insert(channel.id).second) << channel.id;
    EXPECT_FALSE(channel.techniques.empty()) << channel.id;
    EXPECT_FALSE(channel.triage.empty()) << channel.id;
    EXPECT_FALSE(channel.response.empty()) << channel.id;
  }
  EXPECT_EQ(ids.size(), 18u);
}

TEST(Channels, AnAnalystAddsOneAndReplacesOne) {
  LoadedChannels loaded = load_channels({});
  const std::size_t shipped = loaded.set.channels.size();
  read_channel(
      "[channel]\nid = 'acme'\nname = 'Acme agent'\nplatform = 'linux'\nscripts = "
      "['/opt/acme/{name}.sh']\n",
      "acme.toml", loaded);
  read_channel(
      "[channel]\nid = 'salt'\nname = 'Our Salt'\nplatform = 'any'\nscripts = ['/srv/{name}']\n",
      "salt.toml", loaded);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.set.channels.size(), shipped + 1);
  EXPECT_EQ(loaded.set.find("salt")->name, "Our Salt");
  const ChannelMatcher matcher(loaded.set);
  const auto hits = matcher.scripts_in("sh /opt/acme/backup.sh", Platform::linux);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(loaded.set.channels[hits[0].channel].id, "acme");
  EXPECT_EQ(hits[0].name, "backup");
  EXPECT_TRUE(matcher.scripts_in("sh /opt/acme/backup.sh", Platform::windows).empty());
}

TEST(Channels, WhatIsWrongIsSaidWithItsPlace) {
  using Said = std::vector<std::string>;
  EXPECT_EQ(problems("id = 'x'\n"), (Said{"own.toml:1:1: no [channel] in the file"}));
  EXPECT_EQ(problems("[channel]\nid = 'x'\nname = 'X'\nplatform = 'beos'\nscripts = ['/a']\n"),
            (Said{"own.toml:4:12: platform is windows, linux or any, not 'beos'"}));
  EXPECT_EQ(problems("[channel]\nid = 'x'\nname = 'X'\nplatform = 'any'\nscripts = ['/a/{nr}']\n"),
            (Said{"own.toml:5:11: 'scripts': '{nr}' at 4 is none of {sequence}, {name}, "
                  "{command_id} in '/a/{nr}'"}));
  EXPECT_EQ(problems("[channel]\nid = 'x'\nname = 'X'\nplatform = 'any'\nscript = ['/a']\n"),
            (Said{"own.toml:5:10: unknown key 'script'"}));
  EXPECT_EQ(
      problems("[channel]\nid = 'x'\nname = 'X'\nplatform = 'any'\n"),
      (Said{"own.toml:1:1: a channel needs handlers, scripts or command_lines to be known by"}));
  EXPECT_EQ(problems("[channel]\nname = 'X'\nplatform = 'any'\nscripts = '/a'\n"),
            (Said{"own.toml:1:1: 'id' is missing", "own.toml:4:11: 'scripts' is a list of texts"}));
}

TEST(Channels, ARoadThatIsNoFileIsSaid) {
  const std::filesystem::path none = "/nowhere/channel.toml";
  const LoadedChannels loaded = load_channels(std::span(&none, 1));
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_EQ(describe(loaded.problems[0]),
            "/nowhere/channel.toml: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace stemma
