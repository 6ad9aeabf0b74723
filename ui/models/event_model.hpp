// EventModel: events as rows of the grid: all of the case, or those that a filter leaves. What the
// frozen case knows is there at once; a summary, and columns of the analyst's choice, are decoded
// for the rows on screen only. Where rows are grouped, each group has a line of its own, and its
// events are rows while it is open.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <QTimer>
#include <deque>
#include <unordered_map>

#include "ui/models/workbench.hpp"
#include "ui/state/group_rows.hpp"

namespace stemma::ui {

class EventModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column : int {
    kTime,
    kNote,
    kHost,
    kSource,
    kCode,
    kCategory,
    kProcess,
    kSummary,
    kFixedColumns
  };

  explicit EventModel(Workbench& bench, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;

  /// ECS fields as further columns, behind the fixed ones.
  void setFurther(const QStringList& fields);
  [[nodiscard]] const QStringList& further() const { return further_; }
  /// Sorts what the filter leaves. Rows stand in the order of time until another one is worked out,
  /// which a worker does.
  void setSort(EventSort sort) { setOrder(grouping_, std::move(sort)); }
  [[nodiscard]] const EventSort& sort() const { return sort_; }
  /// Groups what the filter leaves, in the same way. Groups are closed at first; those that were
  /// open stay so in another order, as far as their levels are the same.
  void setGrouping(EventGrouping grouping) { setOrder(std::move(grouping), sort_); }
  [[nodiscard]] const EventGrouping& grouping() const { return grouping_; }
  /// Both at once. What cannot be a grouping is taken away.
  void setOrder(EventGrouping grouping, EventSort sort);
  /// What the column is sorted and grouped by; nothing behind the last one.
  [[nodiscard]] std::optional<EventSort> columnSort(int column) const;
  /// What a click on the column's header does: upwards, downwards, then the order of time again. Of
  /// a column that is grouped by: its groups turned round.
  void sortByColumn(int column);
  /// Whether an order is being worked out, and how far that is, in percent.
  [[nodiscard]] bool sorting() const { return sorting_; }
  [[nodiscard]] int sortedPercent() const;
  /// What a cap left unsorted; whole sentences.
  [[nodiscard]] std::vector<std::string> sortNotes() const;
  /// `by Host, downwards`; empty in the order of time.
  [[nodiscard]] QString sortText() const;
  /// `by Host, then Process`; empty where nothing is grouped.
  [[nodiscard]] QString groupText() const;
  /// The order that rows stand in, as sort() works it out; null: that of time. O(rows) for the
  /// latest first.
  [[nodiscard]] std::shared_ptr<const EventOrder> order() const;
  /// Times are shown anew: another zone.
  void zoneChanged();

  /// None for the line of a group.
  [[nodiscard]] EventId eventAt(int row) const;
  /// The row of an event; -1 where the filter leaves it out, or its group is closed. O(log n).
  [[nodiscard]] int rowOf(EventId event) const;
  /// The first row not before a time, in the order of time; where that event's group is closed, the
  /// group's line. O(log n).
  [[nodiscard]] int firstRowAt(Timestamp time) const;
  [[nodiscard]] std::size_t total() const;
  /// Events that are shown, in closed groups too.
  [[nodiscard]] std::size_t shownEvents() const { return rows_; }

  // Groups. Nothing of it where rows are not grouped, or not yet.

  [[nodiscard]] const GroupRows& groups() const { return groups_; }
  [[nodiscard]] bool grouped() const { return groups_.active(); }
  /// The group whose line a row is; nothing of an event's row.
  [[nodiscard]] std::optional<std::uint32_t> groupAt(int row) const;
  [[nodiscard]] int rowOfGroup(std::uint32_t group) const;
  /// The line of the closed group that holds an event; -1 where it is seen, or left out.
  [[nodiscard]] int lineOver(EventId event) const;
  void expand(int row);
  void collapse(int row);
  void expandBelow(int row);
  void expandEverything();
  void collapseEverything();
  /// Opens what holds an event and returns its row; -1 where the filter leaves it out.
  int reveal(EventId event);
  /// Events that the rows from `first` to `last` stand for: a group's line for all of its events.
  /// `covered` is 0 at first and goes on to ranges further down. O(groups in between).
  [[nodiscard]] std::size_t countEvents(int first, int last, std::size_t& covered) const;
  /// Those of one row, at most `most`.
  [[nodiscard]] std::vector<EventId> eventsOf(int row, std::size_t most) const;

 Q_SIGNALS:
  /// Another order is wanted, has come, or is nearer.
  void sortChanged();

 private:
  void work_order_out();
  void reset();
  void grow();
  void fetch();
  [[nodiscard]] bool in_time_order() const { return grouping_.empty() && sort_.in_time_order(); }
  void drop_order();
  void take_order(std::shared_ptr<const EventOrder> order);
  [[nodiscard]] std::size_t place_of(std::size_t row) const;
  // Of the order, not of what is seen of its groups; nothing where it has none.
  [[nodiscard]] std::optional<std::uint32_t> order_row_of_place(std::size_t place) const;
  [[nodiscard]] std::optional<std::uint32_t> order_row_of(EventId event) const;
  [[nodiscard]] EventId event_at_place(std::size_t place) const;
  [[nodiscard]] GroupRows::Before around_change();
  void after_change();
  [[nodiscard]] QVariant group_data(int row, std::uint32_t group, int role) const;
  [[nodiscard]] int parent_row(int row) const;
  [[nodiscard]] QString title(const EventSort& sort) const;
  [[nodiscard]] bool limited() const;
  [[nodiscard]] const RowText* text_of(EventId event) const;
  [[nodiscard]] QString known_text(EventId event, int column) const;

  /// Decoded rows that are kept: some hundred screens.
  static constexpr std::size_t kMostTexts = 20'000;
  /// Rows asked for at once: a tall screen.
  static constexpr std::size_t kMostWanted = 400;

  Workbench& bench_;
  QStringList further_;
  std::vector<FieldId> further_ids_;
  EventSort sort_;
  EventGrouping grouping_;
  std::shared_ptr<const EventOrder> order_;  // null: that of time
  GroupRows groups_;
  std::vector<OpenGroup> opened_;  // of the order before, until another one is there
  enum class Pending : std::uint8_t { none, insert, remove };
  Pending pending_ = Pending::none;
  RequestHandle order_request_;
  bool sorting_ = false;
  std::size_t sorted_ = 0;  // of the rows, while sorting
  std::size_t rows_ = 0;    // events
  const CaseSnapshot* shown_ = nullptr;
  bool was_limited_ = false;

  mutable std::unordered_map<EventId, RowText> texts_;
  mutable std::deque<EventId> kept_;     // in the order of their coming
  mutable std::vector<EventId> wanted_;  // asked for by paints since the last fetch
  mutable QTimer fetch_timer_;
  std::vector<EventId> asked_;
  RequestHandle request_;
};

}  // namespace stemma::ui
