// ProcessRows: the process tree as the list of rows that an indented view shows, with what is open
// and what is folded. Not how a row looks (ui/models/process_model.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "ui/state/open_case.hpp"

namespace stemma::ui {

struct ProcessRow {
  enum class Kind : std::uint8_t {
    host,  ///< a machine; its processes lie below
    process,
    more,  ///< stands for `count` siblings of one name, from `entity` on, without children
  };
  Kind kind = Kind::process;
  bool expandable = false;
  bool expanded = false;
  std::uint16_t depth = 0;  ///< of what is deeper, the greatest number
  HostId host;
  EntityId entity;
  std::uint32_t count = 0;  ///< more: siblings; host: processes
  bool operator==(const ProcessRow&) const = default;
};

/// From this many siblings on, of one name, without children, next to each other and unmarked, only
/// the first few are rows of their own.
inline constexpr std::size_t kFoldFrom = 6;
inline constexpr std::size_t kFoldShows = 3;

/// 20 bytes a visible row. Opening and closing cost the rows that come or go, and moving those
/// behind.
class ProcessRows {
 public:
  ProcessRows() = default;
  /// Hosts are open, and whatever leads to a marked process.
  explicit ProcessRows(std::shared_ptr<const OpenCase> open);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const ProcessRow& operator[](std::size_t row) const { return rows_[row]; }
  [[nodiscard]] const OpenCase* open_case() const { return open_.get(); }

  struct Change {
    std::size_t first = 0;  ///< rows behind this position
    std::size_t removed = 0;
    std::size_t inserted = 0;
  };
  /// Told what will come or go before it does: either `removed` or `inserted` is 0.
  using Before = std::function<void(const Change&)>;
  /// Opens or closes a row; what was open below it is so again. Returns whether something changed.
  bool expand(std::size_t row, const Before& before = {});
  bool collapse(std::size_t row, const Before& before = {});
  /// Opens everything below a row: all of its descendants. Rows behind it change.
  void expand_all(std::size_t row);
  /// Opens or closes all hosts with everything below. All rows change.
  void expand_everything();
  void collapse_everything();

  /// Opens what leads to a process and returns its row; nothing where the case does not hold it, or
  /// the limit leaves it out. All rows may change.
  std::optional<std::size_t> reveal(EntityId id);
  /// The row of a process where it is visible; for one that is folded, the row that stands for it.
  [[nodiscard]] std::optional<std::size_t> row_of(EntityId id) const;
  [[nodiscard]] std::optional<std::size_t> parent_row(std::size_t row) const;

  /// Limits the rows to a process and what it started; none lifts the limit.
  void limit_to(EntityId root);
  /// A later stage of the same case: what is open stays so.
  void update(std::shared_ptr<const OpenCase> open);

 private:
  void rebuild();
  void open_to_marked();
  void append_below(const ProcessRow& row, std::vector<ProcessRow>& out) const;
  void append_process(EntityId id, std::uint16_t depth, std::vector<ProcessRow>& out) const;
  [[nodiscard]] bool folds(EntityId id) const;
  [[nodiscard]] std::vector<EntityId> roots_of(HostId host) const;
  void replace_below(std::size_t row, const Before& before);

  std::shared_ptr<const OpenCase> open_;
  EntityId limit_;
  std::vector<bool> expanded_;                  // by EntityId
  std::vector<bool> hosts_;                     // by HostId
  std::unordered_set<std::uint32_t> unfolded_;  // first process of a run of siblings
  std::vector<ProcessRow> rows_;
};

}  // namespace stemma::ui
