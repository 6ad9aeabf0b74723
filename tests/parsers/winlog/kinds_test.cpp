// What the mapper keeps for a kind of event must not change what it makes of one: a mapper that has
// seen everything agrees with one that begins anew at every event.
#include <gtest/gtest.h>

#include "parsers/winlog/event_kind.hpp"
#include "parsers/winlog/mapping.hpp"
#include "tests/parsers/winlog/corpus_win_events.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

golden::Document mapped(WinlogMapper& mapper, const WinEvent& from, const Projection& wanted,
                        Texts texts = Texts::copied) {
  Event event;
  event.reset(wanted, texts);
  mapper.map(from, event, "default");
  golden::Document fields = golden::flatten(event);
  fields["(time)"] = {format_time(event.time, event.time_digits)};
  fields["(act)"] = {std::to_string(static_cast<int>(event.process.act))};
  fields["(kind)"] = {std::to_string(static_cast<int>(event.source_kind))};
  fields["(hash)"] = {std::to_string(event.content_hash())};
  return fields;
}

// All fields that have a constant. Each has an identity of its own, so a mapper forgets for it what
// it knew.
Projection known_fields() {
  Projection wanted;
  for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) wanted.want(FieldId{id});
  return wanted;
}

TEST(Kinds, AMapperThatKnowsThemAgreesWithOneThatBegins) {
  const Projection same = known_fields();
  WinlogMapper warm;
  std::size_t count = 0;
  for (const WinEvent& event : golden::corpus_win_events()) {
    const golden::Document known = mapped(warm, event, same);
    if (++count % 5 != 0) continue;
    const Projection anew = known_fields();
    WinlogMapper cold;
    ASSERT_EQ(known, mapped(cold, event, anew));
  }
}

TEST(Kinds, BorrowedTextsAreTheCopiedOnes) {
  const Projection all = Projection::all();
  WinlogMapper mapper;
  for (const WinEvent& event : golden::corpus_win_events()) {
    ASSERT_EQ(mapped(mapper, event, all, Texts::borrowed), mapped(mapper, event, all));
  }
}

WinEvent event_of(std::string_view provider, std::uint32_t id) {
  WinEvent event;
  event.provider_name = provider;
  event.event_id = id;
  return event;
}

TEST(Kinds, NamesAreComparedByTheirBytes) {
  // A decoder may put the next record's names where the last one's were.
  std::string name = "Image";
  std::string provider = "Microsoft-Windows-Sysmon";
  const Projection all = Projection::all();
  WinlogMapper mapper;
  WinEvent event = event_of(provider, 1);
  event.event_data = {{name, "C:\\a.exe"}, {"ProcessId", "7"}};
  EXPECT_EQ(mapped(mapper, event, all)["process.executable"],
            std::vector<std::string>{"C:\\a.exe"});
  name = "Other";
  const golden::Document other = mapped(mapper, event, all);
  EXPECT_EQ(other.count("process.executable"), 0u);
  EXPECT_EQ(other.at("winlog.event_data.Other"), std::vector<std::string>{"C:\\a.exe"});
  name = "Image";
  provider = "Microsoft-Windows-Sysmoo";
  EXPECT_EQ(mapped(mapper, event, all).count("process.executable"), 0u);
}

TEST(Kinds, MoreThanAreKept) {
  const Projection all = Projection::all();
  WinlogMapper mapper;
  for (std::size_t round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < winlog::kMaxKinds + 100; ++i) {
      const std::string provider = "Contoso-" + std::to_string(i);
      const golden::Document fields =
          mapped(mapper, event_of(provider, static_cast<std::uint32_t>(i)), all);
      ASSERT_EQ(fields.at("event.provider"), std::vector<std::string>{provider});
      ASSERT_EQ(fields.at("event.code"), std::vector<std::string>{std::to_string(i)});
    }
  }
}

TEST(Kinds, MoreNamesThanAreKept) {
  Projection wanted;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < winlog::kMaxNames + 100; ++i)
    names.push_back("KindsTest_" + std::to_string(i));
  names.emplace_back(kMaxFieldNameLength + 1, 'n');
  const FieldId last = intern_field("winlog.event_data." + names[winlog::kMaxNames + 99]);
  wanted.want(last);
  WinEvent event = event_of("Contoso", 1);
  for (const std::string& name : names) event.event_data.push_back({name, name});
  WinlogMapper mapper;
  for (int round = 0; round < 2; ++round) {
    Event to;
    to.reset(wanted);
    mapper.map(event, to);
    EXPECT_EQ(to.text(last), names[winlog::kMaxNames + 99]);
    EXPECT_EQ(golden::flatten(to).size(), 1u);
  }
}

}  // namespace
}  // namespace stemma
