#include "app/casefile/case_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include "events/text.hpp"

namespace stemma::case_rows {
namespace {

constexpr const char* kSelectAnnotations =
    "SELECT id, kind, key, sha256, offset, time, verdict, severity, pinned, tags, comment, author, created, changed FROM annotation";
constexpr const char* kSelectEvidence = "SELECT id, path, size, sha256 FROM evidence";
constexpr const char* kSelectSettings = "SELECT id, key, value FROM setting";

std::string joined(const std::vector<std::string>& tags) {
  std::string out;
  for (const std::string& tag : tags) out += (out.empty() ? "" : "\n") + tag;
  return out;
}

std::vector<std::string> split(std::string_view lines) {
  std::vector<std::string> out;
  while (!lines.empty() && out.size() <= kMaxTags) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

std::string take_annotation(const Statement& row, CaseContents& contents) {
  const auto kind_name = row.text(1), key = row.text(2), verdict_text = row.text(6), severity = row.text(7), tags = row.text(9), comment = row.text(10), author = row.text(11);
  const auto pinned = row.integer(8), created = row.integer(12), changed = row.integer(13);
  if (!kind_name || !key || !verdict_text || !severity || !tags || !comment || !author || !pinned || !created || !changed) return "a value is of another type";
  const auto kind = target_kind_of(*kind_name);
  const auto verdict = verdict_of(*verdict_text);
  if (!kind) return fmt::format("{} is nothing that an annotation is about", visible(kind_name->substr(0, 40)));
  if (!verdict) return fmt::format("{} is no verdict", visible(verdict_text->substr(0, 40)));
  if (*pinned != 0 && *pinned != 1) return "the pin is neither set nor unset";
  Annotation annotation;
  annotation.target = {*kind, std::string(*key)};
  if (const auto digest = row.text(3)) {
    const auto offset = row.integer(4), time = row.integer(5);
    if (!offset || !time || *offset < 0) return "the place is not whole";
    annotation.place = TargetPlace{std::string(*digest), static_cast<std::uint64_t>(*offset), Timestamp{*time}};
  }
  annotation.verdict = *verdict;
  annotation.severity = *severity;
  annotation.pinned = *pinned == 1;
  annotation.tags = split(*tags);
  annotation.comment = *comment;
  annotation.author = *author;
  annotation.created = {*created};
  annotation.changed = {*changed};
  // What set() would put right a program of ours has not written.
  if (!annotation.says_something()) return "it says nothing";
  if (contents.annotations.find(annotation.target) != nullptr) return "its target has an annotation already";
  const auto done = contents.annotations.set(std::move(annotation));
  return done ? std::string() : done.error();
}

std::string wrong_with(const EvidenceEntry& entry) {
  if (entry.path.empty()) return "a file of evidence has no path";
  if (entry.path.size() > kMaxEvidencePath) return fmt::format("the path of a file of evidence has {} bytes: at most {} are kept", entry.path.size(), kMaxEvidencePath);
  if (visible(entry.path) != entry.path) return "the path of a file of evidence is no text of one line";
  if (entry.sha256.size() != 64 || entry.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) return "the digest of a file of evidence is no SHA-256";
  return {};
}

std::string wrong_with(const std::string& key, const std::string& value) {
  if (key.empty() || key.size() > kMaxSettingKey || visible(key) != key) return "the name of a setting is no text of one line, or too long";
  if (value.size() > kMaxSettingValue) return fmt::format("the setting {} has {} bytes: at most {} are kept", visible(key), value.size(), kMaxSettingValue);
  if (!is_valid_utf8(value)) return fmt::format("the setting {} is no UTF-8", visible(key));
  return {};
}

std::string take_evidence(const Statement& row, CaseContents& contents) {
  const auto path = row.text(1), digest = row.text(3);
  const auto size = row.integer(2);
  if (!path || !digest || !size || *size < 0) return "a value is of another type";
  if (contents.evidence.size() == kMaxEvidenceEntries) return fmt::format("a case keeps at most {} files of evidence", kMaxEvidenceEntries);
  EvidenceEntry entry{std::string(*path), static_cast<std::uint64_t>(*size), std::string(*digest)};
  std::string wrong = wrong_with(entry);
  if (wrong.empty()) contents.evidence.push_back(std::move(entry));
  return wrong;
}

std::string take_setting(const Statement& row, CaseContents& contents) {
  const auto key = row.text(1), value = row.text(2);
  if (!key || !value) return "a value is of another type";
  if (contents.settings.size() == kMaxSettings) return fmt::format("a case keeps at most {} settings", kMaxSettings);
  std::string wrong = wrong_with(std::string(*key), std::string(*value));
  if (wrong.empty() && !contents.settings.emplace(*key, *value).second) return "it is there already";
  return wrong;
}

int write_annotation(Statement& put, const Annotation& annotation) {
  put.reset();
  put.bind(1, target_kind_name(annotation.target.kind));
  put.bind(2, annotation.target.key);
  if (annotation.place) {
    put.bind(3, annotation.place->sha256);
    put.bind(4, static_cast<std::int64_t>(annotation.place->offset));
    put.bind(5, annotation.place->time.ns);
  } else {
    for (const int column : {3, 4, 5}) put.bind_null(column);
  }
  put.bind(6, verdict_name(annotation.verdict));
  put.bind(7, annotation.severity);
  put.bind(8, std::int64_t{annotation.pinned ? 1 : 0});
  put.bind(9, joined(annotation.tags));
  put.bind(10, annotation.comment);
  put.bind(11, annotation.author);
  put.bind(12, annotation.created.ns);
  put.bind(13, annotation.changed.ns);
  return put.step();
}

// Walks both ordered maps at once: what is in `after` and new or different goes to `put`, what is in `before` alone to `erase`.
template <class Map, class Put, class Erase>
int for_each_change(const Map& before, const Map& after, Put put, Erase erase) {
  auto old = before.begin();
  int code = SQLITE_DONE;
  for (auto next = after.begin(); next != after.end() && code == SQLITE_DONE;) {
    if (old == before.end() || next->first < old->first) {
      code = put(*next++);
    } else if (old->first < next->first) {
      code = erase(*old++);
    } else {
      if (!(old->second == next->second)) code = put(*next);
      ++old;
      ++next;
    }
  }
  for (; old != before.end() && code == SQLITE_DONE; ++old) code = erase(*old);
  return code;
}

}  // namespace

const Table (&tables())[kTables] {
  static constexpr Table kAll[kTables] = {
      {"annotation", kSelectAnnotations, take_annotation}, {"evidence", kSelectEvidence, take_evidence}, {"setting", kSelectSettings, take_setting}};
  return kAll;
}

std::string check_schema(Connection& connection, int& error) {
  std::set<std::string> open{kAnnotationTable, kEvidenceTable, kSettingTable};
  Statement rows = connection.prepare("SELECT type, name, sql FROM sqlite_schema");
  while ((error = rows.step()) == SQLITE_ROW) {
    const auto type = rows.text(0), name = rows.text(1), sql = rows.text(2);
    // Indices that SQLite makes for UNIQUE have no text.
    if (type && *type == "index" && name && name->substr(0, 17) == "sqlite_autoindex_" && !sql) continue;
    if (sql && open.erase(std::string(*sql)) != 0) continue;
    return fmt::format("it holds the {} {}, which no case file has", visible((type ? *type : std::string_view("thing")).substr(0, 40)),
                       visible((name ? *name : std::string_view("without a name")).substr(0, 80)));
  }
  if (error == SQLITE_DONE && !open.empty()) return "a table is missing";
  return {};
}

std::vector<std::string> check_integrity(Connection& connection, int most) {
  std::vector<std::string> out;
  Statement rows = connection.prepare(fmt::format("PRAGMA integrity_check({})", most).c_str());
  int code = SQLITE_ROW;
  while ((code = rows.step()) == SQLITE_ROW) {
    const auto text = rows.text(0);
    if (text && *text == "ok") continue;
    out.push_back(visible((text ? *text : std::string_view("?")).substr(0, 300)));
  }
  if (code != SQLITE_DONE && out.empty()) out.emplace_back(sqlite3_errstr(code));
  return out;
}

int make_tables(Connection& connection) {
  for (const std::string& sql : {std::string("BEGIN IMMEDIATE"), fmt::format("PRAGMA application_id={}", kCaseApplicationId),
                                 fmt::format("PRAGMA user_version={}", kCaseVersion), std::string(kAnnotationTable), std::string(kEvidenceTable),
                                 std::string(kSettingTable), std::string("COMMIT")}) {
    const int code = connection.run(sql.c_str());
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_DONE;
}

int write_changes(Connection& connection, const CaseContents& before, const CaseContents& after) {
  Statement put = connection.prepare(
      "INSERT INTO annotation(kind, key, sha256, offset, time, verdict, severity, pinned, tags, comment, author, created, changed) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT(kind, key) DO UPDATE SET sha256=excluded.sha256, "
      "offset=excluded.offset, time=excluded.time, verdict=excluded.verdict, severity=excluded.severity, pinned=excluded.pinned, "
      "tags=excluded.tags, comment=excluded.comment, author=excluded.author, created=excluded.created, changed=excluded.changed");
  Statement erase = connection.prepare("DELETE FROM annotation WHERE kind=?1 AND key=?2");
  int code = for_each_change(
      before.annotations, after.annotations,
      [&](const auto& entry) { return write_annotation(put, entry.second); },
      [&](const auto& entry) {
        erase.reset();
        erase.bind(1, target_kind_name(entry.first.kind));
        erase.bind(2, entry.first.key);
        return erase.step();
      });
  if (code != SQLITE_DONE) return code;

  Statement put_setting = connection.prepare("INSERT INTO setting(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value=excluded.value");
  Statement erase_setting = connection.prepare("DELETE FROM setting WHERE key=?1");
  code = for_each_change(
      before.settings, after.settings,
      [&](const auto& entry) {
        put_setting.reset();
        put_setting.bind(1, entry.first);
        put_setting.bind(2, entry.second);
        return put_setting.step();
      },
      [&](const auto& entry) {
        erase_setting.reset();
        erase_setting.bind(1, entry.first);
        return erase_setting.step();
      });
  if (code != SQLITE_DONE || before.evidence == after.evidence) return code;

  // A list of evidence is made anew as a whole, seldom.
  if ((code = connection.run("DELETE FROM evidence")) != SQLITE_OK) return code;
  Statement put_evidence = connection.prepare("INSERT INTO evidence(path, size, sha256) VALUES(?1, ?2, ?3)");
  for (const EvidenceEntry& entry : after.evidence) {
    put_evidence.reset();
    put_evidence.bind(1, entry.path);
    put_evidence.bind(2, static_cast<std::int64_t>(entry.size));
    put_evidence.bind(3, entry.sha256);
    if ((code = put_evidence.step()) != SQLITE_DONE) return code;
  }
  return SQLITE_DONE;
}

CaseError error_of(int code, std::string_view path, std::string_view doing) {
  const auto error = [&](CaseError::Kind kind, std::string_view what) { return CaseError{kind, fmt::format("{}: {}", visible(path), what)}; };
  const bool saving = doing == "save";
  switch (code) {
    case SQLITE_READONLY_DBMOVED:
      return error(CaseError::Kind::failed, "was moved or deleted while it was open; nothing is saved there");
    case SQLITE_READONLY_ROLLBACK:
    case SQLITE_READONLY_RECOVERY:
    case SQLITE_READONLY_CANTLOCK:
      return error(CaseError::Kind::failed, "a save was cut off, and cannot be undone where nothing may be written: copy it, with the file that ends in -journal, to where it may");
    default:
      break;
  }
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return error(CaseError::Kind::not_a_case, "not a case file");
    case SQLITE_CORRUPT:
      return error(CaseError::Kind::damaged, "the case file is damaged; what can be read of it can be salvaged into a new file");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(CaseError::Kind::locked, saving ? "another program holds it; nothing of this save was written" : "another program is writing it");
    case SQLITE_FULL:
      return error(CaseError::Kind::full, "there is no room for this save; nothing of it was written");
    case SQLITE_READONLY:
      return error(CaseError::Kind::failed, "may not be written");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return error(CaseError::Kind::failed, saving ? "cannot be written" : "cannot be opened");
    default:
      return error(CaseError::Kind::failed, fmt::format("cannot {}: {}", doing, sqlite3_errstr(code)));
  }
}

bool journal_names_a_file(const std::string& journal) {
  // Such a journal ends with this (https://www.sqlite.org/fileformat2.html, "The Rollback Journal"; pager.c).
  constexpr unsigned char kMagic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
  std::ifstream in(journal, std::ios::binary | std::ios::ate);
  if (!in || in.tellg() < 16) return false;
  in.seekg(-static_cast<std::streamoff>(sizeof kMagic), std::ios::end);
  unsigned char end[sizeof kMagic] = {};
  in.read(reinterpret_cast<char*>(end), sizeof end);
  return in && std::memcmp(end, kMagic, sizeof end) == 0;
}

std::string name_of(std::string_view kind, std::string_view key) { return fmt::format("{} {}", visible(kind.substr(0, 40)), visible(key.substr(0, kMaxTargetKey))); }

}  // namespace stemma::case_rows

namespace stemma {

std::string check_contents(const CaseContents& contents) {
  if (contents.evidence.size() > kMaxEvidenceEntries) return fmt::format("a case keeps at most {} files of evidence", kMaxEvidenceEntries);
  if (contents.settings.size() > kMaxSettings) return fmt::format("a case keeps at most {} settings", kMaxSettings);
  for (const EvidenceEntry& entry : contents.evidence) {
    if (std::string wrong = case_rows::wrong_with(entry); !wrong.empty()) return wrong;
  }
  for (const auto& [key, value] : contents.settings) {
    if (std::string wrong = case_rows::wrong_with(key, value); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace stemma
