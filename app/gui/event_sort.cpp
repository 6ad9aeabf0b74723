#include "app/gui/event_sort.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <unordered_map>

#include "app/gui/event_export.hpp"
#include "events/fields.hpp"
#include "reports/event_summary.hpp"

namespace stemma {
namespace {

using By = ui::EventSort::By;

// Events between two looks at whether the answer is still wanted.
constexpr std::size_t kStretch = 1u << 16;
constexpr std::uint32_t kAbsent = 0xFFFF'FFFF;  // the event has nothing there
constexpr std::uint32_t kBeyond = 0xFFFF'FFFE;  // it has, and it was not kept

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// A whole number as people write it: no sign but a minus, no zeros before it, so that two texts are never one number.
std::optional<std::int64_t> number_of(std::string_view text) {
  if (text.empty() || text.size() > 20) return std::nullopt;
  const std::string_view digits = text.substr(text.front() == '-' ? 1 : 0);
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The first letters of a text as a number that sorts as they do.
std::uint64_t head_of(std::string_view text) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i) head = head << 8 | (i < text.size() ? static_cast<unsigned char>(lower(text[i])) : 0u);
  return head;
}

int compare_texts(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i])), y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

// Different values, each kept once, numbered in the order of their coming; then ranked.
class Values {
 public:
  explicit Values(std::size_t max_text) : max_text_(max_text) {}

  // The number of a value; kAbsent of an empty one, kBeyond where there is no room for it.
  std::uint32_t number(std::string_view value) {
    if (value.empty()) return kAbsent;
    std::string key(value.substr(0, kMaxSortKey));
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return found->second;
    if (key.size() > max_text_ - bytes_ || numbers_.size() >= kBeyond) return kBeyond;
    bytes_ += key.size();
    const auto number = static_cast<std::uint32_t>(numbers_.size());
    by_number_.push_back(&numbers_.emplace(std::move(key), number).first->first);
    return number;
  }
  [[nodiscard]] std::size_t size() const { return by_number_.size(); }

  // The rank of each number. Empty where it was dropped.
  [[nodiscard]] std::vector<std::uint32_t> ranks(const std::atomic<bool>& dropped) const {
    std::vector<Key> keys(by_number_.size());
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      const auto number = number_of(*by_number_[i]);
      keys[i] = {!number, number ? static_cast<std::uint64_t>(*number) ^ (1ull << 63) : head_of(*by_number_[i]), i};
    }
    const auto before = [this](const Key& a, const Key& b) {
      if (a.text != b.text) return b.text;
      if (a.head != b.head) return a.head < b.head;
      return a.text && compare_texts(*by_number_[a.number], *by_number_[b.number]) < 0;
    };
    // In blocks that are merged, so that a sort that nobody wants any more ends soon.
    for (std::size_t at = 0; at < keys.size(); at += kStretch) {
      if (dropped) return {};
      std::sort(keys.begin() + static_cast<std::ptrdiff_t>(at), keys.begin() + static_cast<std::ptrdiff_t>(std::min(at + kStretch, keys.size())), before);
    }
    for (std::size_t block = kStretch; block < keys.size(); block *= 2) {
      for (std::size_t at = 0; at + block < keys.size(); at += 2 * block) {
        if (dropped) return {};
        const auto place = [&](std::size_t i) { return keys.begin() + static_cast<std::ptrdiff_t>(std::min(i, keys.size())); };
        std::inplace_merge(place(at), place(at + block), place(at + 2 * block), before);
      }
    }
    std::vector<std::uint32_t> ranks(keys.size());
    for (std::uint32_t rank = 0; rank < keys.size(); ++rank) ranks[keys[rank].number] = rank;
    return ranks;
  }

 private:
  struct Key {
    bool text = false;  // numbers stand before texts
    std::uint64_t head = 0;
    std::uint32_t number = 0;
  };

  std::size_t max_text_, bytes_ = 0;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> by_number_;  // nodes of a map do not move
};

// Values of one column for the events of a list: numbers into `values`, one an event.
class SortedColumn {
 public:
  SortedColumn(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at)
      : session_(session), snapshot_(session.snapshot()), input_(input), dropped_(dropped), looked_at_(looked_at),
        count_(input.events != nullptr ? input.events->size() : snapshot_.events.size()), values_(input.max_text) {}

  std::optional<ui::EventOrder> sorted() {
    std::vector<std::uint32_t> keys(count_, kAbsent);
    switch (input_.sort.by) {
      case By::time: break;
      case By::note: read_notes(keys); break;
      case By::host:
      case By::log:
      case By::code:
      case By::category: read_classes(keys); break;
      case By::process: read_processes(keys); break;
      case By::summary:
      case By::field: decode(keys); break;
    }
    if (input_.sort.by != By::process) ranks_ = values_.ranks(dropped_);
    if (dropped_) return std::nullopt;
    const auto last = static_cast<std::uint32_t>(ranks_.size());
    std::size_t beyond = 0;
    for (std::uint32_t& key : keys) {
      if (key == kBeyond) {
        ++beyond;
        key = last;
      } else if (key == kAbsent) {
        key = last + 1;
      } else {
        key = input_.sort.descending ? last - 1 - ranks_[key] : ranks_[key];
      }
    }
    ui::EventOrder order;
    if (!arrange(keys, last + 1, order)) return std::nullopt;
    if (beyond != 0) {
      order.notes.push_back(fmt::format("{} events stand unsorted behind the others: their values did not fit into the {} MB that a sort keeps", beyond, input_.max_text >> 20));
    }
    return order;
  }

 private:
  [[nodiscard]] EventId event(std::size_t place) const { return input_.events != nullptr ? (*input_.events)[place] : EventId::from_index(place); }

  [[nodiscard]] bool goes_on(std::size_t place) const {
    if (place % kStretch == 0 && place != 0) looked_at_(place);
    return place % kStretch != 0 || !dropped_;
  }

  void read_classes(std::vector<std::uint32_t>& keys) {
    std::vector<std::uint32_t> of_class{kAbsent};  // classes count from 1
    for (const EventClass& one : snapshot_.events.classes().all()) {
      of_class.push_back(values_.number(input_.sort.by == By::host  ? std::string(snapshot_.hosts.name(one.host))
                                        : input_.sort.by == By::log ? std::string(ui::log_text(snapshot_, one))
                                        : input_.sort.by == By::code ? std::string(snapshot_.strings.view(one.code))
                                                                     : ui::category_text(one.categories)));
    }
    for (std::size_t place = 0; place < count_ && goes_on(place); ++place) keys[place] = of_class[snapshot_.events.event_class(event(place)).value];
  }

  // By name, then by pid: what stands in the column. Names and pids are ranked apart, so that no text is made for an event.
  void read_processes(std::vector<std::uint32_t>& keys) {
    // Every life's last program, worked out once; a start shows its own.
    std::vector<std::pair<std::string_view, std::int64_t>> shown;
    std::unordered_map<const char*, std::unordered_map<std::int64_t, std::uint32_t>> numbers;  // equal names are one text in the pool
    const auto number = [&](const ui::ProcessShown& one) {
      const auto [at, fresh] = numbers[one.name.data()].emplace(one.pid, static_cast<std::uint32_t>(shown.size()));
      if (fresh) shown.emplace_back(one.name, one.pid);
      return at->second;
    };
    std::vector<std::uint32_t> of_life(snapshot_.tree.entities().size() + 1, kAbsent);
    for (std::size_t place = 0; place < count_ && goes_on(place); ++place) {
      const EventId id = event(place);
      const EntityId entity = snapshot_.events.entity(id);
      if (!entity) continue;
      if (snapshot_.tree.start_of(id) != nullptr) {
        keys[place] = number(ui::process_of(snapshot_, id));
      } else {
        std::uint32_t& known = of_life[entity.value];
        if (known == kAbsent) known = number(ui::process_of(snapshot_, id));
        keys[place] = known;
      }
    }
    if (dropped_) return;
    std::vector<std::uint32_t> order(shown.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const int names = compare_texts(shown[a].first, shown[b].first);
      return names != 0 ? names < 0 : shown[a].second < shown[b].second;
    });
    ranks_.resize(shown.size());
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks_[order[rank]] = rank;
    for (std::uint32_t& key : keys) {
      if (key != kAbsent && shown[key].first.empty() && shown[key].second == kNoPid) key = kAbsent;
    }
  }

  void read_notes(std::vector<std::uint32_t>& keys) {
    for (const auto& [id, text] : input_.notes) {
      std::size_t place = id.index();
      if (input_.events != nullptr) {
        const auto found = std::lower_bound(input_.events->begin(), input_.events->end(), id);
        if (found == input_.events->end() || *found != id) continue;
        place = static_cast<std::size_t>(found - input_.events->begin());
      }
      if (place < count_) keys[place] = values_.number(text);
    }
  }

  // Decoded side by side, numbered in the order of time: what a cap leaves out does not hang on threads.
  void decode(std::vector<std::uint32_t>& keys) {
    const bool summary = input_.sort.by == By::summary;
    std::vector<FieldId> fields;
    if (!summary) fields.push_back(intern_field(input_.sort.field));
    if (!summary && !fields.front()) return;
    Projection projection = summary ? event_summary_projection() : Projection{};
    for (const FieldId field : fields) projection.want(field);
    std::vector<std::string> texts;
    for (std::size_t first = 0; first < count_; first += kStretch) {
      if (dropped_) return;
      looked_at_(first);
      const std::size_t last = std::min(first + kStretch, count_);
      texts.assign(last - first, {});
      EventSelection selection;
      selection.first = event(first).index();
      selection.last = event(last - 1).index() + 1;
      const auto place = [&](EventId id) -> std::size_t {
        if (input_.events == nullptr) return id.index() - first;
        const auto begin = input_.events->begin() + static_cast<std::ptrdiff_t>(first), end = input_.events->begin() + static_cast<std::ptrdiff_t>(last);
        const auto found = std::lower_bound(begin, end, id);
        return found == end || *found != id ? texts.size() : static_cast<std::size_t>(found - begin);
      };
      selection.accept = [&](EventId id) { return place(id) < texts.size(); };
      session_.for_each(selection, projection, [&](unsigned, EventId id, Event& read) {
        if (input_.secrets == Secrets::redacted) redact(read);
        texts[place(id)] = summary ? event_summary(read, input_.secrets) : cells_of(read, fields).front();
      }, &dropped_);
      if (dropped_) return;
      for (std::size_t i = 0; i < texts.size(); ++i) keys[first + i] = values_.number(texts[i]);
    }
  }

  // Radix by 11 bits, lowest first: stable, so that equal keys stay in the order of time. False where it was dropped.
  bool arrange(const std::vector<std::uint32_t>& keys, std::uint32_t most, ui::EventOrder& order) const {
    std::vector<std::uint32_t> from(count_), to(count_);
    std::iota(from.begin(), from.end(), 0u);
    constexpr unsigned kBits = 11;
    for (unsigned shift = 0; shift < 32 && most >> shift != 0; shift += kBits) {
      std::array<std::size_t, 1u << kBits> starts{};
      const auto digit = [&](std::uint32_t place) { return keys[place] >> shift & ((1u << kBits) - 1); };
      for (const std::uint32_t place : from) ++starts[digit(place)];
      std::size_t sum = 0;
      for (std::size_t& start : starts) sum += std::exchange(start, sum);
      for (std::size_t i = 0; i < count_; ++i) {
        if (i % kStretch == 0 && dropped_) return false;
        to[starts[digit(from[i])]++] = from[i];
      }
      from.swap(to);
    }
    for (std::size_t row = 0; row < count_; ++row) to[from[row]] = static_cast<std::uint32_t>(row);
    order.place_at = std::move(from);
    order.row_of = std::move(to);
    return true;
  }

  const Session& session_;
  const CaseSnapshot& snapshot_;
  const SortInput& input_;
  const std::atomic<bool>& dropped_;
  const std::function<void(std::size_t)>& looked_at_;
  std::size_t count_;
  Values values_;
  std::vector<std::uint32_t> ranks_;  // of the numbers that keys are
};

}  // namespace

int compare_sort_keys(std::string_view a, std::string_view b) {
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
  if (x || y) return x ? -1 : 1;
  return compare_texts(a, b);
}

std::optional<ui::EventOrder> order_of(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at) {
  return SortedColumn(session, input, dropped, looked_at).sorted();
}

}  // namespace stemma
