// Which values a field has over some events, and how often: stacking, as analysts call it.
#pragma once

#include <atomic>
#include <span>

#include "app/session/session.hpp"
#include "reports/redaction.hpp"
#include "ui/case_service.hpp"

namespace stemma {

/// Values by count, most first, then by text; at most ui::kMaxStacked, the others counted. Events without the field are counted too.
/// @param events   ascending; null: all of the case
/// @param dropped  polled; the result is empty where it turned true
/// The same for any number of threads. O(events), decoding those whose value the case does not know anyway.
ui::Stack value_counts(const Session& session, const std::vector<EventId>* events, FieldId field, Secrets secrets, const std::atomic<bool>& dropped);

}  // namespace stemma
