#include "app/gui/filter_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "app/gui/value_as_text.hpp"
#include "app/session/match_rules.hpp"
#include "detection/eql/query.hpp"
#include "events/text.hpp"
#include "ui/state/event_columns.hpp"

namespace stemma {
namespace {

using ui::Chip;

// Decoding this many events of all fields takes some tens of milliseconds.
constexpr std::size_t kFirstPortion = 4096;
constexpr std::size_t kMostPortion = 4u << 20;
// A portion is doubled while it takes less than this: cancelling waits for the end of one.
constexpr std::chrono::milliseconds kQuick{120};

// Looks for a text without regard to the case of ASCII letters.
class Needle {
 public:
  explicit Needle(std::string_view text) {
    for (const char c : text) lower_ += lower(c);
  }
  [[nodiscard]] bool in(std::string_view text) const {
    return std::search(text.begin(), text.end(), lower_.begin(), lower_.end(), [](char a, char b) { return lower(a) == b; }) != text.end();
  }
  [[nodiscard]] bool is(std::string_view text) const {
    return text.size() == lower_.size() && std::equal(text.begin(), text.end(), lower_.begin(), [](char a, char b) { return lower(a) == b; });
  }

 private:
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
  std::string lower_;
};

// A chip that the columns of the store answer: one answer for each class of events. Empty where they do not.
std::optional<std::vector<bool>> answer_by_class(const CaseSnapshot& snapshot, const Chip& chip) {
  if (chip.kind != Chip::Kind::field) return std::nullopt;
  const Needle needle(chip.text);
  const auto holds = [&](std::string_view value) { return chip.exact ? needle.is(value) : needle.in(value); };
  const auto value = [&](const EventClass& one) -> std::optional<bool> {
    if (chip.field == "host.name") return holds(snapshot.hosts.name(one.host));
    if (chip.field == "winlog.channel") return holds(snapshot.strings.view(one.channel));
    if (chip.field == "event.code") return holds(snapshot.strings.view(one.code));
    if (chip.field == "log.file.path") return holds(snapshot.artifact(one.artifact).path);
    if (chip.field == "event.category" && (one.categories & category_bit(CategoryBit::other)) == 0) {
      for (std::size_t bit = 0; bit < ui::kCategoryNames; ++bit) {
        if ((one.categories >> bit & 1) != 0 && holds(ui::category_name(bit))) return true;
      }
      return false;
    }
    return std::nullopt;
  };
  std::vector<bool> answers{false};  // classes count from 1
  for (const EventClass& one : snapshot.events.classes().all()) {
    const std::optional<bool> answer = value(one);
    if (!answer) return std::nullopt;
    answers.push_back(*answer != chip.exclude);
  }
  return answers;
}

std::vector<bool> lives_of(const ProcessTree& tree, const Chip& chip) {
  std::vector<bool> lives(tree.entities().size() + 1, false);
  if (!chip.entity || chip.entity.value >= lives.size()) return lives;
  std::vector<EntityId> open{chip.entity};
  while (!open.empty()) {
    const EntityId id = open.back();
    open.pop_back();
    if (lives[id.value]) continue;
    lives[id.value] = true;
    if (!chip.below) continue;
    for (const EntityId child : tree.children(id)) open.push_back(child);
  }
  return lives;
}

// What of an event's values a chip asks for.
struct ValueTest {
  Needle needle;
  FieldId field;  // none: any
  bool exact, exclude;

  [[nodiscard]] bool holds(const Event& event) const {
    bool found = false;
    event.for_each_value([&](FieldId of, const Value& value) {
      if (found || (field && of != field)) return;
      if (value.kind == Value::Kind::text) {
        found = exact ? needle.is(value.text) : needle.in(value.text);
      } else {
        const std::string text = value_as_text(value);
        found = exact ? needle.is(text) : needle.in(text);
      }
    });
    return found != exclude;
  }
};

struct QueryTest {
  RuleSet rules;  // one rule
  bool exclude = false;
  bool whole = false;                // a sequence, a sample or a pipe: asked of the whole case at once
  std::vector<EventId> all = {};     // of a whole one, ascending, once it was asked
  bool asked = false;
};

std::vector<EventId> events_of(const RuleMatches& matches) {
  std::vector<EventId> events;
  for (const Match& match : matches.single) events.push_back(match.event);
  for (const StatementMatches& statement : matches.statements) {
    for (const ResultRow& row : statement.rows) {
      for (const EventId id : row.events) {
        if (id) events.push_back(id);
      }
    }
  }
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
  return events;
}

}  // namespace

struct FilterPass::State {
  const Session& session;
  const CaseSnapshot& snapshot;
  std::vector<std::vector<bool>> by_class;
  std::vector<std::pair<std::vector<bool>, bool>> by_life;  // and whether it excludes
  std::vector<std::pair<std::vector<EventId>, bool>> by_list;
  std::vector<Chip> times;  // that exclude
  std::vector<ValueTest> values;
  std::vector<QueryTest> queries;
  Projection projection;
  std::vector<std::string> notes;
  std::size_t at = 0, end = 0;
  std::size_t portion = kFirstPortion;
  bool finished = false;
  const std::atomic<bool>* dropped = nullptr;

  [[nodiscard]] bool is_dropped() const { return dropped != nullptr && *dropped; }

  [[nodiscard]] bool known_to_hold(EventId id) const {
    for (const auto& answers : by_class) {
      if (!answers[snapshot.events.event_class(id).value]) return false;
    }
    for (const auto& [lives, exclude] : by_life) {
      if (lives[snapshot.events.entity(id).value] == exclude) return false;
    }
    for (const auto& [list, exclude] : by_list) {
      if (std::binary_search(list.begin(), list.end(), id) == exclude) return false;
    }
    const Timestamp time = snapshot.events.time(id);
    for (const Chip& chip : times) {
      if (chip.from <= time && time <= chip.to) return false;
    }
    return true;
  }

  void add_query(const Chip& chip) {
    const eql::CompiledQuery compiled = eql::compile_query(chip.text);
    if (compiled.query == nullptr) {
      for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
        if (diagnostic.severity == eql::Severity::error) notes.push_back(eql::render(diagnostic));
      }
      end = at;
      return;
    }
    QueryTest test;
    test.exclude = chip.exclude;
    test.whole = compiled.query->kind != eql::StatementKind::event || !compiled.query->pipes.empty();
    Rule rule;
    rule.query = chip.text;
    rule.statement = compiled.query;
    if (!test.whole) rule.program = compiled.query->terms.front().program;
    test.rules.rules.push_back(std::move(rule));
    queries.push_back(std::move(test));
  }

  // Keeps of `events` those that a query takes, or leaves.
  void ask(QueryTest& test, std::size_t first, std::size_t last, std::vector<EventId>& events) {
    std::vector<EventId> taken;
    if (test.whole) {
      if (!test.asked) {
        const RuleMatches matches = match_rules(session, test.rules, nullptr, {.dropped = dropped});
        test.all = events_of(matches);
        test.asked = true;
        for (const StatementMatches& statement : matches.statements) {
          if (statement.dropped != 0) notes.push_back(fmt::format("{} matches were left out at a cap: narrow the query", statement.dropped));
        }
        if (!matches.coverage.front().possible) notes.push_back("nothing could match: " + matches.coverage.front().reason);
      }
      taken = test.all;
    } else {
      MatchOptions options;
      options.first = first;
      options.last = last;
      options.dropped = dropped;
      options.accept = [&](EventId id) { return std::binary_search(events.begin(), events.end(), id); };
      taken = events_of(match_rules(session, test.rules, nullptr, options));
    }
    std::vector<EventId> left;
    if (test.exclude) {
      std::set_difference(events.begin(), events.end(), taken.begin(), taken.end(), std::back_inserter(left));
    } else {
      std::set_intersection(events.begin(), events.end(), taken.begin(), taken.end(), std::back_inserter(left));
    }
    events = std::move(left);
  }

  void ask_values(std::size_t first, std::size_t last, std::vector<EventId>& events) {
    std::vector<std::vector<EventId>> found(session.threads());
    EventSelection selection;
    selection.first = first;
    selection.last = last;
    selection.accept = [&](EventId id) { return std::binary_search(events.begin(), events.end(), id); };
    session.for_each(selection, projection, [&](unsigned worker, EventId id, Event& event) {
      if (std::all_of(values.begin(), values.end(), [&](const ValueTest& test) { return test.holds(event); })) found[worker].push_back(id);
    }, dropped);
    events.clear();
    for (const auto& some : found) events.insert(events.end(), some.begin(), some.end());
    std::sort(events.begin(), events.end());
  }
};

FilterPass::FilterPass(const Session& session, ui::Filter filter, const std::atomic<bool>* dropped) : state_(std::make_unique<State>(State{session, session.snapshot(), {}, {}, {}, {}, {}, {}, {}, {}})) {
  State& state = *state_;
  state.dropped = dropped;
  const EventStore& events = state.snapshot.events;
  state.end = events.size();
  for (Chip& chip : filter.chips) {
    if (!chip.enabled) continue;
    switch (chip.kind) {
      case Chip::Kind::time:
        if (chip.exclude) {
          state.times.push_back(chip);
        } else {
          state.at = std::max(state.at, events.first_at(chip.from).index());
          const bool endless = chip.to.ns == std::numeric_limits<std::int64_t>::max();
          if (!endless) state.end = std::min(state.end, events.first_at({chip.to.ns + 1}).index());
        }
        break;
      case Chip::Kind::process: state.by_life.emplace_back(lives_of(state.snapshot.tree, chip), chip.exclude); break;
      case Chip::Kind::events: state.by_list.emplace_back(std::move(chip.events), chip.exclude); break;
      case Chip::Kind::word:
        state.values.push_back({Needle(chip.text), {}, false, chip.exclude});
        state.projection = Projection::all();
        break;
      case Chip::Kind::field: {
        if (auto answers = answer_by_class(state.snapshot, chip)) {
          state.by_class.push_back(std::move(*answers));
          break;
        }
        const FieldId field = intern_field(chip.field);
        if (!field) {
          state.notes.push_back(fmt::format("{} is no field name", visible(chip.field)));
          state.end = 0;
          break;
        }
        state.values.push_back({Needle(chip.text), field, chip.exact, chip.exclude});
        if (!state.projection.wants_all()) state.projection.want(field);
        break;
      }
      case Chip::Kind::query: state.add_query(chip); break;
    }
  }
  state.at = std::min(state.at, state.end);
  const bool decodes = !state.values.empty() || !state.queries.empty();
  if (!decodes) state.portion = kMostPortion / 4;
}

FilterPass::~FilterPass() = default;

void FilterPass::set_portion(std::size_t events) { state_->portion = std::max<std::size_t>(events, 1); }

bool FilterPass::next(ui::FilterPortion& out) {
  State& state = *state_;
  if (state.finished) return false;
  const auto begun = std::chrono::steady_clock::now();
  const std::size_t first = state.at;
  const std::size_t last = state.end - first > state.portion ? first + state.portion : state.end;
  out.events.clear();
  for (std::size_t i = first; i < last; ++i) {
    const EventId id = EventId::from_index(i);
    if (state.known_to_hold(id)) out.events.push_back(id);
  }
  for (QueryTest& test : state.queries) {
    if (!out.events.empty()) state.ask(test, first, last, out.events);
  }
  if (!state.values.empty() && !out.events.empty()) state.ask_values(first, last, out.events);
  if (state.is_dropped()) {
    state.finished = true;
    return false;
  }
  state.at = last;
  out.looked_at = last;
  out.done = last >= state.end;
  state.finished = out.done;
  if (out.done) out.notes = std::move(state.notes);
  if (std::chrono::steady_clock::now() - begun < kQuick) state.portion = std::min(2 * state.portion, kMostPortion);
  return true;
}

}  // namespace stemma
