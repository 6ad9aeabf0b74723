// Salvage: what a damaged case file still holds. SQLite reads page by page, so that a broken page costs its rows and no more.
#include <fmt/format.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "app/casefile/case_file.hpp"
#include "app/casefile/case_rows.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;

// Rows that are looked at from one end of a table. A forged tree of pages can hold one page very often.
constexpr std::size_t kMaxRowsSeen = 2 * kMaxEvidenceEntries;
// Ids that are tried one by one between what was read from both ends.
constexpr std::int64_t kMaxIdsTried = 200'000;
// Lines about what was lost; the rest is counted.
constexpr std::size_t kLostNamed = 200;
constexpr int kCheckLines = 5;

// A copy in a folder of its own, which goes with it.
class Copy {
 public:
  explicit Copy(const std::string& path) {
    std::error_code error;
    std::string folder = (fs::temp_directory_path(error) / "stemma-case-XXXXXX").string();
    if (error || ::mkdtemp(folder.data()) == nullptr) return;
    folder_ = folder;
    file_ = folder_ / "case.stemma";
    made_ = fs::copy_file(path, file_, error) && !error;
    if (!made_) return;
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, error);
    if (!fs::exists(path + "-journal", error)) return;
    fs::copy_file(path + "-journal", file_.string() + "-journal", error);
    fs::permissions(file_.string() + "-journal", fs::perms::owner_read | fs::perms::owner_write, error);
  }
  ~Copy() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] std::string path() const { return file_.string(); }

 private:
  fs::path folder_, file_;
  bool made_ = false;
};

// SQLite reads nothing of a file that has fewer pages than its head says. One that was cut gets its pages back, empty: each costs
// what was on it (https://www.sqlite.org/fileformat2.html, "The Database Header").
void lengthen(const std::string& path) {
  std::array<unsigned char, 100> head = {};
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  if (!in) return;
  const std::uint64_t page = head[16] == 0 && head[17] == 1 ? 65'536u : static_cast<unsigned>(head[16] << 8 | head[17]);
  std::uint64_t bytes = 0;
  for (const std::size_t at : {28u, 29u, 30u, 31u}) bytes = bytes << 8 | head[at];
  bytes *= page;
  std::error_code error;
  if (bytes <= kMaxCaseFile && bytes > fs::file_size(path, error)) fs::resize_file(path, bytes, error);
}

class Reader {
 public:
  Reader(Connection& connection, Salvaged& out) : connection_(connection), out_(out) {}

  void table(const case_rows::Table& table) {
    std::set<std::int64_t> read;
    std::int64_t last = 0, first = 0;
    if (scan(table, "ASC", read, last)) return;
    if (!scan(table, "DESC", read, first) && first > last + 1 && first - last <= kMaxIdsTried) {
      Statement one = connection_.prepare(fmt::format("{} WHERE id=?1", table.select).c_str());
      for (std::int64_t id = last + 1; id < first; ++id) {
        one.reset();
        one.bind(1, id);
        if (one.step() == SQLITE_ROW) take(table, one, read);
      }
    }
    lose(fmt::format("part of the table {} cannot be read: {} of its rows were", table.name, read.size()));
  }

  // What the index of annotations names and the table no longer holds.
  void missed() {
    std::set<Target> named;
    for (const char* order : {"ASC", "DESC"}) {
      Statement rows = connection_.prepare(fmt::format("SELECT kind, key FROM annotation INDEXED BY sqlite_autoindex_annotation_1 ORDER BY kind {0}, key {0}", order).c_str());
      int code = SQLITE_ROW;
      for (std::size_t seen = 0; seen < kMaxRowsSeen && (code = rows.step()) == SQLITE_ROW; ++seen) {
        const auto kind = rows.text(0), key = rows.text(1);
        if (!kind || !key || !target_kind_of(*kind) || key->size() > kMaxTargetKey) continue;
        named.insert({*target_kind_of(*kind), std::string(*key)});
      }
      if (code == SQLITE_DONE) break;
    }
    for (const Target& target : named) {
      if (out_.contents.annotations.find(target) == nullptr) lose(fmt::format("what was said of {} is lost", case_rows::name_of(target_kind_name(target.kind), target.key)));
    }
  }

  void lose(std::string what) {
    if (out_.lost.size() < kLostNamed)
      out_.lost.push_back(std::move(what));
    else
      ++more_;
  }
  void end() {
    if (more_ != 0) out_.lost.push_back(fmt::format("and {} more", more_));
  }

 private:
  void take(const case_rows::Table& table, const Statement& row, std::set<std::int64_t>& read) {
    const auto id = row.integer(0);
    if (!id || !read.insert(*id).second) return;
    const std::string why = table.take(row, out_.contents);
    if (!why.empty()) lose(fmt::format("row {} of {} is left out: {}", *id, table.name, why));
  }

  // Whether the end was reached. `reached`: the last id that was read.
  bool scan(const case_rows::Table& table, const char* order, std::set<std::int64_t>& read, std::int64_t& reached) {
    Statement rows = connection_.prepare(fmt::format("{} ORDER BY id {}", table.select, order).c_str());
    const std::size_t before = read.size();
    int code = SQLITE_ROW;
    for (std::size_t seen = 0; seen < kMaxRowsSeen && (code = rows.step()) == SQLITE_ROW; ++seen) {
      const std::int64_t id = rows.integer(0).value_or(0);
      if (before != 0 && read.count(id) != 0) return false;  // the other scan was here: what is wrong lies behind
      reached = id;
      take(table, rows, read);
    }
    return code == SQLITE_DONE;
  }

  Connection& connection_;
  Salvaged& out_;
  std::size_t more_ = 0;
};

CaseError fail(CaseError::Kind kind, const std::string& path, std::string_view what) { return {kind, fmt::format("{}: {}", visible(path), what)}; }

}  // namespace

tl::expected<Salvaged, CaseError> read_what_is_left(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return tl::unexpected(fail(fs::exists(path) ? CaseError::Kind::failed : CaseError::Kind::missing, path, error.message()));
  if (size > kMaxCaseFile) return tl::unexpected(fail(CaseError::Kind::not_a_case, path, fmt::format("not a case file: {} bytes are more than {}", size, kMaxCaseFile)));
  const Copy copy(path);
  if (!copy.made()) return tl::unexpected(fail(CaseError::Kind::failed, path, "cannot be copied into the folder for temporary files"));
  if (case_rows::journal_names_a_file(copy.path() + "-journal")) return tl::unexpected(fail(CaseError::Kind::not_a_case, path, "its journal names another file, as no case file's does"));
  {
    Connection first(copy.path(), Connection::Access::write, 0);
    first.run("SELECT 1 FROM sqlite_schema");  // applies the journal
  }
  lengthen(copy.path());
  Connection connection(copy.path(), Connection::Access::write, 0);
  if (connection.error() != SQLITE_OK) return tl::unexpected(case_rows::error_of(connection.error(), path, "read"));
  int code = SQLITE_OK;
  const std::string schema = case_rows::check_schema(connection, code);
  if (!schema.empty()) return tl::unexpected(fail(CaseError::Kind::not_a_case, path, "not a case file: " + schema));
  if (code != SQLITE_DONE) {
    if ((code & 0xFF) == SQLITE_CORRUPT) return tl::unexpected(fail(CaseError::Kind::damaged, path, "nothing of it can be read: its first page is damaged"));
    return tl::unexpected(case_rows::error_of(code, path, "read"));
  }
  Salvaged out;
  Reader reader(connection, out);
  for (const case_rows::Table& table : case_rows::tables()) reader.table(table);
  reader.missed();
  for (const std::string& line : case_rows::check_integrity(connection, kCheckLines)) reader.lose("the check of the file says: " + line);
  reader.end();
  std::sort(out.contents.evidence.begin(), out.contents.evidence.end());
  return out;
}

tl::expected<Salvaged, CaseError> salvage_case(const std::string& path, const std::string& to) {
  auto left = read_what_is_left(path);
  if (!left) return left;
  auto file = CaseFile::create(to);
  if (!file) return tl::unexpected(file.error());
  if (auto saved = file->save(left->contents); !saved) return tl::unexpected(saved.error());
  return left;
}

}  // namespace stemma
