// What a document means beyond its fields: which log it is of, whose process starts or ends in it,
// from which machine it is. Looks at facts, never at what a pass wants.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "events/event.hpp"
#include "parsers/ecs/field_paths.hpp"

namespace stemma::ecs {

/// Values of the fields that decide what a document means, as read. Texts are borrowed.
struct Facts {
  std::array<Value, kFacts> first;  ///< the first value of each; an empty text where there is none
  bool process_category = false, any_category = false;
  bool start_type = false, end_type = false, any_type = false;

  void clear() { *this = {}; }
  void add(Fact fact, const Value& value);
  [[nodiscard]] std::string_view text(Fact fact) const {
    const Value& value = first[static_cast<std::size_t>(fact)];
    return value.kind == Value::Kind::text ? value.text : std::string_view{};
  }
  /// As a number, also where it is written as text; empty where it is none, or negative.
  [[nodiscard]] std::optional<std::uint64_t> number(Fact fact) const;
  [[nodiscard]] bool has(Fact fact) const {
    const Value& value = first[static_cast<std::size_t>(fact)];
    return value.kind != Value::Kind::text || !value.text.empty();
  }
};

/// A date as documents have it: RFC 3339, or milliseconds since 1970 as a number. Empty for others.
/// Source: Elasticsearch's default date format, `strict_date_optional_time||epoch_millis`.
std::optional<ParsedTime> time_of(const Value& value);

/// Which log, on which system.
SourceKind source_of(const Facts& facts);

/// Whether a process starts or ends. A process needs a pid or an id for that; states, metrics and
/// alerts tell of events that are documents of their own.
ProcessAct act_of(const Facts& facts);

/// The machine: host.name, or what stands for it in older shapes; empty where nothing does.
std::string_view host_of(const Facts& facts);

}  // namespace stemma::ecs
