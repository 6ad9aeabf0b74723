// WinlogMapper::reads(): an event stripped of what it says is not read maps as the whole one does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"
#include "events/completion.hpp"
#include "events/index_batch.hpp"
#include "parsers/winlog/mapping.hpp"
#include "tests/parsers/winlog/corpus_win_events.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

using testing::ElementsAre;

// What a decoder that asks reads() would hand over.
WinEvent stripped(const WinEvent& whole, const Projection& wanted) {
  WinEvent rest = whole;
  std::erase_if(rest.event_data, [&](const WinDataItem& item) {
    return !WinlogMapper::reads(whole, false, item.name, wanted);
  });
  std::erase_if(rest.user_data, [&](const WinDataItem& item) {
    return !WinlogMapper::reads(whole, true, item.name, wanted);
  });
  if (!WinlogMapper::reads_message(wanted)) rest.rendered_message = {};
  return rest;
}

golden::Document mapped(WinlogMapper& mapper, const WinEvent& from, const Projection& wanted) {
  Event event;
  event.reset(wanted);
  mapper.map(from, event, "default");
  golden::Document fields = golden::flatten(event);
  fields["(time)"] = {format_time(event.time, event.time_digits)};
  fields["(act)"] = {std::to_string(static_cast<int>(event.process.act))};
  fields["(sequence)"] = {std::to_string(event.sequence)};
  fields["(hash)"] = {std::to_string(event.content_hash())};
  return fields;
}

void expect_same(const std::vector<WinEvent>& events, const Projection& wanted) {
  WinlogMapper mapper;
  for (const WinEvent& event : events) {
    ASSERT_EQ(mapped(mapper, stripped(event, wanted), wanted), mapped(mapper, event, wanted))
        << event.provider_name << " " << event.event_id.value_or(0) << " "
        << event.record_id.value_or(0);
  }
}

// Every event id that a family has a word about, each as an event that carries a random choice of
// all names met in the corpus, with values met there: more ways to combine than real events have.
std::vector<WinEvent> mixed_events(const std::vector<WinEvent>& real) {
  std::map<std::string_view, std::vector<std::string_view>> values;
  for (const WinEvent& event : real) {
    for (const WinDataItem& item : event.event_data) {
      auto& of_name = values[item.name];
      if (of_name.size() < 200) of_name.push_back(item.value);
    }
  }
  for (const std::string_view name : {"param1", "param2", "param3", "OldTargetUserName",
                                      "NewTargetUserName", "ClientName", "LogonID", "Destination"})
    values[name].push_back("name=x");
  std::vector<std::string_view> names;
  for (const auto& [name, unused] : values) names.push_back(name);
  std::mt19937 random(20261124);
  const auto pick = [&random](const auto& from) { return from[random() % from.size()]; };

  std::vector<std::pair<std::string_view, std::uint32_t>> kinds;
  for (std::uint32_t id = 1; id <= 30; ++id) {
    kinds.emplace_back("Microsoft-Windows-Sysmon", id);
    kinds.emplace_back("Linux-Sysmon", id);
  }
  kinds.emplace_back("Microsoft-Windows-Sysmon", 255);
  for (std::uint32_t id = 4600; id < 5400; ++id)
    kinds.emplace_back("Microsoft-Windows-Security-Auditing", id);
  for (const std::uint32_t id : {400u, 403u, 600u, 800u}) kinds.emplace_back("PowerShell", id);
  for (std::uint32_t id = 4103; id <= 4106; ++id)
    kinds.emplace_back("Microsoft-Windows-PowerShell", id);
  for (const std::uint32_t id : {104u, 1100u, 1102u, 4624u, 7045u})
    kinds.emplace_back("Microsoft-Windows-Eventlog", id);
  kinds.emplace_back("Service Control Manager", 7045);
  kinds.emplace_back("Contoso", 7045);
  std::vector<WinEvent> events;
  for (const auto& [provider, id] : kinds) {
    for (int copy = 0; copy < 3; ++copy) {
      WinEvent event;
      event.provider_name = provider;
      event.event_id = id;
      event.channel = random() % 2 == 0 ? "Security" : "System";
      event.keywords = 0x8020'0000'0000'0000;
      event.time_created = ParsedTime{Timestamp{static_cast<std::int64_t>(random())}, 7};
      event.rendered_message = "message";
      for (int i = 0; i < 40; ++i) {
        const std::string_view name = pick(names);
        event.event_data.push_back({name, pick(values[name])});
      }
      for (const std::string_view name :
           {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "Other"})
        event.user_data.push_back({name, pick(values["SubjectUserName"])});
      events.push_back(std::move(event));
    }
  }
  return events;
}

// Some of each kind, so that hundreds of projections take seconds.
std::vector<WinEvent> some_of_each(const std::vector<WinEvent>& events, std::size_t count) {
  std::map<std::tuple<std::string_view, std::uint32_t, std::size_t>, std::size_t> met;
  std::vector<WinEvent> some;
  for (const WinEvent& event : events) {
    const std::size_t items = event.event_data.size() + event.user_data.size();
    if (met[{event.provider_name, event.event_id.value_or(0), items}]++ < count)
      some.push_back(event);
  }
  return some;
}

Projection rules_projection() {
  const RuleSet rules = load_rules({}, true);
  const Matcher matcher(rules.programs());
  Projection projection;
  matcher.want_fields(projection);
  want_completion_inputs(projection);
  return projection;
}

std::vector<Projection> whole_pass_projections() {
  Projection messages;
  messages.want(field::message);
  Projection own;
  for (const char* name :
       {"winlog.event_data.TargetObject", "winlog.event_data.param2", "winlog.event_data.Data",
        "winlog.user_data.SubjectUserName", "winlog.event_data.LogonType"})
    own.want(intern_field(name));
  return {index_projection(), rules_projection(), messages, own, Projection(), Projection::all()};
}

TEST(Reads, WhatIsNotReadDoesNotMatter) {
  for (const Projection& wanted : whole_pass_projections()) {
    expect_same(golden::corpus_win_events(), wanted);
    if (HasFatalFailure()) return;
  }
}

TEST(Reads, EveryFieldAlone) {
  const std::vector<WinEvent> real = some_of_each(golden::corpus_win_events(), 2);
  const std::vector<WinEvent> mixed = mixed_events(golden::corpus_win_events());
  for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) {
    Projection wanted;
    wanted.want(FieldId{id});
    expect_same(real, wanted);
    expect_same(mixed, wanted);
    if (HasFatalFailure()) FAIL() << field_name(FieldId{id});
  }
}

TEST(Reads, MixedEventsInWholePasses) {
  const std::vector<WinEvent> mixed = mixed_events(golden::corpus_win_events());
  for (const Projection& wanted : whole_pass_projections()) {
    expect_same(mixed, wanted);
    if (HasFatalFailure()) return;
  }
}

std::vector<std::string> read_names(std::string_view provider, std::uint32_t id,
                                    const std::vector<std::string>& names) {
  const Projection wanted = index_projection();
  WinEvent system;
  system.provider_name = provider;
  system.event_id = id;
  std::vector<std::string> read;
  for (const std::string& name : names) {
    if (WinlogMapper::reads(system, false, name, wanted)) read.push_back(name);
  }
  return read;
}

TEST(Reads, TheIndexPassReadsLittle) {
  EXPECT_THAT(
      read_names("Microsoft-Windows-Security-Auditing", 4624,
                 {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId",
                  "TargetUserSid", "TargetUserName", "TargetDomainName", "TargetLogonId",
                  "LogonType", "LogonProcessName", "AuthenticationPackageName", "WorkstationName",
                  "LogonGuid", "KeyLength", "ProcessId", "ProcessName", "IpAddress", "IpPort", ""}),
      ElementsAre("TargetUserSid", "TargetUserName", "TargetDomainName", "ProcessId",
                  "ProcessName"));
  EXPECT_THAT(read_names("Contoso", 4624, {"TargetUserSid", "ProcessId", "", "Image"}),
              ElementsAre());
  EXPECT_THAT(read_names("Microsoft-Windows-Sysmon", 7,
                         {"RuleName", "UtcTime", "ProcessGuid", "ProcessId", "Image", "ImageLoaded",
                          "FileVersion", "Description", "Product", "Company", "OriginalFileName",
                          "Hashes", "Signed", "Signature", "SignatureStatus", "User"}),
              ElementsAre("UtcTime", "ProcessGuid", "ProcessId", "Image", "User"));
  EXPECT_FALSE(WinlogMapper::reads_message(index_projection()));
}

}  // namespace
}  // namespace stemma
