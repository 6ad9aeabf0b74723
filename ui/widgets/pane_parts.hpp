// What the lists of the window are put together from: a label for text of the evidence, a layout
// without margins, a row chosen, a cell as a filter. Not a pane.
#pragma once

#include <QLabel>
#include <QVBoxLayout>

#include "ui/models/workbench.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

/// A label that never takes its text for markup.
QLabel* plain_label(QWidget* parent);

QVBoxLayout* tight(QWidget* widget);

/// Makes a row the current one and scrolls to it; nothing for -1.
void set_row(RowView* view, int row);

/// Rows that are selected, ascending; `most` and one where there are more. O(rows returned).
std::vector<int> selected_rows(const RowView* view, std::size_t most);

/// Filters by a cell, in or out, where its column is a field. Times are no words to look for.
void add_cell(Workbench& bench, const QModelIndex& index, bool exclude);

}  // namespace stemma::ui
