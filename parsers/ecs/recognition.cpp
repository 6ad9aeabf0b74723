#include "parsers/ecs/recognition.hpp"

#include <algorithm>
#include <array>

#include "parsers/ecs/limits.hpp"

namespace stemma::ecs {
namespace {

using json::end_of_value;
using json::Member;
using json::read_member;
using json::skip_blanks;
using json::ValueEnd;
using EndKind = ValueEnd::Kind;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// First keys of what a search answers with.
constexpr std::array<std::string_view, 12> kResponseKeys = {
    "took",       "timed_out",  "_shards",           "hits",      "_scroll_id",  "pit_id",
    "is_partial", "is_running", "num_reduce_phases", "responses", "rawResponse", "response"};

// Members of a response that the way to its documents goes through.
constexpr std::array<std::string_view, 4> kWayKeys = {"hits", "responses", "response",
                                                      "rawResponse"};

constexpr std::array<std::string_view, 4> kActions = {"index", "create", "update", "delete"};

// Whether the array at `at` begins with an event, or with null where a pipeline dropped one.
bool is_array_of_events(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '[') return false;
  at = skip_blanks(text, at + 1);
  while (text.substr(at, 4) == "null") {
    at = skip_blanks(text, at + 4);
    if (at >= text.size() || text[at] != ',') return false;
    at = skip_blanks(text, at + 1);
  }
  return at < text.size() && text[at] == '{' && looks_like_event(text, at);
}

bool is_around_documents(std::string_view text, const Member& first) {
  if (is_one_of(kResponseKeys, first.key)) return true;
  if (first.key == "id") {  // an async search has an id, and so have others' documents
    const ValueEnd end = end_of_value(text, first.value);
    std::size_t next = skip_blanks(text, end.at);
    if (end.kind != EndKind::whole || next >= text.size() || text[next] != ',') return false;
    next = skip_blanks(text, next + 1);
    Member second;
    return next < text.size() && text[next] == '"' && read_member(text, next, second) &&
           second.key == "is_partial";
  }
  return is_array_of_events(text, first.value);
}

// Behind the action at `at`: `{"index":{"_index":"x"}}`. 0 where it is none.
std::size_t end_of_action(std::string_view text, const Member& only) {
  if (!is_one_of(kActions, only.key) || text[only.value] != '{') return 0;
  const std::size_t inside = skip_blanks(text, only.value + 1);
  const bool of_metadata = text.substr(inside, 2) == "\"_" || text.substr(inside, 1) == "}" ||
                           text.substr(inside, 8) == "\"pipeline" ||
                           text.substr(inside, 8) == "\"require";
  const ValueEnd end = end_of_value(text, only.value);
  if (!of_metadata || end.kind != EndKind::whole) return 0;
  const std::size_t close = skip_blanks(text, end.at);
  return close < text.size() && text[close] == '}' ? close + 1 : 0;
}

enum Taste : std::uint32_t {
  kTimestamp = 1u << 0,
  kEvent = 1u << 1,
  kSubject = 1u << 2,  // what only an event of ECS is about
  kContext = 1u << 3,  // what says where an event comes from
  kEventId = 1u << 4,
  kChannel = 1u << 5,
  kWindowsHost = 1u << 6,
  kOldBeatId = 1u << 7,
  kOldBeatData = 1u << 8,
  kRawActivity = 1u << 9,
};

class ElasticWrapping final : public json::Wrapping {
 public:
  [[nodiscard]] bool is_wrapper(std::string_view text, std::size_t at,
                                const Member& first) const override {
    static_cast<void>(at);
    return is_around_documents(text, first);
  }
  [[nodiscard]] bool is_way(std::string_view text, const Member& member) const override {
    return is_one_of(kWayKeys, member.key) || is_array_of_events(text, member.value);
  }
  [[nodiscard]] std::size_t end_of_action(std::string_view text,
                                          const Member& only) const override {
    return stemma::ecs::end_of_action(text, only);
  }
};

}  // namespace

const json::Wrapping& wrapping() {
  static const ElasticWrapping kWrapping;
  return kWrapping;
}

void KeyTaste::key(std::string_view name) {
  const std::string_view top = name.substr(0, name.find('.'));
  static constexpr std::array<std::string_view, 11> kSubjects = {
      "process", "file", "registry",    "dns",    "network", "source",
      "user",    "dll",  "destination", "winlog", "auditd"};
  static constexpr std::array<std::string_view, 12> kContexts = {
      "ecs",   "agent",   "host", "beat",  "data_stream", "elastic_agent",
      "input", "service", "log",  "azure", "cloud",       "kibana"};
  static constexpr std::array<std::string_view, 6> kWindows = {
      "Hostname", "Computer", "ComputerName", "MachineName", "EventData", "Message"};
  if (name == "@timestamp") seen_ |= kTimestamp;
  if (top == "event") seen_ |= kEvent;
  if (is_one_of(kSubjects, top)) seen_ |= kSubject;
  if (is_one_of(kContexts, top)) seen_ |= kContext;
  if (name == "EventID") seen_ |= kEventId;
  if (name == "Channel") seen_ |= kChannel;
  if (is_one_of(kWindows, name)) seen_ |= kWindowsHost;
  if (name == "event_id") seen_ |= kOldBeatId;
  if (top == "event_data" || name == "log_name") seen_ |= kOldBeatData;
  if (name == "operationName" || name == "OperationNameValue") seen_ |= kRawActivity;
}

bool KeyTaste::is_event() const {
  const auto has = [&](std::uint32_t all) { return (seen_ & all) == all; };
  const auto any = [&](std::uint32_t some) { return (seen_ & some) != 0; };
  if (has(kRawActivity) && !has(kTimestamp)) return false;  // an activity log's own record
  if (has(kTimestamp) && any(kEvent | kSubject | kContext)) return true;
  if (has(kEvent) && any(kSubject | kContext)) return true;
  if (has(kEventId | kChannel | kWindowsHost)) return true;
  return has(kTimestamp | kOldBeatId | kOldBeatData);
}

bool looks_like_event(std::string_view text, std::size_t at) {
  text = text.substr(0, std::min(text.size(), at + kMaxDocument));
  KeyTaste taste;
  bool hit = false;
  for (std::size_t i = skip_blanks(text, at + 1); i < text.size() && text[i] == '"';) {
    Member member;
    if (!read_member(text, i, member)) return false;
    if (text[member.value] == '{' && (member.key == "_source" || (hit && member.key == "fields")))
      return looks_like_event(text, member.value);
    hit = hit || member.key == "_index" || member.key == "_id";
    taste.key(member.key);
    const ValueEnd end = end_of_value(text, member.value);
    if (end.kind != EndKind::whole) return false;
    i = skip_blanks(text, end.at);
    if (i >= text.size() || text[i] != ',') break;
    i = skip_blanks(text, i + 1);
  }
  return taste.is_event();
}

}  // namespace stemma::ecs
