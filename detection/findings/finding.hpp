// Finding: what an analyst reads. A rule, the process or event that made it true, every record that
// shows it, and how sure we are. Not a match, which is one record: a process seen in several files
// or sources is one finding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"

namespace stemma {

/// How well the evidence bears a finding of remote execution out. Only for rules that claim one
/// (technique T1651).
enum class Confidence : std::uint8_t {
  none,       ///< the rule makes no such claim
  possible,   ///< the shape of a command line only
  probable,   ///< a path or argument of the channel, run by SYSTEM or root
  confirmed,  ///< the channel's own handler is among the ancestors
};

std::string_view confidence_name(Confidence confidence);

struct Finding {
  std::string id;          ///< the same for the same rule and record, whatever the files are called
  std::uint32_t rule = 0;  ///< index into the rule set
  EventId event;           ///< the record that shows it best
  std::vector<EventId> events;  ///< all records that show it, ascending
  EntityId entity;              ///< none where the event belongs to no process
  ImageId image;                ///< none where the event starts nothing
  Confidence confidence = Confidence::none;
  std::string reason;  ///< why that confidence, in words
  /// Of a sequence or sample: its events in the order of the terms; none where one is missing.
  std::vector<EventId> joined;
  std::string joined_by;  ///< the values that join them
  bool open = false;  ///< the evidence ends before the span in which a missing event was looked for
  EntityId
      run;  ///< the outermost process of the script run it belongs to; none where there is none
};

}  // namespace stemma
