// ChipBar: the filter as chips that can be turned off, edited and taken away, and the banner that
// says when something is hidden and how to lift it.
#pragma once

#include <QWidget>

#include "ui/models/workbench.hpp"

class QLabel;
class QHBoxLayout;
class QPushButton;

namespace stemma::ui {

class ChipBar : public QWidget {
  Q_OBJECT

 public:
  explicit ChipBar(Workbench& bench, QWidget* parent = nullptr);

  /// Lanes of the timeline that are hidden: a limit that the banner tells as well.
  void setHiddenLanes(int lanes);

 Q_SIGNALS:
  /// All limits are to go.
  void lifted();
  /// A chip is to be edited: its text belongs into the search box; the chip is gone.
  void editWanted(const QString& text);

 private:
  void rebuild();

  Workbench& bench_;
  QWidget* banner_;
  QLabel* banner_text_;
  QWidget* chips_;
  int hidden_lanes_ = 0;
};

}  // namespace stemma::ui
