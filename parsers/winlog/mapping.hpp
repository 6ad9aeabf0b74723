// Windows events to ECS: which field each value of a WinEvent becomes. Container-independent: EVTX
// and Sysmon for Linux share it. Not the reading of events, and not lineage.
//
// Source of names and values: the Elastic Common Schema and what Elastic's shippers write for the
// same events; where this differs from them, docs/ecs-differences-windows.md says so and why.
// Values are looked up by name, never by position or event version.
#pragma once

#include <memory>
#include <string_view>

#include "events/event.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma {

/// Maps events one after another and keeps what it worked out for each kind of event, also for
/// mappers made later on the same thread. One thread, cheap to make.
class WinlogMapper {
 public:
  WinlogMapper();
  ~WinlogMapper();
  WinlogMapper(const WinlogMapper&) = delete;
  WinlogMapper& operator=(const WinlogMapper&) = delete;

  /// Adds `from`'s fields to `to`, which was reset with the pass's projection and holds nothing
  /// yet; fields it does not want cost next to nothing. Sets also time, time_digits, source_kind,
  /// sequence (EventRecordID, where there is one) and process. Text is copied into `to`, unless
  /// that was reset with Texts::borrowed: then it is a view of `from`'s, of `default_host`, or of
  /// this mapper's memory, good until the decoder turns to the next record or map() is called
  /// again.
  /// @param default_host host.name where the event names no computer
  ///
  /// process.entity_id is Sysmon's ProcessGuid as Windows renders it: braces, upper case
  /// (Linux-Sysmon: as written). user.* is the event's subject, never the writer, whose SID stays
  /// in winlog.user.identifier. `winlog.event_data.X` keeps every value of EventData under its own
  /// name; unnamed ones are the list winlog.event_data.Data and winlog.event_data.param1 …, and
  /// UserData's are winlog.user_data.<path>. Absent markers (is_absent) make no ECS field; in
  /// event_data they are kept as written, except for Sysmon's, and except for empty values.
  void map(const WinEvent& from, Event& to, std::string_view default_host = {});

  /// Whether map() for `wanted` would look at the event data value called `name` (empty: unnamed
  /// `Data`) or, with `user_data`, at the UserData leaf of that path. A decoder may leave out of
  /// `event_data` and `user_data` every value for which this is false: the event that map() makes
  /// is the same. May say true for a value that turns out not to matter, never false for one that
  /// does.
  /// @param system only provider_name and event_id are looked at, so an answer holds for every
  ///   event that shares both, whatever its template
  /// Cost: some table look-ups; ask once per kind of event and item, not per record.
  [[nodiscard]] static bool reads(const WinEvent& system, bool user_data, std::string_view name,
                                  const Projection& wanted);

  /// The same for `rendered_message`.
  [[nodiscard]] static bool reads_message(const Projection& wanted);

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

}  // namespace stemma
