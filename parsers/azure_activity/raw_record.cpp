#include "parsers/azure_activity/raw_record.hpp"

#include <iterator>
#include <unordered_map>
#include <utility>

#include "parsers/common/json_fields.hpp"

namespace stemma::azure {
namespace {

namespace dom = simdjson::dom;

constexpr std::pair<std::string_view, Key> kNames[] = {
    {"eventTimestamp", Key::event_timestamp},
    {"time", Key::time},
    {"TimeGenerated", Key::time_generated},
    {"submissionTimestamp", Key::submitted},
    {"EventSubmissionTimestamp", Key::submitted},
    {"operationName", Key::operation},
    {"OperationNameValue", Key::operation},
    {"OperationName", Key::operation_shown},
    {"operationVersion", Key::operation_version},
    {"status", Key::result},
    {"resultType", Key::result},
    {"ActivityStatusValue", Key::result},
    {"ActivityStatus", Key::result_old},
    {"subStatus", Key::signature},
    {"resultSignature", Key::signature},
    {"ActivitySubstatusValue", Key::signature},
    {"ActivitySubstatus", Key::signature_old},
    {"category", Key::category},
    {"CategoryValue", Key::category},
    {"Category", Key::category_old},
    {"level", Key::level},
    {"Level", Key::level_number},
    {"durationMs", Key::duration},
    {"properties", Key::properties},
    {"Properties", Key::properties},
    {"Properties_d", Key::properties_dynamic},
    {"caller", Key::caller},
    {"Caller", Key::caller},
    {"callerIpAddress", Key::caller_ip},
    {"CallerIpAddress", Key::caller_ip},
    {"authorization", Key::authorization},
    {"Authorization", Key::authorization},
    {"Authorization_d", Key::authorization_dynamic},
    {"claims", Key::claims},
    {"Claims", Key::claims},
    {"Claims_d", Key::claims_dynamic},
    {"identity", Key::identity},
    {"httpRequest", Key::http_request},
    {"HTTPRequest", Key::http_request},
    {"tenantId", Key::tenant},  // Log Analytics' TenantId is its workspace
    {"resourceId", Key::resource_id},
    {"ResourceId", Key::resource_id},
    {"resourceUri", Key::resource_id_old},
    {"_ResourceId", Key::resource_id_old},
    {"resourceGroupName", Key::resource_group},
    {"ResourceGroup", Key::resource_group},
    {"resourceProviderName", Key::resource_provider},
    {"ResourceProviderValue", Key::resource_provider},
    {"subscriptionId", Key::subscription},
    {"SubscriptionId", Key::subscription},
    {"location", Key::location},
    {"correlationId", Key::correlation_id},
    {"CorrelationId", Key::correlation_id},
    {"operationId", Key::operation_id},
    {"OperationId", Key::operation_id},
    {"eventDataId", Key::event_data_id},
    {"EventDataId", Key::event_data_id},
    {"@timestamp", Key::elastic_timestamp},
};

}  // namespace

Key key_of(std::string_view name) {
  if (name.ends_with(" [UTC]")) name.remove_suffix(6);
  static const std::unordered_map<std::string_view, Key> kByName(std::begin(kNames),
                                                                 std::end(kNames));
  const auto found = kByName.find(name);
  return found == kByName.end() ? Key::none : found->second;
}

bool is_activity(const KeySet& keys) {
  const auto has = [&](Key key) { return keys.test(static_cast<std::size_t>(key)); };
  if (has(Key::elastic_timestamp)) return false;  // a document that a shipper made
  const bool operation = has(Key::operation);
  if (has(Key::event_timestamp)) return operation;
  if (has(Key::time))
    return operation && (has(Key::resource_id) || has(Key::category) || has(Key::correlation_id) ||
                         has(Key::result));
  if (!has(Key::time_generated)) return false;
  // Other tables have OperationName too.
  return operation || (has(Key::operation_shown) && (has(Key::result_old) || has(Key::submitted)));
}

void RawRecord::clear() {
  for (std::size_t i = 0; i < kKeys; ++i) {
    if (!keys_.test(i)) continue;
    texts_[i] = {};
    elements_[i].reset();
  }
  keys_.reset();
  arena_.reset();
}

bool RawRecord::set(Key key, const dom::element& element) {
  if (key == Key::none) return true;
  const auto index = static_cast<std::size_t>(key);
  keys_.set(index);
  std::string_view text;
  if (element.is_null() || (element.get_string().get(text) == simdjson::SUCCESS && text.empty()))
    return true;
  if (elements_[index] || !texts_[index].empty()) return false;
  elements_[index] = element;
  texts_[index] = json::scalar_text(element, arena_);
  dom::element value;
  if (element.is_object() && element.at_key("value").get(value) == simdjson::SUCCESS)
    texts_[index] = json::scalar_text(value, arena_);
  return true;
}

bool RawRecord::set(Key key, std::string_view text) {
  if (key == Key::none) return true;
  const auto index = static_cast<std::size_t>(key);
  keys_.set(index);
  if (text.empty()) return true;
  if (!texts_[index].empty()) return false;
  texts_[index] = text;
  return true;
}

std::string_view RawRecord::text(Key key) const {
  return texts_[static_cast<std::size_t>(key)];
}

const dom::element* RawRecord::element(Key key) const {
  const auto& element = elements_[static_cast<std::size_t>(key)];
  return element ? &*element : nullptr;
}

}  // namespace stemma::azure
