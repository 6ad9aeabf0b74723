#include "parsers/aws_cloudtrail/trail_mapper.hpp"

#include <algorithm>
#include <initializer_list>

#include "events/paths.hpp"
#include "events/text.hpp"
#include "parsers/aws_cloudtrail/limits.hpp"
#include "parsers/common/ip_text.hpp"

namespace stemma::cloudtrail {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kFlattened = "aws.cloudtrail.flattened.";

// Members of a record that become a field of another name, as they are.
struct Renamed {
  std::string_view key;
  std::string_view field;
};
constexpr Renamed kMembers[] = {
    {"eventVersion", "aws.cloudtrail.event_version"},
    {"eventCategory", "aws.cloudtrail.event_category"},
    {"errorMessage", "aws.cloudtrail.error_message"},
    {"requestID", "aws.cloudtrail.request_id"},
    {"eventType", "aws.cloudtrail.event_type"},
    {"apiVersion", "aws.cloudtrail.api_version"},
    {"managementEvent", "aws.cloudtrail.management_event"},
    {"readOnly", "aws.cloudtrail.read_only"},
    {"recipientAccountId", "aws.cloudtrail.recipient_account_id"},
    {"sharedEventID", "aws.cloudtrail.shared_event_id"},
    {"vpcEndpointId", "aws.cloudtrail.vpc_endpoint_id"},
    {"sessionCredentialFromConsole", "aws.cloudtrail.session_credential_from_console"},
};
constexpr Renamed kIdentity[] = {
    {"accessKeyId", "aws.cloudtrail.user_identity.access_key_id"},
    {"invokedBy", "aws.cloudtrail.user_identity.invoked_by"},
};
constexpr Renamed kIssuer[] = {
    {"type", "aws.cloudtrail.user_identity.session_context.session_issuer.type"},
    {"principalId", "aws.cloudtrail.user_identity.session_context.session_issuer.principal_id"},
    {"arn", "aws.cloudtrail.user_identity.session_context.session_issuer.arn"},
    {"accountId", "aws.cloudtrail.user_identity.session_context.session_issuer.account_id"},
};
constexpr Renamed kSession[] = {
    {"mfaAuthenticated", "aws.cloudtrail.user_identity.session_context.mfa_authenticated"},
    {"creationDate", "aws.cloudtrail.user_identity.session_context.creation_date"},
};

void put(Event& event, FieldId field, std::string_view text, Origin origin = Origin::record) {
  if (!text.empty()) event.set_view(field, text, origin);
}

template <std::size_t N>
void put_all(const dom::object& object, const Renamed (&members)[N], json::FieldWriter& writer,
             Event& event) {
  for (const Renamed& member : members) {
    dom::element value;
    if (object.at_key(member.key).get(value) == simdjson::SUCCESS)
      writer.add_scalar(member.field, value, event);
  }
}

bool has_word(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

bool begins(std::string_view name, std::initializer_list<std::string_view> verbs) {
  return std::any_of(verbs.begin(), verbs.end(),
                     [&](std::string_view verb) { return name.starts_with(verb); });
}

// ECS categories by the service that was asked, types by the verb of what was asked.
void categorize(std::string_view source, std::string_view name, Event& event) {
  const auto category = [&](std::string_view text) {
    event.add_lasting(field::event_category, text, Origin::derived);
  };
  const auto type = [&](std::string_view text) {
    event.add_lasting(field::event_type, text, Origin::derived);
  };
  const bool asks = begins(name, {"Get", "List", "Describe"});
  if (source == "iam.amazonaws.com") {
    category("iam");
    if (name == "UpdateAccountPasswordPolicy") {
      type("admin");
    } else if (has_word(name, {"Group"})) {
      type("group");
    } else if (has_word(name, {"User", "AccessKey", "LoginProfile", "MFADevice", "Password",
                               "SSHPublicKey"})) {
      type("user");
    } else {
      type("admin");
    }
    const bool of_subject = name == "CreateUser" || name == "DeleteUser" || name == "CreateGroup" ||
                            name == "DeleteGroup";
    if (asks) {
      type("info");
    } else if (of_subject) {
      type(name.starts_with("Create") ? "creation" : "deletion");
    } else {
      type("change");
    }
    return;
  }
  if (name == "CreateKeyPair") {
    category("iam");
    type("admin");
    type("creation");
    return;
  }
  if (source == "signin.amazonaws.com" || name.starts_with("AssumeRole")) {
    category("authentication");
  } else if (name == "CreateBucket" || name == "DeleteBucket") {
    category("file");
    type(name.starts_with("Create") ? "creation" : "deletion");
    return;
  }
  type("info");
}

}  // namespace

void KeyTaste::key(std::string_view name) {
  time_ = time_ || name == "eventTime";
  name_ = name_ || name == "eventName";
  source_ = source_ || name == "eventSource" || name == "awsRegion" || name == "userIdentity";
  elastic_ = elastic_ || name == "@timestamp";
  listed_ = listed_ || name == "CloudTrailEvent";
}

bool KeyTaste::is_record() const {
  return !elastic_ && (listed_ || (time_ && name_ && source_));
}

TrailMapper::TrailMapper(const Projection& projection, Texts texts)
    : projection_(projection),
      texts_(texts),
      writer_(projection),
      wants_flattened_(writer_.wants_below(kFlattened)) {}

bool TrailMapper::member(const Object& object, std::string_view key, Object& to) const {
  return object.at_key(key).get_object().get(to) == simdjson::SUCCESS;
}

std::string_view TrailMapper::text(const Object& object, std::string_view key) {
  dom::element value;
  if (object.at_key(key).get(value) != simdjson::SUCCESS) return {};
  return json::scalar_text(value, arena_);
}

Result<bool> TrailMapper::map(const Object& record, std::uint64_t at, Event& event,
                              RecordNotes& notes) {
  notes.clear();
  arena_.reset();
  KeyTaste taste;
  for (const auto& field : record) taste.key(field.key);
  if (!taste.is_record()) {
    event.reset(projection_, texts_);
    return false;
  }
  if (!taste.is_listed()) return map_record(record, at, event, notes);
  const std::string_view inner = text(record, "CloudTrailEvent");
  const std::size_t begin = json::skip_blanks(inner, 0);
  json::Repairs repairs;
  const Result<Object> parsed = listed_.object(inner, begin, inner.size(), repairs);
  if (!parsed) {
    Fault fault = parsed.error();
    fault.offset = at;
    notes.refusal = std::string("CloudTrailEvent: ") + fault.field;
    return tl::unexpected(fault);
  }
  return map_record(*parsed, at, event, notes);
}

Result<bool> TrailMapper::map_record(const Object& record, std::uint64_t at, Event& event,
                                     RecordNotes& notes) {
  event.reset(projection_, texts_);
  event.source_kind = SourceKind::aws_cloudtrail;
  const std::string_view written = text(record, "eventTime");
  const auto time = parse_time(written);
  if (!time) {
    notes.refusal =
        "eventTime '" + visible(written.substr(0, kMaxQuoted)) + "' is no time of ISO 8601";
    return tl::unexpected(Fault{Defect::bad_value, at, 0, 0, "time of the record"});
  }
  if (!json::fits(record))
    return tl::unexpected(
        Fault{Defect::limit_exceeded, at, json::kMaxValues + 1, json::kMaxValues, "values"});
  event.time = time->time;
  event.time_digits = time->digits;
  event.set_time(field::timestamp, time->time, time->digits);
  event.set_lasting(field::event_kind, "event", Origin::derived);
  event.set_lasting(field::event_module, "aws", Origin::derived);
  event.set_lasting(field::event_dataset, "aws.cloudtrail", Origin::derived);
  event.set_lasting(field::cloud_provider, "aws", Origin::derived);
  put_all(record, kMembers, writer_, event);
  identity(record, event);
  action(record, event);
  caller(record, event);
  command(record, event);
  as_json_text(record, "requestParameters", field::aws_request_parameters, event);
  as_json_text(record, "responseElements", field::aws_response_elements, event);
  if (wants_flattened_) {
    constexpr Renamed kFlat[] = {
        {"requestParameters", "aws.cloudtrail.flattened.request_parameters"},
        {"responseElements", "aws.cloudtrail.flattened.response_elements"},
        {"additionalEventData", "aws.cloudtrail.flattened.additional_eventdata"},
    };
    for (const Renamed& flat : kFlat) {
      dom::element value;
      if (record.at_key(flat.key).get(value) == simdjson::SUCCESS)
        writer_.add(flat.field, value, event);
    }
  }
  return true;
}

void TrailMapper::identity(const Object& record, Event& event) {
  Object who;
  std::string_view account;
  if (member(record, "userIdentity", who)) {
    put(event, field::aws_user_identity_type, text(who, "type"));
    put(event, field::aws_user_identity_arn, text(who, "arn"));
    put(event, field::user_id, text(who, "principalId"));
    put(event, field::user_name, text(who, "userName"));
    put_all(who, kIdentity, writer_, event);
    account = text(who, "accountId");
    Object session, part;
    if (member(who, "sessionContext", session)) {
      if (member(session, "attributes", part)) put_all(part, kSession, writer_, event);
      // The role that was assumed has a name; the session under it has none.
      if (member(session, "sessionIssuer", part)) {
        put(event, field::user_name, text(part, "userName"));
        put_all(part, kIssuer, writer_, event);
      }
    }
    const std::string_view name = event.text(field::user_name);
    if (!name.empty()) event.add_unique_view(field::related_user, name);
  }
  const std::string_view recipient = text(record, "recipientAccountId");
  if (account.empty()) account = recipient;
  put(event, field::cloud_account_id, account, Origin::derived);
  // A trail is its own account's, whoever came from another one.
  const std::string_view owner = recipient.empty() ? account : recipient;
  const std::string host = owner.empty() ? "aws" : "aws:" + std::string(owner);
  const std::span<char> room = event.room(host.size());
  std::copy(host.begin(), host.end(), room.begin());
  event.pseudo_host = {room.data(), room.size()};
}

void TrailMapper::action(const Object& record, Event& event) {
  const std::string_view name = text(record, "eventName");
  const std::string_view source = text(record, "eventSource");
  put(event, field::event_action, name);
  put(event, field::aws_event_name, name);
  put(event, field::event_provider, source);
  put(event, field::event_id, text(record, "eventID"));
  put(event, field::cloud_region, text(record, "awsRegion"));
  const std::string_view error = text(record, "errorCode");
  put(event, field::aws_error_code, error);
  std::string_view outcome =
      error.empty() && text(record, "errorMessage").empty() ? "success" : "failure";
  Object response;
  if (name == "ConsoleLogin" && member(record, "responseElements", response)) {
    const std::string_view login = text(response, "ConsoleLogin");
    if (ascii_iequals(login, "Success")) outcome = "success";
    if (ascii_iequals(login, "Failure")) outcome = "failure";
  }
  event.set_lasting(field::event_outcome, outcome, Origin::derived);
  categorize(source, name, event);
}

void TrailMapper::caller(const Object& record, Event& event) {
  // A service's name stands here where a service asked.
  const std::string_view address = text(record, "sourceIPAddress");
  put(event, field::source_address, address);
  if (is_ip_address(address)) {
    put(event, field::source_ip, address, Origin::derived);
    event.add_unique_view(field::related_ip, address);
  }
  put(event, field::user_agent_original, text(record, "userAgent"));
}

// SendCommand tells its machines in the request, or those of its targets in the answer;
// StartSession its one as the target.
void TrailMapper::command(const Object& record, Event& event) {
  Object request, response, part;
  const bool has_request = member(record, "requestParameters", request);
  const bool has_response = member(record, "responseElements", response);
  std::string_view id;
  instances_.clear();
  if (has_request) {
    id = text(request, "commandId");
    instances_in(request, event);
  }
  if (has_response) {
    instances_in(response, event);
    if (member(response, "command", part)) {
      instances_in(part, event);
      const std::string_view given = text(part, "commandId");
      if (!given.empty()) id = given;
    }
  }
  put(event, field::aws_command_id, id, Origin::derived);
}

void TrailMapper::instances_in(const Object& object, Event& event) {
  const auto take = [&](std::string_view id) {
    if (!id.starts_with("i-") && !id.starts_with("mi-")) return;
    if (instances_.size() >= kMaxInstances ||
        std::find(instances_.begin(), instances_.end(), id) != instances_.end())
      return;
    instances_.push_back(id);
    if (event.wants(field::aws_instance_ids)) event.add_unique_view(field::aws_instance_ids, id);
  };
  const auto take_list = [&](const Object& from, std::string_view key) {
    dom::array list;
    if (from.at_key(key).get_array().get(list) != simdjson::SUCCESS) return;
    for (const dom::element element : list) {
      std::string_view id;
      if (element.get_string().get(id) == simdjson::SUCCESS) take(id);
    }
  };
  take(text(object, "instanceId"));
  take(text(object, "target"));
  take_list(object, "instanceIds");
  dom::array targets;
  if (object.at_key("targets").get_array().get(targets) == simdjson::SUCCESS) {
    for (const dom::element target : targets) {
      Object part;
      if (target.get_object().get(part) == simdjson::SUCCESS &&
          ascii_iequals(text(part, "key"), "InstanceIds"))
        take_list(part, "values");
    }
  }
  Object set;
  dom::array items;
  if (member(object, "instancesSet", set) &&
      set.at_key("items").get_array().get(items) == simdjson::SUCCESS) {
    for (const dom::element item : items) {
      Object part;
      if (item.get_object().get(part) == simdjson::SUCCESS) take(text(part, "instanceId"));
    }
  }
}

void TrailMapper::as_json_text(const Object& record, std::string_view key, FieldId field,
                               Event& event) {
  dom::element value;
  if (!event.wants(field) || record.at_key(key).get(value) != simdjson::SUCCESS || value.is_null())
    return;
  event.set(field, std::string_view(simdjson::minify(value)));
}

}  // namespace stemma::cloudtrail
