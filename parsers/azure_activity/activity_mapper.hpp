// From a record of an activity log to ECS, with the names that Elastic's integration
// azure.activitylogs gives: the same operation exported in any form gives the same fields, as far
// as the form has them. Not how records are written (raw_record.hpp).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "events/event.hpp"
#include "events/fault.hpp"
#include "parsers/azure_activity/raw_record.hpp"
#include "parsers/azure_activity/resource_id.hpp"
#include "parsers/common/json_fields.hpp"
#include "parsers/common/json_parse.hpp"
#include "parsers/common/record_books.hpp"

namespace stemma::azure {

/// One thread, one pass. Keeps what its texts lie in until the next record.
class ActivityMapper {
 public:
  /// @param projection borrowed. @param texts with Texts::borrowed the event's texts are the
  /// record's and the mapper's, good until the next record.
  ActivityMapper(const Projection& projection, Texts texts);

  /// `event` is reset; its source stays to be set. False where the record is none of an activity
  /// log. Notes say which parts of it could not be read. Faults (offset `at`): bad_value where the
  /// time cannot be read, with the reason in notes.refusal; limit_exceeded. Whether there is one
  /// does not hang on the projection. O(bytes).
  Result<bool> map(const RawRecord& record, std::uint64_t at, bool local_time, Event& event,
                   RecordNotes& notes);

 private:
  using Object = std::optional<simdjson::dom::object>;
  enum Part : std::uint8_t { kIdentity, kAuthorization, kClaims, kProperties, kHttp, kParts };

  bool read_time(const RawRecord& record, bool local_time, Event& event, RecordNotes& notes);
  Object object(const RawRecord& record, Key key, Key other, Part part, RecordNotes& notes);
  void operation(const RawRecord& record, Event& event);
  void outcome(const RawRecord& record, Event& event);
  void resource(const RawRecord& record, Event& event);
  void authorization(Event& event);
  void caller(const RawRecord& record, Event& event);
  void claims(Event& event);
  void properties(Event& event);
  std::string_view member(const Object& object, std::string_view key);
  std::string_view claim(std::string_view key) { return member(claims_, key); }

  const Projection& projection_;
  const Texts texts_;
  json::FieldWriter writer_;
  const bool wants_claims_, wants_properties_;
  std::array<std::unique_ptr<json::DocumentParser>, kParts> parsers_;  // of JSON in a text
  Object identity_, authorization_, claims_, properties_, http_;
  ResourceId resource_;
  TextArena arena_;
};

/// `TimeGenerated '5/12/2026 9:14 AM' is a local date: …`: why a time cannot be read.
std::string time_refusal(std::string_view column, std::string_view value, bool local_time);

}  // namespace stemma::azure
