// OpenCase: what the window knows of a collection at one moment. Values that never change once they
// are published; a later stage of the import publishes a new one. Not the import
// (case_service.hpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/invocations/incident.hpp"
#include "detection/rules/rule.hpp"
#include "events/case_snapshot.hpp"
#include "ui/state/case_index.hpp"

namespace stemma::ui {

/// How far a case has come. Each stage holds all that the ones before it do.
enum class Stage : std::uint8_t {
  empty,     ///< nothing is open
  indexed,   ///< events and the process tree are there; findings that came so far, if any
  detected,  ///< findings are there
  complete,  ///< runs and who ordered them are there
};

struct OpenCase {
  Stage stage = Stage::empty;
  std::vector<std::string> paths;                ///< as they were asked for
  std::shared_ptr<const CaseSnapshot> snapshot;  ///< never null from `indexed` on
  /// What findings name: those that were matched, then secret_rules(), which nothing matches. Never
  /// null from `detected` on.
  std::shared_ptr<const RuleSet> rules;
  /// In order, of `rules`; when `complete`, those of the incident's secrets come behind them, as
  /// with_secrets() puts them. Finding::rule holds for all of them.
  std::vector<Finding> findings;
  std::shared_ptr<const Incident> incident;  ///< never null when `complete`
  std::shared_ptr<const CaseIndex> index;    ///< never null from `indexed` on
  /// What an analyst must know before believing what is shown, whole sentences: paths that could
  /// not be read, refused records, rules that could not have fired, caps that were hit.
  std::vector<std::string> notes;
  double seconds = 0;       ///< that the import has taken so far
  std::uint64_t bytes = 0;  ///< read from the evidence
};

}  // namespace stemma::ui
