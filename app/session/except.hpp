// Takes findings out that an exception of the analyst's is about. They are counted and kept aside,
// never forgotten.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/session/detect.hpp"
#include "detection/rules/exceptions.hpp"

namespace stemma {

struct ExceptedFinding {
  Finding finding;
  std::uint32_t exception = 0;  ///< in RuleExceptions::list: the first one that is about it
};

/// Moves findings out of `findings` for which an exception of their rule is true on any record that
/// shows them. Both keep their order. O(findings of rules with exceptions).
std::vector<ExceptedFinding> take_excepted(const Session& session, const RuleSet& rules,
                                           const RuleExceptions& exceptions,
                                           const eql::EvalOptions& options,
                                           std::vector<Finding>& findings);

/// For each exception one sentence: how many findings it set aside, why, on whose word and until
/// when.
std::vector<std::string> excepted_lines(const RuleExceptions& exceptions,
                                        const std::vector<ExceptedFinding>& excepted);

}  // namespace stemma
