// What lanes and the things on them say, as visible text without markup, secrets blotted out unless
// they are asked for. Text from evidence is cut for the screen here, after secrets are gone.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "reports/redaction.hpp"
#include "ui/timeline/lane_plan.hpp"
#include "ui/timeline/ruler.hpp"

namespace stemma::ui::timeline {

/// How texts are written.
struct TextStyle {
  ZoneOffset zone;  ///< times are told in UTC, and in this zone too where there is one
  Secrets secrets = Secrets::redacted;
};

/// Bytes of a command line that are looked at. The longest that Windows takes is 32 KiB of
/// characters; Linux takes more, which is cut with a sign.
inline constexpr std::size_t kMaxCommandText = 128u << 10;
/// Columns of a command line in a tip, and beside a bar.
inline constexpr std::size_t kTipColumns = 400;
inline constexpr std::size_t kCaptionColumns = 160;

/// The head of a lane, one line: `vm-win01`, `findings (3)`, `whoami.exe 904`, `1,204 more
/// processes`. Of a closed lane with the number of what it hides.
std::string lane_title(const Model& model, const Lane& lane);

/// What is written beside a process's bar: its command line. Empty for other lanes.
std::string lane_caption(const Model& model, const Lane& lane, const TextStyle& style = {});

/// All about a lane, several lines.
std::string lane_tip(const Model& model, const Lane& lane, const TextStyle& style = {});

/// Of what stands in a column: its time and how many events of each group.
std::string ticks_tip(const Model& model, const TickColumn& column, const TimeScale& scale,
                      const TextStyle& style = {});
std::string flag_tip(const Model& model, const Lane& lane, const Flag& flag,
                     const TextStyle& style = {});
std::string gap_tip(const Model& model, const HostModel& host, const Band& band,
                    const TextStyle& style = {});
std::string run_tip(const Model& model, const HostModel& host, const RunBar& run,
                    const TextStyle& style = {});

/// Short words beside a flag or run: the rule, the order, the channel.
std::string flag_label(const Model& model, const Lane& lane, const Flag& flag);
std::string run_label(const Model& model, const HostModel& host, const RunBar& run);

/// The finding that a flag of a lane begins with; null for flags of other kinds.
const Finding* finding_of(const Model& model, const Lane& lane, const Flag& flag);

/// Whether a finding of the model's case lies in a run that is declared automation: it is told, but
/// shines in no severity's colour.
bool is_set_aside(const Model& model, const Finding& finding);

/// `12,345`.
std::string grouped(std::uint64_t number);

}  // namespace stemma::ui::timeline
