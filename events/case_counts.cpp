#include "events/case_counts.hpp"

#include <algorithm>

#include "events/event_store.hpp"
#include "events/process_record.hpp"

namespace stemma {
namespace {

// While rows are put in order: the rows, their order, the number each one gets, and one column
// twice. A pass later on takes less: the store, and an EventPlan while it is made.
constexpr std::uint64_t kSortingBytes = EventColumns::kBytesPerRow + 4 + 4 + 8;
static_assert(kSortingBytes >= EventStore::kBytesPerEvent + 2 * sizeof(EventId));

// Lives, images, their parts of the tree, and the maps by pid and GUID, all at once, as measured
// with every list at the end of a doubling.
constexpr std::uint64_t kLineageBytesPerStart = 1100;

// Any record or mention while lineage walks over it: its place in the order of happening.
constexpr std::uint64_t kLineageBytesPerRecord = 72;

}  // namespace

CaseCounts& CaseCounts::operator+=(const CaseCounts& other) {
  events += other.events;
  records += other.records;
  starts += other.starts;
  mentions += other.mentions;
  args += other.args;
  string_bytes += other.string_bytes;
  class_bytes += other.class_bytes;
  return *this;
}

std::uint64_t CaseCounts::most_memory() const {
  const std::uint64_t kept = string_bytes + class_bytes + args * sizeof(StringId) +
                             records * sizeof(ProcessRecord) + mentions * sizeof(ProcessMention);
  const std::uint64_t sorting = events * kSortingBytes;
  const std::uint64_t lineage = events * EventStore::kBytesPerEvent +
                                starts * kLineageBytesPerStart +
                                (records + mentions) * kLineageBytesPerRecord;
  return kept + std::max(sorting, lineage);
}

}  // namespace stemma
