// The lists of the window: findings, the process tree, events. Each is a row view over its model
// and what belongs to it; all listen to the workbench and tell it wishes.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "ui/models/event_model.hpp"
#include "ui/models/finding_model.hpp"
#include "ui/models/process_model.hpp"
#include "ui/widgets/graph_view.hpp"
#include "ui/widgets/row_view.hpp"

class QStackedWidget;

namespace stemma::ui {

class FindingsPane : public QWidget {
  Q_OBJECT

 public:
  explicit FindingsPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] FindingModel* model() const { return model_; }
  /// Selects the next finding or the one before it, round the ends.
  void step(bool forwards);

 Q_SIGNALS:
  /// Enter on a finding: the tree is wanted.
  void opened();

 private:
  void select_row(int row, const QString& gesture);
  void follow();
  void describe();

  Workbench& bench_;
  FindingModel* model_;
  RowView* view_;
  QLabel* count_;
  bool following_ = false;
};

class TreePane : public QWidget {
  Q_OBJECT

 public:
  explicit TreePane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] ProcessModel* model() const { return model_; }
  [[nodiscard]] QLineEdit* search() const { return search_; }
  void find(bool forwards);
  void toParent();
  void toRoot();
  void toMarked(bool forwards);
  void limitToSelected();
  void copyPath(PathFormat format);
  /// List or graph: the other one.
  void turn();
  [[nodiscard]] QWidget* current() const;

 Q_SIGNALS:
  void opened();
  void said(const QString& message);

 private:
  void follow();
  void menu(const QModelIndex& index, const QPoint& global);
  void show_events(EntityId entity, const QString& pill);

  Workbench& bench_;
  ProcessModel* model_;
  RowView* view_;
  GraphView* graph_;
  QStackedWidget* stack_;
  QLineEdit* search_;
  bool following_ = false;
};

class EventsPane : public QWidget {
  Q_OBJECT

 public:
  explicit EventsPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] EventModel* model() const { return model_; }
  void describe();
  /// Limits to so many minutes around the selected event.
  void around(int minutes);
  void chooseColumns();
  /// The rows that are shown, as CSV.
  void exportShown();
  /// Asks for the values of the column in focus and their counts.
  void stackCurrent();
  /// Filters by the cell: in, or out.
  void pick(const QModelIndex& index, bool exclude);

 Q_SIGNALS:
  void opened();
  void stackWanted(const QString& field);
  void said(const QString& message);

 private:
  void follow();
  void menu(const QModelIndex& index, const QPoint& global);

  RequestHandle export_;
  Workbench& bench_;
  EventModel* model_;
  RowView* view_;
  QLabel* count_;
  bool following_ = false;
};

}  // namespace stemma::ui
