#include "events/fields.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace stemma {
namespace {

constexpr FieldInfo kKnown[] = {
#define FIELD(symbol, name, type, multiplicity) \
  {name, FieldType::type, Multiplicity::multiplicity, true},
#include "events/fields.def"
#undef FIELD
};
static_assert(std::size(kKnown) == kKnownFieldCount);

// Interned names live until the program ends: ids and views of them are held in shapes, rules and
// snapshots alike. Infos sit in fixed blocks that never move, so that field_info needs no lock.
class Registry {
 public:
  static Registry& instance() {
    static Registry registry;
    return registry;
  }

  FieldId intern(std::string_view name) {
    if (const auto id = find(name)) return *id;
    if (name.empty() || name.size() > kMaxFieldNameLength) return {};
    const std::unique_lock lock(mutex_);
    if (const auto found = ids_.find(name); found != ids_.end()) return found->second;
    if (next_ > kMaxFields) return {};
    const FieldId id{next_};
    FieldInfo& info = slot(next_);
    names_.emplace_back(name);
    info.name = names_.back();
    ids_.emplace(info.name, id);
    ++next_;
    return id;
  }

  std::optional<FieldId> find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = ids_.find(name);
    if (found == ids_.end()) return std::nullopt;
    return found->second;
  }

  FieldInfo info(FieldId id) const {
    if (id.value <= kKnownFieldCount) return kKnown[id.index()];
    const std::uint32_t at = id.value - kKnownFieldCount - 1;
    return blocks_[at / kBlock].load(std::memory_order_acquire)[at % kBlock];
  }

  std::vector<std::string_view> names() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string_view> all;
    all.reserve(ids_.size());
    for (const auto& [name, id] : ids_) all.push_back(name);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  static constexpr std::uint32_t kBlock = 1024;

  Registry() {
    for (std::uint32_t i = 0; i < kKnownFieldCount; ++i)
      ids_.emplace(kKnown[i].name, FieldId{i + 1});
  }

  ~Registry() {
    for (auto& block : blocks_) delete[] block.load();
  }

  FieldInfo& slot(std::uint32_t id) {
    const std::uint32_t at = id - kKnownFieldCount - 1;
    auto& block = blocks_[at / kBlock];
    if (block.load(std::memory_order_relaxed) == nullptr) {
      block.store(new FieldInfo[kBlock], std::memory_order_release);
    }
    return block.load(std::memory_order_relaxed)[at % kBlock];
  }

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string_view, FieldId> ids_;
  std::deque<std::string> names_;
  std::uint32_t next_ = kKnownFieldCount + 1;
  std::atomic<FieldInfo*> blocks_[kMaxFields / kBlock + 1] = {};
};

}  // namespace

FieldId intern_field(std::string_view name) {
  return Registry::instance().intern(name);
}

std::optional<FieldId> find_field(std::string_view name) {
  return Registry::instance().find(name);
}

FieldInfo field_info(FieldId id) {
  return Registry::instance().info(id);
}

std::string_view field_name(FieldId id) {
  return field_info(id).name;
}

std::vector<std::string_view> all_field_names() {
  return Registry::instance().names();
}

}  // namespace stemma
