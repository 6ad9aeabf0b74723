// Lineage told as small stories: what the records say, and the tree that must come out.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/paths.hpp"
#include "tests/support/story.hpp"

namespace stemma {
namespace {

using support::edges;
using support::Story;
using support::tree_names;

constexpr const char* kExplorer = "C:\\Windows\\explorer.exe";
constexpr const char* kCmd = "C:\\Windows\\System32\\cmd.exe";
constexpr const char* kWhoami = "C:\\Windows\\System32\\whoami.exe";

const ProcessEntity& only(const CaseSnapshot& snapshot, std::string_view name) {
  const ProcessEntity* found = nullptr;
  for (const ProcessEntity& entity : snapshot.tree.entities()) {
    for (std::uint32_t i = 0; i < entity.image_count; ++i) {
      const ProcessImage& image = snapshot.tree.images()[entity.first_image + i];
      if (snapshot.strings.view(image.name) != name) continue;
      EXPECT_TRUE(found == nullptr || found == &entity) << "two lives named " << name;
      found = &entity;
    }
  }
  EXPECT_NE(found, nullptr) << "no life named " << name;
  static const ProcessEntity none;
  return found != nullptr ? *found : none;
}

TEST(WindowsLineage, GuidsMakeTheTree) {
  const auto snapshot = Story()
                            .sysmon_start({.at_ms = 1,
                                           .pid = 10,
                                           .parent_pid = 4,
                                           .guid = "{A}",
                                           .parent_guid = "{0}",
                                           .executable = kExplorer})
                            .sysmon_start({.at_ms = 2,
                                           .pid = 20,
                                           .parent_pid = 10,
                                           .guid = "{B}",
                                           .parent_guid = "{A}",
                                           .executable = kCmd})
                            .sysmon_start({.at_ms = 3,
                                           .pid = 30,
                                           .parent_pid = 20,
                                           .guid = "{C}",
                                           .parent_guid = "{B}",
                                           .executable = kWhoami})
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n explorer.exe\n  cmd.exe\n   whoami.exe\n");
  EXPECT_EQ(
      edges(*snapshot),
      "? > explorer.exe (record)\nexplorer.exe > cmd.exe (guid)\ncmd.exe > whoami.exe (guid)\n");
}

TEST(WindowsLineage, RecordsOutOfOrderMakeTheSameTree) {
  const auto snapshot =
      Story()
          .sysmon_start({.at_ms = 3,
                         .pid = 30,
                         .parent_pid = 20,
                         .guid = "{C}",
                         .parent_guid = "{B}",
                         .executable = kWhoami})
          .next_file()
          .sysmon_start({.at_ms = 2,
                         .pid = 20,
                         .parent_pid = 10,
                         .guid = "{B}",
                         .parent_guid = "{A}",
                         .executable = kCmd})
          .sysmon_start({.at_ms = 9, .pid = 10, .guid = "{A}", .executable = kExplorer})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "explorer.exe\n cmd.exe\n  whoami.exe\n");
}

TEST(WindowsLineage, AParentNeverSeenIsAPlaceholderWithWhatItsChildrenSay) {
  const auto snapshot = Story()
                            .sysmon_start({.at_ms = 2,
                                           .pid = 20,
                                           .parent_pid = 10,
                                           .guid = "{B}",
                                           .parent_guid = "{A}",
                                           .executable = kCmd,
                                           .parent_executable = kExplorer,
                                           .parent_command_line = "explorer /x"})
                            .sysmon_start({.at_ms = 3,
                                           .pid = 21,
                                           .parent_pid = 10,
                                           .guid = "{C}",
                                           .parent_guid = "{A}",
                                           .executable = kWhoami,
                                           .parent_executable = kExplorer})
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "explorer.exe\n cmd.exe\n whoami.exe\n");
  const ProcessEntity& parent = only(*snapshot, "explorer.exe");
  EXPECT_TRUE(parent.placeholder);
  EXPECT_EQ(parent.pid, 10);
  EXPECT_EQ(snapshot->strings.view(parent.entity_id), "{A}");
  EXPECT_EQ(snapshot->strings.view(snapshot->tree.images()[parent.first_image].command_line),
            "explorer /x");
}

TEST(WindowsLineage, SecurityEventsJoinByPidAndLifetime) {
  const auto snapshot =
      Story()
          .security_start({.at_ms = 1, .pid = 10, .executable = kExplorer})
          .security_start({.at_ms = 2,
                           .pid = 20,
                           .parent_pid = 10,
                           .executable = kCmd,
                           .parent_executable = kExplorer})
          .security_end({.at_ms = 3, .pid = 20, .executable = kCmd})
          .security_start({.at_ms = 5000, .pid = 20, .parent_pid = 10, .executable = kWhoami})
          .security_start({.at_ms = 5001, .pid = 30, .parent_pid = 20, .executable = kCmd})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "explorer.exe\n cmd.exe\n whoami.exe\n  cmd.exe\n");
  EXPECT_EQ(edges(*snapshot),
            "explorer.exe > cmd.exe (pid)\nexplorer.exe > whoami.exe (pid)\nwhoami.exe > cmd.exe "
            "(pid)\n");
}

TEST(WindowsLineage, AReusedPidEndsTheLifeBefore) {
  const auto snapshot = Story()
                            .security_start({.at_ms = 1, .pid = 20, .executable = kCmd})
                            .security_start({.at_ms = 9000, .pid = 20, .executable = kWhoami})
                            .freeze();
  EXPECT_EQ(only(*snapshot, "cmd.exe").end_kind, EndKind::pid_reuse);
  EXPECT_EQ(only(*snapshot, "whoami.exe").end_kind, EndKind::open);
}

TEST(WindowsLineage, AParentWhoseNameContradictsIsNotTaken) {
  const auto snapshot = Story()
                            .security_start({.at_ms = 1, .pid = 10, .executable = kWhoami})
                            .security_start({.at_ms = 2,
                                             .pid = 20,
                                             .parent_pid = 10,
                                             .executable = kCmd,
                                             .parent_executable = kExplorer})
                            .freeze();
  EXPECT_EQ(edges(*snapshot), "explorer.exe > cmd.exe (record)\n");
  EXPECT_TRUE(only(*snapshot, "explorer.exe").placeholder);
}

TEST(WindowsLineage, OneProcessSeenByTwoSourcesIsOneEntity) {
  for (const int security_ms : {1990, 2000, 2010}) {
    const auto snapshot =
        Story()
            .sysmon_start({.at_ms = 1000, .pid = 10, .guid = "{A}", .executable = kExplorer})
            .sysmon_start({.at_ms = 2000,
                           .pid = 20,
                           .parent_pid = 10,
                           .guid = "{B}",
                           .parent_guid = "{A}",
                           .executable = kCmd,
                           .command_line = "cmd /c x"})
            .next_file()
            .security_start({.at_ms = security_ms,
                             .pid = 20,
                             .parent_pid = 10,
                             .executable = "c:\\windows\\system32\\CMD.EXE"})
            .freeze();
    EXPECT_EQ(tree_names(*snapshot), "explorer.exe\n cmd.exe\n") << security_ms;
    const ProcessEntity& cmd = only(*snapshot, "cmd.exe");
    EXPECT_EQ(snapshot->strings.view(cmd.entity_id), "{B}");
    const ImageId image = ImageId::from_index(cmd.first_image);
    EXPECT_EQ(snapshot->tree.events_of(image).size(), 2u);
    EXPECT_EQ(snapshot->events.source_kind(snapshot->tree.image(image).event), SourceKind::sysmon);
  }
}

TEST(WindowsLineage, TheSameCommandLineAgainIsAnotherProcess) {
  const auto snapshot =
      Story()
          .security_start({.at_ms = 1, .pid = 20, .executable = kCmd, .command_line = "cmd"})
          .security_start({.at_ms = 1500, .pid = 24, .executable = kCmd, .command_line = "cmd"})
          .security_start({.at_ms = 1600, .pid = 20, .executable = kCmd, .command_line = "cmd"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "cmd.exe\ncmd.exe\ncmd.exe\n");
}

TEST(WindowsLineage, ABootEndsEveryLife) {
  const auto snapshot =
      Story()
          .security_start({.at_ms = 1, .pid = 10, .executable = kExplorer})
          .boot({.at_ms = 200'000})
          .security_start({.at_ms = 220'000, .pid = 20, .parent_pid = 10, .executable = kCmd})
          .freeze();
  EXPECT_EQ(only(*snapshot, "explorer.exe").end_kind, EndKind::boot);
  EXPECT_EQ(edges(*snapshot), "? > cmd.exe (record)\n");
}

TEST(WindowsLineage, HostsDoNotMix) {
  const auto snapshot =
      Story()
          .security_start({.at_ms = 1, .pid = 10, .executable = kExplorer, .host = "a"})
          .security_start(
              {.at_ms = 2, .pid = 20, .parent_pid = 10, .executable = kCmd, .host = "b"})
          .freeze();
  EXPECT_EQ(edges(*snapshot), "? > cmd.exe (record)\n");
}

TEST(WindowsLineage, ShortAndFullHostNamesAreOneHost) {
  const auto snapshot =
      Story()
          .security_start(
              {.at_ms = 1, .pid = 10, .executable = kExplorer, .host = "PC1.corp.example"})
          .security_start(
              {.at_ms = 2, .pid = 20, .parent_pid = 10, .executable = kCmd, .host = "pc1"})
          .freeze();
  EXPECT_EQ(edges(*snapshot), "explorer.exe > cmd.exe (pid)\n");
}

TEST(WindowsLineage, AGuidThatComesLateNamesTheLifeThatTheSecurityLogShowed) {
  const auto snapshot =
      Story()
          .security_start({.at_ms = 1, .pid = 10, .executable = kCmd})
          .mention(SourceKind::sysmon, {.at_ms = 2, .pid = 10, .guid = "{A}", .executable = kCmd})
          .sysmon_start({.at_ms = 3,
                         .pid = 20,
                         .parent_pid = 10,
                         .guid = "{B}",
                         .parent_guid = "{A}",
                         .executable = kWhoami})
          .security_start({.at_ms = 4, .pid = 30, .executable = kExplorer})
          .sysmon_end({.at_ms = 5, .pid = 30, .guid = "{C}", .executable = kExplorer})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "cmd.exe\n whoami.exe\nexplorer.exe\n");
  EXPECT_EQ(only(*snapshot, "cmd.exe").end_kind, EndKind::open);
  EXPECT_EQ(only(*snapshot, "explorer.exe").end_kind, EndKind::seen);
}

TEST(WindowsLineage, ForgedCirclesAreCutAtTheEarliestLife) {
  const auto snapshot =
      Story()
          .sysmon_start(
              {.at_ms = 1, .pid = 10, .guid = "{A}", .parent_guid = "{B}", .executable = kExplorer})
          .sysmon_start(
              {.at_ms = 2, .pid = 20, .guid = "{B}", .parent_guid = "{A}", .executable = kCmd})
          .sysmon_start(
              {.at_ms = 3, .pid = 30, .guid = "{C}", .parent_guid = "{C}", .executable = kWhoami})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "explorer.exe\n cmd.exe\nwhoami.exe\n");
}

TEST(WindowsLineage, EventsOfAProcessPointToItsLife) {
  const auto snapshot =
      Story()
          .sysmon_start({.at_ms = 1, .pid = 10, .guid = "{A}", .executable = kCmd})
          .mention(SourceKind::sysmon, {.at_ms = 2, .pid = 10, .guid = "{A}"})
          .mention(SourceKind::sysmon,
                   {.at_ms = 3, .pid = 99, .guid = "{Z}", .executable = kWhoami})
          .freeze();
  const EntityId cmd = snapshot->events.entity(EventId{1});
  EXPECT_EQ(snapshot->events.entity(EventId{2}), cmd);
  EXPECT_TRUE(snapshot->tree.entity(snapshot->events.entity(EventId{3})).placeholder);
  EXPECT_EQ(tree_names(*snapshot), "cmd.exe\nwhoami.exe\n");
}

// --- Linux
// ------------------------------------------------------------------------------------------------------------------

TEST(LinuxLineage, ExecReplacesTheImageAndChildrenSeeTheLastOne) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/bash"})
          .exec({.at_ms = 2, .pid = 200, .parent_pid = 100, .executable = "/usr/bin/id"})
          .exec({.at_ms = 3, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/python3"})
          .exec({.at_ms = 4, .pid = 201, .parent_pid = 100, .executable = "/usr/bin/curl"})
          .freeze();
  EXPECT_EQ(edges(*snapshot),
            "? > bash (record)\n? > python3 (record)\nbash > id (pid)\npython3 > curl (pid)\n");
  EXPECT_EQ(tree_names(*snapshot), "?\n python3\n  id\n  curl\n");
}

TEST(LinuxLineage, SerialOrderDecidesWhereClocksLie) {
  // The clock is set back between the first exec and the child: by the wall clock the child would
  // have come first.
  const auto snapshot = Story()
                            .exec({.at_ms = 60'000,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/bash",
                                   .sequence = 10})
                            .exec({.at_ms = 60'001,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/dash",
                                   .sequence = 11})
                            .exec({.at_ms = 1'000,
                                   .pid = 200,
                                   .parent_pid = 100,
                                   .executable = "/usr/bin/id",
                                   .sequence = 12})
                            .freeze();
  EXPECT_EQ(edges(*snapshot), "dash > id (pid)\n? > bash (record)\n? > dash (record)\n");
}

TEST(LinuxLineage, AVforkRecordThatComesAfterTheChildsExecIsItsBirth) {
  const auto snapshot = Story()
                            .exec({.at_ms = 1,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/dash",
                                   .sequence = 109})
                            .exec({.at_ms = 21,
                                   .pid = 200,
                                   .parent_pid = 100,
                                   .executable = "/usr/bin/id",
                                   .sequence = 110})
                            .fork({.at_ms = 17,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/dash",
                                   .child_pid = 200,
                                   .sequence = 111})
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n dash\n  id\n");
  EXPECT_EQ(only(*snapshot, "id").start.ns % 1'000'000'000, 17'000'000);
}

TEST(LinuxLineage, AForkThatNeverExecsCarriesItsParentsImage) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/bash"})
          .fork({.at_ms = 2, .pid = 100, .parent_pid = 1, .child_pid = 150})
          .fork({.at_ms = 3, .pid = 150, .parent_pid = 100, .child_pid = 151})
          .exec({.at_ms = 4, .pid = 152, .parent_pid = 151, .executable = "/usr/bin/id"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n bash\n  bash\n   bash\n    id\n");
  EXPECT_EQ(edges(*snapshot), "? > bash (record)\nbash > id (pid)\n");
}

TEST(LinuxLineage, AnUnseenParentThatExecsLaterIsOneLife) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 200, .parent_pid = 100, .executable = "/usr/bin/id"})
          .exec({.at_ms = 2, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/sleep"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n sleep\n  id\n");
  EXPECT_EQ(edges(*snapshot), "? > sleep (record)\n? > id (record)\n");
}

TEST(LinuxLineage, AnotherParentThatStillLivesMeansThePidWasReused) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 100, .parent_pid = 1, .executable = "/usr/sbin/cron"})
          .exec({.at_ms = 2, .pid = 101, .parent_pid = 1, .executable = "/usr/sbin/sshd"})
          .exec({.at_ms = 3, .pid = 300, .parent_pid = 100, .executable = "/usr/bin/id"})
          .exec({.at_ms = 4, .pid = 300, .parent_pid = 101, .executable = "/usr/bin/bash"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n cron\n  id\n sshd\n  bash\n");
}

TEST(LinuxLineage, AnOrphanAdoptedByInitStaysTheSameProcess) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/bash"})
          .exec({.at_ms = 2, .pid = 300, .parent_pid = 100, .executable = "/usr/bin/setsid"})
          .exec({.at_ms = 3, .pid = 300, .parent_pid = 1, .executable = "/usr/bin/nc"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n bash\n  nc\n");
}

TEST(LinuxLineage, AnExitEndsALife) {
  const auto snapshot =
      Story()
          .exec({.at_ms = 1, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/bash"})
          .exit({.at_ms = 5, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/bash"})
          .exec({.at_ms = 6, .pid = 100, .parent_pid = 1, .executable = "/usr/bin/id"})
          .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n bash\n id\n");
  EXPECT_EQ(only(*snapshot, "bash").end_kind, EndKind::seen);
}

TEST(LinuxLineage, TheFirstProgramsOfABootOutliveItsRecord) {
  const auto snapshot = Story()
                            .exec({.at_ms = 1,
                                   .pid = 400,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/old",
                                   .sequence = 90'000})
                            .exec({.at_ms = 60'000,
                                   .pid = 1,
                                   .parent_pid = 0,
                                   .executable = "/usr/lib/systemd/systemd",
                                   .sequence = 3})
                            .boot({.at_ms = 61'000, .sequence = 9}, SourceKind::auditd)
                            .exec({.at_ms = 62'000,
                                   .pid = 300,
                                   .parent_pid = 1,
                                   .executable = "/usr/sbin/cron",
                                   .sequence = 12})
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n old\nsystemd\n cron\n");
  EXPECT_EQ(only(*snapshot, "old").end_kind, EndKind::boot);
  EXPECT_EQ(only(*snapshot, "systemd").end_kind, EndKind::open);
}

TEST(LinuxLineage, AFallingSerialIsANewBoot) {
  const auto snapshot = Story()
                            .exec({.at_ms = 1,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/bash",
                                   .sequence = 50'000})
                            .exec({.at_ms = 2,
                                   .pid = 200,
                                   .parent_pid = 100,
                                   .executable = "/usr/bin/id",
                                   .sequence = 50'001})
                            .exec({.at_ms = 90'000,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/sbin/sshd",
                                   .sequence = 12})
                            .exec({.at_ms = 90'001,
                                   .pid = 201,
                                   .parent_pid = 100,
                                   .executable = "/usr/bin/w",
                                   .sequence = 13})
                            .freeze();
  EXPECT_EQ(edges(*snapshot),
            "? > bash (record)\nbash > id (pid)\n? > sshd (record)\nsshd > w (pid)\n");
}

TEST(LinuxLineage, AuditAndSysmonShowOneStartOnce) {
  const auto snapshot = Story()
                            .exec({.at_ms = 1,
                                   .pid = 100,
                                   .parent_pid = 1,
                                   .executable = "/usr/bin/bash",
                                   .args = {"bash", "-c", "id"}})
                            .next_file()
                            .linux_start({.at_ms = 3,
                                          .pid = 100,
                                          .parent_pid = 1,
                                          .guid = "{L}",
                                          .executable = "/usr/bin/bash",
                                          .command_line = "bash -c id"})
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "?\n bash\n");
  EXPECT_EQ(snapshot->strings.view(only(*snapshot, "bash").entity_id), "{L}");
}

TEST(Lineage, DerivedEntityIdsDependOnHostPidAndStartAlone) {
  const auto one =
      Story()
          .security_start({.at_ms = 1, .pid = 10, .executable = kCmd, .host = "HOST01"})
          .freeze();
  const auto two =
      Story()
          .security_start({.at_ms = 0, .pid = 5, .executable = kExplorer})
          .security_start({.at_ms = 1, .pid = 10, .executable = kCmd, .host = "host01"})
          .freeze();
  EXPECT_EQ(one->strings.view(only(*one, "cmd.exe").entity_id),
            two->strings.view(only(*two, "cmd.exe").entity_id));
  EXPECT_EQ(one->strings.view(only(*one, "cmd.exe").entity_id).size(), 32u);
}

// The slow way to a derived id: the whole text, then the hashes over it, then the digits.
std::string plain_entity_id(std::string_view host, const ProcessEntity& entity) {
  const std::string text = fmt::format("{}\n{}\n{}\n{}", ascii_lower(host), entity.pid,
                                       entity.start.ns, entity.placeholder ? "?" : "");
  std::uint64_t a = 0xCBF29CE484222325u;
  std::uint64_t b = 0x9E3779B97F4A7C15u;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    a = (a ^ byte) * 0x100000001B3u;
    b = (b + byte) * 0xD6E8FEB86659FD93u;
    b ^= b >> 32;
  }
  return fmt::format("{:016x}{:016x}", a ^ (a >> 31), b);
}

TEST(Lineage, DerivedEntityIdsAreHashesOfHostPidAndStart) {
  Story story;
  for (const char* host : {"HOST01", "db", ""}) {
    for (int i = 0; i < 400; ++i) {
      story.exec({.at_ms = i * 7'919,
                  .pid = 1 + i * i * 31,
                  .parent_pid = 1 + (i / 3) * 17,
                  .executable = i % 2 == 0 ? "/bin/sh" : "/usr/bin/id",
                  .host = host});
    }
  }
  const auto snapshot = story.security_start({.at_ms = -5, .pid = 0, .executable = kCmd}).freeze();
  std::set<std::string_view> ids;
  std::size_t placeholders = 0;
  for (const ProcessEntity& entity : snapshot->tree.entities()) {
    const std::string_view id = snapshot->strings.view(entity.entity_id);
    ASSERT_FALSE(entity.id_recorded);
    ASSERT_EQ(id, plain_entity_id(snapshot->hosts.name(entity.host), entity));
    if (entity.placeholder) ++placeholders;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), snapshot->tree.entities().size());
  EXPECT_GT(ids.size(), 1200u);
  EXPECT_GT(placeholders, 100u);
}

TEST(Lineage, CopiesOfAnEventCountOnceAndTwinsDoNot) {
  const support::Happening h{
      .at_ms = 1, .pid = 10, .executable = kCmd, .command_line = "cmd", .sequence = 7};
  support::Happening forged = h;
  forged.command_line = "cmd /c evil";
  const auto snapshot = Story()
                            .security_start(h)
                            .next_file()
                            .security_start(h)
                            .next_file()
                            .security_start(forged)
                            .freeze();
  EXPECT_EQ(snapshot->events.size(), 2u);
  EXPECT_EQ(snapshot->artifacts[1].log.count(Defect::duplicate_event), 1u);
  EXPECT_EQ(snapshot->artifacts[2].log.count(Defect::duplicate_event), 0u);
}

// Millions of starts of one pid within the window in which twins are sought must not cost the
// square of their number.
TEST(Lineage, ManyLivesOfOnePidStayLinear) {
  Story story;
  for (int i = 0; i < 100'000; ++i) {
    story.security_start(
        {.at_ms = i / 1000, .pid = 10, .parent_pid = 10 + i % 2, .executable = kCmd});
  }
  EXPECT_GE(story.freeze()->tree.entities().size(), 100'000u);
}

}  // namespace
}  // namespace stemma
