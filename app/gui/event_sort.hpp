// Events of the grid in another order than that of time: sorted by a column, grouped by columns, or both. Not what the columns say
// (column_ranks.hpp), and not the order of time itself, which is that of EventIds.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/gui/column_ranks.hpp"
#include "app/session/session.hpp"
#include "reports/redaction.hpp"
#include "ui/state/event_order.hpp"

namespace stemma {

struct SortInput {
  const std::vector<EventId>* events = nullptr;                 ///< ascending; null: all of the case
  ui::EventGrouping groups = {};                                ///< tidied()
  ui::EventSort sort = {};                                      ///< inside the innermost group
  std::vector<std::pair<EventId, std::string>> notes = {};      ///< by event; what stands in the column of notes
  Secrets secrets = Secrets::redacted;                          ///< sorted by what is shown
  std::size_t max_text = kMaxSortText;
  std::size_t max_groups = ui::kMaxGroups;
};

/// Rows by groups, then by the sort; equal ones in the order of time, the latest first where that is asked for. Groups as EventGroups says.
/// @param dropped    polled every few ten thousand events; the result is empty where it turned true
/// @param looked_at  called now and then with the number of events that were read so far
/// The same for any number of threads. 12 bytes an event while it lasts and 4 for each further column, 8 of what comes out; 10 million events whose
/// keys the case has take some tenths of a second a column.
std::optional<ui::EventOrder> order_of(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at);

}  // namespace stemma
