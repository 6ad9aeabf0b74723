#include "tests/detection/match/reference_join.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace stemma::test {
namespace {

std::string value_text(const RefValue& value) {
  switch (value.kind) {
    case RefValue::Kind::boolean:
      return value.boolean ? "true" : "false";
    case RefValue::Kind::integer:
      return std::to_string(value.integer);
    default:
      return value.text;
  }
}

// A key as the list of its values, each with its kind, so that absent, the text "null" and the
// number 1 are told apart from one another and from other lists of values.
using Key = std::vector<std::pair<char, std::string>>;

std::string key_text(const Key& key) {
  std::string out;
  for (const auto& [kind, value] : key) out += (out.empty() ? "" : ", ") + value;
  return out;
}

// All keys that an event has for a term.
std::set<Key> keys_of(const eql::TermSyntax& term, const RefEvent& event) {
  std::set<Key> keys{{}};
  for (const eql::JoinField& field : term.by) {
    std::set<std::pair<char, std::string>> values;
    const auto found = event.find(field.name);
    if (found != event.end()) {
      for (const RefValue& value : found->second)
        values.emplace(value.kind == RefValue::Kind::text ? 't' : 'n', value_text(value));
    }
    if (values.empty()) {
      if (!field.optional) return {};
      values.emplace('-', "null");
    }
    std::set<Key> longer;
    for (const Key& key : keys) {
      for (const auto& value : values) {
        Key more = key;
        more.push_back(value);
        longer.insert(std::move(more));
      }
    }
    keys = std::move(longer);
  }
  return keys;
}

// Whether an event is one that a term takes, under a key.
class Taken {
 public:
  Taken(const eql::Tree& tree, const std::vector<RefLogged>& log) : tree_(tree), log_(log) {}

  bool operator()(const eql::TermSyntax& term, int at, const Key& key) const {
    const RefEvent& event = log_[static_cast<std::size_t>(at)].event;
    return keys_of(term, event).count(key) != 0 &&
           reference_matches(
               tree_, term.part.query, event, [](std::uint32_t, bool) { return false; }, false,
               [](const std::string&) { return false; });
  }

  [[nodiscard]] std::set<Key> all_keys() const {
    std::set<Key> keys;
    for (const RefLogged& logged : log_) {
      for (const eql::TermSyntax& term : tree_.statement.terms) {
        for (const Key& key : keys_of(term, logged.event)) keys.insert(key);
      }
    }
    return keys;
  }

 private:
  const eql::Tree& tree_;
  const std::vector<RefLogged>& log_;
};

// The log of one key, played from its first event to its last.
std::vector<RefMatch> play(const eql::Tree& tree, const std::vector<RefLogged>& log,
                           const Key& key, const Taken& taken) {
  const eql::Statement& statement = tree.statement;
  struct Stage {
    const eql::TermSyntax* term;
    std::vector<const eql::TermSyntax*> missing_before;
  };
  std::vector<Stage> stages;
  std::vector<const eql::TermSyntax*> missing;
  for (const eql::TermSyntax& term : statement.terms) {
    if (term.missing) {
      missing.push_back(&term);
      continue;
    }
    for (std::uint32_t run = 0; run < term.runs; ++run) {
      stages.push_back({&term, missing});
      missing.clear();
    }
  }
  const std::vector<const eql::TermSyntax*> missing_behind = missing;
  const auto time = [&](int at) { return log[static_cast<std::size_t>(at)].time; };
  const auto any_of = [&](const std::vector<const eql::TermSyntax*>& terms, int at) {
    return std::any_of(terms.begin(), terms.end(),
                       [&](const eql::TermSyntax* term) { return taken(*term, at, key); });
  };

  std::vector<RefMatch> whole;
  std::vector<std::vector<int>> pending(stages.size());
  for (int at = 0; at < static_cast<int>(log.size()); ++at) {
    for (std::size_t i = stages.size(); i-- > 0;) {
      if (!taken(*stages[i].term, at, key)) continue;
      std::vector<int> sequence;
      bool good = true;
      if (i == 0) {
        for (int before = 0; before < at; ++before) {
          if (any_of(stages[0].missing_before, before) &&
              time(at) - time(before) <= statement.maxspan)
            good = false;
        }
      } else {
        sequence.swap(pending[i - 1]);
        if (sequence.empty()) continue;
        if (statement.maxspan >= 0 && time(at) - time(sequence.front()) > statement.maxspan)
          good = false;
        for (int between = sequence.back() + 1; between < at; ++between) {
          if (any_of(stages[i].missing_before, between)) good = false;
        }
      }
      if (!good) continue;
      sequence.push_back(at);
      if (i + 1 < stages.size()) {
        pending[i] = sequence;
        continue;
      }
      for (int after = at + 1; after < static_cast<int>(log.size()); ++after) {
        if (any_of(missing_behind, after) &&
            time(after) - time(sequence.front()) <= statement.maxspan)
          good = false;
      }
      if (!good) continue;
      RefMatch match{key_text(key), {}};
      std::size_t next = 0;
      for (const eql::TermSyntax& term : statement.terms) {
        for (std::uint32_t run = 0; run < term.runs; ++run)
          match.events.push_back(term.missing ? -1 : sequence[next++]);
      }
      whole.push_back(match);
    }
    if (!statement.until.empty() && taken(statement.until.front(), at, key)) {
      for (std::vector<int>& sequence : pending) sequence.clear();
    }
  }
  return whole;
}

}  // namespace

void put_in_order(std::vector<RefMatch>& matches) {
  std::sort(matches.begin(), matches.end(), [](const RefMatch& a, const RefMatch& b) {
    const int x = *std::max_element(a.events.begin(), a.events.end());
    const int y = *std::max_element(b.events.begin(), b.events.end());
    return std::tie(x, a.events, a.key) < std::tie(y, b.events, b.key);
  });
}

std::vector<RefMatch> reference_sequences(const eql::Tree& tree,
                                          const std::vector<RefLogged>& log) {
  const Taken taken(tree, log);
  std::vector<RefMatch> all;
  for (const Key& key : taken.all_keys()) {
    const std::vector<RefMatch> of_key = play(tree, log, key, taken);
    all.insert(all.end(), of_key.begin(), of_key.end());
  }
  put_in_order(all);
  return all;
}

std::vector<RefMatch> reference_samples(const eql::Tree& tree, const std::vector<RefLogged>& log) {
  const Taken taken(tree, log);
  const std::vector<eql::TermSyntax>& terms = tree.statement.terms;
  std::vector<RefMatch> all;
  for (const Key& key : taken.all_keys()) {
    std::vector<int> chosen;
    const std::function<bool()> choose = [&] {
      if (chosen.size() == terms.size()) return true;
      for (int at = 0; at < static_cast<int>(log.size()); ++at) {
        if (std::find(chosen.begin(), chosen.end(), at) != chosen.end()) continue;
        if (!taken(terms[chosen.size()], at, key)) continue;
        chosen.push_back(at);
        if (choose()) return true;
        chosen.pop_back();
      }
      return false;
    };
    if (choose()) all.push_back({key_text(key), chosen});
  }
  put_in_order(all);
  return all;
}

}  // namespace stemma::test
