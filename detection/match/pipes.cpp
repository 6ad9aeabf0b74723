#include "detection/match/pipes.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

#include "events/text.hpp"

namespace stemma {
namespace {

// A value that outlives its event.
struct KeptValue {
  eql::Scalar scalar;
  std::string text;

  explicit KeptValue(const eql::Scalar& from) : scalar(from), text(from.text) { scalar.text = {}; }
  [[nodiscard]] eql::Scalar value() const {
    eql::Scalar out = scalar;
    out.text = text;
    return out;
  }
};

using Key = std::vector<KeptValue>;

// Numbers of any kind are one kind; absent values come first, as Endgame's do.
int rank(const eql::Scalar& value) {
  switch (value.kind) {
    case eql::Scalar::Kind::null:
      return 0;
    case eql::Scalar::Kind::boolean:
      return 1;
    case eql::Scalar::Kind::text:
      return 3;
    default:
      return 2;
  }
}

int order(const KeptValue& a, const KeptValue& b) {
  const eql::Scalar x = a.value();
  const eql::Scalar y = b.value();
  if (rank(x) != rank(y)) return rank(x) < rank(y) ? -1 : 1;
  if (x.is_null()) return 0;
  if (x.kind == eql::Scalar::Kind::boolean)
    return static_cast<int>(x.boolean) - static_cast<int>(y.boolean);
  return eql::compare(x, y).value_or(0);
}

struct Less {
  bool operator()(const Key& a, const Key& b) const {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (const int way = order(a[i], b[i]); way != 0) return way < 0;
    }
    return a.size() < b.size();
  }
};

std::string text_of(const Key& key) {
  std::string out;
  for (const KeptValue& value : key) {
    if (!out.empty()) out += ", ";
    out += value.scalar.is_null() ? "null" : visible(eql::to_text(value.value()));
  }
  return out;
}

class Pipeline {
 public:
  Pipeline(std::vector<ResultRow> rows, const Decode& decode, const eql::EvalOptions& options)
      : rows_(std::move(rows)), decode_(decode), options_(options) {}

  void apply(const eql::Pipe& pipe) {
    switch (pipe.kind) {
      case eql::PipeKind::head:
        if (rows_.size() > pipe.number) rows_.resize(pipe.number);
        return;
      case eql::PipeKind::tail:
        if (rows_.size() > pipe.number)
          rows_.erase(rows_.begin(), rows_.end() - static_cast<std::ptrdiff_t>(pipe.number));
        return;
      case eql::PipeKind::filter:
        return filter(*pipe.condition);
      case eql::PipeKind::sort:
        return sort(pipe);
      case eql::PipeKind::unique:
      case eql::PipeKind::unique_count:
        return unique(pipe);
      case eql::PipeKind::count:
        return count(pipe);
    }
  }

  std::vector<ResultRow> take() { return std::move(rows_); }

 private:
  // The row's first event, with the row's own count.
  EventView view(const ResultRow& row, const Projection& projection) {
    if (shapes_.size() > kMaxShapes) shapes_.clear();
    event_.reset(projection);
    if (row.first() && !decode_(row.first(), projection, event_)) event_.reset(projection);
    if (row.count == 0) return event_.view(shapes_);
    // Whoever decodes may have done so with a projection of his own, which is gone.
    fields_ = event_.prepare();
    counted_.reset(everything_);
    counted_.append(fields_);
    counted_.set(intern_field("count"), static_cast<std::int64_t>(row.count), Origin::derived);
    return counted_.view(shapes_);
  }

  std::vector<Key> keys(const eql::Pipe& pipe) {
    Projection projection;
    for (const auto& key : pipe.keys) {
      for (const FieldId field : key->fields()) projection.want(field);
    }
    std::vector<Key> out;
    eql::Scratch scratch;
    for (const ResultRow& row : rows_) {
      const EventView at = view(row, projection);
      Key key;
      for (const auto& expression : pipe.keys) key.emplace_back(expression->evaluate(at, scratch));
      scratch.reset();
      out.push_back(std::move(key));
    }
    return out;
  }

  void filter(const eql::Program& condition) {
    Projection projection;
    condition.want_fields(projection);
    eql::EvalContext context;
    std::erase_if(rows_, [&](const ResultRow& row) {
      const EventView at = view(row, projection);
      context.event = row.first();
      return !eql::matches(eql::bind(condition, at.shape(), options_), at, context);
    });
  }

  void sort(const eql::Pipe& pipe) {
    const std::vector<Key> keys = this->keys(pipe);
    std::vector<std::size_t> order(rows_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return Less{}(keys[a], keys[b]); });
    std::vector<ResultRow> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(rows_[i]));
    rows_ = std::move(sorted);
  }

  void unique(const eql::Pipe& pipe) {
    const std::vector<Key> keys = this->keys(pipe);
    const bool counting = pipe.kind == eql::PipeKind::unique_count;
    std::map<Key, std::size_t, Less> seen;
    std::vector<ResultRow> kept;
    const std::uint64_t total = rows_.size();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto [at, added] = seen.emplace(keys[i], kept.size());
      if (added) kept.push_back(std::move(rows_[i]));
      if (!counting) continue;
      ResultRow& row = kept[at->second];
      row.count = added ? 1 : row.count + 1;
      row.total = total;
    }
    rows_ = std::move(kept);
  }

  void count(const eql::Pipe& pipe) {
    const std::vector<Key> keys = this->keys(pipe);
    std::map<Key, std::uint64_t, Less> counts;
    for (const Key& key : keys) ++counts[key];
    if (pipe.keys.empty()) counts.try_emplace({}, 0);
    std::vector<ResultRow> out;
    for (const auto& [key, number] : counts) {
      ResultRow row;
      row.key = pipe.keys.empty() ? "totals" : text_of(key);
      row.count = number;
      row.total = keys.size();
      out.push_back(std::move(row));
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const ResultRow& a, const ResultRow& b) { return a.count < b.count; });
    rows_ = std::move(out);
  }

  std::vector<ResultRow> rows_;
  const Decode& decode_;
  eql::EvalOptions options_;
  Event event_;
  const Projection everything_ = Projection::all();
  PreparedFields fields_;
  Event counted_;  // the event and its row's count
  ShapeTable shapes_;
};

}  // namespace

EventId ResultRow::first() const {
  const auto found =
      std::find_if(events.begin(), events.end(), [](EventId id) { return id.value != 0; });
  return found == events.end() ? EventId{} : *found;
}

std::vector<ResultRow> run_pipes(std::span<const eql::Pipe> pipes, std::vector<ResultRow> rows,
                                 const Decode& decode, const eql::EvalOptions& options) {
  Pipeline pipeline(std::move(rows), decode, options);
  for (const eql::Pipe& pipe : pipes) pipeline.apply(pipe);
  return pipeline.take();
}

}  // namespace stemma
