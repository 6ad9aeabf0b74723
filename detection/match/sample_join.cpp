#include "detection/match/sample_join.hpp"

#include <algorithm>
#include <unordered_map>

namespace stemma {
namespace {

// The events of one key that each term took: as many as there are terms suffice for all to differ.
using Candidates = std::vector<std::vector<EventId>>;

// Gives `term` an event that no other term has, moving others where need be (augmenting path).
bool place(const Candidates& candidates, std::size_t term,
           std::unordered_map<std::uint32_t, std::size_t>& owner,
           std::unordered_map<std::uint32_t, bool>& tried) {
  for (const EventId event : candidates[term]) {
    if (!tried.emplace(event.value, true).second) continue;
    const auto held = owner.find(event.value);
    if (held == owner.end() || place(candidates, held->second, owner, tried)) {
      owner[event.value] = term;
      return true;
    }
  }
  return false;
}

bool all_can_differ(const Candidates& candidates) {
  std::unordered_map<std::uint32_t, std::size_t> owner;
  for (std::size_t term = 0; term < candidates.size(); ++term) {
    std::unordered_map<std::uint32_t, bool> tried;
    if (!place(candidates, term, owner, tried)) return false;
  }
  return true;
}

}  // namespace

Sequences join_samples(const eql::Query& query, std::span<const TermMatch> matches,
                       std::size_t max_samples) {
  const std::size_t terms = query.terms.size();
  std::unordered_map<std::uint32_t, Candidates> by_key;
  for (const TermMatch& match : matches) {
    Candidates& candidates = by_key[match.key];
    candidates.resize(terms);
    if (candidates[match.term].size() < terms) candidates[match.term].push_back(match.event);
  }
  Sequences out;
  for (auto& [key, candidates] : by_key) {
    if (!all_can_differ(candidates)) continue;
    for (std::vector<EventId>& of_term : candidates) {
      const std::vector<EventId> choices = of_term;
      for (const EventId choice : choices) {
        of_term = {choice};
        if (all_can_differ(candidates)) break;
      }
    }
    JoinedMatch match;
    match.key = key;
    for (const std::vector<EventId>& of_term : candidates) match.events.push_back(of_term.front());
    out.matches.push_back(std::move(match));
  }
  std::sort(out.matches.begin(), out.matches.end(), [](const JoinedMatch& a, const JoinedMatch& b) {
    const EventId x = *std::max_element(a.events.begin(), a.events.end());
    const EventId y = *std::max_element(b.events.begin(), b.events.end());
    if (x != y) return x < y;
    if (a.events != b.events) return a.events < b.events;
    return a.key < b.key;
  });
  if (out.matches.size() > max_samples) {
    out.dropped_matches = out.matches.size() - max_samples;
    out.matches.resize(max_samples);
  }
  return out;
}

}  // namespace stemma
