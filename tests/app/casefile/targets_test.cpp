// Keys of annotations: the same whenever the same evidence is opened, and found again.
#include "app/casefile/targets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "app/session/digest.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::EvtxWriter;
using support::TempDir;

constexpr Timestamp kNoon{1'795'521'600 * kNsPerSecond};

std::string evtx(const std::string& computer, int records = 4, int shift = 0) {
  EvtxWriter writer;
  for (int i = 0; i < records; ++i)
    writer.add(support::security_4688(
        computer, {kNoon.ns + (i + shift) * kNsPerSecond},
        {{"NewProcessId", "0x" + std::to_string(100 + i)}, {"NewProcessName", "C:\\a.exe"}}));
  return writer.bytes();
}

std::string audit() {
  AuditWriter writer;
  writer.exec({.pid = 1000, .ppid = 1, .exe = "/usr/bin/bash", .argv = {"bash"}});
  writer.exec({.pid = 1001, .ppid = 1000, .exe = "/usr/bin/id", .argv = {"id"}});
  return writer.text();
}

std::unique_ptr<Session> open(const std::string& path, unsigned threads = 2) {
  SessionOptions options;
  options.threads = threads;
  return Session::open({path}, options);
}

// An annotation for every event and every process.
Annotations annotate_all(const Session& session) {
  Annotations out;
  const CaseSnapshot& snapshot = session.snapshot();
  const auto digests = artifact_digests(session);
  const auto add = [&](Target target, std::optional<TargetPlace> place) {
    Annotation annotation;
    annotation.target = std::move(target);
    annotation.place = std::move(place);
    annotation.pinned = true;
    const auto done = out.set(annotation);
    EXPECT_TRUE(done) << done.error();
  };
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    const EventId event = EventId::from_index(i);
    add(event_target(session, event), event_place(snapshot, event, digests));
  }
  for (std::size_t i = 0; i < snapshot.tree.entities().size(); ++i)
    add(process_target(snapshot, EntityId::from_index(i)), std::nullopt);
  return out;
}

// Found, of all; and that each event that was found has the key it was looked for by.
std::string placed(const Session& session, const Annotations& annotations,
                   bool with_digests = true) {
  const auto digests = with_digests ? artifact_digests(session) : std::vector<std::string>();
  std::size_t found = 0;
  for (const PlacedAnnotation& one : place_annotations({session, {}, {}, digests}, annotations)) {
    if (one.found()) ++found;
    for (const EntityId entity : one.entities)
      EXPECT_EQ(process_target(session.snapshot(), entity).key.substr(0, 20),
                one.annotation->target.key.substr(0, 20));
  }
  return fmt::format("{} of {}", found, annotations.size());
}

TEST(Targets, KeysAreTheSameWhateverTheFilesAreCalled) {
  const TempDir dir;
  dir.write("one/a.evtx", evtx("pc1"));
  dir.write("one/b.evtx", evtx("PC2", 4, 100));
  dir.write("one/linux/var/log/audit/audit.log", audit());
  dir.write("two/x/renamed", evtx("PC2", 4, 100));
  dir.write("two/another.evtx", evtx("pc1"));
  dir.write("two/linux/var/log/audit/audit.log", audit());
  const auto one = open(dir / "one", 1);
  const auto two = open(dir / "two", 4);
  const Annotations of_one = annotate_all(*one);
  const Annotations of_two = annotate_all(*two);
  std::vector<Target> first, second;
  for (const auto& [target, annotation] : of_one) first.push_back(target);
  for (const auto& [target, annotation] : of_two) second.push_back(target);
  EXPECT_EQ(first, second);
  EXPECT_EQ(placed(*two, of_one), fmt::format("{0} of {0}", of_one.size()));
  EXPECT_EQ(placed(*two, of_one, false), fmt::format("{0} of {0}", of_one.size()));
}

TEST(Targets, KeysNameTheirHostsInSmallLetters) {
  const TempDir dir;
  dir.write("a.evtx", evtx("WEB@01%"));
  const auto session = open(dir.path());
  const Target event = event_target(*session, EventId{1});
  EXPECT_EQ(event.kind, TargetKind::event);
  EXPECT_EQ(event.key.substr(32), "@web%4001%25");
  EXPECT_EQ(event.key.substr(0, 32), sha256_hex(session->original(EventId{1})).substr(0, 32));
  const Target process = process_target(session->snapshot(), EntityId{1});
  EXPECT_EQ(process.key, std::string(session->snapshot().strings.view(
                             session->snapshot().tree.entity(EntityId{1}).entity_id)) +
                             "@web%4001%25");
  EXPECT_EQ(placed(*session, annotate_all(*session)),
            fmt::format("{0} of {0}", annotate_all(*session).size()));
}

TEST(Targets, LongNamesStayWithinTheCap) {
  const TempDir dir;
  dir.write("a.evtx", evtx(std::string(400, 'x')));
  dir.write("b.evtx", evtx(std::string(399, 'x') + "y"));
  const auto session = open(dir.path());
  const Annotations all = annotate_all(*session);
  std::set<std::string> keys;
  for (const auto& [target, annotation] : all) EXPECT_TRUE(keys.insert(target.key).second);
  EXPECT_EQ(all.size(),
            session->snapshot().events.size() + session->snapshot().tree.entities().size());
  EXPECT_EQ(placed(*session, all), fmt::format("{0} of {0}", all.size()));
}

TEST(Targets, AHostThatGotALongerNameIsTheSame) {
  const TempDir dir;
  dir.write("short/a.evtx", evtx("web01"));
  dir.write("long/a.evtx", evtx("web01"));
  dir.write("long/b.evtx", evtx("web01.corp.example", 2, 500));
  dir.write("other/a.evtx", evtx("web01.elsewhere.example"));
  const auto before = open(dir / "short");
  const auto after = open(dir / "long");
  const Annotations of_short = annotate_all(*before);
  const auto all = placed(*after, of_short);
  // Lives whose ids are derived from the host's name get others; records are found all.
  std::size_t events = 0;
  for (const PlacedAnnotation& one : place_annotations({*after, {}, {}, {}}, of_short))
    events += one.events.size();
  EXPECT_EQ(events, before->snapshot().events.size());
  std::size_t elsewhere = 0;
  const auto other = open(dir / "other");
  Annotations full;
  Annotation annotation;
  annotation.target = {TargetKind::process, "x@web01.corp.example"};
  annotation.pinned = true;
  ASSERT_TRUE(full.set(annotation));
  for (const PlacedAnnotation& one : place_annotations({*other, {}, {}, {}}, full))
    elsewhere += one.found() ? 1u : 0u;
  EXPECT_EQ(elsewhere, 0u);
}

TEST(Targets, ARecordWhoseTimeIsReadOtherwiseIsKnownByItsPlace) {
  const TempDir dir;
  dir.write("a.evtx", evtx("pc1"));
  const auto session = open(dir.path());
  const auto digests = artifact_digests(*session);
  Annotations all;
  Annotation annotation;
  annotation.target = {TargetKind::event, std::string(32, '0') + "@pc1"};
  annotation.place = event_place(session->snapshot(), EventId{2}, digests);
  annotation.place->time = {7};
  annotation.pinned = true;
  ASSERT_TRUE(all.set(annotation));
  EXPECT_EQ(place_annotations({*session, {}, {}, digests}, all)[0].events,
            std::vector<EventId>{EventId{2}});
  EXPECT_FALSE(place_annotations({*session, {}, {}, {}}, all)[0].found());
  EXPECT_EQ(
      place_text(*annotation.place),
      fmt::format("record at byte {} of the file with SHA-256 {}, 1970-01-01T00:00:00.000000007Z",
                  annotation.place->offset, digests[0]));
}

TEST(Targets, FindingsAndRunsAreFoundByTheirIds) {
  const TempDir dir;
  dir.write("a.evtx", evtx("pc1"));
  const auto session = open(dir.path());
  std::vector<Finding> findings(2);
  findings[0].id = "f0";
  findings[1].id = "f1";
  std::vector<Invocation> runs(1);
  runs[0].id = "r0";
  Annotations all;
  for (const Target& target :
       {finding_target(findings[1]), run_target(runs[0]), Target{TargetKind::run, "f1"}}) {
    Annotation annotation;
    annotation.target = target;
    annotation.pinned = true;
    ASSERT_TRUE(all.set(annotation));
  }
  const auto found = place_annotations({*session, findings, runs, {}}, all);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].finding, 1u);
  EXPECT_FALSE(found[1].found());  // a run called as the finding is none
  EXPECT_EQ(found[2].run, 0u);
}

}  // namespace
}  // namespace stemma
