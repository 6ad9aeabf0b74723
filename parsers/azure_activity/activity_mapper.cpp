#include "parsers/azure_activity/activity_mapper.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "events/paths.hpp"
#include "events/text.hpp"
#include "parsers/azure_activity/limits.hpp"
#include "parsers/common/ip_text.hpp"

namespace stemma::azure {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kClaimsPrefix = "azure.activitylogs.identity.claims.";
constexpr std::string_view kPropertiesPrefix = "azure.activitylogs.properties.";
constexpr std::string_view kEvidencePrefix = "azure.activitylogs.identity.authorization.evidence.";

constexpr std::string_view kXmlSoap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
constexpr std::string_view kClaimName =
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
constexpr std::string_view kClaimUpn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
constexpr std::string_view kClaimGivenName =
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
constexpr std::string_view kClaimSurname =
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname";
constexpr std::string_view kClaimObject =
    "http://schemas.microsoft.com/identity/claims/objectidentifier";
constexpr std::string_view kClaimTenant = "http://schemas.microsoft.com/identity/claims/tenantid";

// Fields of the integration that no code but this names.
struct OwnFields {
  FieldId level = intern_field("azure.activitylogs.level");
  FieldId operation_version = intern_field("azure.activitylogs.operation_version");
  FieldId operation_id = intern_field("azure.activitylogs.operation_id");
  FieldId caller = intern_field("azure.activitylogs.caller");
  FieldId identity_name = intern_field("azure.activitylogs.identity_name");
  FieldId client_request_id = intern_field("azure.activitylogs.client_request_id");
  FieldId user_name = intern_field("azure.activitylogs.identity.claims_initiated_by_user.name");
  FieldId user_full_name =
      intern_field("azure.activitylogs.identity.claims_initiated_by_user.fullname");
  FieldId user_given_name =
      intern_field("azure.activitylogs.identity.claims_initiated_by_user.givenname");
  FieldId user_surname =
      intern_field("azure.activitylogs.identity.claims_initiated_by_user.surname");
  FieldId user_schema = intern_field("azure.activitylogs.identity.claims_initiated_by_user.schema");
  FieldId resource_namespace = intern_field("azure.resource.namespace");
  FieldId resource_rule = intern_field("azure.resource.authorization_rule");
  FieldId http_method = intern_field("http.request.method");
  FieldId geo_name = intern_field("geo.name");
};

const OwnFields& own() {
  static const OwnFields kFields;
  return kFields;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view other) { return ascii_iequals(word, other); });
}

void put(Event& event, FieldId field, std::string_view text, Origin origin = Origin::record) {
  if (!text.empty()) event.set_view(field, text, origin);
}

// 8-4-4-4-12 hexadecimal digits: the caller is no person.
bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

// Categories that an activity log itself has; others are of other logs in the same schema.
bool is_activity_category(std::string_view category) {
  return is_one_of(category, {"Administrative", "Security", "ServiceHealth", "Alert",
                              "Recommendation", "Policy", "Autoscale", "ResourceHealth"});
}

// Older logs say the kind of operation in the category, newer ones only in the operation's name.
std::string_view type_of_operation(std::string_view category, std::string_view operation) {
  if (ascii_iequals(category, "Administrative") || category.empty())
    category = operation.substr(operation.rfind('/') + 1);
  if (is_one_of(category, {"write", "action"})) return "change";
  if (ascii_iequals(category, "delete")) return "deletion";
  if (ascii_iequals(category, "read")) return "access";
  return {};
}

bool has_zone(std::string_view time) {
  if (time.empty()) return false;
  if (time.back() == 'Z' || time.back() == 'z') return true;
  const std::size_t sign = time.find_last_of("+-");
  return sign != std::string_view::npos && sign > 10;
}

}  // namespace

std::string time_refusal(std::string_view column, std::string_view value, bool local_time) {
  std::string text(column);
  if (value.empty()) return text + " is empty";
  text += " '" + visible(value.substr(0, kMaxQuoted)) + (value.size() > kMaxQuoted ? "…'" : "'");
  const bool digits = value.front() >= '0' && value.front() <= '9';
  if (!digits && !local_time) return text + " is no time of ISO 8601";
  if (parse_time(value))
    return text +
           " is in an unnamed zone: export again as ISO 8601 with its zone, as "
           "2026-05-12T09:14:00.1234567Z";
  return text +
         " is a local date: export again as ISO 8601, as 2026-05-12T09:14:00.1234567Z "
         "(which number is the day, and which zone is meant, is not guessed)";
}

ActivityMapper::ActivityMapper(const Projection& projection, Texts texts)
    : projection_(projection),
      texts_(texts),
      writer_(projection),
      wants_claims_(writer_.wants_below(kClaimsPrefix)),
      wants_properties_(writer_.wants_below(kPropertiesPrefix)) {}

Result<bool> ActivityMapper::map(const RawRecord& record, std::uint64_t at, bool local_time,
                                 Event& event, RecordNotes& notes) {
  notes.clear();
  event.reset(projection_, texts_);
  if (!is_activity(record.keys())) return false;
  arena_.reset();
  event.source_kind = SourceKind::azure_activity;
  if (!read_time(record, local_time, event, notes))
    return tl::unexpected(Fault{Defect::bad_value, at, 0, 0, "time of the record"});

  identity_ = object(record, Key::identity, Key::none, kIdentity, notes);
  const auto inside = [&](std::string_view key) -> Object {
    dom::object found;
    if (!identity_ || identity_->at_key(key).get_object().get(found) != simdjson::SUCCESS)
      return std::nullopt;
    return found;
  };
  authorization_ = inside("authorization");
  if (!authorization_)
    authorization_ =
        object(record, Key::authorization, Key::authorization_dynamic, kAuthorization, notes);
  claims_ = inside("claims");
  if (!claims_) claims_ = object(record, Key::claims, Key::claims_dynamic, kClaims, notes);
  properties_ = object(record, Key::properties, Key::properties_dynamic, kProperties, notes);
  http_ = object(record, Key::http_request, Key::none, kHttp, notes);
  for (const Object& part : {claims_, properties_, authorization_}) {
    if (part && !json::fits(*part))
      return tl::unexpected(
          Fault{Defect::limit_exceeded, at, json::kMaxValues + 1, json::kMaxValues, "values"});
  }

  event.set_lasting(field::event_kind, "event", Origin::derived);
  event.set_lasting(field::event_module, "azure", Origin::derived);
  event.set_lasting(field::event_dataset, "azure.activitylogs", Origin::derived);
  event.set_lasting(field::cloud_provider, "azure", Origin::derived);
  resource(record, event);
  operation(record, event);
  outcome(record, event);
  authorization(event);
  caller(record, event);
  claims(event);
  properties(event);
  return true;
}

bool ActivityMapper::read_time(const RawRecord& record, bool local_time, Event& event,
                               RecordNotes& notes) {
  std::string_view column = "TimeGenerated";
  std::string_view value = record.text(Key::time_generated);
  const auto has = [&](Key key) { return record.keys().test(static_cast<std::size_t>(key)); };
  if (has(Key::event_timestamp)) {
    column = "eventTimestamp";
    value = record.text(Key::event_timestamp);
  } else if (has(Key::time)) {
    column = "time";
    value = record.text(Key::time);
  }
  const auto time = parse_time(value);
  if (!time || (local_time && !has_zone(value))) {
    notes.refusal = time_refusal(column, value, local_time);
    return false;
  }
  event.time = time->time;
  event.time_digits = time->digits;
  event.set_time(field::timestamp, time->time, time->digits);
  const std::string_view submitted = record.text(Key::submitted);
  if (submitted.empty()) return true;
  if (const auto ingested = parse_time(submitted)) {
    event.set_time(field::event_ingested, ingested->time, ingested->digits);
  } else {
    notes.add(Defect::bad_value, time_refusal("submission time", submitted, local_time));
  }
  return true;
}

// Log Analytics keeps objects as texts; resource logs have been seen to.
ActivityMapper::Object ActivityMapper::object(const RawRecord& record, Key key, Key other,
                                              Part part, RecordNotes& notes) {
  for (const Key one : {key, other}) {
    if (one == Key::none) continue;
    const dom::element* element = record.element(one);
    dom::object found;
    if (element != nullptr && element->get_object().get(found) == simdjson::SUCCESS) return found;
    const std::string_view text = record.text(one);
    const std::size_t begin = json::skip_blanks(text, 0);
    if (begin >= text.size()) continue;
    if (text[begin] != '{') {
      // A name stands in the place of the identity in logs of sign-ins.
      if (part == kIdentity) return std::nullopt;
      continue;
    }
    auto& parser = parsers_[part];
    if (!parser) parser = std::make_unique<json::DocumentParser>();
    json::Repairs repairs;
    const Result<dom::object> parsed = parser->object(text, begin, text.size(), repairs);
    if (parsed) return *parsed;
    static constexpr std::array<std::string_view, kParts> kNames = {
        "identity", "Authorization", "Claims", "Properties", "HTTPRequest"};
    notes.add(Defect::bad_value,
              std::string(kNames[part]) + " is no JSON: " + parsed.error().field);
  }
  return std::nullopt;
}

std::string_view ActivityMapper::member(const Object& object, std::string_view key) {
  dom::element value;
  if (!object || object->at_key(key).get(value) != simdjson::SUCCESS) return {};
  return json::scalar_text(value, arena_);
}

void ActivityMapper::operation(const RawRecord& record, Event& event) {
  const std::string_view name = record.text(Key::operation, Key::operation_shown);
  put(event, field::azure_operation_name, name);
  put(event, field::event_action, name);
  const std::string_view provider = name.substr(0, name.find('/'));
  if (provider.size() < name.size()) put(event, field::event_provider, provider, Origin::derived);
  put(event, own().operation_version, record.text(Key::operation_version));
  put(event, own().operation_id, record.text(Key::operation_id));
  put(event, field::azure_correlation_id, record.text(Key::correlation_id));
  put(event, field::event_id, record.text(Key::event_data_id));

  const std::string_view category = record.text(Key::category, Key::category_old);
  put(event, field::azure_category, category);
  const std::string_view own_category = member(properties_, "eventCategory");
  const bool of_policy =
      properties_ && properties_->at_key("policies").error() == simdjson::SUCCESS;
  if (!own_category.empty()) {
    put(event, field::azure_event_category, own_category);
  } else if (is_activity_category(category)) {
    put(event, field::azure_event_category, category);
  } else {
    event.set_lasting(field::azure_event_category, of_policy ? "Policy" : "Administrative",
                      Origin::derived);
  }
  const std::string_view type = type_of_operation(category, name);
  if (!type.empty()) event.add_lasting(field::event_type, type, Origin::derived);

  put(event, field::log_level, record.text(Key::level));
  const dom::element* number = record.element(Key::level_number);
  std::int64_t level = 0;
  if (number != nullptr && number->get_int64().get(level) == simdjson::SUCCESS) {
    event.set(own().level, level);
  } else if (record.text(Key::level).empty()) {
    put(event, field::log_level, record.text(Key::level_number));
  }

  const std::string_view duration = record.text(Key::duration);
  std::int64_t ms = 0;
  const auto read = std::from_chars(duration.data(), duration.data() + duration.size(), ms);
  constexpr std::int64_t kNsPerMs = 1'000'000;
  if (!duration.empty() && read.ec == std::errc() &&
      read.ptr == duration.data() + duration.size() && ms >= 0 &&
      ms <= std::numeric_limits<std::int64_t>::max() / kNsPerMs)
    event.set(field::event_duration, ms * kNsPerMs);
}

void ActivityMapper::outcome(const RawRecord& record, Event& event) {
  const std::string_view result = record.text(Key::result, Key::result_old);
  put(event, field::azure_result_type, result);
  put(event, field::azure_result_signature, record.text(Key::signature, Key::signature_old));
  if (is_one_of(result, {"Success", "Succeeded"})) {
    event.set_lasting(field::event_outcome, "success", Origin::derived);
  } else if (is_one_of(result, {"Failure", "Failed"})) {
    event.set_lasting(field::event_outcome, "failure", Origin::derived);
  } else {
    const std::string_view own_result = member(properties_, "result");
    for (const std::string_view known : {"success", "failure", "unknown"}) {
      if (own_result == known) event.set_lasting(field::event_outcome, known, Origin::derived);
    }
  }
}

void ActivityMapper::resource(const RawRecord& record, Event& event) {
  const std::string_view id = record.text(Key::resource_id, Key::resource_id_old);
  resource_ = resource_id(id);
  put(event, field::azure_resource_id, id);
  put(event, field::azure_resource_name, resource_.name, Origin::derived);
  put(event, own().resource_namespace, resource_.space, Origin::derived);
  put(event, own().resource_rule, resource_.authorization_rule, Origin::derived);
  if (!resource_.group.empty()) {
    put(event, field::azure_resource_group, resource_.group, Origin::derived);
  } else {
    put(event, field::azure_resource_group, record.text(Key::resource_group));
  }
  if (!resource_.provider.empty()) {
    put(event, field::azure_resource_provider, resource_.provider, Origin::derived);
  } else {
    put(event, field::azure_resource_provider, record.text(Key::resource_provider));
  }
  std::string_view subscription = resource_.subscription;
  if (subscription.empty()) subscription = record.text(Key::subscription);
  put(event, field::azure_subscription_id, subscription, Origin::derived);
  put(event, field::cloud_account_id, subscription, Origin::derived);

  std::string_view tenant = record.text(Key::tenant);
  if (!tenant.empty()) {
    put(event, field::azure_tenant_id, tenant);
  } else {
    tenant = claim(kClaimTenant);
    put(event, field::azure_tenant_id, tenant, Origin::derived);
  }
  if (tenant.empty()) tenant = resource_.tenant;

  const std::string_view location = record.text(Key::location);
  put(event, own().geo_name, location);
  if (!subscription.empty() && !ascii_iequals(location, "global"))
    put(event, field::cloud_region, location);

  // Resource logs write ids in capitals, others do not: the account is one.
  const std::string account = ascii_lower(subscription.empty() ? tenant : subscription);
  const std::string host = account.empty() ? "azure" : "azure:" + account;
  const std::span<char> room = event.room(host.size());
  std::copy(host.begin(), host.end(), room.begin());
  event.pseudo_host = {room.data(), room.size()};
}

void ActivityMapper::authorization(Event& event) {
  put(event, field::azure_auth_action, member(authorization_, "action"));
  put(event, field::azure_auth_scope, member(authorization_, "scope"));
  dom::object evidence;
  if (authorization_ &&
      authorization_->at_key("evidence").get_object().get(evidence) == simdjson::SUCCESS) {
    constexpr std::pair<std::string_view, std::string_view> kSpelled[] = {
        {"principalId", "principal_id"},
        {"principalType", "principal_type"},
        {"roleAssignmentId", "role_assignment_id"},
        {"roleAssignmentScope", "role_assignment_scope"},
        {"roleDefinitionId", "role_definition_id"},
    };
    std::string name;
    for (const auto& [key, value] : evidence) {
      const auto* const spelled =
          std::find_if(std::begin(kSpelled), std::end(kSpelled),
                       [key = key](const auto& entry) { return entry.first == key; });
      name = kEvidencePrefix;
      name += spelled == std::end(kSpelled) ? key : spelled->second;
      writer_.add_scalar(name, value, event);
    }
  }
  // REST has the role alone.
  if (event.lacks(field::azure_auth_role))
    put(event, field::azure_auth_role, member(authorization_, "role"));
}

void ActivityMapper::caller(const RawRecord& record, Event& event) {
  const std::string_view caller = record.text(Key::caller);
  put(event, own().caller, caller);
  if (!identity_) put(event, own().identity_name, record.text(Key::identity));

  std::string_view address = record.text(Key::caller_ip);
  if (address.empty()) address = member(http_, "clientIpAddress");
  if (is_ip_address(address)) {
    put(event, field::source_ip, address);
    put(event, field::client_ip, address);
    event.add_unique_view(field::related_ip, address);
  } else {
    put(event, field::source_address, address);
  }
  put(event, own().client_request_id, member(http_, "clientRequestId"));
  put(event, own().http_method, member(http_, "method"));

  std::string_view who = claim(kClaimName);
  put(event, own().user_name, who, Origin::derived);
  if (!who.empty()) event.set_lasting(own().user_schema, kXmlSoap, Origin::derived);
  if (who.empty()) who = claim(kClaimUpn);
  if (who.empty() && !is_guid(caller)) who = caller;
  const std::size_t at = who.find('@');
  if (at != std::string_view::npos && at > 0 && at + 1 < who.size()) {
    put(event, field::user_name, who.substr(0, at), Origin::derived);
    put(event, field::user_domain, who.substr(at + 1), Origin::derived);
    put(event, field::user_email, who, Origin::derived);
    event.add_unique_view(field::related_user, who.substr(0, at));
  } else if (!who.empty()) {
    put(event, field::user_name, who, Origin::derived);
    event.add_unique_view(field::related_user, who);
  }
  const std::string_view object = claim(kClaimObject);
  put(event, field::user_id,
      !object.empty()   ? object
      : is_guid(caller) ? caller
                        : "",
      Origin::derived);
  put(event, own().user_given_name, claim(kClaimGivenName), Origin::derived);
  put(event, own().user_surname, claim(kClaimSurname), Origin::derived);
  const std::string_view full_name = claim("name");
  put(event, own().user_full_name, full_name, Origin::derived);
  put(event, field::user_full_name, full_name, Origin::derived);
}

// The person's name moves, as in Elastic's integration; dots in names become underscores.
void ActivityMapper::claims(Event& event) {
  if (!claims_ || !wants_claims_) return;
  std::string name;
  for (const auto& [key, value] : *claims_) {
    if (key == "name") continue;
    name = kClaimsPrefix;
    name += key;
    std::replace(name.begin() + static_cast<std::ptrdiff_t>(kClaimsPrefix.size()), name.end(), '.',
                 '_');
    writer_.add(name, value, event);
  }
}

void ActivityMapper::properties(Event& event) {
  if (!properties_) return;
  put(event, field::message, member(properties_, "statusMessage"));
  if (!wants_properties_) return;
  std::string name;
  for (const auto& [key, value] : *properties_) {
    if (key == "eventCategory" || key == "statusMessage") continue;
    name = kPropertiesPrefix;
    name += key == "serviceRequestId" ? "service_request_id"
            : key == "statusCode"     ? "status_code"
                                      : key;
    writer_.add(name, value, event);
  }
}

}  // namespace stemma::azure
