// Cases for tests of the timeline, told as a Story, and lanes and plans as text.
#pragma once

#include <memory>
#include <string>

#include "tests/support/story.hpp"
#include "ui/state/open_case.hpp"
#include "ui/timeline/lane_list.hpp"
#include "ui/timeline/lane_plan.hpp"

namespace stemma::ui::timeline {

inline constexpr std::int64_t kStoryBegin = 1'767'225'600LL * kNsPerSecond;  // 2026-01-01

/// A time of a Story.
inline Timestamp story_time(std::int64_t ms) {
  return {kStoryBegin + ms * 1'000'000};
}

/// The case that a story tells, without findings.
std::shared_ptr<OpenCase> case_of(support::Story& story);

/// Adds a finding of a rule of that name on the first start of the first life of that pid, or, with
/// pid 0, on the case's first event.
void add_finding(OpenCase& open_case, std::string rule, std::int64_t pid);

/// The first life of a pid.
EntityId life_of(const CaseSnapshot& snapshot, std::int64_t pid);

/// One lane a line: two blanks an indent, `-` open, `+` closed, its title.
std::string text(const LaneList& lanes);

/// `life 10=40-90>`: `=` start seen, `~` not; `-` may have lived, `|` end seen, `/` told, `>` open;
/// `<` and `>` at the ends where it is cut. `tick 3: 2 process, 1 file`, `starts 4: 7`,
/// `finding 5 x2`, `gap 3-9`, `run 2-8`.
std::string text(const LanePlan& plan);

}  // namespace stemma::ui::timeline
