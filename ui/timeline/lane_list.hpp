// LaneList: the lanes of a model from top to bottom, as an array that is made anew when one is
// opened or closed. Which ones are open is state of the pane, kept over the stages of an import.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include "ui/timeline/model.hpp"

namespace stemma::ui::timeline {

enum class LaneKind : std::uint8_t {
  cloud,     ///< a cloud account's events and the orders it tells of
  host,      ///< all events of a machine, and its markers
  findings,  ///< of a machine
  runs,      ///< script runs of a machine
  session,   ///< the leader of a session: a process that somebody or a service came in by
  process,
  others,  ///< "n more processes": those of a machine that are not of interest
};

/// A line of the timeline.
struct Lane {
  LaneKind kind = LaneKind::host;
  std::uint8_t indent = 0;  ///< levels, capped for drawing (kMaxIndent)
  bool can_open = false;    ///< it has lanes below it, shown or not
  bool open = false;
  bool under_others = false;  ///< it is shown because "n more processes" is open
  bool pinned = false;        ///< it stands above all others, besides in its own place
  /// cloud … runs, others: index into Model::hosts; session, process: a Position.
  std::uint32_t index = 0;
  bool operator==(const Lane&) const = default;
};

/// Levels that lanes are indented by; deeper ones stand below each other, their depth is in the
/// text.
inline constexpr std::uint8_t kMaxIndent = 12;

/// Machines with no more processes than this show all of them from the start, where none is of
/// interest.
inline constexpr std::uint32_t kFewProcesses = 40;

/// Lanes that can be pinned; so many that others are still seen below them.
inline constexpr std::size_t kMaxPinned = 8;

class LaneList {
 public:
  LaneList() = default;
  /// Hosts are open, "n more processes" closed.
  explicit LaneList(std::shared_ptr<const Model> model);
  /// The lanes of a later stage of the same snapshot, opened and closed as they were; of another
  /// snapshot as at first.
  void replace(std::shared_ptr<const Model> model);

  [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; }
  [[nodiscard]] std::size_t size() const { return lanes_.size(); }
  [[nodiscard]] const Lane& operator[](std::size_t row) const { return lanes_[row]; }

  /// Opens or closes a lane; nothing happens where it cannot be. O(lanes shown).
  void set_open(std::size_t row, bool open);
  /// All lanes that can be opened; also what is below them. O(processes).
  void open_all();
  void close_all();

  /// Puts a lane above all others, where it stays while they are scrolled, or takes it from there.
  /// False where kMaxPinned are.
  bool set_pinned(std::size_t row, bool pinned);
  [[nodiscard]] bool is_pinned(std::size_t row) const;
  /// Lanes at the top that are pinned.
  [[nodiscard]] std::size_t pinned() const { return pinned_lanes_; }
  /// Takes a lane away, with all below it. It comes back by show() or show_all_hidden().
  void hide(std::size_t row);
  /// Lanes that were hidden, as they would be shown; without those that are below them.
  [[nodiscard]] std::vector<Lane> hidden() const;
  void show(const Lane& lane);
  void show_all_hidden();

  /// The row of a process, if it is shown: its own place before that among the pinned. O(lanes
  /// shown).
  [[nodiscard]] std::optional<std::size_t> row_of(EntityId entity) const;
  /// Opens what hides a process and says where it is; none where the model has no such process.
  std::optional<std::size_t> reveal(EntityId entity);
  /// The row of a machine, or of its findings or runs where that lane exists.
  [[nodiscard]] std::optional<std::size_t> row_of(HostId host, LaneKind kind) const;
  /// The row that `row` lies under; itself where it lies under none. O(lanes between).
  [[nodiscard]] std::size_t parent_of(std::size_t row) const;

 private:
  // Where a process is shown, which decides whether it is open at first.
  enum class Place : std::uint8_t { of_interest, others, others_of_few };

  void rebuild();
  void add_machine(std::uint32_t host);
  void add_sessions(const HostProcesses& processes);
  void add_others(std::uint32_t host, const HostProcesses& processes);
  void add_process(Position at, std::uint32_t level, Place place);
  [[nodiscard]] bool is_open(Position at, Place place) const;
  [[nodiscard]] bool others_open(std::uint32_t host, const HostProcesses& processes) const;

  // What a lane is about, whatever stage of the case it is of.
  struct Key {
    LaneKind kind;     // of a session: process
    std::uint32_t id;  // of an entity or a host
    auto operator<=>(const Key&) const = default;
  };
  [[nodiscard]] Key key_of(const Lane& lane) const;
  [[nodiscard]] std::optional<Lane> lane_of(const Key& key) const;
  void take_hidden_away();

  std::shared_ptr<const Model> model_;
  std::vector<Lane> lanes_;
  std::vector<Key> pins_;  // in the order of pinning
  std::size_t pinned_lanes_ = 0;
  std::set<Key> hidden_;
  std::set<HostId> closed_hosts_;
  std::set<HostId> toggled_others_;
  // Processes of interest are open at first, the others closed unless they are few; these are the
  // exceptions.
  std::unordered_set<Position> toggled_;
};

}  // namespace stemma::ui::timeline
