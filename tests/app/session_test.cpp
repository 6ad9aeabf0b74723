// Opening collections: what is found, what is skipped and why, how hosts get their names, and that the books balance.
#include "app/session/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "app/session/digest.hpp"
#include "events/paths.hpp"
#include "reports/ledger_text.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"
#include "tests/support/story.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::EvtxWriter;
using support::TempDir;
using support::tree_names;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr Timestamp kNoon{1'795'521'600 * kNsPerSecond};

std::string some_evtx(const std::string& computer = "pc1", int records = 3) {
  EvtxWriter writer;
  for (int i = 0; i < records; ++i) {
    writer.add(support::security_4688(computer, {kNoon.ns + i * kNsPerSecond},
                                      {{"NewProcessId", "0x" + std::to_string(100 + i)}, {"NewProcessName", "C:\\a.exe"}}));
  }
  return writer.bytes();
}

std::string some_audit(std::uint32_t pid = 1000) {
  AuditWriter writer;
  writer.exec({.pid = pid, .ppid = 1, .exe = "/usr/bin/bash", .argv = {"bash"}});
  writer.exec({.pid = pid + 1, .ppid = pid, .exe = "/usr/bin/id", .argv = {"id"}});
  return writer.text();
}

std::string gzip(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::unique_ptr<Session> open(const std::vector<std::string>& paths, unsigned threads = 2) {
  SessionOptions options;
  options.threads = threads;
  return Session::open(paths, options);
}

void expect_balance(const CaseSnapshot& snapshot) {
  for (const Artifact& artifact : snapshot.artifacts) {
    EXPECT_EQ(artifact.log.bytes.sum(), artifact.content_size) << artifact.path;
  }
}

TEST(Discovery, ContentDecidesAndEverythingLeftOutIsNamed) {
  const TempDir dir;
  dir.write("logs/renamed.txt", some_evtx());
  dir.write("logs/also.dat", some_audit());
  dir.write("logs/empty.evtx", "");
  dir.write("logs/lies.evtx", "this is a text file with the wrong extension\n");
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  std::vector<std::string> formats;
  for (const Artifact& artifact : snapshot.artifacts) formats.push_back(artifact.format);
  EXPECT_THAT(formats, ::testing::UnorderedElementsAre("evtx", "auditd"));
  EXPECT_THAT(snapshot.skipped, ElementsAre(Pair(dir / "logs/empty.evtx", "empty file"),
                                            Pair(dir / "logs/lies.evtx", "no evidence of a known format in it")));
  EXPECT_FALSE(session->something_refused());
  EXPECT_EQ(snapshot.events.size(), 5u);
  expect_balance(snapshot);
}

TEST(Discovery, WhatIsNotThereIsUnreadable) {
  const TempDir dir;
  const auto session = open({dir / "missing"});
  EXPECT_THAT(session->snapshot().skipped, ElementsAre(Pair(dir / "missing", "cannot be read: no such file or directory")));
  EXPECT_TRUE(session->something_refused());
}

TEST(Discovery, LinksAreNotFollowed) {
  const TempDir outside;
  outside.write("secret.evtx", some_evtx());
  const TempDir dir;
  dir.write("a.evtx", some_evtx("pc2"));
  std::filesystem::create_symlink(outside.path(), dir / "folder");
  std::filesystem::create_symlink(outside / "secret.evtx", dir / "file.evtx");
  std::filesystem::create_symlink(dir.path(), dir / "circle");
  const auto session = open({dir.path()});
  EXPECT_EQ(session->snapshot().artifacts.size(), 1u);
  EXPECT_THAT(session->snapshot().skipped, ElementsAre(Pair(dir / "circle", "symbolic link, not followed"),
                                                       Pair(dir / "file.evtx", "symbolic link, not followed"),
                                                       Pair(dir / "folder", "symbolic link, not followed")));
}

TEST(Discovery, AFileCollectedTwiceIsReadOnce) {
  const TempDir dir;
  dir.write("a/Security.evtx", some_evtx());
  dir.write("b/Security-copy.evtx", some_evtx());
  std::string other = some_evtx();
  other[other.size() - 1] = 'x';  // same size, other content
  dir.write("c/Security.evtx", other);
  const auto session = open({dir.path(), dir / "a"});
  const CaseSnapshot& snapshot = session->snapshot();
  ASSERT_EQ(snapshot.artifacts.size(), 2u);
  for (const Artifact& artifact : snapshot.artifacts) {
    if (artifact.path == dir / "a/Security.evtx") {
      EXPECT_THAT(artifact.copies, ElementsAre(dir / "b/Security-copy.evtx"));
    } else {
      EXPECT_THAT(artifact.copies, IsEmpty());
    }
  }
  EXPECT_EQ(snapshot.events.size(), 3u);  // the third file holds the same events, which count once
}

TEST(Discovery, PackedLogsAreUnpackedAndDamageCostsTheTail) {
  const TempDir dir;
  std::string log;
  for (std::uint32_t i = 0; i < 200; ++i) log += some_audit(1000 + 2 * i);
  const std::string packed = gzip(log);
  dir.write("good/audit.log.2.gz", gzip(some_audit(50'000)));
  dir.write("cut/audit.log.1.gz", packed.substr(0, packed.size() / 2));
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  ASSERT_EQ(snapshot.artifacts.size(), 2u);
  for (const Artifact& artifact : snapshot.artifacts) {
    EXPECT_EQ(artifact.decoders, "gzip");
    const bool cut = artifact.path == dir / "cut/audit.log.1.gz";
    EXPECT_EQ(artifact.log.count(Defect::truncated), cut ? 1u : 0u) << artifact.path;
    EXPECT_GT(artifact.log.records.parsed, 0u);
  }
  EXPECT_TRUE(session->something_refused());
  expect_balance(snapshot);
}

TEST(Hosts, AuditLogsWithoutNodeAreNamedByTheCollectedFileSystem) {
  const TempDir dir;
  dir.write("one/etc/hostname", "web01\n");
  dir.write("one/var/log/audit/audit.log", some_audit(1000));
  dir.write("two/var/log/audit/audit.log", some_audit(2000));
  dir.write("three/audit.log", some_audit(3000));
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  std::vector<std::string> names;
  for (std::uint32_t id = 1; id <= snapshot.hosts.size(); ++id) names.emplace_back(snapshot.hosts.name(HostId{id}));
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("web01", "two", "three"));
}

std::string some_settings() { return R"({"runtimeSettings":[{"handlerSettings":{"publicSettings":{"source":{"script":"id"}}}}]})"; }

std::vector<std::string> host_names(const CaseSnapshot& snapshot) {
  std::vector<std::string> names;
  for (std::uint32_t id = 1; id <= snapshot.hosts.size(); ++id) names.emplace_back(snapshot.hosts.name(HostId{id}));
  return names;
}

TEST(Hosts, FilesOfAWindowsMachineAreNamedByTheFolderAboveItsDrive) {
  const std::string plugin = "Packages/Plugins/Microsoft.CPlat.Core.RunCommandWindows/1.1.22/RuntimeSettings/";
  const TempDir dir;
  dir.write("vm-a/C/" + plugin + "0.settings", some_settings());
  dir.write("vm-b/C:/" + plugin + "0.settings", some_settings());
  dir.write("Collection-vm-c-2026-05-13T07_10_00Z/uploads/auto/C%3A/" + plugin + "0.settings", some_settings());
  dir.write("vm-d/" + plugin + "0.settings", some_settings());
  dir.write("vm-e/WindowsAzure/Logs/WaAppAgent.log", "[1+2] [05/12/2026 09:14:03.12] [INFO] x\n");
  dir.write("vm-f/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/config/0.settings", some_settings());
  dir.write("vm-g/D/" + plugin + "C/0.settings", some_settings());
  const auto session = open({dir.path()});
  EXPECT_THAT(host_names(session->snapshot()), ::testing::UnorderedElementsAre("vm-a", "vm-b", "vm-c", "vm-d", "vm-e", "vm-f", "vm-g"));
  // The same where the drive, or a file below it, is what was given.
  for (const std::string& given : {std::string("vm-a/C"), std::string("vm-a/C/Packages"), "vm-a/C/" + plugin + "0.settings"}) {
    EXPECT_THAT(host_names(open({dir / given})->snapshot()), ElementsAre("vm-a")) << given;
  }
}

// Copies are one artifact; where the place says which run a file is about, equal files are not copies.
TEST(Discovery, EqualSettingsAtTwoPlacesAreTwoRuns) {
  const TempDir dir;
  const std::string folder = "var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28/config/";
  dir.write("a/" + folder + "one.0.settings", some_settings());
  dir.write("a/" + folder + "two.0.settings", some_settings());
  dir.write("b/" + folder + "one.0.settings", some_settings());
  dir.write("x/a/" + folder + "one.0.settings", some_settings());  // the first machine, collected twice
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  EXPECT_EQ(snapshot.artifacts.size(), 4u);
  EXPECT_EQ(snapshot.events.size(), 3u);
  const Projection all = Projection::all();
  std::vector<std::string> runs;
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    Event event;
    ASSERT_TRUE(session->decode(EventId::from_index(i), all, event));
    runs.push_back(std::string(event.text(field::host_name)) + " " + std::string(event.text(field::run_name)));
  }
  EXPECT_THAT(runs, ::testing::UnorderedElementsAre("a one", "a two", "b one"));
  expect_balance(snapshot);
}

TEST(Discovery, AScriptThatHoldsAuditLinesIsAScript) {
  const TempDir dir;
  dir.write("vm/var/lib/waagent/run-command/download/7/script.sh", some_audit());
  dir.write("vm/var/lib/waagent/run-command/download/8/dropped.evtx", some_evtx());
  dir.write("vm/var/lib/waagent/run-command/download/9/script.sh", "id\n");
  dir.write("vm/var/lib/waagent/run-command/download/10/script.sh", "id\n");
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  EXPECT_EQ(snapshot.events.size(), 0u);
  ASSERT_EQ(snapshot.artifacts.size(), 3u);
  std::size_t copies = 0;
  for (const Artifact& artifact : snapshot.artifacts) {
    EXPECT_EQ(artifact.format, "script_files");
    copies += artifact.copies.size();
  }
  EXPECT_EQ(copies, 1u);
  expect_balance(snapshot);
}

// An agent's line at the top of an audit log hides nothing of it, and no byte is booked twice.
TEST(Discovery, AuditLogsWithAnAgentsLineInThemAreBoth) {
  const TempDir dir;
  const std::string line = "2021-10-25T19:16:28.553583Z INFO ExtHandler ExtHandler x\n";
  dir.write("audit.log", line + some_audit() + line + "what goes on with it\n");
  const auto session = open({dir.path()});
  const CaseSnapshot& snapshot = session->snapshot();
  ASSERT_EQ(snapshot.artifacts.size(), 1u);
  EXPECT_EQ(snapshot.artifacts[0].format, "auditd,azure_guest_log");
  EXPECT_EQ(snapshot.events.size(), 4u);
  EXPECT_EQ(snapshot.artifacts[0].log.bytes.unused, 0u);
  expect_balance(snapshot);
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    Event event;
    EXPECT_TRUE(session->decode(EventId::from_index(i), Projection::all(), event));
  }
}

TEST(Session, DecodesAnyEventAgainWithWhatTheTreeKnows) {
  const TempDir dir;
  dir.write("audit.log", some_audit());
  const auto session = open({dir.path()});
  ASSERT_EQ(session->snapshot().events.size(), 2u);
  const Projection all = Projection::all();
  Event event;
  ASSERT_TRUE(session->decode(EventId{2}, all, event));
  EXPECT_EQ(event.text(field::process_executable), "/usr/bin/id");
  EXPECT_EQ(event.text(field::process_parent_executable), "/usr/bin/bash");
  EXPECT_EQ(event.text(field::process_parent_command_line), "bash");
  const std::string original = session->original(EventId{2});
  EXPECT_NE(original.find("exe=\"/usr/bin/id\""), std::string::npos) << original;
}

TEST(Session, EveryPassSeesTheSameEventsForAnyNumberOfThreads) {
  const TempDir dir;
  dir.write("a.evtx", some_evtx("pc1", 700));
  dir.write("audit.log", some_audit());
  std::string first;
  for (const unsigned threads : {1u, 8u}) {
    const auto session = open({dir.path()}, threads);
    std::string text;
    session->render_in_order(
        {}, Projection::all(),
        [](unsigned, EventId id, Event& event, std::string& out) {
          out += std::to_string(id.value) + " " + std::string(event.text(field::process_name)) + " " +
                 std::string(event.text(field::process_entity_id)) + "\n";
        },
        [&](const std::string& part) { text += part; });
    text += tree_names(session->snapshot());
    if (first.empty()) first = text;
    EXPECT_EQ(text, first) << threads;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n') > 702, true);
  }
}

TEST(Session, AChunkThatLostItsSignatureIsRefusedAndItsRecordsRecovered) {
  EvtxWriter writer;
  for (int chunk = 0; chunk < 3; ++chunk) {
    if (chunk != 0) writer.chunk();
    writer.add(support::security_4688("pc1", {kNoon.ns + chunk * kNsPerSecond},
                                      {{"NewProcessId", "0x" + std::to_string(200 + chunk)}, {"NewProcessName", "C:\\a.exe"}}));
  }
  writer.overwrite("chunk[1].signature", "WHATEVER");
  const TempDir dir;
  dir.write("s.evtx", writer.bytes());
  const auto session = open({dir.path()});
  EXPECT_EQ(session->snapshot().events.size(), 3u);
  EXPECT_EQ(session->snapshot().artifacts[0].log.records.parsed, 2u);
  EXPECT_EQ(session->snapshot().artifacts[0].log.records.recovered, 1u);
  EXPECT_EQ(session->snapshot().artifacts[0].log.count(Defect::bad_magic), 1u);
  EXPECT_TRUE(session->something_refused());
  expect_balance(session->snapshot());
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(sha256_hex(std::string_view("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const TempDir dir;
  dir.write("audit.log", some_audit());
  const auto session = open({dir.path()});
  EXPECT_THAT(artifact_digests(*session), ElementsAre(sha256_hex(some_audit())));
}

TEST(LedgerLine, SaysWhatWasRead) {
  const TempDir dir;
  dir.write("audit.log", some_audit());
  dir.write("note.txt", "hello");
  EXPECT_EQ(ledger_line(open({dir.path()})->snapshot()),
            "1 artifact, " + grouped(some_audit().size()) + " bytes: 12 records read, 0 recovered, 0 refused; 1 file skipped");
}

}  // namespace
}  // namespace stemma
