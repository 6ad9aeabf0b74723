// What else happened on a run's machine while it ran: a logon or connection beside it may be the
// same person's. Counted by kind, the first few told, and a command that shows the rest.
#pragma once

#include <span>

#include "reports/build_document.hpp"

namespace stemma::document_activity {

/// So long before a run's start and after its end. Where the end is not known, its last process
/// start counts; else the start.
inline constexpr std::int64_t kAround = 60 * kNsPerSecond;
inline constexpr std::size_t kFirstTold = 3;          ///< of a kind
inline constexpr std::size_t kMaxLookedAt = 100'000;  ///< events of a window; more: `at least`

/// The run's ancestors, the handler above all, are not something else. Fills DocumentRun::elsewhere
/// and ::elsewhere_command; nothing where the run has no time. Evidence names events by id, as
/// while a document is built. O(events of the window), up to the cap.
void add_activity(const DocumentInput& input, const Invocation& run, DocumentRun& to);

}  // namespace stemma::document_activity
