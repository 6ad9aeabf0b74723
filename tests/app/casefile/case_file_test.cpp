// Case files as they should be, and files that are none.
#include "app/casefile/case_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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

class CaseFileTest : public ::testing::Test {
 protected:
  // A message without the folder of this run.
  std::string named(std::string message) {
    for (std::size_t at = 0; (at = message.find(dir_.path() + "/", at)) != std::string::npos;)
      message.erase(at, dir_.path().size() + 1);
    return message;
  }
  std::string opened(const CaseOptions& options = {}) { return named(opening(path_, options)); }
  std::string bytes() {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  TempDir dir_;
  std::string path_ = dir_ / "17.stemma";
};

TEST_F(CaseFileTest, WhatIsSavedIsReadAgain) {
  const CaseContents what = contents(200);
  write_case(path_, what);
  const auto file = CaseFile::open(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->contents(), what);
  EXPECT_TRUE(file->writable());
  EXPECT_EQ(file->note(), "");
  EXPECT_TRUE(file->left_out().empty());
  EXPECT_FALSE(fs::exists(path_ + "-journal"));
}

TEST_F(CaseFileTest, OneFileSaysWhatItIs) {
  write_case(path_, contents(1));
  const std::string file = bytes();
  EXPECT_EQ(file.substr(68, 4), "Stem");
  EXPECT_EQ(file.substr(60, 4), std::string("\0\0\0\1", 4));
}

TEST_F(CaseFileTest, ChangesAloneAreWritten) {
  CaseContents what = contents(50);
  auto file = CaseFile::create(path_);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->save(what));
  const auto before = fs::last_write_time(path_);
  ASSERT_TRUE(file->save(what));  // nothing differs: the file is not touched
  EXPECT_EQ(fs::last_write_time(path_), before);
  Annotation changed = annotation(7);
  changed.comment = "second thoughts";
  ASSERT_TRUE(what.annotations.set(changed));
  ASSERT_TRUE(what.annotations.set(annotation(900)));
  what.annotations.erase(annotation(8).target);
  what.settings["zone"] = "UTC";
  what.settings.erase("empty");
  what.evidence.pop_back();
  ASSERT_TRUE(file->save(what));
  EXPECT_EQ(file->contents(), what);
  file = tl::unexpected(CaseError{});
  const auto again = CaseFile::open(path_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->contents(), what);
}

TEST_F(CaseFileTest, TenThousandAnnotations) {
  const CaseContents what = contents(10'000);
  write_case(path_, what);
  const auto file = CaseFile::open(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->contents(), what);
  EXPECT_LT(fs::file_size(path_), 4u << 20);
}

TEST_F(CaseFileTest, WhatIsErasedIsGoneFromTheFile) {
  CaseContents what = contents(20);
  Annotation secret = annotation(3);
  secret.comment = "the password was hunter2hunter2";
  ASSERT_TRUE(what.annotations.set(secret));
  auto file = CaseFile::create(path_);
  ASSERT_TRUE(file->save(what));
  EXPECT_NE(bytes().find("hunter2hunter2"), std::string::npos);
  what.annotations.erase(secret.target);
  ASSERT_TRUE(file->save(what));
  EXPECT_EQ(bytes().find("hunter2hunter2"), std::string::npos);
}

TEST_F(CaseFileTest, NothingIsMadeOverAnotherFile) {
  dir_.write("17.stemma", "precious");
  const auto file = CaseFile::create(path_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, CaseError::Kind::exists);
  EXPECT_EQ(named(file.error().message), "17.stemma: exists already");
  EXPECT_EQ(bytes(), "precious");
  const auto nowhere = CaseFile::create(dir_ / "no/such/folder.stemma");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(named(nowhere.error().message),
            "no/such/folder.stemma: cannot be made: No such file or directory");
}

TEST_F(CaseFileTest, FilesThatAreNoneAreSaidToBe) {
  EXPECT_EQ(opened(), "17.stemma: No such file or directory");
  fs::create_directory(path_);
  EXPECT_EQ(opened(), "17.stemma: not a case file: it is no file");
  fs::remove(path_);
  dir_.write("17.stemma", "");
  EXPECT_EQ(opened(), "17.stemma: not a case file: it is empty");
  dir_.write("17.stemma", "ElfFile");
  EXPECT_EQ(opened(), "17.stemma: not a case file");
  dir_.write("17.stemma", std::string(70'000, 'x'));
  EXPECT_EQ(opened(), "17.stemma: not a case file");
  fs::remove(path_);
  sql(path_, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  EXPECT_EQ(opened(), "17.stemma: not a case file: a database of another program");
  sql(path_, "PRAGMA application_id=0x5374656D");
  EXPECT_EQ(opened(), "17.stemma: not a case file: it has no format");
  sql(path_, "PRAGMA user_version=1");
  EXPECT_EQ(opened(), "17.stemma: not a case file: it holds the table t, which no case file has");
}

TEST_F(CaseFileTest, ANewerFormatIsRefusedAndLeftAlone) {
  write_case(path_, contents(5));
  sql(path_, "PRAGMA user_version=2");
  const std::string before = bytes();
  const auto file = CaseFile::open(path_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, CaseError::Kind::newer);
  EXPECT_EQ(named(file.error().message),
            "17.stemma: was written by a newer Stemma (format 2, this one reads 1); it was left as "
            "it is");
  EXPECT_EQ(bytes(), before);
}

TEST_F(CaseFileTest, NothingInTheSchemaIsRun) {
  const CaseContents what = contents(5);
  write_case(path_, what);
  const fs::path plain = dir_ / "plain";
  fs::copy_file(path_, plain);
  const auto with = [&](const std::string& text) {
    fs::copy_file(plain, path_, fs::copy_options::overwrite_existing);
    sql(path_, text);
    return opened();
  };
  EXPECT_EQ(
      with("CREATE TRIGGER evil AFTER INSERT ON annotation BEGIN DELETE FROM annotation; END"),
      "17.stemma: not a case file: it holds the trigger evil, which no case file has");
  EXPECT_EQ(with("CREATE VIEW evil AS SELECT * FROM annotation"),
            "17.stemma: not a case file: it holds the view evil, which no case file has");
  EXPECT_EQ(with("CREATE INDEX evil ON annotation(hex(comment))"),
            "17.stemma: not a case file: it holds the index evil, which no case file has");
  EXPECT_EQ(with("CREATE VIRTUAL TABLE evil USING fts5(x)").substr(0, 57),
            "17.stemma: not a case file: it holds the table evil, whic");
  EXPECT_EQ(with("ALTER TABLE annotation ADD COLUMN more TEXT AS (hex(comment)) VIRTUAL"),
            "17.stemma: not a case file: it holds the table annotation, which no case file has");
  EXPECT_EQ(with("DROP TABLE setting"), "17.stemma: not a case file: a table is missing");
  // A table of the right name that is a view of another kind.
  EXPECT_EQ(
      with("DROP TABLE setting; CREATE VIEW setting AS SELECT 1 AS id, 'a' AS key, 'b' AS value"),
      "17.stemma: not a case file: it holds the view setting, which no case file has");
}

TEST_F(CaseFileTest, RowsThatNoCaseHasAreLeftOutAndLeftAlone) {
  CaseContents what = contents(3);
  write_case(path_, what);
  sql(path_,
      "UPDATE annotation SET verdict='guilty' WHERE key='key0';"
      "UPDATE annotation SET comment=CAST(x'C3' AS TEXT) WHERE key='key1';"
      "UPDATE annotation SET offset=-1 WHERE key='key2';"
      "INSERT INTO evidence(path, size, sha256) VALUES('/x', 1, 'no digest');"
      "INSERT INTO setting(key, value) VALUES('', 'v');");
  auto file = CaseFile::open(path_);
  ASSERT_TRUE(file) << file.error().message;
  std::vector<std::string> said;
  for (const std::string& line : file->left_out()) said.push_back(named(line));
  EXPECT_EQ(said, (std::vector<std::string>{
                      "17.stemma: row 1 of annotation is left out: guilty is no verdict",
                      "17.stemma: row 2 of annotation is left out: the comment is no UTF-8",
                      "17.stemma: row 3 of annotation is left out: the place is not whole",
                      "17.stemma: row 4 of evidence is left out: the digest of a file of evidence "
                      "is no SHA-256",
                      "17.stemma: row 4 of setting is left out: the name of a setting is no text "
                      "of one line, or too long"}));
  EXPECT_TRUE(file->contents().annotations.empty());
  EXPECT_EQ(file->contents().evidence.size(), 3u);
  // What was not understood is still there after a save of something else, and replaced by one of
  // its target.
  CaseContents next = file->contents();
  ASSERT_TRUE(next.annotations.set(annotation(0)));
  ASSERT_TRUE(file->save(next));
  file = tl::unexpected(CaseError{});
  const auto again = CaseFile::open(path_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->left_out().size(), 4u);
  EXPECT_EQ(again->contents().annotations.size(), 1u);
}

TEST_F(CaseFileTest, WhatACaseDoesNotKeepIsRefusedBeforeItIsWritten) {
  auto file = CaseFile::create(path_);
  ASSERT_TRUE(file);
  const auto saved = [&](auto change) {
    CaseContents what = contents(1);
    change(what);
    const auto done = file->save(what);
    return done ? std::string("saved") : named(done.error().message);
  };
  EXPECT_EQ(
      saved([](CaseContents& c) { c.settings["big"] = std::string(kMaxSettingValue + 1, 'x'); }),
      "17.stemma: the setting big has 1048577 bytes: at most 1048576 are kept");
  EXPECT_EQ(saved([](CaseContents& c) { c.settings["bad"] = "\xFF"; }),
            "17.stemma: the setting bad is no UTF-8");
  EXPECT_EQ(saved([](CaseContents& c) { c.evidence[0].sha256 = "x"; }),
            "17.stemma: the digest of a file of evidence is no SHA-256");
  EXPECT_EQ(saved([](CaseContents& c) {
              for (int i = 0; i < 1001; ++i) c.settings["s" + std::to_string(i)] = "";
            }),
            "17.stemma: a case keeps at most 1000 settings");
  EXPECT_EQ(saved([](CaseContents& c) { c.settings["big"] = std::string(kMaxSettingValue, 'x'); }),
            "saved");
}

TEST_F(CaseFileTest, ASecondProgramReadsAndDoesNotWrite) {
  CaseContents what = contents(4);
  auto first = CaseFile::create(path_);
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->save(what));
  CaseOptions soon;
  soon.busy_ms = 20;
  auto second = CaseFile::open(path_, soon);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_FALSE(second->writable());
  EXPECT_EQ(named(second->note()),
            "17.stemma: another program is writing it; open to read, nothing is saved");
  EXPECT_EQ(second->contents(), what);
  ASSERT_TRUE(what.annotations.set(annotation(77)));
  const auto refused = second->save(what);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, CaseError::Kind::locked);
  EXPECT_EQ(named(refused.error().message),
            "17.stemma: is open to read only; nothing of this save was written");
  // The first is not disturbed by the reader.
  EXPECT_TRUE(first->save(what));
  soon.access = Connection::Access::read;
  const auto reader = CaseFile::open(path_, soon);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->contents(), what);
  EXPECT_EQ(reader->note(), "");
  first = tl::unexpected(CaseError{});
  EXPECT_TRUE(CaseFile::open(path_, soon)->contents() == what);
  EXPECT_TRUE(CaseFile::open(path_)->writable());
}

TEST_F(CaseFileTest, AReaderThatStaysKeepsASaveWaitingAndThenSaysSo) {
  CaseContents what = contents(4);
  CaseOptions soon;
  soon.busy_ms = 20;
  auto file = CaseFile::create(path_, soon);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->save(what));
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM annotation", nullptr, nullptr, nullptr),
      SQLITE_OK);
  ASSERT_TRUE(what.annotations.set(annotation(77)));
  const auto refused = file->save(what);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, CaseError::Kind::locked);
  EXPECT_EQ(named(refused.error().message),
            "17.stemma: another program holds it; nothing of this save was written");
  EXPECT_EQ(file->contents(), contents(4));
  sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr);
  sqlite3_close(reader);
  EXPECT_TRUE(file->save(what));
  EXPECT_EQ(file->contents(), what);
}

TEST_F(CaseFileTest, NoRoomUndoesTheSaveAndALaterOneTriesAgain) {
  CaseOptions small;
  small.max_bytes = 64u << 10;
  auto file = CaseFile::create(path_, small);
  ASSERT_TRUE(file);
  CaseContents what = contents(20);
  ASSERT_TRUE(file->save(what));
  const CaseContents before = what;
  for (std::size_t i = 100; i < 1'000; ++i) ASSERT_TRUE(what.annotations.set(annotation(i)));
  const auto refused = file->save(what);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, CaseError::Kind::full);
  EXPECT_EQ(named(refused.error().message),
            "17.stemma: there is no room for this save; nothing of it was written");
  EXPECT_EQ(file->contents(), before);
  CaseContents less = before;
  ASSERT_TRUE(less.annotations.set(annotation(100)));
  EXPECT_TRUE(file->save(less));
  file = tl::unexpected(CaseError{});
  EXPECT_EQ(CaseFile::open(path_)->contents(), less);
}

// Root may write whatever it likes: for a while it is nobody.
class Nobody {
 public:
  Nobody() : was_(::geteuid()) {
    if (was_ == 0) {
      EXPECT_EQ(::seteuid(65'534), 0);
    }
  }
  ~Nobody() {
    if (was_ == 0) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  uid_t was_;
};

TEST_F(CaseFileTest, AFileThatMayNotBeWrittenIsRead) {
  const CaseContents what = contents(400, 400);
  write_case(path_, what);
  {
    sqlite3* half = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &half), SQLITE_OK);
    sqlite3_exec(
        half, "PRAGMA cache_size=5; PRAGMA cache_spill=5; BEGIN; UPDATE annotation SET comment='x'",
        nullptr, nullptr, nullptr);
    fs::copy_file(path_, dir_ / "cut.stemma");
    fs::copy_file(path_ + "-journal", dir_ / "cut.stemma-journal");
    sqlite3_close(half);
  }
  ::chmod(path_.c_str(), 0444);
  ::chmod((dir_ / "cut.stemma").c_str(), 0444);
  ::chmod((dir_ / "cut.stemma-journal").c_str(), 0444);
  ::chmod(dir_.path().c_str(), 0555);
  {
    const Nobody nobody;
    const auto file = CaseFile::open(path_);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_FALSE(file->writable());
    EXPECT_EQ(named(file->note()), "17.stemma: may not be written; open to read, nothing is saved");
    EXPECT_EQ(file->contents(), what);
    EXPECT_EQ(named(opening(dir_ / "cut.stemma")),
              "cut.stemma: a save was cut off, and cannot be undone where nothing may be written: "
              "copy it, with "
              "the file that ends in -journal, to where it may");
    const auto left = read_what_is_left(dir_ / "cut.stemma");  // of a copy it can
    ASSERT_TRUE(left) << left.error().message;
    EXPECT_EQ(left->contents, what);
  }
  ::chmod(dir_.path().c_str(), 0755);
}

TEST_F(CaseFileTest, AFileThatWasDeletedIsNotWrittenToNowhere) {
  auto file = CaseFile::create(path_);
  ASSERT_TRUE(file);
  fs::remove(path_);
  const auto refused = file->save(contents(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(named(refused.error().message),
            "17.stemma: was moved or deleted while it was open; nothing is saved there");
}

TEST_F(CaseFileTest, ALogOfAnotherKindBesideItIsRefused) {
  write_case(path_, contents(2));
  dir_.write("17.stemma-wal", "x");
  EXPECT_EQ(
      opened(),
      "17.stemma: a write-ahead log lies beside it, as beside no case file; it was left as it is");
  fs::remove(path_ + "-wal");
  sql(path_, "PRAGMA journal_mode=WAL");
  EXPECT_EQ(opened(), "17.stemma: not a case file: its journal is kept in another way");
}

}  // namespace
}  // namespace stemma
