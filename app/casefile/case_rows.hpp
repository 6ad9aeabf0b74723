// Rows of a case file's tables: how each is made, read, checked and written. Used by case_file.cpp and salvage.cpp alone.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "app/casefile/case_file.hpp"

namespace stemma::case_rows {

/// What a case file's schema is, word for word: a file whose schema says anything else is none.
inline constexpr const char* kAnnotationTable =
    "CREATE TABLE annotation(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, sha256 TEXT, offset INTEGER, time INTEGER, "
    "verdict TEXT NOT NULL, severity TEXT NOT NULL, pinned INTEGER NOT NULL, tags TEXT NOT NULL, comment TEXT NOT NULL, author TEXT NOT NULL, "
    "created INTEGER NOT NULL, changed INTEGER NOT NULL, UNIQUE(kind, key)) STRICT";
inline constexpr const char* kEvidenceTable =
    "CREATE TABLE evidence(id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL) STRICT";
inline constexpr const char* kSettingTable = "CREATE TABLE setting(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT";

/// A table as it is read: `SELECT id, …` without WHERE and ORDER BY, and what takes a row that the statement stands on. `take` says what
/// is wrong with the row, or that a cap is met; empty where it was taken.
struct Table {
  const char* name;
  const char* select;
  std::string (*take)(const Statement& row, CaseContents& contents);
};
inline constexpr std::size_t kTables = 3;
const Table (&tables())[kTables];

/// Whether the schema is that of a case file: empty, or why not.
std::string check_schema(Connection& connection, int& error);

/// What `integrity_check` says, at most `most` lines; empty where it finds nothing.
std::vector<std::string> check_integrity(Connection& connection, int most);

/// Makes the tables of an empty file. SQLITE_DONE or what went wrong.
int make_tables(Connection& connection);

/// Writes what differs between `before` and `after`, in the transaction that is open. SQLITE_DONE or what went wrong.
int write_changes(Connection& connection, const CaseContents& before, const CaseContents& after);

/// What a result code means for whoever opened `path`. @param doing `read` or `save`.
CaseError error_of(int code, std::string_view path, std::string_view doing);

/// Whether a rollback journal ends with the name of another file. SQLite deletes that file when it applies the journal, where the file
/// does not name the journal back. Journals of cases never do, one of somebody else's may.
bool journal_names_a_file(const std::string& journal);

/// The name of what an annotation is about, for messages: `finding 3f2a…`.
std::string name_of(std::string_view kind, std::string_view key);

}  // namespace stemma::case_rows
