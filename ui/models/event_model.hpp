// EventModel: events as rows of the grid: all of the case, or those that a filter leaves. What the
// frozen case knows is there at once; a summary, and columns of the analyst's choice, are decoded
// for the rows on screen only.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <QTimer>
#include <deque>
#include <unordered_map>

#include "ui/models/workbench.hpp"

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
  void setSort(EventSort sort);
  [[nodiscard]] const EventSort& sort() const { return sort_; }
  /// What a click on the column's header does: upwards, downwards, then the order of time again.
  void sortByColumn(int column);
  /// Whether an order is being worked out, and how far that is, in percent.
  [[nodiscard]] bool sorting() const { return sorting_; }
  [[nodiscard]] int sortedPercent() const;
  /// What a cap left unsorted; whole sentences.
  [[nodiscard]] std::vector<std::string> sortNotes() const;
  /// `by Host, downwards`; empty in the order of time.
  [[nodiscard]] QString sortText() const;
  /// The order that rows stand in, as sort() works it out; null: that of time. O(rows) for the
  /// latest first.
  [[nodiscard]] std::shared_ptr<const EventOrder> order() const;
  /// Times are shown anew: another zone.
  void zoneChanged();

  [[nodiscard]] EventId eventAt(int row) const;
  /// The row of an event; -1 where the filter leaves it out. O(log n).
  [[nodiscard]] int rowOf(EventId event) const;
  /// The first row not before a time. O(log n).
  [[nodiscard]] int firstRowAt(Timestamp time) const;
  [[nodiscard]] std::size_t total() const;

 Q_SIGNALS:
  /// Another order is wanted, has come, or is nearer.
  void sortChanged();

 private:
  void work_order_out();
  void reset();
  void grow();
  void fetch();
  [[nodiscard]] std::size_t place_of(int row) const;
  [[nodiscard]] int row_of_place(std::size_t place) const;
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
  std::shared_ptr<const EventOrder> order_;  // null: that of time
  RequestHandle order_request_;
  bool sorting_ = false;
  std::size_t sorted_ = 0;  // of the rows, while sorting
  std::size_t rows_ = 0;
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
