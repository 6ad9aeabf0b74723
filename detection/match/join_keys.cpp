#include "detection/match/join_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "detection/eql/scalar.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

constexpr char kAbsent = '-';

char letter(eql::Scalar::Kind kind) {
  switch (kind) {
    case eql::Scalar::Kind::text:
      return 't';
    case eql::Scalar::Kind::boolean:
      return 'b';
    case eql::Scalar::Kind::date:
      return 'd';
    default:
      return 'n';
  }
}

void append(std::string& tuple, char kind, std::string_view bytes) {
  const auto length = static_cast<std::uint64_t>(bytes.size());
  char head[sizeof length];
  std::memcpy(head, &length, sizeof length);
  tuple += kind;
  tuple.append(head, sizeof head);
  tuple += bytes;
}

}  // namespace

void JoinKeys::keys_of(std::span<const eql::JoinKey> by, const EventView& view,
                       std::vector<std::uint32_t>& out) {
  std::vector<std::string> tuples{""};
  bool capped = false;
  for (const eql::JoinKey& key : by) {
    std::vector<std::string> parts;
    for (const Value& value : view.get(key.field)) {
      const eql::Scalar scalar = eql::Scalar::of(value);
      if (scalar.is_null()) continue;
      std::string part;
      append(part, letter(scalar.kind), eql::to_text(scalar));
      if (std::find(parts.begin(), parts.end(), part) == parts.end())
        parts.push_back(std::move(part));
      if (parts.size() > kMaxKeysOfEvent) break;
    }
    if (parts.empty()) {
      if (!key.optional) return;
      parts.emplace_back();
      append(parts.back(), kAbsent, {});
    }
    std::vector<std::string> longer;
    for (const std::string& tuple : tuples) {
      for (const std::string& part : parts) {
        if (longer.size() == kMaxKeysOfEvent) {
          capped = true;
          break;
        }
        if (part.size() > kMaxKeyBytes - tuple.size()) {
          capped = true;
          continue;
        }
        longer.push_back(tuple + part);
      }
    }
    tuples = std::move(longer);
  }
  if (capped) ++capped_;
  for (const std::string& tuple : tuples) out.push_back(intern(tuple));
}

std::uint32_t JoinKeys::intern(std::string_view tuple) {
  const auto found = numbers_.find(tuple);
  if (found != numbers_.end()) return found->second;
  tuples_.emplace_back(tuple);
  bytes_ += tuple.size();
  const auto number = static_cast<std::uint32_t>(tuples_.size() - 1);
  numbers_.emplace(tuples_.back(), number);
  return number;
}

std::string JoinKeys::text(std::uint32_t key) const {
  std::string out;
  std::string_view rest = tuples_[key];
  while (!rest.empty()) {
    std::uint64_t length = 0;
    std::memcpy(&length, rest.data() + 1, sizeof length);
    const std::string_view bytes = rest.substr(1 + sizeof length, length);
    if (!out.empty()) out += ", ";
    out += rest[0] == kAbsent ? "null" : visible(bytes);
    rest.remove_prefix(1 + sizeof length + length);
  }
  return out;
}

std::vector<std::uint32_t> JoinKeys::merge(const JoinKeys& other) {
  std::vector<std::uint32_t> numbers;
  for (const std::string& tuple : other.tuples_) numbers.push_back(intern(tuple));
  capped_ += other.capped_;
  return numbers;
}

std::vector<std::uint32_t> JoinKeys::keep_only(const std::vector<bool>& kept) {
  std::vector<std::uint32_t> numbers(tuples_.size());
  const std::deque<std::string> all = std::move(tuples_);
  tuples_.clear();
  numbers_.clear();
  bytes_ = 0;
  for (std::size_t key = 0; key < all.size(); ++key) {
    if (kept[key]) numbers[key] = intern(all[key]);
  }
  return numbers;
}

std::vector<std::uint32_t> JoinKeys::sort() {
  std::vector<std::uint32_t> order(tuples_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return tuples_[a] < tuples_[b]; });
  std::vector<std::uint32_t> numbers(order.size());
  std::deque<std::string> sorted;
  numbers_.clear();
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    numbers[order[i]] = i;
    sorted.push_back(std::move(tuples_[order[i]]));
    numbers_.emplace(sorted.back(), i);
  }
  tuples_ = std::move(sorted);
  return numbers;
}

}  // namespace stemma
