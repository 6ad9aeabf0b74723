// Runs the audit parser over texts and keeps what came out as plain strings. Each run also checks
// what must hold for any input: the books balance, every event's span lies in its file, and
// decoding it again from its span gives the same event.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma::auditd_test {

struct Seen {
  std::map<std::string, std::vector<std::string>> fields;
  std::map<std::string, Origin> origins;
  ProcessHint process;
  SourceSpan source;
  std::vector<SourceSpan> more_pieces;
  std::uint64_t sequence = 0;
  Timestamp time;
  std::uint64_t hash = 0;

  bool operator==(const Seen& other) const;

  /// Values of a field joined with `|`; `-` where the event has none.
  [[nodiscard]] std::string operator[](std::string_view field) const;
};

struct Parsed {
  std::vector<Seen> events;
  std::vector<ImportLog> logs;  ///< by artifact, in the order given
  std::vector<Unit> units;

  /// `serial serial …` in the order of emission.
  [[nodiscard]] std::string serials() const;
  /// All defects of an artifact: `bad_line @12: no type (5 bytes)` one a line.
  [[nodiscard]] std::string defects(std::size_t artifact = 0) const;
  /// `parsed/refused` records.
  [[nodiscard]] std::string records(std::size_t artifact = 0) const;
};

/// @param block_bytes size of the units; 0: as they are in use
Parsed run(const std::vector<std::string>& texts,
           const std::vector<std::string>& default_hosts = {}, std::uint64_t block_bytes = 0);
inline Parsed run(const std::string& text) {
  return run(std::vector<std::string>{text});
}

/// The same with some fields only.
Parsed run_with(const std::string& text, const Projection& projection);

/// Decodes what begins at `offsets` of one artifact in a second pass.
std::vector<Seen> run_only(const std::vector<std::string>& texts, std::size_t artifact,
                           const std::vector<std::uint64_t>& offsets, std::uint64_t block_bytes);

bool recognized(std::string_view text);

/// The corpus' auditd folder; empty where it is absent.
std::string corpus();
std::string read_file(const std::string& path);

}  // namespace stemma::auditd_test
