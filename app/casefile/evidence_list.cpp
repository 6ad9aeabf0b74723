#include "app/casefile/evidence_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "events/text.hpp"

namespace stemma {
namespace {

// Folders in the place of which others stand now: `/a/` → `/b/`.
using Move = std::pair<std::string, std::string>;

// What differs at the beginning of two paths that end alike, cut where a part begins.
Move move_of(std::string_view then, std::string_view now) {
  std::size_t same = 0;
  while (same < then.size() && same < now.size() && then[then.size() - 1 - same] == now[now.size() - 1 - same]) ++same;
  std::size_t then_end = then.size() - same;
  std::size_t now_end = now.size() - same;
  while (then_end < then.size() && (then_end == 0 || then[then_end - 1] != '/' || now_end == 0 || now[now_end - 1] != '/')) {
    if (then_end == 0 && (now_end == 0 || now[now_end - 1] == '/')) break;  // `x/a.log` → `/cases/x/a.log`
    if (now_end == 0 && then_end != 0 && then[then_end - 1] == '/') break;
    ++then_end;
    ++now_end;
  }
  return {std::string(then.substr(0, then_end)), std::string(now.substr(0, now_end))};
}

using Entries = std::vector<std::optional<EvidenceEntry>>;

// Pairs entries of both lists by a key, in the order of the lists; each entry once.
template <class ThenKey, class NowKey, class Pair>
void pair_up(Entries& then, Entries& now, ThenKey then_key, NowKey now_key, Pair pair) {
  std::multimap<std::string, std::size_t> open;  // equal keys stay in the order of insertion
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i]) open.emplace(now_key(*now[i]), i);
  }
  for (std::optional<EvidenceEntry>& entry : then) {
    if (!entry) continue;
    const auto at = open.find(then_key(*entry));
    if (at == open.end()) continue;
    pair(*entry, *now[at->second]);
    now[at->second].reset();
    entry.reset();
    open.erase(at);
  }
}

}  // namespace

std::vector<EvidenceEntry> evidence_of(const Session& session, std::span<const std::string> digests) {
  std::vector<EvidenceEntry> out;
  const CaseSnapshot& snapshot = session.snapshot();
  for (std::size_t i = 0; i < snapshot.artifacts.size() && i < digests.size(); ++i) {
    const Artifact& artifact = snapshot.artifacts[i];
    out.push_back({visible(artifact.path), artifact.size, digests[i]});
    for (const std::string& copy : artifact.copies) out.push_back({visible(copy), artifact.size, digests[i]});
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string_view evidence_state_name(EvidenceState state) {
  switch (state) {
    case EvidenceState::same:
      return "same";
    case EvidenceState::moved:
      return "moved";
    case EvidenceState::changed:
      return "changed";
    case EvidenceState::missing:
      return "missing";
    case EvidenceState::fresh:
      return "new";
  }
  return "";
}

std::vector<EvidenceMatch> compare_evidence(std::vector<EvidenceEntry> then_list, std::vector<EvidenceEntry> now_list) {
  std::sort(then_list.begin(), then_list.end());
  std::sort(now_list.begin(), now_list.end());
  Entries then(then_list.begin(), then_list.end());
  Entries now(now_list.begin(), now_list.end());
  std::vector<EvidenceMatch> out;
  const auto path = [](const EvidenceEntry& entry) { return entry.path; };
  const auto digest = [](const EvidenceEntry& entry) { return entry.sha256; };
  const auto both = [](const EvidenceEntry& entry) { return entry.sha256 + entry.path; };
  pair_up(then, now, both, both, [&](const EvidenceEntry& a, const EvidenceEntry& b) { out.push_back({EvidenceState::same, a, b}); });
  // A collection that lies elsewhere as a whole: the move that explains most files.
  std::map<Move, std::size_t> moves;
  Entries then_left = then;
  Entries now_left = now;
  pair_up(then_left, now_left, digest, digest, [&](const EvidenceEntry& a, const EvidenceEntry& b) { ++moves[move_of(a.path, b.path)]; });
  const auto most = std::max_element(moves.begin(), moves.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const Move move = most == moves.end() ? Move() : most->first;
  const auto moved_path = [&](const EvidenceEntry& entry) {
    return entry.path.compare(0, move.first.size(), move.first) == 0 ? move.second + entry.path.substr(move.first.size()) : std::string();
  };
  const auto moved_both = [&](const EvidenceEntry& entry) { return entry.sha256 + moved_path(entry); };
  const auto moved = [&](const EvidenceEntry& a, const EvidenceEntry& b) { out.push_back({EvidenceState::moved, a, b}); };
  const auto changed = [&](const EvidenceEntry& a, const EvidenceEntry& b) { out.push_back({EvidenceState::changed, a, b}); };
  pair_up(then, now, moved_both, both, moved);  // of equal files each with its own
  pair_up(then, now, digest, digest, moved);
  pair_up(then, now, path, path, changed);
  if (most != moves.end()) pair_up(then, now, moved_path, path, changed);
  for (const std::optional<EvidenceEntry>& entry : then) {
    if (entry) out.push_back({EvidenceState::missing, *entry, {}});
  }
  for (const std::optional<EvidenceEntry>& entry : now) {
    if (entry) out.push_back({EvidenceState::fresh, {}, *entry});
  }
  std::sort(out.begin(), out.end(), [](const EvidenceMatch& a, const EvidenceMatch& b) {
    const auto key = [](const EvidenceMatch& match) { return std::tie(match.state == EvidenceState::missing ? match.then : match.now, match.state, match.then); };
    return key(a) < key(b);
  });
  return out;
}

EvidenceCounts count(std::span<const EvidenceMatch> matches) {
  EvidenceCounts counts;
  for (const EvidenceMatch& match : matches) {
    switch (match.state) {
      case EvidenceState::same:
        ++counts.same;
        break;
      case EvidenceState::moved:
        ++counts.moved;
        break;
      case EvidenceState::changed:
        ++counts.changed;
        break;
      case EvidenceState::missing:
        ++counts.missing;
        break;
      case EvidenceState::fresh:
        ++counts.fresh;
        break;
    }
  }
  return counts;
}

std::string difference_line(const EvidenceCounts& counts) {
  if (!counts.differs()) return {};
  std::string list;
  for (const auto& [number, word] : {std::pair{counts.changed, "changed"}, {counts.missing, "missing"}, {counts.fresh, "new"}}) {
    if (number == 0) continue;
    list += list.empty() ? fmt::format("{} {} {}", number, number == 1 ? "file" : "files", word) : fmt::format(", {} {}", number, word);
  }
  return "the evidence is not what the case was made from: " + list;
}

}  // namespace stemma
