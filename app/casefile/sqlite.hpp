// One connection to an SQLite file that somebody else may have made, and statements on it. Result codes are values; nothing throws.
// Not SQL: whoever uses it brings its own, all of it constant.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// Lives no longer than its connection. One thread at a time.
class Statement {
 public:
  Statement() = default;

  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::int64_t number);
  void bind_null(int parameter);
  /// SQLITE_ROW, SQLITE_DONE, or what went wrong.
  int step();
  /// Ready to be stepped again; what was bound stays.
  void reset();

  /// A column of the row; empty where it is of another type, whatever the table says. Texts are valid until the next step and need
  /// not be UTF-8.
  [[nodiscard]] std::optional<std::string_view> text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> integer(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int error_ = SQLITE_OK;  // of preparing
};

/// Hardened as SQLite's "Defense Against The Dark Arts" asks for: no triggers, views, extensions or functions of the schema's run,
/// limits are low, memory is never mapped.
class Connection {
 public:
  enum class Access : std::uint8_t { read, write };

  /// @param path absolute, so that it is neither a URI nor a name of SQLite's own. @param busy_ms how long a lock of another program is
  /// waited for. error() says how it went. Nothing of the file is read yet.
  Connection(const std::string& path, Access access, int busy_ms);
  Connection() = default;

  [[nodiscard]] int error() const { return error_; }
  /// SQLITE_OK or what went wrong.
  int run(const char* sql);
  [[nodiscard]] Statement prepare(const char* sql);
  /// The only integer of the only row; empty where there is none.
  [[nodiscard]] std::optional<std::int64_t> integer(const char* sql);
  [[nodiscard]] bool in_transaction() const { return connection_ && sqlite3_get_autocommit(connection_.get()) == 0; }
  /// Whether the file can only be read, whatever was asked for.
  [[nodiscard]] bool read_only() const { return connection_ && sqlite3_db_readonly(connection_.get(), "main") == 1; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
  int error_ = SQLITE_OK;
};

}  // namespace stemma
