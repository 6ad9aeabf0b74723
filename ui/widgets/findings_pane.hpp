// FindingsPane: findings and runs in groups, sorted and filtered. A row view over its model and
// what belongs to it; it listens to the workbench and tells it wishes, as all panes do.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "ui/models/finding_model.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

class FindingsPane : public QWidget {
  Q_OBJECT

 public:
  explicit FindingsPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] FindingModel* model() const { return model_; }
  /// Of the rows that are selected; one more than `most` where there are more.
  [[nodiscard]] std::vector<NoteTarget> selectedTargets(std::size_t most) const;
  /// Selects the next finding or the one before it, round the ends; the next run where there is no
  /// finding.
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

}  // namespace stemma::ui
