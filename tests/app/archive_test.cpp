// Collections in archives: what lies in one is read as if it were a folder, whatever kind it is;
// what cannot be read is named, and the rest goes on.
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <clocale>
#include <fstream>

#include "app/session/archive_reader.hpp"
#include "app/session/session.hpp"
#include "events/archive_path.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::TempDir;

enum class Kind { zip, tar, tar_gz };

struct Member {
  std::string name, text;
  mode_t type = AE_IFREG;
};

// An archive as bytes, made by libarchive's writer.
std::string archive_of(Kind kind, const std::vector<Member>& members,
                       const char* password = nullptr) {
  std::string out(16u << 20, '\0');
  std::size_t used = 0;
  archive* made = archive_write_new();
  if (kind == Kind::zip) {
    archive_write_set_format_zip(made);
    if (password != nullptr) {
      EXPECT_EQ(archive_write_set_options(made, "zip:encryption=traditional"), ARCHIVE_OK);
      archive_write_set_passphrase(made, password);
    }
  } else {
    archive_write_set_format_ustar(made);
    if (kind == Kind::tar_gz) archive_write_add_filter_gzip(made);
  }
  archive_write_open_memory(made, out.data(), out.size(), &used);
  for (const Member& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_filetype(entry, member.type);
    archive_entry_set_perm(entry, 0644);
    if (member.type == AE_IFLNK)
      archive_entry_set_symlink(entry, member.text.c_str());
    else
      archive_entry_set_size(entry, static_cast<la_int64_t>(member.text.size()));
    EXPECT_EQ(archive_write_header(made, entry), ARCHIVE_OK) << archive_error_string(made);
    if (member.type == AE_IFREG) archive_write_data(made, member.text.data(), member.text.size());
    archive_entry_free(entry);
  }
  archive_write_close(made);
  archive_write_free(made);
  out.resize(used);
  return out;
}

std::string audit_log(int pid) {
  AuditWriter log("");
  log.exec({.pid = pid, .ppid = 1, .exe = "/usr/bin/id", .argv = {"id"}});
  return log.text();
}

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// What a session found below the folder: `path format host` a line, then what it passed over.
std::string found(const Session& session, const std::string& folder) {
  const auto plain = [&](std::string path) {
    if (path.rfind(folder + "/", 0) == 0) path.erase(0, folder.size() + 1);
    return path;
  };
  std::vector<std::string> lines;
  for (const Artifact& artifact : session.snapshot().artifacts)
    lines.push_back(plain(artifact.path) + " " + artifact.format + " " + artifact.hosts.front() +
                    "\n");
  std::sort(lines.begin(), lines.end());
  for (const auto& [path, why] : session.snapshot().skipped)
    lines.push_back("- " + plain(path) + ": " + why + "\n");
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// Says of a ZIP's members that their names are UTF-8 (APPNOTE.TXT 4.4.4, bit 11), as most programs
// do.
std::string with_utf8_names(std::string zip) {
  for (const auto& [mark, flags] : {std::pair("PK\3\4", 6), std::pair("PK\1\2", 8)}) {
    for (std::size_t at = zip.find(mark); at != std::string::npos; at = zip.find(mark, at + 4))
      zip[at + flags + 1] = static_cast<char>(zip[at + flags + 1] | 8);
  }
  return zip;
}

TEST(Archive, NamesBeyondAsciiAreKeptWhoeverRunsIt) {
  const std::vector<Member> members = {{"h\u00f6st/var/log/audit.log", audit_log(10)}};
  for (const std::string& archive : {archive_of(Kind::zip, members), archive_of(Kind::tar, members),
                                     with_utf8_names(archive_of(Kind::zip, members))}) {
    for (const char* locale : {"C", "C.UTF-8"}) {
      ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr);
      std::string names;
      EXPECT_EQ(read_archive(
                    bytes(archive), [](std::string_view) { return true; },
                    [&](const ArchiveMember& member) { names += member.name + member.refused; }),
                "");
      std::setlocale(LC_ALL, "C");
      EXPECT_EQ(names, "h\u00f6st/var/log/audit.log") << locale;
    }
  }
}

TEST(Archive, IsReadAsAFolderWhateverItsKind) {
  const std::vector<Member> members = {{"node7/etc/hostname", "seven\n"},
                                       {"./node7/var/log/audit/audit.log", audit_log(10)},
                                       {"node8/var/log/audit/audit.log", audit_log(11)}};
  const std::string want =
      "node7/var/log/audit/audit.log auditd seven\n"
      "node8/var/log/audit/audit.log auditd node8\n";
  for (const auto& [kind, name] :
       {std::pair(Kind::zip, "case.zip"), std::pair(Kind::tar, "case.tar"),
        std::pair(Kind::tar_gz, "case.tgz")}) {
    const TempDir dir;
    const std::string path = dir.write(name, archive_of(kind, members));
    const auto session = Session::open({path}, {});
    std::string text;
    for (const std::string line : {"node7/var/log/audit/audit.log auditd seven\n",
                                   "node8/var/log/audit/audit.log auditd node8\n"})
      text += std::string(name) + "!" + line;
    EXPECT_EQ(found(*session, dir.path()),
              text + "- " + name + ": an archive: its 3 members are read as files\n- " + name +
                  "!node7/etc/hostname: no evidence of a known format in it\n");
    EXPECT_EQ(session->snapshot().events.size(), 2u);
    EXPECT_FALSE(session->something_refused());
    for (const Artifact& artifact : session->snapshot().artifacts) {
      const ByteCount& of = artifact.log.bytes;
      EXPECT_EQ(of.parsed + of.recovered + of.refused + of.unused, artifact.content_size);
    }
    // A second pass reads members again.
    EXPECT_NE(session->original(EventId{1}).find("type=EXECVE"), std::string::npos);
  }
}

TEST(Archive, OfOneMachineIsNamedByItsFile) {
  const TempDir dir;
  dir.write("all/web01.tar.gz",
            archive_of(Kind::tar_gz, {{"var/log/audit/audit.log", audit_log(10)}}));
  const auto session = Session::open({dir / "all"}, {});
  EXPECT_EQ(found(*session, dir.path()),
            "all/web01.tar.gz!var/log/audit/audit.log auditd web01\n"
            "- all/web01.tar.gz: an archive: its 1 members are read as files\n");
}

TEST(Archive, WithinAnArchiveIsReadTooAsDeepAsTheCap) {
  std::string inner = archive_of(Kind::zip, {{"var/log/audit/audit.log", audit_log(10)}});
  std::string path = "var/log/audit/audit.log";
  for (std::size_t depth = 1; depth <= kMaxArchiveDepth + 1; ++depth) {
    const TempDir dir;
    const auto session = Session::open({dir.write("a.zip", inner)}, {});
    const bool read = depth <= kMaxArchiveDepth;
    EXPECT_EQ(session->snapshot().artifacts.size(), read ? 1u : 0u) << depth;
    EXPECT_EQ(session->something_refused(), !read) << depth;
    if (read) EXPECT_EQ(session->snapshot().artifacts[0].path, (dir / "a.zip!") + path);
    if (!read)
      EXPECT_NE(found(*session, dir.path()).find("archives nested deeper than 4"),
                std::string::npos);
    inner = archive_of(Kind::zip, {{"in.zip", inner}});
    path = "in.zip!" + path;
  }
}

TEST(Archive, WhatCannotBeReadIsNamedAndTheRestGoesOn) {
  const TempDir dir;
  const std::string path =
      dir.write("case.tar", archive_of(Kind::tar, {{"../up/audit.log", audit_log(9)},
                                                   {"link", "/etc/passwd", AE_IFLNK},
                                                   {"web/audit.log", audit_log(10)},
                                                   {"web/audit.log", audit_log(11)},
                                                   {"empty", ""}}));
  const auto session = Session::open({path}, {});
  EXPECT_EQ(found(*session, dir.path()),
            "case.tar!web/audit.log (2) auditd web\n"
            "case.tar!web/audit.log auditd web\n"
            "- case.tar: an archive: its 5 members are read as files\n"
            "- case.tar!../up/audit.log: its name leads out of the archive\n"
            "- case.tar!empty: empty file\n"
            "- case.tar!link: symbolic link, not followed\n");
}

TEST(Archive, EncryptedMembersAreRefused) {
  const TempDir dir;
  const std::string path =
      dir.write("case.zip", archive_of(Kind::zip, {{"a/audit.log", audit_log(10)}}, "secret"));
  const auto session = Session::open({path}, {});
  EXPECT_EQ(found(*session, dir.path()),
            "- case.zip: an archive: its 1 members are read as files\n"
            "- case.zip!a/audit.log: cannot be read: encrypted\n");
  EXPECT_TRUE(session->something_refused());
}

TEST(Archive, AFlippedByteIsTold) {
  const std::vector<Member> members = {{"a/audit.log", audit_log(10)},
                                       {"b/audit.log", audit_log(11)}};
  for (const Kind kind : {Kind::zip, Kind::tar_gz}) {
    const std::string good = archive_of(kind, members);
    std::size_t silent = 0;
    for (std::size_t at = 60; at < good.size() - 30; at += 7) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      const TempDir dir;
      const auto session = Session::open({dir.write("case.bin", bad)}, {});
      // Times and ownership of a ZIP's headers are under no checksum.
      if (!session->something_refused() && session->snapshot().events.size() == 2) ++silent;
    }
    if (kind == Kind::tar_gz) EXPECT_EQ(silent, 0u);
    EXPECT_LT(silent, good.size() / 7 / 2);
  }
}

TEST(Archive, OneThatEndsEarlyGivesWhatLiesBeforeItsEnd) {
  const std::string whole = archive_of(
      Kind::tar_gz, {{"a/audit.log", audit_log(10)}, {"noise", [] {
                                                        std::string text;
                                                        std::uint32_t x = 1;
                                                        for (int i = 0; i < 100'000; ++i)
                                                          text += static_cast<char>(
                                                              (x = x * 1664525 + 1013904223) >> 24);
                                                        return text;
                                                      }()}});
  const TempDir dir;
  const auto session =
      Session::open({dir.write("case.tgz", whole.substr(0, whole.size() / 2))}, {});
  EXPECT_EQ(session->snapshot().events.size(), 1u);
  EXPECT_TRUE(session->something_refused());
  EXPECT_NE(found(*session, dir.path())
                .find("- case.tgz: an archive that cannot be read whole, 2 members are read as "
                      "files: the gzip stream ends early\n"),
            std::string::npos)
      << found(*session, dir.path());
}

TEST(Archive, ABombIsEnded) {
  const std::string zip = archive_of(Kind::zip, {{"zeros", std::string(15u << 20, '\0')}});
  std::size_t seen = 0;
  EXPECT_EQ(read_archive(
                bytes(zip), [](std::string_view) { return true; },
                [&](ArchiveMember member) { seen = member.bytes.size(); }),
            "");
  EXPECT_EQ(seen, 15u << 20);  // below the size from which the ratio is asked
  // The same stream, forty times, each behind the one before: libarchive sees one tar of 600 MB.
  std::string tar = archive_of(Kind::tar, {{"zeros", std::string(15u << 20, '\0')}});
  tar.resize(tar.size() - 1024);
  std::string all;
  for (int i = 0; i < 10; ++i) all += tar;
  std::string packed(1u << 20, '\0');
  z_stream stream = {};
  ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(all.data());
  stream.avail_in = static_cast<uInt>(all.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  const std::string ended = read_archive(
      bytes(packed), [](std::string_view) { return true; }, [](ArchiveMember) {});
  EXPECT_EQ(ended, "cannot be read: it unpacks to more than 1000 times its size");
}

TEST(Archive, PlacesOfMembers) {
  EXPECT_EQ(place_of_member("/c/case.zip!var/log/x"), "/c/case.zip/var/log/x");
  EXPECT_EQ(place_of_member("a.TAR.GZ!b.zip!x"), "a.TAR.GZ/b.zip/x");
  EXPECT_EQ(place_of_member("/home/we!rd/x"), "/home/we!rd/x");
  EXPECT_EQ(place_of_member("!"), "!");
  EXPECT_EQ(without_archive_ending("web01.tar.gz"), "web01");
  EXPECT_EQ(without_archive_ending(".zip"), ".zip");
  EXPECT_EQ(without_archive_ending("web01"), "web01");
}

}  // namespace
}  // namespace stemma
