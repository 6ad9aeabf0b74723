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
  enum class Order : std::uint8_t { earliest, latest };

  explicit EventModel(Workbench& bench, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;

  /// ECS fields as further columns, behind the fixed ones.
  void setFurther(const QStringList& fields);
  [[nodiscard]] const QStringList& further() const { return further_; }
  void setOrder(Order order);
  [[nodiscard]] Order order() const { return order_; }
  /// Times are shown anew: another zone.
  void zoneChanged();

  [[nodiscard]] EventId eventAt(int row) const;
  /// The row of an event; -1 where the filter leaves it out. O(log n).
  [[nodiscard]] int rowOf(EventId event) const;
  /// The first row not before a time. O(log n).
  [[nodiscard]] int firstRowAt(Timestamp time) const;
  [[nodiscard]] std::size_t total() const;

 private:
  void reset();
  void grow();
  void fetch();
  [[nodiscard]] std::size_t position(int row) const;
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
  Order order_ = Order::earliest;
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
