// An annotation and what it is about in the evidence that is open. Whoever has the evidence finds
// it (app/casefile/targets.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/ids.hpp"
#include "reports/annotations.hpp"

namespace stemma {

/// Borrows the annotation. Records with equal bytes, and lives with equal ids, share what is said
/// of them.
struct PlacedAnnotation {
  const Annotation* annotation = nullptr;
  std::vector<EventId> events;           ///< of an event's annotation, ascending
  std::vector<EntityId> entities;        ///< of a process's, ascending
  std::optional<std::uint32_t> finding;  ///< position in the findings of the case
  std::optional<std::uint32_t> run;      ///< position in Incident::invocations

  /// Whether the evidence that is open holds it.
  [[nodiscard]] bool found() const {
    return !events.empty() || !entities.empty() || finding || run;
  }
};

}  // namespace stemma
