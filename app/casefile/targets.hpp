// Keys of what annotations are about: the same whenever the same evidence is opened, wherever it lies and however many threads read it.
//
//   finding   Finding::id
//   run       Invocation::id
//   process   ENTITY_ID@HOST
//   event     HASH@HOST, HASH being the first 128 bits of SHA-256 over the record's bytes, as finding ids have them
//
// The host is in small letters, since names of hosts compare without case; `%`, `@` and characters without a shape are escaped as %XX,
// so that no name of a host can pass for another key; what is too long is replaced by its hash.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "detection/findings/finding.hpp"
#include "detection/invocations/invocation.hpp"
#include "reports/placed_annotation.hpp"

namespace stemma {

Target finding_target(const Finding& finding);
Target run_target(const Invocation& run);
/// O(length of the names).
Target process_target(const CaseSnapshot& snapshot, EntityId entity);
/// Reads and hashes the record.
Target event_target(const Session& session, EventId event);

/// Where an event lies: the `place` of its annotation. @param digests by ArtifactId; may be empty.
TargetPlace event_place(const CaseSnapshot& snapshot, EventId event, std::span<const std::string> digests);

/// What of the open case annotations are looked for in.
struct PlacesToLook {
  const Session& session;
  std::span<const Finding> findings;
  std::span<const Invocation> runs;
  std::span<const std::string> digests;  ///< by ArtifactId; may be empty
};

/// Every annotation with what it is about, in their order; one that is not found is there too, and found() is false.
///
/// An event is looked for among those of its time, by the hash of its bytes and its host; where a newer Stemma reads the time or the
/// extent of the record otherwise, it is known by file and offset. A host that has got a longer name (`web01`, `web01.corp.example`)
/// since is the same one.
/// Cost: O(log events) and a record's hash for each event that shares a time with an annotated one; O(entities) where there is an
/// annotation of a process; O(events) where one of an event was not found by its time.
std::vector<PlacedAnnotation> place_annotations(const PlacesToLook& look, const Annotations& annotations);

}  // namespace stemma
