// What is true of the samples, said by the person who wrote the story and not by the program that
// reads it: which process starts each rule must find, what must stay quiet, why, and who started
// whom. Becomes truth.json and one tree a host.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/time.hpp"

namespace stemma::samples {

/// The rules that ship, by what they look for. Ids and files are in truth.cpp.
enum class Rule : std::uint8_t {
  published,          ///< the published rule, taken literally
  script_number,      ///< script10.ps1 and up
  parameters,         ///< text behind the script
  other_spelling,     ///< blanks, case, quotes, paths
  pwsh,               ///< PowerShell 7
  other_interpreter,  ///< python and others
  managed_windows,
  managed_linux,
  managed_runas,
  descendant,  ///< below a direct child
};
inline constexpr std::size_t kRuleCount = 10;

/// One start of a program as the logs show it. On Linux each exec is a start of its own.
struct Start {
  std::string host;
  std::uint32_t pid = 0;
  std::string executable;
  std::string command_line;  ///< Linux: the arguments joined with one blank
  std::string
      parent_command_line;  ///< of the image that the parent had then; empty where no log shows it
  Timestamp time;           ///< Sysmon's UtcTime, else the record's time
  int time_digits = 3;
  std::vector<std::string> sources;  ///< `sysmon 1`, `security 4688`, `audit execve`
};

/// One run of a channel, as it must be told.
struct RunTruth {
  std::string host, channel, name, mode;
  int sequence = 0;
  std::string start;          ///< of its outermost process, RFC 3339
  std::string grade;          ///< `confirmed`, `probable`, `possible`
  std::string script;         ///< `recovered`, `gone`, `unknown`, …
  std::size_t processes = 0;  ///< the root, its descendants, and what left the tree
  std::string caller, basis;  ///< empty: no operation of the cloud log is its
  std::string why;
};

/// An operation that no run fits.
struct OperationTruth {
  std::string id, machine, caller;
  std::string reason;  ///< `machine`: not collected; `failed`
  std::string why;
};

class Truth {
 public:
  /// The scene that what follows belongs to.
  void scene(std::string host, std::string name, std::string what_happens);
  /// `rule` must find this start.
  void must(Rule rule, const Start& start, std::string why);
  /// No rule may find this start. A start without any must() is quiet all the same; this says why
  /// for those that could be mistaken.
  void quiet(const Start& start, std::string why);
  /// `rule` does not find this start because one of its clauses is not so. `clause`: a part of it
  /// that no other clause of the rule has. `saw`: what it looked at; empty where that is absent.
  /// `listed`: whether it is a near miss, so one clause away and telling.
  void near(Rule rule, const Start& start, std::string clause, std::string saw, std::string why,
            bool listed = true);
  /// The rule could not fire on the scene's host, for that reason; with a time: in a span that
  /// holds it. What is not said could fire, all of the time.
  void blind(Rule rule, std::string host, std::string reason, std::string why, std::string at = {});
  /// The list is complete: any other run is wrong.
  RunTruth& run(RunTruth run);
  void operation(OperationTruth operation);
  /// The tree of a host as the logs show it.
  void tree(std::string host, std::string text);

  [[nodiscard]] std::string json() const;
  [[nodiscard]] const std::map<std::string, std::string>& trees() const { return trees_; }

 private:
  struct Scene {
    std::string host, name, what;
  };
  struct Said {
    std::size_t scene = 0;
    Rule rule = Rule::published;
    Start start;
    std::string why;
  };

  struct Near {
    Said said;
    std::string clause, saw;
    bool listed = true;
  };

  struct Blind {
    Rule rule = Rule::published;
    std::string host, reason, why, at;
  };

  std::vector<Scene> scenes_;
  std::vector<Blind> blind_;
  std::deque<RunTruth> runs_;
  std::vector<OperationTruth> operations_;
  std::vector<Said> expected_;
  std::vector<Said> quiet_;
  std::vector<Near> near_;
  std::map<std::string, std::string> trees_;
};

std::string_view rule_id(Rule rule);
std::string_view rule_file(Rule rule);

}  // namespace stemma::samples
