// LanePlan: what is to be drawn of one lane, in pixel columns, as plain values. LanePlanner makes
// it of a model for one range of time. No colours, no rows, no widgets.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ui/timeline/fold.hpp"
#include "ui/timeline/lane_list.hpp"
#include "ui/timeline/time_scale.hpp"

namespace stemma::ui::timeline {

/// The bar of a process life. Columns are within [0, width).
struct Life {
  int from = 0;   ///< its first column
  int known = 0;  ///< the last column in which it is known to have lived; -1 where that is before
  int until = 0;  ///< the last column in which it may have lived
  bool from_cut = false, known_cut = false, until_cut = false;  ///< goes on outside of the view
  bool start_seen = false;  ///< else `from` is the first that was seen of it
  bool end_seen = false;    ///< an end record says so; then known equals until
  bool end_told = false;    ///< no end record, but another life of its pid or a boot ended it
  bool operator==(const Life&) const = default;
};

/// Events of one column.
struct TickColumn {
  int x = 0;
  int room = 0;  ///< columns to the nearest other tick
  GroupCounts counts = {};
  EventId first;  ///< the earliest of them

  [[nodiscard]] std::uint32_t total() const;
  /// The first group that has one.
  [[nodiscard]] TickGroup leading() const;
};

/// Process starts of one column: of what a closed lane hides.
struct StartColumn {
  int x = 0;
  std::uint32_t count = 0;
};

enum class FlagKind : std::uint8_t { finding, operation, boot, log_cleared, clock_set };

/// Something that stands at a time, or several that share a column.
struct Flag {
  FlagKind kind = FlagKind::finding;
  int x = 0;
  std::uint32_t count = 1;
  /// The first of them: index into what the lane's host has of the kind; of a process's findings
  /// into Model::findings_of().
  std::uint32_t index = 0;
  int room = 0;  ///< columns to the next flag, or to the right edge
};

/// A stretch without records.
struct Band {
  int from = 0, to = 0;     ///< columns, both included
  std::uint32_t index = 0;  ///< of the host's gap markers
};

/// A run of a script.
struct RunBar {
  int from = 0, to = 0;  ///< columns, both included
  bool from_cut = false, to_cut = false;
  bool end_known = false;
  std::uint32_t index = 0;  ///< of the host's runs
  int room = 0;             ///< columns from `from` to the next run, or to the right edge
};

struct LanePlan {
  std::optional<Life> life;
  std::vector<TickColumn> ticks;    ///< by x
  std::vector<StartColumn> starts;  ///< by x
  std::vector<Flag> flags;          ///< by x
  std::vector<Band> bands;          ///< by from
  std::vector<RunBar> runs;         ///< by from
};

class LanePlanner {
 public:
  /// O(columns · log events).
  LanePlanner(std::shared_ptr<const Model> model, const TimeScale& scale);

  [[nodiscard]] const TimeScale& scale() const { return scale_; }
  [[nodiscard]] const Model& model() const { return *model_; }
  /// Where events stand among the columns: for histograms.
  [[nodiscard]] const Borders& borders() const { return borders_; }

  /// O(columns · log events), and O(runs and gaps of the host) for its own lanes.
  LanePlan plan(const Lane& lane);

  /// Starts of the machine and emptied logs, which concern all lanes of a host.
  [[nodiscard]] std::vector<Flag> cuts(const HostModel& host) const;

 private:
  void add_ticks(const std::array<std::span<const EventId>, kTickGroups>& runs, LanePlan& plan);
  void add_markers(const HostModel& host, LanePlan& plan) const;
  void add_points(const std::vector<Marker>& markers, FlagKind kind,
                  std::vector<Flag>& flags) const;
  void add_runs(const HostModel& host, LanePlan& plan) const;
  void add_findings(std::span<const FindingMark> findings, LanePlan& plan) const;
  void add_operations(const HostModel& host, LanePlan& plan) const;
  void add_starts(std::span<const EntityId> lives, const HostProcesses& host, LanePlan& plan);
  [[nodiscard]] std::optional<Life> life_of(EntityId entity) const;
  void finish_flags(std::vector<Flag>& flags) const;

  std::shared_ptr<const Model> model_;
  TimeScale scale_;
  Borders borders_;
  std::map<HostId, Borders> start_borders_;  // made when first asked for
  std::vector<TickColumn> scratch_;          // by column
};

/// The last moment at which a process life is known to have been there, and the last at which it
/// may have been.
struct LifeEnds {
  Timestamp known, until;
};
LifeEnds life_ends(const Model& model, EntityId entity);

}  // namespace stemma::ui::timeline
