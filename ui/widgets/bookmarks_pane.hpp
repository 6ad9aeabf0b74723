// BookmarksPane: the list of everything that was pinned, tagged, judged or commented, to go back
// to.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "ui/models/bookmark_model.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

class BookmarksPane : public QWidget {
  Q_OBJECT

 public:
  explicit BookmarksPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] RowView* view() const { return view_; }
  [[nodiscard]] BookmarkModel* model() const { return model_; }
  [[nodiscard]] QLineEdit* search() const { return search_; }
  /// Of the rows that are selected; one more than `most` where there are more.
  [[nodiscard]] std::vector<NoteTarget> selectedTargets(std::size_t most) const;

 Q_SIGNALS:
  /// Enter on a row: what it is about is selected now.
  void opened();
  void said(const QString& message);

 private:
  void describe();

  Workbench& bench_;
  BookmarkModel* model_;
  RowView* view_;
  QLineEdit* search_;
  QLabel* count_;
};

}  // namespace stemma::ui
