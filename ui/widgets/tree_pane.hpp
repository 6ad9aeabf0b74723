// TreePane: the process tree, as an indented list or as a graph, with its search.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "ui/models/process_model.hpp"
#include "ui/widgets/graph_view.hpp"
#include "ui/widgets/row_view.hpp"

class QStackedWidget;

namespace stemma::ui {

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

}  // namespace stemma::ui
