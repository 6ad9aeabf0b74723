// Groups as filter chips, read as people read them.
#include "ui/state/group_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stemma::ui {
namespace {

using testing::ElementsAre;

// vm-1 with 4688 and nothing, then a value of two parts, one that was cut, one that no filter
// finds.
EventGroups groups() {
  EventGroups out;
  out.by.by = {{EventSort::By::host, false, {}}, {EventSort::By::code, false, {}}};
  out.values = {{{"vm-1", {}, false, true}}, {{"4688", {}, false, true}}};
  using Kind = EventGroup::Kind;
  out.list = {{0, 9, 0, kNoGroup, 3, 0, Kind::value},
              {0, 5, 0, 0, 2, 1, Kind::value},
              {5, 4, 0, 0, 3, 1, Kind::none}};
  return out;
}

EventGroups one(const EventSort& by, GroupValue value,
                EventGroup::Kind kind = EventGroup::Kind::value) {
  EventGroups out;
  out.by.by = {by};
  out.values = {{std::move(value)}};
  out.list = {{0, 1, 0, kNoGroup, 1, 0, kind}};
  return out;
}

// Where the group has too many events for naming them.
GroupFilter group_filter(const EventGroups& groups, std::uint32_t group, bool exclude) {
  return group_filter(groups, group, exclude, {});
}

std::vector<std::string> said(const GroupFilter& filter) {
  if (!filter.error.empty()) return {filter.error};
  std::vector<std::string> texts;
  for (const Chip& chip : filter.chips) texts.push_back(chip_text(chip));
  return texts;
}

TEST(GroupFilter, TakesInTheValuesDownToTheGroup) {
  EXPECT_THAT(said(group_filter(groups(), 0, false)), ElementsAre("host.name = vm-1"));
  EXPECT_THAT(said(group_filter(groups(), 1, false)),
              ElementsAre("host.name = vm-1", "event.code = 4688"));
  EXPECT_THAT(said(group_filter(groups(), 2, false)),
              ElementsAre("host.name = vm-1", "any where event.code == null"));
}

TEST(GroupFilter, LeavesOutNoMoreThanTheGroup) {
  EXPECT_THAT(said(group_filter(groups(), 0, true)), ElementsAre("not host.name = vm-1"));
  EXPECT_THAT(said(group_filter(groups(), 1, true)),
              ElementsAre("not any where host.name == \"vm-1\" and event.code == \"4688\""));
  EXPECT_THAT(said(group_filter(groups(), 2, true)),
              ElementsAre("not any where host.name == \"vm-1\" and event.code == null"));
}

TEST(GroupFilter, GoesByWhatTheEvidenceSaysNotByWhatIsShown) {
  const EventSort field{EventSort::By::field, false, "process.args"};
  const EventGroups list = one(field, {"b, a, b", {"b", "a", "b"}, false, true});
  EXPECT_THAT(said(group_filter(list, 0, false)),
              ElementsAre("process.args = a", "process.args = b"));
  EXPECT_THAT(said(group_filter(list, 0, true)),
              ElementsAre("not any where process.args == \"a\" and process.args == \"b\""));
  EXPECT_THAT(said(group_filter(one(field, {"\\n", {"\n"}, false, true}), 0, false)),
              ElementsAre("process.args = \n"));
  EXPECT_THAT(said(group_filter(one(field, {"long…", {"long"}, true, true}), 0, true)),
              ElementsAre("not process.args: long"));
}

TEST(GroupFilter, NamesTheEventsWhereNoFieldsSayTheSame) {
  const std::vector<EventId> events{EventId{3}, EventId{8}};
  const auto named = [&](const EventGroups& list, std::uint32_t group, bool exclude) {
    const GroupFilter filter = group_filter(list, group, exclude, events);
    EXPECT_EQ(filter.error, "");
    EXPECT_EQ(filter.chips.size(), 1u);
    EXPECT_EQ(filter.chips.front().kind, Chip::Kind::events);
    EXPECT_EQ(filter.chips.front().events, events);
    return chip_text(filter.chips.front());
  };
  EXPECT_EQ(named(groups(), 1, true), "not host vm-1, code 4688");
  EXPECT_EQ(named(groups(), 2, false), "host vm-1, code (none)");
  EXPECT_EQ(named(one({EventSort::By::summary, false, {}}, {"x", {}, false, true}), 0, false),
            "summary x");
  EXPECT_EQ(named(one({EventSort::By::log, false, {}}, {"auditd", {}, false, false}), 0, true),
            "not log auditd");
  EXPECT_EQ(named(one({EventSort::By::field, false, "user.name"}, {}, EventGroup::Kind::beyond), 0,
                  false),
            "user.name (values that had no room)");
  // Fields are read and edited: they come first where they say the same.
  EXPECT_THAT(said(group_filter(groups(), 1, false, events)),
              ElementsAre("host.name = vm-1", "event.code = 4688"));
  EXPECT_THAT(said(group_filter(groups(), 0, true, events)), ElementsAre("not host.name = vm-1"));
}

TEST(GroupFilter, SaysWhyThereIsNone) {
  EXPECT_THAT(said(group_filter(one({EventSort::By::summary, false, {}}, {"x", {}, false, true}), 0,
                                false)),
              ElementsAre("This column stands for no field: its groups cannot be filtered by."));
  const EventSort log{EventSort::By::log, false, {}};
  EXPECT_THAT(said(group_filter(one(log, {"auditd", {}, false, false}), 0, false)),
              ElementsAre("There is no filter that finds this value."));
  for (const auto kind : {EventGroup::Kind::more, EventGroup::Kind::beyond}) {
    EXPECT_THAT(said(group_filter(one(log, {}, kind), 0, true)),
                ElementsAre("This group stands for many values: it cannot be filtered by."));
  }
  const EventSort field{EventSort::By::field, false, "process.args"};
  const GroupValue many{"…", std::vector<std::string>(kMaxChips + 1, ""), false, true};
  GroupValue different = many;
  for (std::size_t i = 0; i < different.raw.size(); ++i) different.raw[i] = std::to_string(i);
  EXPECT_THAT(said(group_filter(one(field, different), 0, false)),
              ElementsAre("This value is too long to filter by."));
  EXPECT_THAT(said(group_filter(one(field, {"?", {"\xff", "a"}, false, true}), 0, true)),
              ElementsAre("There is no filter that leaves out just these values."));
}

}  // namespace
}  // namespace stemma::ui
