// KnownValues: what a frozen case knows of an event's fields without decoding it: of events that
// start a process, its program, command line and arguments, and its parent's; of any event, its
// types. Only values that a decoded and completed event (events/completion) would have exactly so
// are known; of everything else it says nothing.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/ids.hpp"
#include "events/paths.hpp"

namespace stemma {

/// A field's values, not yet written out. Equal keys mean equal values.
struct KnownValue {
  enum class Form : std::uint8_t {
    unknown,  ///< only the event itself can tell
    absent,   ///< the event has no such field, or an empty text in it: the case tells no difference
    text,     ///< one value
    base_name,  ///< the last part of a path
    split,      ///< the arguments in a command line
    args,       ///< the arguments as the kernel recorded them
    types,      ///< a set of event types
  };
  Form form = Form::unknown;
  bool posix = false;       ///< base_name: which separator
  std::uint32_t value = 0;  ///< StringId, TypeSet, or the beginning of an ArgsRange
  std::uint32_t count = 0;  ///< args

  [[nodiscard]] bool known() const { return form != Form::unknown; }
  [[nodiscard]] std::uint64_t key() const {
    return static_cast<std::uint64_t>(form) << 33 | (posix ? std::uint64_t{1} << 32 : 0) | value;
  }
};

class KnownValues {
 public:
  explicit KnownValues(const CaseSnapshot& snapshot) : snapshot_(snapshot) {}

  /// Fields of which something may be known.
  static bool covers(FieldId field);

  /// What is known of a field of an event. `start`: what the event starts, as
  /// ProcessTree::start_of() says; null where it starts nothing. O(1).
  [[nodiscard]] KnownValue of(EventId id, const ProcessStart* start, FieldId field) const;

  /// Writes the values out. Texts are valid until the next call.
  void write(const KnownValue& known, std::vector<std::string_view>& out);

  /// Which of the covered fields the event has, in a number: events of one class and one number
  /// have the same of them.
  [[nodiscard]] std::uint32_t presence(EventId id, const ProcessStart* start) const;

 private:
  [[nodiscard]] KnownValue own(EventId id, const ProcessImage& image, FieldId field) const;
  [[nodiscard]] KnownValue parent(EventId id, const ProcessImage& image, FieldId field) const;
  /// Arguments in a command line; unknown where there are none, since then others may be filled in.
  [[nodiscard]] KnownValue split(StringId command_line) const;

  // Rules that ask for the same arguments ask for them one after the other.
  static constexpr std::size_t kSplit = 64;
  struct Split {
    StringId line;
    std::vector<std::string_view> args;  // parts of the line, or of what had to be made
    std::deque<std::string> made;
  };

  const CaseSnapshot& snapshot_;
  std::array<Split, kSplit> split_ = {};
};

}  // namespace stemma
