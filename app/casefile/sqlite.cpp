#include "app/casefile/sqlite.hpp"

namespace stemma {
namespace {

// The longest text is a setting of 1 MiB; statements are our own and short.
constexpr std::pair<int, int> kLimits[] = {
    {SQLITE_LIMIT_LENGTH, 4 << 20},    {SQLITE_LIMIT_SQL_LENGTH, 8'000},      {SQLITE_LIMIT_COLUMN, 32},
    {SQLITE_LIMIT_EXPR_DEPTH, 20},     {SQLITE_LIMIT_COMPOUND_SELECT, 3},     {SQLITE_LIMIT_VDBE_OP, 25'000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},    {SQLITE_LIMIT_ATTACHED, 0},            {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 32}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1},      {SQLITE_LIMIT_WORKER_THREADS, 0},
};

constexpr std::pair<int, int> kSwitches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_DQS_DML, 0},              {SQLITE_DBCONFIG_DQS_DDL, 0},
};

}  // namespace

void Statement::bind(int parameter, std::string_view text) {
  if (!statement_) return;
  const int error = sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (error != SQLITE_OK) error_ = error;
}

void Statement::bind(int parameter, std::int64_t number) {
  if (!statement_) return;
  const int error = sqlite3_bind_int64(statement_.get(), parameter, number);
  if (error != SQLITE_OK) error_ = error;
}

void Statement::bind_null(int parameter) {
  if (statement_) sqlite3_bind_null(statement_.get(), parameter);
}

int Statement::step() {
  if (error_ != SQLITE_OK) return error_;
  return statement_ ? sqlite3_step(statement_.get()) : SQLITE_MISUSE;
}

void Statement::reset() {
  if (statement_) sqlite3_reset(statement_.get());  // what it returns is the last step's
}

std::optional<std::string_view> Statement::text(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) return std::nullopt;
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::optional<std::int64_t> Statement::integer(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_INTEGER) return std::nullopt;
  return sqlite3_column_int64(statement_.get(), column);
}

Connection::Connection(const std::string& path, Access access, int busy_ms) {
  const int flags = (access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  sqlite3* opened = nullptr;
  error_ = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (error_ != SQLITE_OK) return;
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, busy_ms);
  for (const auto& [limit, most] : kLimits) sqlite3_limit(opened, limit, most);
  for (const auto& [option, value] : kSwitches) {
    const int error = sqlite3_db_config(opened, option, value, nullptr);
    if (error != SQLITE_OK) error_ = error;
  }
  // Sizes of cells are checked before they are believed. EXTRA: as FULL, and the folder is flushed too when a journal goes, so that a
  // save that was told done outlives a power cut. What is erased is overwritten: a comment may have held a password.
  for (const char* sql : {"PRAGMA cell_size_check=ON", "PRAGMA mmap_size=0", "PRAGMA temp_store=MEMORY", "PRAGMA synchronous=EXTRA", "PRAGMA secure_delete=ON"}) {
    const int error = run(sql);
    if (error != SQLITE_OK && error_ == SQLITE_OK) error_ = error;
  }
}

int Connection::run(const char* sql) { return connection_ ? sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) : SQLITE_MISUSE; }

Statement Connection::prepare(const char* sql) {
  Statement out;
  sqlite3_stmt* made = nullptr;
  out.error_ = connection_ ? sqlite3_prepare_v3(connection_.get(), sql, -1, 0, &made, nullptr) : SQLITE_MISUSE;
  out.statement_.reset(made);
  return out;
}

std::optional<std::int64_t> Connection::integer(const char* sql) {
  Statement statement = prepare(sql);
  if (statement.step() != SQLITE_ROW) return std::nullopt;
  return statement.integer(0);
}

}  // namespace stemma
