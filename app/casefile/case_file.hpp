// The case file: what an analyst said of a collection, in one SQLite file that can be handed on. It holds annotations, the digests of
// the evidence they are about, and settings of whoever shows it; nothing of the evidence itself. Not shared between threads.
//
//   annotation  id, kind, key, sha256, offset, time, verdict, severity, pinned, tags (one a line), comment, author, created, changed
//   evidence    id, path, size, sha256
//   setting     id, key, value
//
// Times are nanoseconds since 1970, UTC. `application_id` is "Stem", `user_version` the format, 1. One file at rest: saves go through
// a rollback journal (FILE-journal), which exists while a save is written and after a crash, and is applied by the next one to open.
// While a case is open to write, a reserved lock is held: others can read what was saved, and cannot write.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "app/casefile/evidence_list.hpp"
#include "app/casefile/sqlite.hpp"
#include "reports/annotations.hpp"

namespace stemma {

inline constexpr std::int64_t kCaseApplicationId = 0x5374656D;  ///< "Stem"
inline constexpr std::int64_t kCaseVersion = 1;
/// Bytes of a case file that are read and written: texts at their caps, and their index.
inline constexpr std::uint64_t kMaxCaseFile = 1u << 30;
inline constexpr std::size_t kMaxSettings = 1'000;
inline constexpr std::size_t kMaxSettingKey = 200;        ///< bytes
inline constexpr std::size_t kMaxSettingValue = 1u << 20;  ///< bytes: a window's layout has some ten thousand

struct CaseError {
  enum class Kind : std::uint8_t {
    missing,     ///< no such file
    exists,      ///< it was to be made, and is there
    not_a_case,  ///< another file, or more in it than a case has
    newer,       ///< written by a newer Stemma
    damaged,     ///< cut or changed: salvage_case() reads what is left
    locked,      ///< another program holds it
    full,        ///< no room for what was to be saved
    failed,      ///< the system refused
  };
  Kind kind = Kind::failed;
  std::string message;  ///< whole: `case-17.stemma: not a case file`
};

/// What a case file holds.
struct CaseContents {
  Annotations annotations;
  std::vector<EvidenceEntry> evidence;          ///< by path
  std::map<std::string, std::string> settings;  ///< layout, filters, saved views, time zone: texts that only their owner understands
  bool operator==(const CaseContents&) const = default;
};

struct CaseOptions {
  Connection::Access access = Connection::Access::write;
  std::uint64_t max_bytes = kMaxCaseFile;  ///< that the file may grow to
  int busy_ms = 2'000;                     ///< how long a lock of another program is waited for
};

class CaseFile {
 public:
  /// Makes a file with nothing in it. Fails where `path` exists.
  static tl::expected<CaseFile, CaseError> create(const std::string& path, const CaseOptions& options = {});

  /// Opens and reads it: O(size). A file of a newer format is refused, not opened to read: what a version does not know may be what
  /// makes a verdict (a false positive would be a finding again), and a report must not leave out what an analyst said.
  /// Where it is asked for writing and cannot be written (read-only, or another program writes it) it is open to read, and note() says so.
  static tl::expected<CaseFile, CaseError> open(const std::string& path, const CaseOptions& options = {});

  CaseFile(CaseFile&&) = default;
  CaseFile& operator=(CaseFile&&) = default;

  /// As last read or saved.
  [[nodiscard]] const CaseContents& contents() const { return saved_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool writable() const { return writable_; }
  /// Why it is open to read only; empty where it is not.
  [[nodiscard]] const std::string& note() const { return note_; }
  /// Rows that hold what no case file has, left out and left alone: whole sentences, the first few, then how many more.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

  /// Writes what differs from contents(), all of it or nothing, and returns when it is on the disk: what an autosave calls. Cheap where
  /// nothing differs. After an error contents() is as before, and the next save tries all of it again.
  tl::expected<void, CaseError> save(const CaseContents& contents);

 private:
  CaseFile() = default;
  tl::expected<void, CaseError> write(const CaseContents& contents);
  tl::expected<void, CaseError> read();

  std::string path_;
  Connection connection_;
  CaseContents saved_;
  std::vector<std::string> left_out_;
  std::string note_;
  bool writable_ = false;
};

/// What could be read of a damaged case file, and what could not.
struct Salvaged {
  CaseContents contents;
  std::vector<std::string> lost;  ///< whole sentences, named where an index still names them
};

/// Reads a copy of the file (with its journal, in the folder for temporary files), row by row, from both ends of each table and between
/// them. The file itself stays as it is.
tl::expected<Salvaged, CaseError> read_what_is_left(const std::string& path);

/// The same, written to the new case file `to`.
tl::expected<Salvaged, CaseError> salvage_case(const std::string& path, const std::string& to);

/// What is wrong with contents that are to be saved, beyond what Annotations sees to: evidence and settings. Empty where nothing is.
std::string check_contents(const CaseContents& contents);

}  // namespace stemma
