#include "app/gui/column_ranks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <unordered_map>

#include "app/gui/event_export.hpp"
#include "app/gui/event_sort.hpp"
#include "app/gui/value_as_text.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
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

// A text cut so that it stays UTF-8.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

// Different values, each kept once, numbered in the order of their coming; then ranked.
class SortValues {
 public:
  // What a value is filtered by, where that is not the value as it is kept.
  struct Filtering {
    std::vector<std::string> raw = {};
    bool part = false;
    bool filters = true;
    bool cut = false;
  };

  // @param room  bytes that are left for values, of all columns together
  explicit SortValues(std::shared_ptr<std::size_t> room) : room_(std::move(room)) {}

  // The number of a value; kAbsent of an empty one, kBeyond where there is no room for it.
  std::uint32_t number(std::string_view value, const Filtering* filtering = nullptr) {
    if (value.empty()) return kAbsent;
    std::string key(value.substr(0, kMaxSortKey));
    const auto found = numbers_.find(key);
    if (found != numbers_.end()) return found->second;
    if (key.size() > *room_ || numbers_.size() >= kBeyond - 1) return kBeyond;
    *room_ -= key.size();
    const auto number = static_cast<std::uint32_t>(numbers_.size());
    by_number_.push_back(&numbers_.emplace(std::move(key), number).first->first);
    if (filtering != nullptr) remember(number, value, *filtering);
    return number;
  }
  [[nodiscard]] std::size_t size() const { return by_number_.size(); }
  [[nodiscard]] const std::string& text(std::uint32_t number) const { return *by_number_[number]; }

  [[nodiscard]] ui::GroupValue value(std::uint32_t number) const {
    const std::string& text = *by_number_[number];
    ui::GroupValue out;
    out.shown = visible(text);
    const auto found = filtering_.find(number);
    if (found == filtering_.end()) {
      if (out.shown != text) out.raw.push_back(text);
      return out;
    }
    out.raw = found->second.raw;
    out.part = found->second.part;
    out.filters = found->second.filters;
    if (found->second.cut) out.shown = visible(cut(text, kMaxSortKey - 4)) + "…";
    return out;
  }

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
  // Of one that was cut all that is known to find it again is how it begins.
  void remember(std::uint32_t number, std::string_view value, const Filtering& filtering) {
    const bool whole = value.size() <= kMaxSortKey;
    if (whole && filtering.raw.empty() && filtering.filters) return;
    Filtering kept = filtering;
    std::size_t bytes = 0;
    for (const std::string& one : kept.raw) bytes += one.size();
    if (!whole) {
      kept.cut = true;
      kept.filters = kept.filters && kept.raw.empty();
      kept.raw = {std::string(cut(value, kMaxSortKey - 4))};
      kept.part = true;
      bytes = kMaxSortKey;
    }
    if (bytes > *room_) {
      kept.raw.clear();
      kept.filters = false;
    } else {
      *room_ -= bytes;
    }
    filtering_.emplace(number, std::move(kept));
  }

  struct Key {
    bool text = false;  // numbers stand before texts
    std::uint64_t head = 0;
    std::uint32_t number = 0;
  };

  std::shared_ptr<std::size_t> room_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> by_number_;  // nodes of a map do not move
  std::unordered_map<std::uint32_t, Filtering> filtering_;
};

RankedColumn::RankedColumn(ui::EventSort sort, bool grouped) : sort_(std::move(sort)), grouped_(grouped) {}
RankedColumn::~RankedColumn() = default;
RankedColumn::RankedColumn(RankedColumn&&) noexcept = default;
RankedColumn& RankedColumn::operator=(RankedColumn&&) noexcept = default;

ui::EventGroup::Kind RankedColumn::kind_of(std::uint32_t rank) const {
  return rank < values_ ? ui::EventGroup::Kind::value : rank == values_ ? ui::EventGroup::Kind::beyond : ui::EventGroup::Kind::none;
}

ui::GroupValue RankedColumn::value_of(std::uint32_t rank) const { return texts_->value(by_rank_[sort_.descending ? values_ - 1 - rank : rank]); }

// Reads columns one after the other, those that are decoded together.
class ColumnReader {
 public:
  ColumnReader(const Session& session, const SortInput& input, const std::atomic<bool>& dropped, const std::function<void(std::size_t)>& looked_at)
      : session_(session), snapshot_(session.snapshot()), input_(input), dropped_(dropped), looked_at_(looked_at),
        count_(input.events != nullptr ? input.events->size() : snapshot_.events.size()) {}

  bool read(std::vector<RankedColumn>& columns) {
    const auto room = std::make_shared<std::size_t>(input_.max_text);
    std::vector<RankedColumn*> decoded;
    for (RankedColumn& column : columns) {
      column.ranks_.assign(count_, kAbsent);
      column.texts_ = std::make_unique<SortValues>(room);
      if (is_decoded(column)) decoded.push_back(&column);
    }
    passes_ = columns.size() - decoded.size() + (decoded.empty() ? 0 : 1);
    for (RankedColumn& column : columns) {
      if (is_decoded(column)) continue;
      const std::vector<std::uint32_t> ranks = read_known(column);
      if (dropped_ || !rank(column, ranks)) return false;
      ++pass_;
    }
    if (!decoded.empty()) decode(decoded);
    if (dropped_) return false;
    for (RankedColumn* column : decoded) {
      if (!rank(*column, {})) return false;
    }
    return true;
  }

 private:
  static bool is_decoded(const RankedColumn& column) { return column.sort_.by == By::summary || column.sort_.by == By::field; }

  [[nodiscard]] EventId event(std::size_t place) const { return input_.events != nullptr ? (*input_.events)[place] : EventId::from_index(place); }

  void tell(std::size_t place) const { looked_at_((pass_ * count_ + place) / std::max<std::size_t>(passes_, 1)); }

  [[nodiscard]] bool goes_on(std::size_t place) const {
    if (place % kStretch == 0 && place != 0) tell(place);
    return place % kStretch != 0 || !dropped_;
  }

  // Numbers of values become ranks. `ranks`: of the numbers, where they are known already.
  bool rank(RankedColumn& column, std::vector<std::uint32_t> ranks) const {
    if (ranks.empty()) ranks = column.texts_->ranks(dropped_);
    if (dropped_) return false;
    const auto last = static_cast<std::uint32_t>(ranks.size());
    column.values_ = last;
    if (column.grouped_) {
      column.by_rank_.resize(last);
      for (std::uint32_t number = 0; number < last; ++number) column.by_rank_[ranks[number]] = number;
    }
    for (std::uint32_t& key : column.ranks_) {
      if (key == kBeyond) {
        ++column.beyond_;
        key = last;
      } else if (key == kAbsent) {
        key = last + 1;
      } else {
        key = column.sort_.descending ? last - 1 - ranks[key] : ranks[key];
      }
    }
    return true;
  }

  // Numbers of the values that the frozen case has; returns their ranks where those are worked out as well.
  std::vector<std::uint32_t> read_known(RankedColumn& column) {
    switch (column.sort_.by) {
      case By::note: read_notes(column); break;
      case By::host:
      case By::log:
      case By::code:
      case By::category: read_classes(column); break;
      case By::process:
        if (!column.grouped_) return read_processes(column.ranks_);
        read_process_names(column);
        break;
      case By::time:
      case By::summary:
      case By::field: break;
    }
    return {};
  }

  void read_classes(RankedColumn& column) {
    std::vector<std::uint32_t> of_class{kAbsent};  // classes count from 1
    for (const EventClass& one : snapshot_.events.classes().all()) {
      SortValues::Filtering filtering;
      std::string text;
      switch (column.sort_.by) {
        case By::host: text = snapshot_.hosts.name(one.host); break;
        case By::log:
          text = ui::log_text(snapshot_, one);
          filtering.filters = static_cast<bool>(one.channel);
          break;
        case By::code: text = snapshot_.strings.view(one.code); break;
        default:
          text = ui::category_text(one.categories);
          for (std::size_t bit = 0; bit < ui::kCategoryNames; ++bit) {
            if ((one.categories >> bit & 1) != 0) filtering.raw.emplace_back(ui::category_name(bit));
          }
      }
      of_class.push_back(column.texts_->number(text, column.grouped_ ? &filtering : nullptr));
    }
    for (std::size_t place = 0; place < count_ && goes_on(place); ++place) column.ranks_[place] = of_class[snapshot_.events.event_class(event(place)).value];
  }

  // Gives each event that is of a process the number of what its column shows: worked out once a life, but for starts, which show their own.
  template <class Number>
  void read_lives(std::vector<std::uint32_t>& keys, Number number) {
    constexpr std::uint32_t kNotYet = 0xFFFF'FFFD;
    std::vector<std::uint32_t> of_life(snapshot_.tree.entities().size() + 1, kNotYet);
    for (std::size_t place = 0; place < count_ && goes_on(place); ++place) {
      const EventId id = event(place);
      const EntityId entity = snapshot_.events.entity(id);
      if (!entity) continue;
      if (snapshot_.tree.start_of(id) != nullptr) {
        keys[place] = number(ui::process_of(snapshot_, id));
      } else {
        std::uint32_t& known = of_life[entity.value];
        if (known == kNotYet) known = number(ui::process_of(snapshot_, id));
        keys[place] = known;
      }
    }
  }

  void read_process_names(RankedColumn& column) {
    std::unordered_map<const char*, std::uint32_t> numbers;  // equal names are one text in the pool
    const SortValues::Filtering filtering;
    read_lives(column.ranks_, [&](const ui::ProcessShown& one) {
      const auto [at, fresh] = numbers.emplace(one.name.data(), kAbsent);
      if (fresh) at->second = column.texts_->number(one.name, &filtering);
      return at->second;
    });
  }

  // By name, then by pid: what stands in the column. Names and pids are ranked apart, so that no text is made for an event.
  std::vector<std::uint32_t> read_processes(std::vector<std::uint32_t>& keys) {
    std::vector<std::pair<std::string_view, std::int64_t>> shown;
    std::unordered_map<const char*, std::unordered_map<std::int64_t, std::uint32_t>> numbers;
    read_lives(keys, [&](const ui::ProcessShown& one) {
      if (one.name.empty() && one.pid == kNoPid) return kAbsent;
      const auto [at, fresh] = numbers[one.name.data()].emplace(one.pid, static_cast<std::uint32_t>(shown.size()));
      if (fresh) shown.emplace_back(one.name, one.pid);
      return at->second;
    });
    if (dropped_) return {};
    std::vector<std::uint32_t> order(shown.size()), ranks(shown.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const int names = compare_texts(shown[a].first, shown[b].first);
      return names != 0 ? names < 0 : shown[a].second < shown[b].second;
    });
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
    return ranks;
  }

  void read_notes(RankedColumn& column) {
    for (const auto& [id, text] : input_.notes) {
      std::size_t place = id.index();
      if (input_.events != nullptr) {
        const auto found = std::lower_bound(input_.events->begin(), input_.events->end(), id);
        if (found == input_.events->end() || *found != id) continue;
        place = static_cast<std::size_t>(found - input_.events->begin());
      }
      if (place < count_) column.ranks_[place] = column.texts_->number(text);
    }
  }

  struct Cell {
    std::string shown;
    SortValues::Filtering filtering;
  };

  // Decoded side by side, numbered in the order of time: what a cap leaves out does not hang on threads.
  void decode(const std::vector<RankedColumn*>& columns) {
    Projection projection;
    std::vector<std::vector<FieldId>> fields(columns.size());  // one, or none for the summary
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c]->sort_.by == By::summary) {
        projection = event_summary_projection();
      } else if (const FieldId field = intern_field(columns[c]->sort_.field)) {
        fields[c].push_back(field);
      } else {
        fields[c].push_back({});
      }
    }
    for (const auto& some : fields) {
      if (!some.empty() && some.front()) projection.want(some.front());
    }
    std::vector<std::vector<Cell>> cells(columns.size());
    for (std::size_t first = 0; first < count_; first += kStretch) {
      if (dropped_) return;
      tell(first);
      const std::size_t last = std::min(first + kStretch, count_);
      for (auto& some : cells) some.assign(last - first, {});
      EventSelection selection;
      selection.first = event(first).index();
      selection.last = event(last - 1).index() + 1;
      const auto place = [&](EventId id) -> std::size_t {
        if (input_.events == nullptr) return id.index() - first;
        const auto begin = input_.events->begin() + static_cast<std::ptrdiff_t>(first), end = input_.events->begin() + static_cast<std::ptrdiff_t>(last);
        const auto found = std::lower_bound(begin, end, id);
        return found == end || *found != id ? last - first : static_cast<std::size_t>(found - begin);
      };
      selection.accept = [&](EventId id) { return place(id) < last - first; };
      session_.for_each(selection, projection, [&](unsigned, EventId id, Event& read) {
        const std::size_t at = place(id);
        for (std::size_t c = 0; c < columns.size(); ++c) {
          if (columns[c]->grouped_ && !fields[c].empty()) cells[c][at].filtering.raw = values_of(read, fields[c].front());
        }
        if (input_.secrets == Secrets::redacted) redact(read);
        for (std::size_t c = 0; c < columns.size(); ++c) {
          Cell& cell = cells[c][at];
          if (fields[c].empty()) {
            cell.shown = event_summary(read, input_.secrets);
          } else if (fields[c].front()) {
            cell.shown = cells_of(read, fields[c]).front();
          }
          std::vector<std::string>& raw = cell.filtering.raw;
          if (raw.size() == 1 && raw.front() == cell.shown) raw.clear();
        }
      }, &dropped_);
      if (dropped_) return;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        RankedColumn& column = *columns[c];
        for (std::size_t i = 0; i < last - first; ++i)
          column.ranks_[first + i] = column.texts_->number(cells[c][i].shown, column.grouped_ ? &cells[c][i].filtering : nullptr);
      }
    }
  }

  static std::vector<std::string> values_of(const Event& event, FieldId field) {
    std::vector<std::string> values;
    event.for_each_value([&](FieldId of, const Value& value) {
      if (of == field) values.push_back(value_as_text(value));
    });
    return values;
  }

  const Session& session_;
  const CaseSnapshot& snapshot_;
  const SortInput& input_;
  const std::atomic<bool>& dropped_;
  const std::function<void(std::size_t)>& looked_at_;
  std::size_t count_, pass_ = 0, passes_ = 1;
};

int compare_sort_keys(std::string_view a, std::string_view b) {
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
  if (x || y) return x ? -1 : 1;
  return compare_texts(a, b);
}

std::optional<std::vector<RankedColumn>> rank_columns(const Session& session, const SortInput& input, std::vector<RankedColumn> columns, const std::atomic<bool>& dropped,
                                                      const std::function<void(std::size_t)>& looked_at) {
  if (!ColumnReader(session, input, dropped, looked_at).read(columns)) return std::nullopt;
  return columns;
}

}  // namespace stemma
