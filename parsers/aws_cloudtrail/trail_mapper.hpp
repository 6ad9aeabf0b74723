// From a CloudTrail record to ECS, with the names that Elastic's integration aws.cloudtrail gives,
// and what a command to machines says of itself: its id, and which machines.
//
//     {"eventVersion":"1.08","eventTime":"2026-05-12T09:14:02Z","eventSource":"ssm.amazonaws.com",
//      "eventName":"SendCommand","userIdentity":{…},"awsRegion":"eu-west-1",
//      "sourceIPAddress":"192.0.2.7","requestParameters":{…},"responseElements":{"command":{…}},…}
//
// Source: AWS CloudTrail User Guide, "CloudTrail record contents"; Systems Manager API Reference,
// SendCommand and StartSession.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "events/fault.hpp"
#include "parsers/common/json_fields.hpp"
#include "parsers/common/json_parse.hpp"
#include "parsers/common/record_books.hpp"

namespace stemma::cloudtrail {

/// Whether an object with these keys is a record: told key by key, in any order.
class KeyTaste {
 public:
  void key(std::string_view name);
  [[nodiscard]] bool is_record() const;
  /// An event as `aws cloudtrail lookup-events` lists it: the record is a text in it.
  [[nodiscard]] bool is_listed() const { return listed_; }

 private:
  bool time_ = false, name_ = false, source_ = false, elastic_ = false, listed_ = false;
};

/// One thread, one pass. Keeps what its texts lie in until the next record.
class TrailMapper {
 public:
  /// @param projection borrowed. @param texts with Texts::borrowed the event's texts are the
  /// record's and the mapper's, good until the next record.
  TrailMapper(const Projection& projection, Texts texts);

  /// `event` is reset; its source stays to be set. False where the object is no record. Faults
  /// (offset `at`): bad_value where the time cannot be read, with the reason in notes.refusal;
  /// undecodable_record, limit_exceeded. Whether there is one does not hang on the projection.
  /// O(bytes).
  Result<bool> map(const simdjson::dom::object& record, std::uint64_t at, Event& event,
                   RecordNotes& notes);

 private:
  using Object = simdjson::dom::object;

  bool member(const Object& object, std::string_view key, Object& to) const;
  std::string_view text(const Object& object, std::string_view key);
  Result<bool> map_record(const Object& record, std::uint64_t at, Event& event, RecordNotes& notes);
  void identity(const Object& record, Event& event);
  void action(const Object& record, Event& event);
  void caller(const Object& record, Event& event);
  void command(const Object& record, Event& event);
  void instances_in(const Object& object, Event& event);
  void as_json_text(const Object& record, std::string_view key, FieldId field, Event& event);

  const Projection& projection_;
  const Texts texts_;
  json::FieldWriter writer_;
  const bool wants_flattened_;
  json::DocumentParser listed_;  // of a record that is a text in another one
  TextArena arena_;
  std::vector<std::string_view> instances_;
};

}  // namespace stemma::cloudtrail
