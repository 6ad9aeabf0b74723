// The books of what was read. Each parser says of every byte and record of its unit what became of
// it, and notes what is wrong with it; the ledger adds the units up per artifact. The sum `parsed +
// recovered + refused + unused = read` must hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/fault.hpp"

namespace stemma {

/// What became of the bytes of a unit.
struct ByteCount {
  std::uint64_t parsed = 0;     ///< headers and records that were read
  std::uint64_t recovered = 0;  ///< records read from places where live records do not lie
  std::uint64_t refused = 0;    ///< records or lines that should have been read and could not be
  std::uint64_t unused = 0;     ///< slack, padding, blank lines, text of other kinds
  [[nodiscard]] std::uint64_t sum() const { return parsed + recovered + refused + unused; }
  ByteCount& operator+=(const ByteCount& other);
  bool operator==(const ByteCount&) const = default;
};

/// What became of the records of a unit. For auditd a record is a line.
struct RecordCount {
  std::uint64_t parsed = 0;
  std::uint64_t recovered = 0;
  std::uint64_t refused = 0;
  RecordCount& operator+=(const RecordCount& other);
  bool operator==(const RecordCount&) const = default;
};

/// One place where a defect was seen.
struct DefectPlace {
  std::uint64_t offset = 0;  ///< byte offset in the artifact's content
  std::string detail;  ///< values, lower case, no full stop: `stored 1a2b3c4d, computed 00000000`
  bool operator==(const DefectPlace&) const = default;
};

struct DefectEntry {
  std::uint64_t count = 0;
  std::vector<DefectPlace> first_places;  ///< the first kFirstPlaces in offset order
  bool operator==(const DefectEntry&) const = default;
};

/// How many places of one kind of defect are kept per artifact; the rest is counted.
inline constexpr std::size_t kFirstPlaces = 8;

/// What one unit's parser has to say about one artifact. One writer; add() joins units in any order
/// with the same result.
class ImportLog {
 public:
  ByteCount bytes;
  RecordCount records;
  std::uint64_t chunks = 0;  ///< of formats that are made of such and count them: EVTX

  /// Notes a defect at `offset`.
  void note(Defect defect, std::uint64_t offset, std::string_view detail = {});
  /// Notes a fault: same, with the fault's own place and values.
  void note(const Fault& fault);
  /// Adds what another unit of the same artifact said.
  void add(const ImportLog& other);

  [[nodiscard]] const std::map<Defect, DefectEntry>& defects() const { return defects_; }
  [[nodiscard]] std::uint64_t count(Defect defect) const;
  bool operator==(const ImportLog&) const = default;

 private:
  std::map<Defect, DefectEntry> defects_;
};

/// One line a defect place, as messages read: `security.evtx @0x11200: bad_record_size: record size
/// 70000 exceeds chunk end`.
std::string describe(std::string_view path, Defect defect, const DefectPlace& place);

}  // namespace stemma
