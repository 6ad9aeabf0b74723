// EventsPane: the grid of events, with its columns, its groups, its row of filters and its count.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QWidget>
#include <functional>

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
  /// Of the rows that are selected, a group's line being all of its events; one more than `most`
  /// where there are more.
  [[nodiscard]] std::vector<NoteTarget> selectedTargets(std::size_t most) const;
  /// Limits to so many minutes around the selected event.
  void around(int minutes);
  void chooseColumns();
  /// Whether the row in focus is a group's line.
  [[nodiscard]] bool onGroup() const;
  /// Its further columns, its order and its groups: what a saved view keeps of it.
  [[nodiscard]] GridLook look() const {
    return {model_->further(), model_->sort(), model_->grouping()};
  }
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
  /// Groups by a column: alone, or inside the groups that there are.
  void groupBy(int column, bool inside);
  /// The same by the column in focus; where that is none to group by, a menu asks for the column.
  void groupCurrent(bool inside);
  void ungroup();
  /// Takes the column's level out of the groups.
  void ungroupBy(int column);
  void expandGroups();
  void collapseGroups();
  /// Filters by the cell, or by a group: in, or out.
  void pick(const QModelIndex& index, bool exclude);

 Q_SIGNALS:
  void opened();
  void stackWanted(const QString& field);
  void said(const QString& message);

 private:
  void follow();
  void menu(const QModelIndex& index, const QPoint& global);
  void row_menu(QMenu& menu, const QModelIndex& index);
  void group_menu(QMenu& menu, int row);
  void column_menu(QMenu& menu, int column);
  [[nodiscard]] QString column_title(int column) const;
  [[nodiscard]] bool is_level(const EventSort& column) const;
  void connect_groups();
  void place_tree();
  void fold(int row, bool open);
  // Lets all groups be others, and the row in focus stay.
  void change_groups(const std::function<void()>& change);
  void keep_look();
  void sortBy(int column);

  RequestHandle export_;
  Workbench& bench_;
  EventModel* model_;
  RowView* view_;
  QLabel* count_;
  bool following_ = false;
  EventId followed_;  // the selection that was shown last
};

}  // namespace stemma::ui
