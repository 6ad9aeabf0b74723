// The analyst's notes in an incident document: which are told, in which order, and what each is
// about. Used by build_document.cpp alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "reports/build_document.hpp"

namespace stemma {

namespace document_notes {

/// Where the notes that are told stand in IncidentDocument::analyst_notes.
struct NoteIndex {
  std::unordered_map<std::uint32_t, std::uint32_t> by_finding;  ///< position in the case's findings
  std::unordered_map<std::uint32_t, std::uint32_t> by_run;      ///< position in the invocations
  std::map<EntityId, std::uint32_t> by_entity;
  /// Of all annotations, told or not.
  std::unordered_map<std::uint32_t, Verdict> verdicts;

  [[nodiscard]] bool false_positive(std::uint32_t finding) const;
};

/// Fills analyst_notes, figures and caps. Events in their evidence are ids yet (build_document.cpp
/// renames them).
NoteIndex add_notes(const DocumentInput& input, IncidentDocument& document);

/// Says what notes of findings and runs are about, once those are told.
void name_subjects(IncidentDocument& document);

/// Moments of the timeline for events and processes of which something is said.
void add_moments(const DocumentInput& input, const IncidentDocument& document,
                 std::vector<DocumentMoment>& moments);

}  // namespace document_notes
}  // namespace stemma
