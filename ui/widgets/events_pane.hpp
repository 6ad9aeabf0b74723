// EventsPane: the grid of events, with its columns, its row of filters and its count.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "ui/models/event_model.hpp"
#include "ui/models/saved_views.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

class EventsPane : public QWidget {
  Q_OBJECT

 public:
  explicit EventsPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] EventModel* model() const { return model_; }
  void describe();
  /// Of the rows that are selected; one more than `most` where there are more.
  [[nodiscard]] std::vector<NoteTarget> selectedTargets(std::size_t most) const;
  /// Limits to so many minutes around the selected event.
  void around(int minutes);
  void chooseColumns();
  /// Its further columns and its order: what a saved view keeps of it.
  [[nodiscard]] GridLook look() const { return {model_->further(), model_->sort()}; }
  void setLook(const GridLook& look);
  /// The rows that are shown, as CSV.
  void exportShown();
  /// Asks for the values of the column in focus and their counts.
  void stackCurrent();
  /// Sorts by the column in focus: upwards, downwards, by time again.
  void sortCurrent();
  void inTimeOrder();
  /// Columns up to this one stay where they are while the others are scrolled; again, or without a
  /// column, none do.
  void freeze(int column);
  void freezeCurrent();
  /// Filters by the cell: in, or out.
  void pick(const QModelIndex& index, bool exclude);

 Q_SIGNALS:
  void opened();
  void stackWanted(const QString& field);
  void said(const QString& message);

 private:
  void follow();
  void menu(const QModelIndex& index, const QPoint& global);
  void keep_look();
  void sortBy(int column);

  RequestHandle export_;
  Workbench& bench_;
  EventModel* model_;
  RowView* view_;
  QLabel* count_;
  bool following_ = false;
};

}  // namespace stemma::ui
