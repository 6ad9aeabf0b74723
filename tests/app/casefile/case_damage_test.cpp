// Crashes, cuts and changed bytes: a case file is whole, or what is left of it is read and the rest
// named; nothing crashes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "app/casefile/case_file.hpp"
#include "events/text.hpp"
#include "tests/app/casefile/case_fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using support::annotation;
using support::contents;
using support::opening;
using support::sql;
using support::TempDir;
using support::write_case;

constexpr std::size_t kPage = 4096;

std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Every annotation carries the number of the save that wrote it.
CaseContents generation(std::size_t number) {
  CaseContents out;
  for (std::size_t i = 0; i < 200; ++i) {
    Annotation one = annotation(i, 400);
    one.comment = "save " + std::to_string(number) + " " + one.comment;
    one.changed = {static_cast<std::int64_t>(number)};
    EXPECT_TRUE(out.annotations.set(one));
  }
  out.settings["generation"] = std::to_string(number);
  return out;
}

// What was read is part of what was written, nothing else.
void expect_part_of(const CaseContents& part, const CaseContents& whole) {
  for (const auto& [target, one] : part.annotations) {
    const Annotation* original = whole.annotations.find(target);
    ASSERT_NE(original, nullptr) << target.key;
    EXPECT_EQ(one, *original);
  }
  for (const EvidenceEntry& entry : part.evidence)
    EXPECT_NE(std::find(whole.evidence.begin(), whole.evidence.end(), entry), whole.evidence.end());
  for (const auto& [key, value] : part.settings) EXPECT_EQ(whole.settings.at(key), value);
}

TEST(CaseDamage, AKilledProgramLeavesTheLastSaveOrTheOneThatWasBeingWritten) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  std::mt19937 random(17);
  std::size_t journals = 0;
  write_case(path, generation(0));
  std::size_t last_known = 0;
  for (int round = 0; round < 25; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe_ends[0]);
      auto file = CaseFile::open(path);
      if (!file || !file->writable()) ::_exit(1);
      for (std::size_t number = last_known + 1;; ++number) {
        if (!file->save(generation(number))) ::_exit(2);
        if (::write(pipe_ends[1], &number, sizeof number) != sizeof number) ::_exit(3);
      }
    }
    ::close(pipe_ends[1]);
    std::size_t number = 0;
    ASSERT_EQ(::read(pipe_ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number))
        << "the child saved nothing";
    last_known = number;
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    while (::read(pipe_ends[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number))
      last_known = number;
    ::close(pipe_ends[0]);

    journals += fs::exists(path + "-journal") ? 1u : 0u;
    CaseOptions options;
    if (round % 2 == 0)
      options.access = Connection::Access::read;  // a reader undoes what was cut off too
    const auto file = CaseFile::open(path, options);
    ASSERT_TRUE(file) << file.error().message;
    const std::size_t found = std::stoul(file->contents().settings.at("generation"));
    EXPECT_TRUE(found == last_known || found == last_known + 1) << found << " after " << last_known;
    EXPECT_EQ(file->contents(), generation(found));
    last_known = found;
  }
  EXPECT_GT(journals, 0u) << "no save was ever cut off: the test shows nothing";
}

// Another program's transaction, stopped when pages of it are in the file already.
class HalfWritten {
 public:
  explicit HalfWritten(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &db_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db_,
                           "PRAGMA cache_size=5; PRAGMA cache_spill=5; BEGIN; UPDATE annotation "
                           "SET comment='forged';",
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
  }
  ~HalfWritten() { sqlite3_close(db_); }
  HalfWritten(const HalfWritten&) = delete;
  HalfWritten& operator=(const HalfWritten&) = delete;

 private:
  sqlite3* db_ = nullptr;
};

TEST(CaseDamage, ACopyMadeInTheMiddleOfASaveIsTheStateBefore) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  const CaseContents what = contents(500, 400);
  write_case(path, what);
  {
    const HalfWritten half(path);
    fs::copy_file(path, dir / "copy.stemma");
    fs::copy_file(path + "-journal", dir / "copy.stemma-journal");
    fs::copy_file(path, dir / "alone.stemma");
  }
  EXPECT_NE(read_bytes(dir / "copy.stemma").find("forged"), std::string::npos)
      << "nothing was spilled: the test shows nothing";
  const auto copy = CaseFile::open(dir / "copy.stemma");
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->contents(), what);
  // Without its journal it is a mixture, which may hold together; whatever is read is one or the
  // other.
  const auto alone = read_what_is_left(dir / "alone.stemma");
  ASSERT_TRUE(alone) << alone.error().message;
  for (const auto& [target, one] : alone->contents.annotations)
    EXPECT_TRUE(one.comment == "forged" || one == *what.annotations.find(target));
}

TEST(CaseDamage, AJournalThatNamesAnotherFileDeletesNothing) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  write_case(path, contents(500, 400));
  {
    const HalfWritten half(path);
    fs::copy_file(path, dir / "evil.stemma");
    fs::copy_file(path + "-journal", dir / "evil.stemma-journal");
  }
  const std::string victim = dir.write("evidence.evtx", "do not delete");
  // What SQLite writes behind a journal of a transaction over several files.
  std::string end(4, '\0');
  std::uint32_t sum = 0;
  for (const char c : victim) sum += static_cast<std::uint32_t>(static_cast<signed char>(c));
  const auto number = [&end](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) end += static_cast<char>(value >> shift & 0xFF);
  };
  end[1] = '\x40', end[3] = '\x01';  // a page that no case has
  end += victim;
  number(static_cast<std::uint32_t>(victim.size()));
  number(sum);
  end += "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  std::ofstream(dir / "evil.stemma-journal", std::ios::binary | std::ios::app) << end;

  for (const auto access : {Connection::Access::write, Connection::Access::read}) {
    CaseOptions options;
    options.access = access;
    EXPECT_EQ(opening(dir / "evil.stemma", options),
              dir / "evil.stemma" +
                  ": its journal names another file, as no case file's does; it was left as it is");
  }
  EXPECT_FALSE(read_what_is_left(dir / "evil.stemma"));
  EXPECT_EQ(read_bytes(victim), "do not delete");
}

TEST(CaseDamage, CutAtEveryPageWhatIsLeftIsReadAndTheRestNamed) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  const CaseContents what = contents(400, 300);
  write_case(path, what);
  const std::string whole = read_bytes(path);
  const std::size_t pages = whole.size() / kPage;
  ASSERT_GT(pages, 40u);
  std::size_t best = 0;
  const std::string cut = dir / "cut.stemma";
  for (std::size_t kept = 1; kept < pages; ++kept) {
    write_bytes(cut, std::string_view(whole).substr(0, kept * kPage));
    const auto file = CaseFile::open(cut);
    ASSERT_FALSE(file) << kept;
    EXPECT_EQ(file.error().kind, CaseError::Kind::damaged) << file.error().message;
    const auto left = read_what_is_left(cut);
    ASSERT_TRUE(left) << kept << ": " << left.error().message;
    expect_part_of(left->contents, what);
    EXPECT_FALSE(left->lost.empty()) << kept;
    best = std::max(best, left->contents.annotations.size());
    EXPECT_EQ(read_bytes(cut), std::string_view(whole).substr(0, kept * kPage))
        << "the damaged file was changed";
  }
  EXPECT_GT(best, 380u);
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{15}, std::size_t{99}, std::size_t{100}, kPage - 1, kPage + 1}) {
    write_bytes(cut, std::string_view(whole).substr(0, bytes));
    const auto file = CaseFile::open(cut);
    ASSERT_FALSE(file) << bytes;
  }
  write_bytes(cut, std::string_view(whole).substr(0, 60));
  EXPECT_EQ(opening(cut), cut + ": the case file is damaged: it ends after 60 bytes");
}

TEST(CaseDamage, ABrokenPageCostsItsRowsWhichTheIndexNames) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  const CaseContents what = contents(400, 300);
  write_case(path, what);
  std::string bytes = read_bytes(path);
  // A leaf of the table in the middle: cells begin with texts of ours, and the page's first byte
  // says that it is a leaf.
  std::size_t page = 0;
  for (std::size_t at = bytes.size() / 2 / kPage * kPage; page == 0 && at < bytes.size();
       at += kPage)
    if (bytes[at] == 0x0D && bytes.substr(at, kPage).find("note ") != std::string::npos) page = at;
  ASSERT_NE(page, 0u);
  for (std::size_t i = 0; i < 200; ++i) bytes[page + i] = '\xEE';
  write_bytes(path, bytes);
  const auto file = CaseFile::open(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, CaseError::Kind::damaged);
  EXPECT_EQ(file.error().message.substr(0, path.size() + 27), path + ": the case file is damaged ");

  const std::string to = dir / "new.stemma";
  const auto left = salvage_case(path, to);
  ASSERT_TRUE(left) << left.error().message;
  expect_part_of(left->contents, what);
  const std::size_t missing = what.annotations.size() - left->contents.annotations.size();
  EXPECT_GT(missing, 0u);
  EXPECT_LT(missing, 20u);
  EXPECT_EQ(left->contents.evidence, what.evidence);
  EXPECT_EQ(left->contents.settings, what.settings);
  // Each is named.
  std::set<std::string> said(left->lost.begin(), left->lost.end());
  for (const auto& [target, one] : what.annotations) {
    const bool lost = left->contents.annotations.find(target) == nullptr;
    const std::string name = std::string(target_kind_name(target.kind)) + " " + target.key;
    EXPECT_EQ(said.count("what was said of " + name + " is lost"), lost ? 1u : 0u) << name;
  }
  EXPECT_EQ(said.count("part of the table annotation cannot be read: " +
                       std::to_string(left->contents.annotations.size()) + " of its rows were"),
            1u);
  // The new file is a case, and is not written over.
  EXPECT_EQ(CaseFile::open(to)->contents(), left->contents);
  const auto again = salvage_case(path, to);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, to + ": exists already");
}

TEST(CaseDamage, WhatIsNoCaseIsNotSalvaged) {
  const TempDir dir;
  const auto said = [&](const std::string& path) {
    return read_what_is_left(path).error().message;
  };
  EXPECT_EQ(said(dir / "none"), dir / "none" + ": No such file or directory");
  EXPECT_EQ(said(dir.write("text", "plain text, and not short")),
            dir / "text" + ": not a case file");
  sql(dir / "other", "CREATE TABLE t(x)");
  EXPECT_EQ(said(dir / "other"),
            dir / "other" + ": not a case file: it holds the table t, which no case file has");
  EXPECT_FALSE(fs::exists(dir / "none"));
}

TEST(CaseDamage, AWholeFileIsSalvagedWhole) {
  const TempDir dir;
  const CaseContents what = contents(300);
  write_case(dir / "a", what);
  const auto left = salvage_case(dir / "a", dir / "b");
  ASSERT_TRUE(left);
  EXPECT_EQ(left->contents, what);
  EXPECT_TRUE(left->lost.empty());
  EXPECT_EQ(CaseFile::open(dir / "b")->contents(), what);
}

// Whatever comes out of a file keeps the caps and is text.
void expect_sound(const CaseContents& what) {
  EXPECT_EQ(check_contents(what), "");
  for (const auto& [target, one] : what.annotations)
    EXPECT_EQ(check_annotation(one), "") << target.key;
}

TEST(CaseDamage, ChangedBytesNeverCrash) {
  const TempDir dir;
  const std::string path = dir / "17.stemma";
  write_case(path, contents(120, 120));
  const std::string whole = read_bytes(path);
  const std::string changed = dir / "changed.stemma";
  std::mt19937 random(20'261'124);
  std::size_t refused = 0, read = 0, salvaged = 0;
  for (int round = 0; round < 1'500; ++round) {
    std::string bytes = whole;
    const std::size_t flips = 1 + random() % 12;
    // Heads of pages are what SQLite believes most.
    for (std::size_t i = 0; i < flips; ++i) {
      const std::size_t page = random() % (bytes.size() / kPage) * kPage;
      const std::size_t at = random() % 3 == 0 ? page + random() % kPage : page + random() % 64;
      bytes[at] = static_cast<char>(random() % 2 == 0 ? bytes[at] ^ (1 << random() % 8)
                                                      : static_cast<int>(random() % 256));
    }
    write_bytes(changed, bytes);
    auto file = CaseFile::open(changed);
    if (file) {
      ++read;
      expect_sound(file->contents());
      CaseContents more = file->contents();
      ASSERT_TRUE(more.annotations.set(annotation(9'999)));
      if (round % 50 == 0) {
        EXPECT_TRUE(file->save(more));
      }
    } else {
      ++refused;
      EXPECT_EQ(file.error().message.substr(0, changed.size()), changed);
      EXPECT_EQ(visible(file.error().message), file.error().message);
    }
    const auto left = read_what_is_left(changed);
    if (left) {
      ++salvaged;
      expect_sound(left->contents);
      for (const std::string& line : left->lost) EXPECT_EQ(visible(line), line);
    }
  }
  EXPECT_GT(refused, 500u);
  EXPECT_GT(read, 10u);
  EXPECT_GT(salvaged, 500u);
}

}  // namespace
}  // namespace stemma
