#include "app/casefile/case_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "app/casefile/case_rows.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;

// Rows that are no case's and are named; the rest is counted.
constexpr std::size_t kLeftOutNamed = 20;
// Lines of a check that finds something: one is enough to refuse.
constexpr int kCheckLines = 1;
// Where SQLite's file format has what is looked at before SQLite is: https://www.sqlite.org/fileformat2.html
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeader = 100, kWriteVersion = 18, kReadVersion = 19, kUserVersion = 60, kApplicationId = 68;

CaseError fail(CaseError::Kind kind, std::string_view path, std::string_view what) { return {kind, fmt::format("{}: {}", visible(path), what)}; }

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// What keeps a file from being opened as a case, by its first bytes; SQLite sees no file that is none.
std::optional<CaseError> wrong_header(const std::string& path, std::uint64_t size) {
  if (size == 0) return fail(CaseError::Kind::not_a_case, path, "not a case file: it is empty");
  std::array<char, kHeader> header = {};
  std::ifstream in(path, std::ios::binary);
  in.read(header.data(), kHeader);
  if (!in && in.gcount() == 0) return fail(CaseError::Kind::failed, path, "cannot be read");
  const auto had = static_cast<std::size_t>(in.gcount());
  if (had < kMagic.size() || std::string_view(header.data(), kMagic.size()) != kMagic) return fail(CaseError::Kind::not_a_case, path, "not a case file");
  if (had < kHeader) return fail(CaseError::Kind::damaged, path, fmt::format("the case file is damaged: it ends after {} bytes", had));
  const std::int64_t application = big_endian(&header[kApplicationId]);
  if (application != kCaseApplicationId) return fail(CaseError::Kind::not_a_case, path, "not a case file: a database of another program");
  const std::int64_t version = big_endian(&header[kUserVersion]);
  if (version > kCaseVersion)
    return fail(CaseError::Kind::newer, path, fmt::format("was written by a newer Stemma (format {}, this one reads {}); it was left as it is", version, kCaseVersion));
  if (version < 1) return fail(CaseError::Kind::not_a_case, path, "not a case file: it has no format");
  if (header[kWriteVersion] != 1 || header[kReadVersion] != 1) return fail(CaseError::Kind::not_a_case, path, "not a case file: its journal is kept in another way");
  return std::nullopt;
}

bool has_journal(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path + "-journal", error);
  return !error && size != 0;
}

}  // namespace

tl::expected<CaseFile, CaseError> CaseFile::create(const std::string& path, const CaseOptions& options) {
  // Never over another file, not even one that comes to be meanwhile.
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
  if (file < 0) {
    if (errno == EEXIST) return tl::unexpected(fail(CaseError::Kind::exists, path, "exists already"));
    return tl::unexpected(fail(CaseError::Kind::failed, path, fmt::format("cannot be made: {}", std::strerror(errno))));
  }
  ::close(file);
  int code = SQLITE_OK;
  {
    std::error_code error;
    Connection connection(fs::canonical(path, error).string(), Connection::Access::write, options.busy_ms);
    code = connection.error();
    if (code == SQLITE_OK) code = case_rows::make_tables(connection);
  }
  if (code != SQLITE_DONE) {
    ::unlink(path.c_str());
    return tl::unexpected(case_rows::error_of(code, path, "save"));
  }
  return open(path, options);
}

tl::expected<CaseFile, CaseError> CaseFile::open(const std::string& path, const CaseOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return tl::unexpected(fail(CaseError::Kind::missing, path, error ? error.message() : "no such file"));
  if (!fs::is_regular_file(status)) return tl::unexpected(fail(CaseError::Kind::not_a_case, path, "not a case file: it is no file"));
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return tl::unexpected(fail(CaseError::Kind::failed, path, error.message()));
  if (size > kMaxCaseFile) return tl::unexpected(fail(CaseError::Kind::not_a_case, path, fmt::format("not a case file: {} bytes are more than {}", size, kMaxCaseFile)));
  // SQLite follows links too, and looks for the journal beside the file itself. The path is absolute, hence neither URI nor `:memory:`.
  const std::string real = fs::canonical(path, error).string();
  if (error) return tl::unexpected(fail(CaseError::Kind::failed, path, error.message()));
  if (auto wrong = wrong_header(real, size)) {
    wrong->message = visible(path) + wrong->message.substr(visible(real).size());
    return tl::unexpected(std::move(*wrong));
  }
  if (case_rows::journal_names_a_file(real + "-journal"))
    return tl::unexpected(fail(CaseError::Kind::not_a_case, path, "its journal names another file, as no case file's does; it was left as it is"));

  if (fs::exists(real + "-wal", error))
    return tl::unexpected(fail(CaseError::Kind::not_a_case, path, "a write-ahead log lies beside it, as beside no case file; it was left as it is"));

  CaseFile file;
  file.path_ = path;
  // What a crash left half done must be undone before it is read, whoever reads.
  const bool writing = options.access == Connection::Access::write;
  file.connection_ = Connection(real, writing || has_journal(real) ? Connection::Access::write : Connection::Access::read, options.busy_ms);
  int code = file.connection_.error();
  if (code != SQLITE_OK) return tl::unexpected(case_rows::error_of(code, path, "read"));
  const std::string size_limit = fmt::format("PRAGMA max_page_count={}", std::max<std::uint64_t>(1, options.max_bytes / 4096));
  if (writing && !file.connection_.read_only()) {
    file.connection_.run(size_limit.c_str());
    code = file.connection_.run("BEGIN IMMEDIATE");
    file.writable_ = code == SQLITE_OK;
    if ((code & 0xFF) == SQLITE_BUSY)
      file.note_ = fmt::format("{}: another program is writing it; open to read, nothing is saved", visible(path));
    else if ((code & 0xFF) == SQLITE_READONLY)
      file.note_ = fmt::format("{}: may not be written; open to read, nothing is saved", visible(path));
    else if (code != SQLITE_OK)
      return tl::unexpected(case_rows::error_of(code, path, "read"));
  } else if (writing) {
    file.note_ = fmt::format("{}: may not be written; open to read, nothing is saved", visible(path));
  }
  if (!file.writable_) {
    code = file.connection_.run("BEGIN");
    if (code != SQLITE_OK) return tl::unexpected(case_rows::error_of(code, path, "read"));
  }
  if (auto done = file.read(); !done) return tl::unexpected(std::move(done.error()));
  if (!file.writable_) {
    file.connection_.run("COMMIT");
    file.connection_ = Connection();  // all is read: the file is nobody's any more
  }
  return file;
}

tl::expected<void, CaseError> CaseFile::read() {
  int code = SQLITE_OK;
  // Once more, as SQLite sees it: a journal that was applied may have brought another first page.
  if (connection_.integer("PRAGMA application_id").value_or(0) != kCaseApplicationId || connection_.integer("PRAGMA user_version").value_or(0) != kCaseVersion)
    return tl::unexpected(fail(CaseError::Kind::not_a_case, path_, "not a case file once its journal was applied"));
  const std::string schema = case_rows::check_schema(connection_, code);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return tl::unexpected(case_rows::error_of(code, path_, "read"));
  if (!schema.empty()) return tl::unexpected(fail(CaseError::Kind::not_a_case, path_, "not a case file: " + schema));
  // Indices too: a save relies on them.
  const std::vector<std::string> wrong = case_rows::check_integrity(connection_, kCheckLines);
  if (!wrong.empty())
    return tl::unexpected(fail(CaseError::Kind::damaged, path_, fmt::format("the case file is damaged ({}); what can be read of it can be salvaged into a new file", wrong.front())));
  std::size_t more = 0;
  for (const case_rows::Table& table : case_rows::tables()) {
    Statement rows = connection_.prepare(table.select);
    while ((code = rows.step()) == SQLITE_ROW) {
      const std::string why = table.take(rows, saved_);
      if (why.empty()) continue;
      if (left_out_.size() == kLeftOutNamed)
        ++more;
      else
        left_out_.push_back(fmt::format("{}: row {} of {} is left out: {}", visible(path_), rows.integer(0).value_or(0), table.name, why));
    }
    if (code != SQLITE_DONE) return tl::unexpected(case_rows::error_of(code, path_, "read"));
  }
  if (more != 0) left_out_.push_back(fmt::format("{}: {} more rows are left out", visible(path_), more));
  std::sort(saved_.evidence.begin(), saved_.evidence.end());
  return {};
}

tl::expected<void, CaseError> CaseFile::save(const CaseContents& contents) {
  if (contents == saved_) return {};
  if (!writable_) return tl::unexpected(fail(CaseError::Kind::locked, path_, "is open to read only; nothing of this save was written"));
  if (std::string wrong = check_contents(contents); !wrong.empty()) return tl::unexpected(fail(CaseError::Kind::failed, path_, wrong));
  auto done = write(contents);
  if (!done && connection_.in_transaction()) connection_.run("ROLLBACK");
  // The lock is taken again at once. Should another program be quicker, the next save says so.
  if (!connection_.in_transaction()) connection_.run("BEGIN IMMEDIATE");
  if (done) saved_ = contents;
  return done;
}

tl::expected<void, CaseError> CaseFile::write(const CaseContents& contents) {
  if (!connection_.in_transaction()) {
    const int code = connection_.run("BEGIN IMMEDIATE");
    if (code != SQLITE_OK) return tl::unexpected(case_rows::error_of(code, path_, "save"));
  }
  int code = case_rows::write_changes(connection_, saved_, contents);
  if (code == SQLITE_DONE) code = connection_.run("COMMIT");
  if (code != SQLITE_OK) return tl::unexpected(case_rows::error_of(code, path_, "save"));
  return {};
}

}  // namespace stemma
