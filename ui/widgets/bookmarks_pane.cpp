#include "ui/widgets/bookmarks_pane.hpp"

#include "ui/models/text.hpp"
#include "ui/widgets/pane_parts.hpp"

namespace stemma::ui {

BookmarksPane::BookmarksPane(Workbench& bench, QWidget* parent)
    : QWidget(parent),
      bench_(bench),
      model_(new BookmarkModel(bench, this)),
      view_(new RowView(this)),
      search_(new QLineEdit(this)),
      count_(plain_label(this)) {
  auto* layout = tight(this);
  search_->setPlaceholderText(tr("filter bookmarks: words, #tag"));
  search_->setAccessibleName(tr("Filter bookmarks"));
  search_->setClearButtonEnabled(true);
  layout->addWidget(search_);
  view_->setModel(model_);
  view_->setPicksCells(false);
  view_->setAccessibleName(tr("Bookmarks"));
  view_->setEmptyText(
      tr("Nothing was noted yet.\n\nCtrl+B pins what is selected, Alt+1 to Alt+4 give a verdict, "
         "Ctrl+D tags, Ctrl+N comments; it is listed here then."));
  const int widths[] = {200, 205, 90, 85, 90, 240, 170};
  for (int i = 0; i < BookmarkModel::kColumns; ++i) view_->header()->resizeSection(i, widths[i]);
  // What was thought of it first: the dock is narrow.
  view_->header()->moveSection(BookmarkModel::kVerdict, 1);
  view_->header()->moveSection(view_->header()->visualIndex(BookmarkModel::kTags), 2);
  layout->addWidget(view_, 1);
  layout->addWidget(count_);
  connect(search_, &QLineEdit::textChanged, model_, &BookmarkModel::setText);
  connect(search_, &QLineEdit::returnPressed, this, [this] { view_->setFocus(); });
  connect(view_->header(), &QHeaderView::sectionClicked, model_, &BookmarkModel::sortByColumn);
  connect(view_, &RowView::rowActivated, this, [this](const QModelIndex& index) {
    if (!model_->go(index.row())) return Q_EMIT said(tr("This evidence does not hold it."));
    Q_EMIT opened();
  });
  connect(view_, &QAbstractItemView::clicked, this,
          [this](const QModelIndex& index) { model_->go(index.row()); });
  connect(model_, &QAbstractItemModel::modelReset, this, &BookmarksPane::describe);
  describe();
}

void BookmarksPane::describe() {
  count_->setVisible(model_->total() != 0);
  count_->setText(tr("%1 bookmarks, %2 shown")
                      .arg(countText(model_->total()),
                           countText(static_cast<std::size_t>(model_->rowCount()))));
}

std::vector<NoteTarget> BookmarksPane::selectedTargets(std::size_t most) const {
  std::vector<NoteTarget> targets;
  for (const int row : selected_rows(view_, most)) targets.push_back({model_->targetAt(row), {}});
  return targets;
}

}  // namespace stemma::ui
