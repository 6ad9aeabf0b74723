// Parts of an incident document that stand for themselves: what coverage says, an event's fields,
// custody. Used by build_document.cpp alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/build_document.hpp"

namespace stemma::document_parts {

/// Logs and gaps of a host, and what its rules could not see.
void describe_coverage(const DocumentInput& input, std::size_t host, DocumentHost& out);

/// Summary and fields; what Elastic keeps twice, or only for machines, is left out.
void describe_event(Event& event, Secrets secrets, ShapeTable& shapes, DocumentEvent& out);

std::vector<DocumentArtifact> describe_artifacts(const DocumentInput& input);

/// Actors, effects and doubts of the whole case in sentences.
std::vector<std::string> summary_of(const DocumentInput& input, const IncidentDocument& document);

/// What happened in a run, in sentences.
std::vector<std::string> story_of(const DocumentInput& input, const Invocation& run,
                                  const DocumentRun& told);

/// A name of the program's own, for people: `script_block` → `script block`.
std::string in_words(std::string_view name);

/// Says in the document's caps that `most` of `all` are told, where that are fewer.
void note_cap(IncidentDocument& document, std::size_t all, std::size_t most, std::string_view what);

/// `1 process`, `1,234 processes`.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);
/// `a, b and c`; of more than `most` the first, and how many more.
std::string list_of(const std::vector<std::string>& words, std::size_t most);

}  // namespace stemma::document_parts
