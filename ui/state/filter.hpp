// Filter: what limits the events that views show, as a list of chips that an analyst can read, edit
// and turn off one by one. Not how events are tested against it, which the program does over the
// evidence (case_service.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"
#include "events/time.hpp"

namespace stemma::ui {

/// One condition. All enabled chips must hold.
struct Chip {
  enum class Kind : std::uint8_t {
    word,     ///< some value of the event contains `text`, without regard to case
    field,    ///< some value of `field` contains `text`; equals it where `exact`
    query,    ///< `text` is an EQL query
    time,     ///< from <= @timestamp <= to
    process,  ///< the event belongs to the process life `entity`; with `below`, or to a descendant
    events,   ///< the event is one of `events`: what a finding or a run rests on
  };
  Kind kind = Kind::word;
  bool enabled = true;
  bool exclude = false;  ///< the opposite must hold
  bool exact = false;    ///< field: the whole value, not a part
  bool below = false;    ///< process: descendants too
  std::string field;     ///< an ECS field name
  std::string text;      ///< UTF-8; of `process` and `events` a label for people
  Timestamp from, to;
  EntityId entity;
  std::vector<EventId> events;  ///< ascending

  bool operator==(const Chip&) const = default;
};

struct Filter {
  std::vector<Chip> chips;
  /// Events that do not match stay, and those that do are marked, instead of the others being
  /// hidden.
  bool highlight = false;

  bool operator==(const Filter&) const = default;
  /// Whether a chip is in force.
  [[nodiscard]] bool limits() const;
};

/// Caps on what a person types or pastes.
inline constexpr std::size_t kMaxSearchText = 64u << 10;
inline constexpr std::size_t kMaxChips = 64;

/// What one line of the search box means. Words are joined by "and"; `"a phrase"` is one word;
/// `-word` excludes; `+word` is a word that must be there, as all are; `Column:value` and
/// `-Column:value` look at one field, `Column:"a value"` too, `Column=value` at the whole value. A
/// text that begins like an EQL query (`process where …`, `any where …`, `sequence …`, `sample …`)
/// is one query chip. Columns are ECS field names or the grid's short names (column_field()).
struct SearchText {
  std::vector<Chip> chips;
  std::string error;  ///< empty where the text was understood; else one message
};
SearchText parse_search(std::string_view text);

/// The ECS field that a short column name stands for (`host` → `host.name`), or the name itself.
std::string column_field(std::string_view name);

/// One chip as people read it: `host.name: web01`, `not cmd.exe`, `10:00:00 – 10:05:00 UTC`.
std::string chip_text(const Chip& chip);

/// The same as a line that parse_search() reads back. Empty for chips that have no text form.
std::string search_text(const Chip& chip);

/// Field and query chips as one EQL query that matches the same single events; words, times and
/// processes have no EQL form, nor have texts that no query can hold (not UTF-8, words for a
/// number): they are named in `left_out`. Empty where nothing is left.
std::string to_eql(const Filter& filter, std::vector<std::string>& left_out);

/// One field chip as an EQL condition, the sign included, without the leading "any where".
std::string condition(const Chip& chip);

}  // namespace stemma::ui
