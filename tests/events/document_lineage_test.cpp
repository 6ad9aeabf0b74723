// Lineage of what documents tell: ids in other letters, ids of two programs for one process, and
// lists of ancestors where the records in between are missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/story.hpp"

namespace stemma {
namespace {

using support::edges;
using support::Happening;
using support::Story;
using support::tree_names;

const Happening kServer = {
    .at_ms = 1, .pid = 10, .guid = "a0", .executable = "/usr/sbin/sshd", .command_line = "sshd"};
const Happening kId = {.at_ms = 5000,
                       .pid = 40,
                       .parent_pid = 30,
                       .guid = "d0",
                       .parent_guid = "c0",
                       .executable = "/usr/bin/id",
                       .parent_executable = "/usr/bin/sh",
                       .ancestry = {"c0", "b0", "a0"}};

TEST(DocumentLineage, AListOfAncestorsJoinsWhatNoRecordJoins) {
  const auto snapshot = Story().document_start(kServer).document_start(kId).freeze();
  EXPECT_EQ(tree_names(*snapshot), "sshd\n ?\n  sh\n   id\n");
  EXPECT_EQ(edges(*snapshot), "? > sh (record)\nsh > id (record)\n");
}

TEST(DocumentLineage, TheOrderOfRecordsDoesNotMatter) {
  Happening late = kServer;
  late.at_ms = 9000;
  const auto snapshot = Story().document_start(kId).document_start(late).freeze();
  EXPECT_EQ(tree_names(*snapshot), "sshd\n ?\n  sh\n   id\n");
}

TEST(DocumentLineage, AListThatNamesNobodyKnownAddsNobody) {
  Happening alone = kId;
  alone.ancestry = {"c0", "x1", "x2", "x3"};
  EXPECT_EQ(tree_names(*Story().document_start(kServer).document_start(alone).freeze()),
            "sshd\nsh\n id\n");
}

TEST(DocumentLineage, ARecordsOwnWordOnItsParentStays) {
  Happening shell = {.at_ms = 2000,
                     .pid = 30,
                     .parent_pid = 25,
                     .guid = "c0",
                     .parent_guid = "f0",
                     .executable = "/usr/bin/sh",
                     .parent_executable = "/usr/bin/cron"};
  EXPECT_EQ(
      tree_names(
          *Story().document_start(kServer).document_start(shell).document_start(kId).freeze()),
      "sshd\ncron\n sh\n  id\n");
}

TEST(DocumentLineage, AForgedListInACircleEnds) {
  Happening one = kId;
  one.ancestry = {"c0", "b0", "d0", "c0", "b0", "c0"};
  Happening two = one;
  two.pid = 41;
  two.guid = "e0";
  two.parent_guid = "d0";
  two.ancestry = {"d0", "e0", "c0", "a0", "d0"};
  const auto snapshot = Story().document_start(one).document_start(two).freeze();
  EXPECT_EQ(snapshot->tree.starts().size(), 2u);
}

// A shipper writes a GUID in small letters; the log it read has capitals.
TEST(DocumentLineage, AGuidIsTheSameInAnyLetters) {
  const Happening raw = {.at_ms = 10,
                         .pid = 7,
                         .guid = "{ABCDEF01-0000-0000-0000-00000000000A}",
                         .executable = "C:\\a.exe",
                         .command_line = "a"};
  Happening document = raw;
  document.guid = "{abcdef01-0000-0000-0000-00000000000a}";
  Happening child = {.at_ms = 9000,
                     .pid = 8,
                     .parent_pid = 7,
                     .guid = "{abcdef01-0000-0000-0000-00000000000b}",
                     .parent_guid = document.guid,
                     .executable = "C:\\b.exe"};
  const auto snapshot = Story()
                            .sysmon_start(raw)
                            .add(SourceKind::ecs_sysmon, ProcessAct::start, document)
                            .add(SourceKind::ecs_sysmon, ProcessAct::start, child)
                            .freeze();
  EXPECT_EQ(tree_names(*snapshot), "a.exe\n b.exe\n");
  EXPECT_EQ(snapshot->strings.view(snapshot->tree.entities()[0].entity_id), raw.guid);
}

TEST(DocumentLineage, IdsOfTwoProgramsAreOneProcessThoseOfOneAreTwo) {
  Happening sysmon = {.at_ms = 10,
                      .pid = 7,
                      .guid = "{ABCDEF01-0000-0000-0000-00000000000A}",
                      .executable = "C:\\a.exe"};
  Happening defend = sysmon;
  defend.at_ms = 40;
  defend.guid = "ZGVmZW5kLTctMTIzNA==";
  Happening child = {.at_ms = 5000,
                     .pid = 8,
                     .parent_pid = 7,
                     .guid = "ZGVmZW5kLTgtMTIzNA==",
                     .parent_guid = defend.guid,
                     .executable = "C:\\b.exe"};
  EXPECT_EQ(tree_names(*Story()
                            .sysmon_start(sysmon)
                            .add(SourceKind::ecs_windows, ProcessAct::start, defend)
                            .add(SourceKind::ecs_windows, ProcessAct::start, child)
                            .freeze()),
            "a.exe\n b.exe\n");
  Happening other = sysmon;
  other.guid = "{abcdef01-0000-0000-0000-00000000000c}";
  EXPECT_EQ(tree_names(*Story()
                            .sysmon_start(sysmon)
                            .add(SourceKind::ecs_sysmon, ProcessAct::start, other)
                            .freeze()),
            "a.exe\na.exe\n");
}

}  // namespace
}  // namespace stemma
