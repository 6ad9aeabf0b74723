#include "detection/invocations/cloud_join.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "events/paths.hpp"

namespace stemma {
namespace {

/// Below this a difference is the agent's own delay, not its clock.
constexpr std::int64_t kNoticeableSkew = 30 * kNsPerSecond;
/// Two pairs that agree so far speak for one skew.
constexpr std::int64_t kSkewAgreement = 60 * kNsPerSecond;

std::string_view first_label(std::string_view name) {
  return name.substr(0, name.find('.'));
}

class Joiner {
 public:
  Joiner(const ChannelMatcher& matcher, const std::vector<GoalState>& states,
         const std::vector<MachineIdentity>& machines, std::vector<Invocation>& invocations,
         std::vector<CloudOperation>& operations)
      : matcher_(matcher), states_(states), invocations_(invocations), operations_(operations) {
    for (const MachineIdentity& machine : machines)
      machines_.emplace(ascii_lower(machine.host), &machine);
    find_hosts();
  }

  std::vector<ClockSkew> run(const std::vector<CorrelatedRun>& correlated) {
    by_correlation(correlated);
    by_command_id();
    skews_from_goal_states();
    skews_from_pairs();
    by_time();
    tell_why_alone();
    std::vector<ClockSkew> found;
    for (auto& [host, skew] : skews_) found.push_back(skew);
    return found;
  }

 private:
  [[nodiscard]] bool free(const CloudOperation& operation) const {
    return operation.action == "run" && !operation.invocation;
  }
  [[nodiscard]] bool channel_fits(const CloudOperation& operation, const Invocation& run) const {
    const auto channels = matcher_.by_operation(operation.operation_name);
    return std::find(channels.begin(), channels.end(), run.channel) != channels.end();
  }
  [[nodiscard]] bool name_fits(const CloudOperation& operation, const Invocation& run) const {
    return operation.run_name.empty() || run.name.empty() ||
           ascii_iequals(operation.run_name, run.name);
  }
  [[nodiscard]] bool fits(const CloudOperation& operation, const Invocation& run) const {
    return !run.operation && channel_fits(operation, run) && name_fits(operation, run) &&
           machine_fits(operation, run);
  }
  // What a host says it is, or nothing.
  [[nodiscard]] const MachineIdentity* papers(const std::string& host) const {
    const auto at = machines_.find(ascii_lower(host));
    return at == machines_.end() ? nullptr : at->second;
  }
  [[nodiscard]] MachineMatch match(const CloudOperation& operation, const Invocation& run) const {
    const MachineIdentity* own = papers(run.host);
    return own == nullptr ? MachineMatch::unknown : compare(*own, operation);
  }
  // The machine's own papers, and its name only where they say nothing.
  [[nodiscard]] bool machine_fits(const CloudOperation& operation, const Invocation& run) const {
    const MachineMatch found = match(operation, run);
    if (found != MachineMatch::unknown) return found == MachineMatch::same;
    return same_machine(operation.machine, run.host);
  }
  // The machine of each operation, as runs are kept by it: the host whose papers fit, else the
  // name.
  void find_hosts() {
    std::map<std::string, std::string> by_id, by_resource;
    for (const auto& [host, machine] : machines_) {
      if (!machine->vm_id.empty()) by_id.emplace(machine->vm_id, host);
      by_resource.emplace("/subscriptions/" + machine->subscription + "/resourcegroups/" +
                              machine->group + "/providers/microsoft.compute/virtualmachines/" +
                              machine->name,
                          host);
    }
    for (const CloudOperation& operation : operations_) {
      std::string host = operation.machine;
      const auto id = by_id.find(operation.vm_id);
      const auto resource = by_resource.find(machine_resource(operation.resource_id));
      if (id != by_id.end())
        host = id->second;
      else if (resource != by_resource.end() &&
               compare(*machines_.at(resource->second), operation) == MachineMatch::same)
        host = resource->second;
      hosts_.push_back(ascii_lower(first_label(host)));
    }
  }
  [[nodiscard]] std::int64_t skew(const std::string& host) const {
    const auto at = skews_.find(host);
    return at == skews_.end() ? 0 : at->second.skew_ns;
  }

  void join(std::uint32_t operation, std::uint32_t run, JoinBasis basis, Confidence confidence,
            std::string reason) {
    CloudOperation& op = operations_[operation];
    op.invocation = run;
    op.basis = basis;
    op.confidence = confidence;
    op.join_reason = std::move(reason);
    if (invocations_[run].start.known())
      op.delta_ns = invocations_[run].start.time.ns - op.first.ns - skew(invocations_[run].host);
    invocations_[run].operation = operation;
  }

  void by_correlation(const std::vector<CorrelatedRun>& correlated) {
    std::map<std::string, std::vector<std::uint32_t>> by_id;
    for (std::uint32_t i = 0; i < operations_.size(); ++i)
      by_id[ascii_lower(operations_[i].id)].push_back(i);
    for (const CorrelatedRun& pair : correlated) {
      Invocation& run = invocations_[pair.invocation];
      const auto at = by_id.find(ascii_lower(pair.correlation_id));
      if (pair.correlation_id.empty() || at == by_id.end()) continue;
      for (const std::uint32_t i : at->second) {
        if (run.operation) break;
        if (!free(operations_[i]) || !channel_fits(operations_[i], run)) continue;
        join(i, pair.invocation, JoinBasis::correlation_id, Confidence::confirmed,
             "the agent's log names the correlation id of the operation");
      }
    }
  }

  void by_command_id() {
    std::map<std::string, std::vector<std::uint32_t>> by_name;
    for (std::uint32_t i = 0; i < invocations_.size(); ++i) {
      if (!invocations_[i].name.empty()) by_name[ascii_lower(invocations_[i].name)].push_back(i);
    }
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (operations_[i].provider != "aws" || !free(operations_[i])) continue;
      const auto at = by_name.find(ascii_lower(operations_[i].id));
      if (at == by_name.end()) continue;
      for (const std::uint32_t run : at->second) {
        if (invocations_[run].operation || !channel_fits(operations_[i], invocations_[run]))
          continue;
        join(i, run, JoinBasis::command_id, Confidence::confirmed,
             "the script's path on the machine holds the command id");
        break;
      }
    }
  }

  // The line that tells of a goal state has the machine's time, `created` the cloud's. Waiting only
  // ever adds, so the least difference is nearest to the truth.
  void skews_from_goal_states() {
    for (const GoalState& state : states_) {
      if (!state.created) continue;
      const std::int64_t difference = state.seen.ns - state.created->ns;
      const auto [at, fresh] = skews_.try_emplace(state.host);
      ClockSkew& skew = at->second;
      if (fresh) {
        skew.host = state.host;
        skew.basis = "goal state lines";
        skew.skew_ns = difference;
      }
      skew.skew_ns = std::min(skew.skew_ns, difference);
      ++skew.pairs;
    }
    for (auto at = skews_.begin(); at != skews_.end();) {
      ClockSkew& skew = at->second;
      if (skew.skew_ns >= 0 && skew.skew_ns < kNoticeableSkew) skew.skew_ns = 0;
      at = std::abs(skew.skew_ns) > kMaxSkew ? skews_.erase(at) : std::next(at);
    }
  }

  // Where no agent tells: the difference that most pairs of a machine share. One pair proves
  // nothing.
  void skews_from_pairs() {
    std::map<std::string, std::vector<std::uint32_t>> by_host;
    for (std::uint32_t i = 0; i < invocations_.size(); ++i) {
      if (!invocations_[i].operation && invocations_[i].start.known() &&
          skews_.count(invocations_[i].host) == 0)
        by_host[invocations_[i].host].push_back(i);
    }
    std::map<std::string, std::vector<std::uint32_t>> by_machine;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (free(operations_[i])) by_machine[hosts_[i]].push_back(i);
    }
    for (const auto& [host, runs] : by_host) {
      std::vector<std::int64_t> differences;
      std::size_t near = 0;
      std::size_t looked = 0;
      const std::vector<std::uint32_t>& own = by_machine[ascii_lower(first_label(host))];
      for (const std::uint32_t run : runs) {
        for (const std::uint32_t i : own) {
          const CloudOperation& operation = operations_[i];
          if (++looked > kMaxAlignment) break;
          if (!fits(operation, invocations_[run])) continue;
          const std::int64_t d = invocations_[run].start.time.ns - operation.first.ns;
          if (std::abs(d) > kMaxSkew) continue;
          differences.push_back(d);
          if (d >= -kJoinBefore && d <= kJoinAfter) ++near;
        }
      }
      // Clocks that agree need no estimate.
      if (differences.size() < 2 || near >= runs.size()) continue;
      std::sort(differences.begin(), differences.end());
      std::size_t best = 0, best_at = 0, end = 0;
      for (std::size_t begin = 0; begin < differences.size(); ++begin) {
        while (end < differences.size() && differences[end] - differences[begin] <= kSkewAgreement)
          ++end;
        if (end - begin > best) {
          best = end - begin;
          best_at = begin;
        }
      }
      const std::int64_t least = differences[best_at];
      if (best < 2 || best <= near || (least >= -kJoinBefore && least < kNoticeableSkew)) continue;
      skews_[host] = {host, least, static_cast<std::uint32_t>(best),
                      "runs and operations that keep one distance"};
    }
  }

  // In the order of time on both sides, as many as fit, and of those the nearest: an alignment.
  void by_time() {
    std::map<std::string, std::vector<std::uint32_t>> runs_of;
    for (std::uint32_t i = 0; i < invocations_.size(); ++i) {
      if (!invocations_[i].operation && invocations_[i].start.known())
        runs_of[ascii_lower(first_label(invocations_[i].host))].push_back(i);
    }
    // What one kind of operation ordered keeps its order; different names may overtake each other.
    // Named ones first: they leave less choice.
    std::map<std::tuple<bool, std::string, std::string, std::string>, std::vector<std::uint32_t>>
        groups;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      const CloudOperation& operation = operations_[i];
      if (!free(operation)) continue;
      groups[{operation.run_name.empty(), hosts_[i], ascii_lower(operation.operation_name),
              ascii_lower(operation.run_name)}]
          .push_back(i);
    }
    for (auto& [key, operations] : groups) {
      const auto at = runs_of.find(std::get<1>(key));
      if (at == runs_of.end()) continue;
      std::vector<std::uint32_t> runs;
      for (const std::uint32_t run : at->second) {
        // Of one name there may be two machines: any of the operations may be this one's.
        if (std::any_of(operations.begin(), operations.end(), [&](std::uint32_t operation) {
              return fits(operations_[operation], invocations_[run]);
            }))
          runs.push_back(run);
      }
      align(operations, runs);
    }
  }

  [[nodiscard]] std::int64_t distance(const CloudOperation& operation,
                                      const Invocation& run) const {
    return run.start.time.ns - skew(run.host) - operation.first.ns;
  }
  [[nodiscard]] bool in_window(const CloudOperation& operation, const Invocation& run) const {
    const std::int64_t d = distance(operation, run);
    return fits(operation, run) && d >= -kJoinBefore && d <= kJoinAfter;
  }

  void align(std::vector<std::uint32_t> operations, std::vector<std::uint32_t> runs) {
    std::sort(operations.begin(), operations.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::make_pair(operations_[a].first, a) < std::make_pair(operations_[b].first, b);
    });
    std::sort(runs.begin(), runs.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::make_pair(invocations_[a].start.time, a) <
             std::make_pair(invocations_[b].start.time, b);
    });
    // Cut where nothing reaches across: days of a log are aligned piece by piece.
    std::size_t o = 0, r = 0;
    while (o < operations.size() && r < runs.size()) {
      std::size_t o_end = o, r_end = r;
      std::int64_t reach = std::min(operations_[operations[o]].first.ns, corrected(runs[r])) +
                           kJoinAfter + kJoinBefore;
      for (bool grew = true; grew;) {
        grew = false;
        while (o_end < operations.size() && operations_[operations[o_end]].first.ns <= reach) {
          reach =
              std::max(reach, operations_[operations[o_end]].first.ns + kJoinAfter + kJoinBefore);
          ++o_end;
          grew = true;
        }
        while (r_end < runs.size() && corrected(runs[r_end]) <= reach) {
          reach = std::max(reach, corrected(runs[r_end]) + kJoinBefore + kJoinAfter);
          ++r_end;
          grew = true;
        }
      }
      align_piece({operations.begin() + static_cast<std::ptrdiff_t>(o),
                   operations.begin() + static_cast<std::ptrdiff_t>(o_end)},
                  {runs.begin() + static_cast<std::ptrdiff_t>(r),
                   runs.begin() + static_cast<std::ptrdiff_t>(r_end)});
      o = o_end;
      r = r_end;
    }
  }

  [[nodiscard]] std::int64_t corrected(std::uint32_t run) const {
    return invocations_[run].start.time.ns - skew(invocations_[run].host);
  }

  void align_piece(const std::vector<std::uint32_t>& operations,
                   const std::vector<std::uint32_t>& runs) {
    if (operations.empty() || runs.empty()) return;
    if (operations.size() * runs.size() > kMaxAlignment) return nearest(operations, runs);
    struct Cell {
      std::uint32_t pairs = 0;
      std::int64_t cost = 0;
      char from = ' ';  // p: paired, o: operation left alone, r: run left alone
    };
    const std::size_t width = runs.size() + 1;
    std::vector<Cell> cells((operations.size() + 1) * width);
    const auto better = [](const Cell& a, const Cell& b) {
      return a.pairs != b.pairs ? a.pairs > b.pairs : a.cost < b.cost;
    };
    for (std::size_t i = 0; i <= operations.size(); ++i) {
      for (std::size_t k = 0; k <= runs.size(); ++k) {
        Cell& cell = cells[i * width + k];
        if (i > 0) {
          cell = cells[(i - 1) * width + k];
          cell.from = 'o';
        }
        if (k > 0 && (i == 0 || better(cells[i * width + k - 1], cell))) {
          cell = cells[i * width + k - 1];
          cell.from = 'r';
        }
        if (i == 0 || k == 0) continue;
        const CloudOperation& operation = operations_[operations[i - 1]];
        const Invocation& run = invocations_[runs[k - 1]];
        if (!in_window(operation, run)) continue;
        Cell paired = cells[(i - 1) * width + k - 1];
        ++paired.pairs;
        paired.cost += std::abs(distance(operation, run));
        paired.from = 'p';
        if (better(paired, cell)) cell = paired;
      }
    }
    std::size_t i = operations.size(), k = runs.size();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    while (i > 0 || k > 0) {
      const char from = cells[i * width + k].from;
      if (from == 'p') {
        pairs.emplace_back(operations[i - 1], runs[k - 1]);
        --i;
        --k;
      } else if (from == 'o') {
        --i;
      } else {
        --k;
      }
    }
    std::reverse(pairs.begin(), pairs.end());
    // Judged before anything is joined: what else would have fitted makes a pair less sure.
    std::vector<bool> alone;
    for (const auto& [operation, run] : pairs)
      alone.push_back(only_choice(operations, runs, operation, run));
    for (std::size_t p = 0; p < pairs.size(); ++p) pair(pairs[p].first, pairs[p].second, alone[p]);
  }

  void nearest(const std::vector<std::uint32_t>& operations,
               const std::vector<std::uint32_t>& runs) {
    std::size_t from = 0;
    for (const std::uint32_t operation : operations) {
      while (from < runs.size() &&
             corrected(runs[from]) < operations_[operation].first.ns - kJoinBefore)
        ++from;
      for (std::size_t k = from; k < runs.size(); ++k) {
        if (corrected(runs[k]) > operations_[operation].first.ns + kJoinAfter) break;
        if (!in_window(operations_[operation], invocations_[runs[k]])) continue;
        pair(operation, runs[k], false);
        break;
      }
    }
  }

  [[nodiscard]] bool only_choice(const std::vector<std::uint32_t>& operations,
                                 const std::vector<std::uint32_t>& runs, std::uint32_t operation,
                                 std::uint32_t run) const {
    for (const std::uint32_t other : operations) {
      if (other != operation && in_window(operations_[other], invocations_[run])) return false;
    }
    for (const std::uint32_t other : runs) {
      if (other != run && in_window(operations_[operation], invocations_[other])) return false;
    }
    return true;
  }

  void pair(std::uint32_t operation, std::uint32_t run, bool alone) {
    const std::int64_t d = distance(operations_[operation], invocations_[run]);
    const std::int64_t off = skew(invocations_[run].host);
    const bool known = match(operations_[operation], invocations_[run]) == MachineMatch::same;
    std::string reason =
        fmt::format("the same machine{}, and the run began {} {} the operation",
                    known ? " by the id or resource that its agent's settings name" : "",
                    seconds_text(std::abs(d)), d < 0 ? "before" : "after");
    if (off != 0)
      reason += fmt::format(", the machine's clock being {} {}", seconds_text(std::abs(off)),
                            off > 0 ? "ahead" : "behind");
    reason += alone ? "; no other run or operation fits" : "; others would fit too";
    const Confidence only = known ? Confidence::confirmed : Confidence::probable;
    join(operation, run, known ? JoinBasis::vm_id : JoinBasis::host_and_time,
         alone ? only : Confidence::possible, std::move(reason));
  }

  void tell_why_alone() {
    std::map<std::string, std::uint32_t> machines;  // with a run of each
    for (std::uint32_t i = 0; i < invocations_.size(); ++i)
      machines.emplace(ascii_lower(first_label(invocations_[i].host)), i);
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      CloudOperation& operation = operations_[i];
      if (operation.invocation || operation.action != "run") continue;
      const auto at = machines.find(hosts_[i]);
      const bool machine = !operation.machine.empty() && at != machines.end();
      const std::string lower = ascii_lower(operation.result);
      if (lower.compare(0, 4, "fail") == 0) {
        operation.why_alone = "the operation failed: the script may not have run at all";
      } else if (machine && match(operation, invocations_[at->second]) == MachineMatch::other) {
        operation.why_alone =
            "a machine of this name was collected, but by its own papers it is another one";
      } else if (!machine) {
        operation.why_alone = fmt::format(
            "no run was seen on a machine called {}: its evidence was not collected, or its own "
            "name is another",
            operation.machine.empty() ? "so" : operation.machine);
      } else {
        operation.why_alone =
            "no run on this machine fits in time: its traces were removed, lie outside what was "
            "collected, or were never recorded";
      }
    }
  }

  const ChannelMatcher& matcher_;
  const std::vector<GoalState>& states_;
  std::vector<Invocation>& invocations_;
  std::vector<CloudOperation>& operations_;
  std::map<std::string, ClockSkew> skews_;
  std::map<std::string, const MachineIdentity*> machines_;  // by host, lower case
  std::vector<std::string> hosts_;  // first label of each operation's machine
};

}  // namespace

std::string_view join_basis_name(JoinBasis basis) {
  switch (basis) {
    case JoinBasis::none:
      return "none";
    case JoinBasis::correlation_id:
      return "correlation_id";
    case JoinBasis::command_id:
      return "command_id";
    case JoinBasis::vm_id:
      return "vm_id";
    case JoinBasis::host_and_time:
      return "host_and_time";
  }
  return "";
}

bool same_machine(std::string_view cloud, std::string_view host) {
  return !cloud.empty() && ascii_iequals(first_label(cloud), first_label(host));
}

std::string seconds_text(std::int64_t ns) {
  const double seconds = static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
  return std::abs(seconds) < 10 ? fmt::format("{:.1f} s", seconds)
                                : fmt::format("{:.0f} s", seconds);
}

std::vector<ClockSkew> join_cloud(const ChannelMatcher& matcher,
                                  const std::vector<GoalState>& states,
                                  const std::vector<CorrelatedRun>& correlated,
                                  const std::vector<MachineIdentity>& machines,
                                  std::vector<Invocation>& invocations,
                                  std::vector<CloudOperation>& operations) {
  return Joiner(matcher, states, machines, invocations, operations).run(correlated);
}

}  // namespace stemma
