// Saved views: written, read again over the same evidence and over other, and damaged ones.
#include "ui/models/saved_views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/session/session.hpp"

namespace stemma::ui {
namespace {

using testing::ElementsAre;

std::unique_ptr<Session> open(const char* part, unsigned threads = 2) {
  SessionOptions options;
  options.threads = threads;
  return Session::open(
      {std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command" + part}, options);
}

const CaseSnapshot& samples() {
  static const auto session = open("");
  return session->snapshot();
}

View full_view() {
  View view;
  view.selection = {EventId{200}, samples().events.entity(EventId{200}), "finding-1", "run-1"};
  view.filter.highlight = true;
  view.filter.chips = parse_search("whoami -host:vm-win02 user.name=SYSTEM").chips;
  view.filter.chips[1].enabled = false;
  Chip query;
  query.kind = Chip::Kind::query;
  query.text = "process where process.name == \"a\\\"b\"";
  Chip time;
  time.kind = Chip::Kind::time;
  time.from = {1'778'577'242'755'123'456};
  time.to = {1'778'577'242'755'123'457};
  Chip process;
  process.kind = Chip::Kind::process;
  process.entity = EntityId{12};
  process.below = true;
  process.text = "powershell.exe (12)";
  Chip events;
  events.kind = Chip::Kind::events;
  events.events = {EventId{5}, EventId{6}, EventId{300}};
  events.text = "what the finding rests on";
  for (const Chip& chip : {query, time, process, events}) view.filter.chips.push_back(chip);
  view.zoom = TimeRange{{-5}, {1'778'577'242'755'123'456}};
  view.root = EntityId{3};
  return view;
}

const GridLook kLook{{QStringLiteral("user.name"), QStringLiteral("process.command_line")},
                     {EventSort::By::field, true, "user.name"},
                     {{{EventSort::By::host, true, {}}, {EventSort::By::field, false, "user.id"}}}};

TEST(SavedViews, AreReadBackAsTheyWere) {
  const std::string text = writeView(full_view(), kLook, samples());
  const auto read = readView(text, samples());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->view, full_view());
  EXPECT_EQ(read->grid, kLook);
  EXPECT_EQ(read->missing, QStringList());
  // Another import of the same evidence: numbers of events may be others, what they stand for not.
  const auto again = open("", 1);
  EXPECT_EQ(readView(text, again->snapshot())->view, full_view());
}

TEST(SavedViews, GroupsOfTheGridAreReadBackAndNothingElseIs) {
  EXPECT_EQ(readGrid(writeGrid(kLook)), kLook);
  EXPECT_EQ(readGrid(writeGrid({})), GridLook{});
  EXPECT_EQ(writeGrid({}), R"({"columns":[],"descending":false,"sort":"time"})");
  const auto groups = [](const char* text) { return readGrid(text)->groups.by; };
  // From before there were groups, and from somebody who means no good.
  EXPECT_TRUE(groups(R"({"columns":[],"sort":"host"})").empty());
  EXPECT_TRUE(groups(R"({"groups":{"by":"host"}})").empty());
  EXPECT_TRUE(groups(R"({"groups":["host",7,{"by":""},{"by":"time"}]})").empty());
  EXPECT_EQ(
      groups(R"({"groups":[{"by":"host"},{"by":"host","descending":true},{"by":"log"}]})"),
      (std::vector<EventSort>{{EventSort::By::host, false, {}}, {EventSort::By::log, false, {}}}));
  EXPECT_EQ(
      groups(R"({"groups":[{"by":"a.b"},{"by":"a.c"},{"by":"a.d"},{"by":"a.e"},{"by":"a.f"}]})")
          .size(),
      kMaxGroupLevels);
}

TEST(SavedViews, WhatOtherEvidenceDoesNotHoldIsTurnedOffAndSaid) {
  View view = full_view();
  for (std::size_t i = 0; i < samples().events.size(); ++i) {
    if (samples().hosts.name(samples().events.host(EventId::from_index(i))) != "vm-win01") continue;
    view.selection.event = EventId::from_index(i);
    view.selection.entity = {};
    view.filter.chips.back().events = {EventId::from_index(i)};
    break;
  }
  for (std::size_t i = 0; i < samples().tree.entities().size(); ++i) {
    if (samples().hosts.name(samples().tree.entities()[i].host) != "vm-win01") continue;
    view.root = view.filter.chips[5].entity = EntityId::from_index(i);
    break;
  }
  const auto other = open("/vm-lnx02");
  const auto read = readView(writeView(view, kLook, samples()), other->snapshot());
  ASSERT_TRUE(read);
  EXPECT_THAT(
      read->missing,
      ElementsAre(
          QStringLiteral("The process of the filter “powershell.exe (12)” is not in this "
                         "evidence."),
          QStringLiteral("1 of 1 events of the filter “what the finding rests on” are not "
                         "in this evidence."),
          QStringLiteral("The process that the tree was limited to is not in this evidence."),
          QStringLiteral("What was selected is not in this evidence.")));
  EXPECT_EQ(read->view.selection, Selection{});
  EXPECT_FALSE(read->view.root);
  ASSERT_EQ(read->view.filter.chips.size(), view.filter.chips.size());
  EXPECT_FALSE(read->view.filter.chips[5].enabled);
  EXPECT_FALSE(read->view.filter.chips[6].enabled);
  EXPECT_TRUE(read->view.filter.chips[0].enabled);
}

TEST(SavedViews, EveryDamagedTextIsRefusedOrReadInPart) {
  const std::string text = writeView(full_view(), kLook, samples());
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(readView(std::string_view(text).substr(0, cut), samples())) << cut;
    std::string changed = text;
    changed[cut] = static_cast<char>(changed[cut] ^ 1);
    const auto read = readView(changed, samples());  // whatever comes out holds the caps
    if (!read) continue;
    EXPECT_LE(read->view.filter.chips.size(), kMaxChips);
    for (const Chip& chip : read->view.filter.chips) EXPECT_TRUE(chip.from <= chip.to);
  }
  EXPECT_FALSE(readView("[]", samples()));
  EXPECT_FALSE(readView("{}", samples()));
  const auto odd = readView(
      R"({"filter":[7,{"kind":"odd"},{"kind":"word"},{"kind":"time","from":"2","to":"1"}],
          "zoom":["9","1"],"grid":{"sort":7,"columns":[1,""]}})",
      samples());
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->view, View{});
  EXPECT_EQ(odd->grid, GridLook{});
  EXPECT_EQ(odd->missing.size(), 4);
}

TEST(SavedViews, CapsHoldForWhatIsWrittenAndRead) {
  View view;
  Chip chip;
  chip.kind = Chip::Kind::events;
  for (std::uint32_t i = 1; i <= kMaxSavedEvents + 1; ++i)
    chip.events.push_back(EventId{i % 600 + 1});
  view.filter.chips.push_back(chip);
  EXPECT_EQ(writeView(view, {}, samples()), "");
  std::string many = R"({"filter":[)";
  for (int i = 0; i < 200; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"kind":"word","text":"a"})";
  EXPECT_EQ(readView(many + "]}", samples())->view.filter.chips.size(), kMaxChips);
  std::map<std::string, std::string> settings{{"window.grid", ""}, {"window.views", ""}};
  for (int i = 0; i < 300; ++i) settings[std::string(kViewSetting) + std::to_string(i)] = "";
  EXPECT_EQ(savedViewNames(settings).size(), 200);
}

TEST(SavedViews, NamesAreOneVisibleLine) {
  EXPECT_EQ(viewName(QStringLiteral("  the\nfirst \u202e run\t")),
            QStringLiteral("the first  run"));
  EXPECT_EQ(viewName(QString(500, QLatin1Char('a'))).size(), kMaxViewName);
  EXPECT_EQ(viewName(QStringLiteral(" \u200b ")), QString());
}

TEST(SavedViews, TheGridAloneToo) {
  EXPECT_EQ(readGrid(writeGrid(kLook)), kLook);
  EXPECT_EQ(readGrid("{}"), GridLook{});
  EXPECT_FALSE(readGrid(""));
}

}  // namespace
}  // namespace stemma::ui
