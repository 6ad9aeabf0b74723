// StackPane: the values that a field has over the events that are shown, with counts: what is
// everywhere, and what happened once. A value filters in or out.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "ui/models/workbench.hpp"

class QLabel;
class QLineEdit;

namespace stemma::ui {

class RowView;

/// A stack's values as rows; rarest first or most first.
class StackModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit StackModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;
  void setStack(Stack stack);
  void setRarestFirst(bool rarest);
  [[nodiscard]] const Stack& stack() const { return stack_; }
  [[nodiscard]] const Stack::Counted& at(int row) const;

 private:
  Stack stack_;
  bool rarest_ = false;
};

class StackPane : public QWidget {
  Q_OBJECT

 public:
  explicit StackPane(Workbench& bench, QWidget* parent = nullptr);
  void show_field(const QString& field);
  [[nodiscard]] const StackModel& model() const { return *model_; }

 private:
  void ask();
  void pick(int row, bool exclude);

  Workbench& bench_;
  StackModel* model_;
  RowView* view_;
  QLineEdit* field_;
  QLabel* count_;
  RequestHandle request_;
};

}  // namespace stemma::ui
