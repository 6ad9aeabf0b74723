// Gaps within files: record ids and audit serials that are not there, and stretches that could not
// be read. Internal to host_evidence.
#pragma once

#include <span>
#include <vector>

#include "detection/coverage/host_evidence.hpp"

namespace stemma {

/// Holes in the record ids of events, which are sorted by them here. Events without an id do not
/// count. Where there are many, the kNamedGaps largest stand alone, the others are one Gap.
std::vector<Gap> id_gaps(const CaseSnapshot& snapshot, std::vector<EventId> events);

/// Whether ids of these events, of several files, are from one count: where they are, time does not
/// fall by more than an hour where one file's ids meet another's.
bool one_count(const CaseSnapshot& snapshot, std::span<const EventId> by_id);

/// Serials that are skipped at once where the log skips few otherwise. The kernel counts up for
/// events that no rule logs, too, so a skip alone says nothing. `events`: of one file, by offset.
std::vector<Gap> serial_gaps(const CaseSnapshot& snapshot, std::span<const EventId> events);

/// What could not be read of a file, each with the times of its neighbours. `events`: of that file,
/// by offset. `events` of another format count as neighbours, too.
struct Damage {
  Gap gap;
  EventId beside;  ///< a neighbour: says whose log it is
};
std::vector<Damage> damage(const CaseSnapshot& snapshot, ArtifactId artifact,
                           std::span<const EventId> events);

}  // namespace stemma
