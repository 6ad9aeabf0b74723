#include "detection/match/sequence_machine.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace stemma {
namespace {

using What = SequenceStep::What;

class Machine {
 public:
  Machine(const eql::Query& query, const SequenceOptions& options)
      : options_(options), maxspan_(query.maxspan.value_or(-1)) {
    for (std::uint32_t term = 0; term < query.terms.size(); ++term) {
      const eql::Term& of = query.terms[term];
      Role role;
      role.missing = of.missing;
      role.stage = static_cast<std::uint32_t>(stages_);
      role.runs = of.missing ? 0 : of.runs;
      stages_ += role.runs;
      roles_.push_back(role);
      for (std::uint32_t run = 0; run < of.runs; ++run) slots_.push_back(of.missing);
    }
    Role until;
    until.until = true;
    roles_.push_back(until);
    for (const Role& role : roles_) {
      trailing_ = trailing_ || (role.missing && role.stage == stages_);
      leading_ = leading_ || (role.missing && role.stage == 0);
    }
  }

  Sequences run(std::span<const TermMatch> matches) {
    for (std::size_t begin = 0; begin < matches.size();) {
      std::size_t end = begin;
      while (end < matches.size() && matches[end].event == matches[begin].event) ++end;
      event(matches.subspan(begin, end - begin));
      begin = end;
    }
    for (auto& [key, waiting] : waiting_) {
      for (Pending& sequence : waiting) finish(key, std::move(sequence.events));
    }
    const auto order = [](const JoinedMatch& m) {
      const EventId last = *std::max_element(m.events.begin(), m.events.end());
      return std::tuple(last, std::cref(m.events), m.key);
    };
    std::sort(out_.matches.begin(), out_.matches.end(),
              [&](const JoinedMatch& a, const JoinedMatch& b) {
                const auto x = order(a), y = order(b);
                if (std::get<0>(x) != std::get<0>(y)) return std::get<0>(x) < std::get<0>(y);
                if (a.events != b.events) return a.events < b.events;
                return a.key < b.key;
              });
    return std::move(out_);
  }

 private:
  struct Role {
    bool missing = false;
    bool until = false;
    std::uint32_t stage = 0;  // of its first run; of a missing one: the stage behind it
    std::uint32_t runs = 0;
  };
  struct Pending {
    std::vector<EventId> events;
  };
  // Per key: the sequence that waits at each stage, by the number of events it has.
  using Waiting = std::unordered_map<std::uint32_t, std::vector<Pending>>;

  void event(std::span<const TermMatch> matches) {
    now_ = options_.time(matches.front().event);
    // The last stage first: an event never follows itself.
    for (std::size_t stage = stages_; stage-- > 0;) {
      for (const TermMatch& match : matches) {
        const Role& role = roles_[match.term];
        if (stage >= role.stage && stage < role.stage + role.runs)
          offer(static_cast<std::uint32_t>(stage), match);
      }
    }
    for (const TermMatch& match : matches) {
      const Role& role = roles_[match.term];
      if (role.until) end_key(match);
      if (role.missing) was_there(role, match);
    }
  }

  Pending* find(std::uint32_t stage, std::uint32_t key) {
    const auto found = pending_.find(key);
    if (found == pending_.end() || found->second.size() <= stage ||
        found->second[stage].events.empty())
      return nullptr;
    return &found->second[stage];
  }

  void offer(std::uint32_t stage, const TermMatch& match) {
    std::vector<EventId> events;
    if (stage == 0) {
      if (leading_ && absent_too_short(match)) return;
    } else {
      Pending* before = find(stage - 1, match.key);
      if (before == nullptr) return;
      if (options_.same && options_.same(before->events.back(), match.event)) return;
      events = std::move(before->events);
      before->events.clear();
      --count_;
      const std::int64_t late = maxspan_ < 0 ? 0 : now_ - options_.time(events.front()) - maxspan_;
      if (late > 0) {
        tell(What::expired, match.event, events, match.key, late);
        return;
      }
    }
    events.push_back(match.event);
    if (stage + 1 == stages_) {
      tell(What::completed, match.event, events, match.key);
      complete(match.key, std::move(events));
      return;
    }
    tell(stage == 0 ? What::started : What::advanced, match.event, events, match.key);
    if (count_ >= options_.max_pending) make_room(match.event);
    std::vector<Pending>& of_key = pending_[match.key];
    if (of_key.size() <= stage) of_key.resize(stages_ - 1);
    if (!of_key[stage].events.empty()) {
      tell(What::overwritten, match.event, of_key[stage].events, match.key);
      --count_;
    }
    of_key[stage].events = std::move(events);
    ++count_;
  }

  // Whether an event that was to be missing came before this one, within maxspan.
  bool absent_too_short(const TermMatch& match) {
    const auto found = seen_.find(match.key);
    if (found == seen_.end() || now_ - options_.time(found->second) > maxspan_) return false;
    tell(What::kept_from_start, found->second, {match.event}, match.key);
    return true;
  }

  void complete(std::uint32_t key, std::vector<EventId> events) {
    if (trailing_) {
      if (waiting_count_ >= options_.max_sequences) {
        ++out_.dropped_matches;
        return;
      }
      ++waiting_count_;
      waiting_[key].push_back({std::move(events)});
      return;
    }
    finish(key, std::move(events));
  }

  void finish(std::uint32_t key, std::vector<EventId> events) {
    if (out_.matches.size() >= options_.max_sequences) {
      ++out_.dropped_matches;
      return;
    }
    JoinedMatch match;
    match.key = key;
    match.open = trailing_ && options_.end - maxspan_ < options_.time(events.front());
    std::size_t next = 0;
    for (const bool missing : slots_) match.events.push_back(missing ? EventId{} : events[next++]);
    out_.matches.push_back(std::move(match));
  }

  void end_key(const TermMatch& match) {
    const auto found = pending_.find(match.key);
    if (found == pending_.end()) return;
    for (Pending& pending : found->second) {
      if (pending.events.empty()) continue;
      tell(What::ended_by_until, match.event, pending.events, match.key);
      --count_;
    }
    pending_.erase(found);
  }

  void was_there(const Role& role, const TermMatch& match) {
    if (role.stage == 0) seen_[match.key] = match.event;
    if (role.stage > 0 && role.stage < stages_) {
      Pending* before = find(role.stage - 1, match.key);
      if (before != nullptr && before->events.back() != match.event) {
        tell(What::ended_by_missing, match.event, before->events, match.key);
        before->events.clear();
        --count_;
      }
    }
    if (role.stage == stages_) end_waiting(match);
  }

  void end_waiting(const TermMatch& match) {
    const auto found = waiting_.find(match.key);
    if (found == waiting_.end()) return;
    std::vector<Pending> kept;
    for (Pending& sequence : found->second) {
      if (sequence.events.back() == match.event) {
        kept.push_back(std::move(sequence));
        continue;
      }
      --waiting_count_;
      if (now_ - options_.time(sequence.events.front()) > maxspan_) {
        finish(match.key, std::move(sequence.events));
      } else {
        tell(What::ended_by_missing, match.event, sequence.events, match.key);
      }
    }
    if (kept.empty()) {
      waiting_.erase(found);
    } else {
      found->second = std::move(kept);
    }
  }

  // Expired ones go; where that is not enough, those whose last event is oldest.
  void make_room(EventId event) {
    std::vector<std::tuple<EventId, std::uint32_t, std::uint32_t>> left;  // last event, key, stage
    for (auto& [key, stages] : pending_) {
      for (std::uint32_t stage = 0; stage < stages.size(); ++stage) {
        std::vector<EventId>& events = stages[stage].events;
        if (events.empty()) continue;
        if (maxspan_ >= 0 && now_ - options_.time(events.front()) > maxspan_) {
          events.clear();
          --count_;
        } else {
          left.emplace_back(events.back(), key, stage);
        }
      }
    }
    const std::size_t keep = options_.max_pending - options_.max_pending / 4 - 1;
    if (count_ > keep) {
      std::sort(left.begin(), left.end());
      for (std::size_t i = 0; count_ > keep; ++i) {
        const auto& [last, key, stage] = left[i];
        std::vector<EventId>& events = pending_[key][stage].events;
        tell(What::dropped, event, events, key);
        events.clear();
        --count_;
        ++out_.dropped_pending;
      }
    }
    std::erase_if(pending_, [](const auto& entry) {
      return std::all_of(entry.second.begin(), entry.second.end(),
                         [](const Pending& pending) { return pending.events.empty(); });
    });
  }

  void tell(What what, EventId event, const std::vector<EventId>& events, std::uint32_t key,
            std::int64_t late = 0) const {
    if (!options_.trace) return;
    options_.trace(
        {what, event, events.front(), static_cast<std::uint32_t>(events.size()), key, late});
  }

  const SequenceOptions& options_;
  std::int64_t maxspan_;
  std::vector<Role> roles_;  // per term, then until
  std::vector<bool> slots_;  // of a match: whether an event is missing there
  std::size_t stages_ = 0;   // events that are there
  bool leading_ = false;
  bool trailing_ = false;
  std::int64_t now_ = 0;
  Waiting pending_;
  std::size_t count_ = 0;
  std::unordered_map<std::uint32_t, EventId>
      seen_;         // last event that is to be missing at the start
  Waiting waiting_;  // complete but for what is to be missing behind them
  std::size_t waiting_count_ = 0;
  Sequences out_;
};

}  // namespace

Sequences join_sequences(const eql::Query& query, std::span<const TermMatch> matches,
                         const SequenceOptions& options) {
  return Machine(query, options).run(matches);
}

}  // namespace stemma
