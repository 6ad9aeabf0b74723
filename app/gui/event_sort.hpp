// Events of the grid in another order than that of time. Keys come from the hot columns where the frozen case has them, else the events are
// decoded, stretch by stretch. Not the order of time itself, which is that of EventIds.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/session/session.hpp"
#include "reports/redaction.hpp"
#include "ui/state/event_columns.hpp"

namespace stemma {

/// Bytes of decoded values that a sort keeps, each different value once. Values that come after the cap stand behind the others, and are counted.
inline constexpr std::size_t kMaxSortText = 256u << 20;
/// Bytes of a value that are compared: further ones tell hardly anything apart, and a command line may have 32 KiB.
inline constexpr std::size_t kMaxSortKey = 512;

struct SortInput {
  const std::vector<EventId>* events = nullptr;                 ///< ascending; null: all of the case
  ui::EventSort sort;                                           ///< not by time
  std::vector<std::pair<EventId, std::string>> notes = {};      ///< by event; what stands in the column of notes
  Secrets secrets = Secrets::redacted;                          ///< sorted by what is shown
  std::size_t max_text = kMaxSortText;
};

/// Whole numbers by value, before texts; texts by their letters (ASCII, without regard to case), then by their bytes; equal ones in the order of time.
/// @param dropped    polled every few ten thousand events; the result is empty where it turned true
/// @param looked_at  called now and then with the number of events that were read so far
/// The same for any number of threads. 12 bytes an event while it lasts, 8 of what comes out; 10 million events whose keys the case has take some tenths of a second.
std::optional<ui::EventOrder> order_of(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at);

/// How two values are sorted: below, equal to or above 0. Exposed for tests.
int compare_sort_keys(std::string_view a, std::string_view b);

}  // namespace stemma
