// One record of an activity log as an export wrote it: the members that mean something, by name,
// whatever form they came in. What they become in ECS is activity_mapper.hpp's.
//
//     REST, az, portal      {"eventTimestamp":…,"operationName":{"value":…},"status":{"value":…},…}
//     resource log schema   {"time":…,"operationName":"…","resultType":"…","identity":{…},…}
//     Log Analytics         {"TimeGenerated":…,"OperationNameValue":"…","Claims":"{…}",…}, as an
//                           object, a row of a table, or a line of CSV
//
// Source: Azure Monitor reference, "Azure Activity Log event schema" and table AzureActivity.
#pragma once

#include <simdjson.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "events/event.hpp"

namespace stemma::azure {

/// Members of records. Names that mean the same in all forms are one key.
enum class Key : std::uint8_t {
  // when
  event_timestamp,  // REST
  time,             // resource log
  time_generated,   // Log Analytics
  submitted,
  // what
  operation,
  operation_shown,  ///< Log Analytics: an older column, a name for people
  operation_version,
  result,
  result_old,
  signature,
  signature_old,
  category,
  category_old,
  level,
  level_number,  ///< `Level` of a resource log
  duration,
  properties,
  properties_dynamic,
  // who
  caller,
  caller_ip,
  authorization,
  authorization_dynamic,
  claims,
  claims_dynamic,
  identity,
  http_request,
  tenant,
  // to what
  resource_id,
  resource_id_old,
  resource_group,
  resource_provider,
  subscription,
  location,
  // which
  correlation_id,
  operation_id,
  event_data_id,
  // not an activity log's own
  elastic_timestamp,
  none,
};
inline constexpr std::size_t kKeys = static_cast<std::size_t>(Key::none);

/// The key of a member or column; none where it means nothing here. Columns of the portal's CSV
/// carry the zone behind the name: `TimeGenerated [UTC]`.
Key key_of(std::string_view name);

using KeySet = std::bitset<kKeys>;

/// Whether these keys are those of a record of an activity log.
bool is_activity(const KeySet& keys);

/// The members of one record. Texts and elements are borrowed.
class RawRecord {
 public:
  void clear();
  /// Keeps the first value of a key; false where there is one already. A null or an empty text is
  /// no value: Log Analytics keeps older columns beside newer ones, empty.
  bool set(Key key, const simdjson::dom::element& element);
  bool set(Key key, std::string_view text);

  /// The keys that were named, with a value or without.
  [[nodiscard]] const KeySet& keys() const { return keys_; }
  /// A text or number as text; of an object its `value`. Empty where there is none.
  [[nodiscard]] std::string_view text(Key key) const;
  /// The first of two that is not empty.
  [[nodiscard]] std::string_view text(Key key, Key other) const {
    const std::string_view first = text(key);
    return first.empty() ? text(other) : first;
  }
  /// The value itself; null where it came as plain text, or not at all.
  [[nodiscard]] const simdjson::dom::element* element(Key key) const;

 private:
  KeySet keys_;
  std::array<std::string_view, kKeys> texts_{};
  std::array<std::optional<simdjson::dom::element>, kKeys> elements_{};
  mutable TextArena arena_;  // numbers as text
};

}  // namespace stemma::azure
