#include "events/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace stemma {

ByteCount& ByteCount::operator+=(const ByteCount& other) {
  parsed += other.parsed;
  recovered += other.recovered;
  refused += other.refused;
  unused += other.unused;
  return *this;
}

RecordCount& RecordCount::operator+=(const RecordCount& other) {
  parsed += other.parsed;
  recovered += other.recovered;
  refused += other.refused;
  return *this;
}

void ImportLog::note(Defect defect, std::uint64_t offset, std::string_view detail) {
  DefectEntry& entry = defects_[defect];
  ++entry.count;
  if (entry.first_places.size() < kFirstPlaces) {
    entry.first_places.push_back({offset, std::string(detail)});
  } else if (offset < entry.first_places.back().offset) {
    entry.first_places.back() = {offset, std::string(detail)};
  } else {
    return;
  }
  std::sort(entry.first_places.begin(), entry.first_places.end(),
            [](const DefectPlace& a, const DefectPlace& b) {
              return std::tie(a.offset, a.detail) < std::tie(b.offset, b.detail);
            });
}

void ImportLog::note(const Fault& fault) {
  // The defect's name stands before the detail wherever both are shown.
  const bool numbers = fault.need != 0 || fault.have != 0;
  note(fault.what, fault.offset,
       numbers ? fmt::format("{} (need {}, have {})", fault.field, fault.need, fault.have)
               : std::string(fault.field));
}

void ImportLog::add(const ImportLog& other) {
  bytes += other.bytes;
  records += other.records;
  chunks += other.chunks;
  for (const auto& [defect, theirs] : other.defects_) {
    DefectEntry& mine = defects_[defect];
    mine.count += theirs.count;
    mine.first_places.insert(mine.first_places.end(), theirs.first_places.begin(),
                             theirs.first_places.end());
    std::sort(mine.first_places.begin(), mine.first_places.end(),
              [](const DefectPlace& a, const DefectPlace& b) {
                return std::tie(a.offset, a.detail) < std::tie(b.offset, b.detail);
              });
    if (mine.first_places.size() > kFirstPlaces) mine.first_places.resize(kFirstPlaces);
  }
}

std::uint64_t ImportLog::count(Defect defect) const {
  const auto found = defects_.find(defect);
  return found == defects_.end() ? 0 : found->second.count;
}

std::string describe(std::string_view path, Defect defect, const DefectPlace& place) {
  std::string text = fmt::format("{} @0x{:x}: {}", path, place.offset, defect_name(defect));
  if (!place.detail.empty()) text += ": " + place.detail;
  return text;
}

}  // namespace stemma
