// ViewMenu: the views of the case that were saved under a name, to go to and to take away; the
// palette lists the same. How a view is written is the affair of ui/models/saved_views.hpp.
#pragma once

#include <QMenu>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

class EventsPane;

class ViewMenu : public QMenu {
  Q_OBJECT

 public:
  ViewMenu(Workbench& bench, EventsPane& events, QWidget* parent);

  /// Asks for a name.
  void askAndSave();
  /// Saves what is shown, in the place of a view of the same name.
  void save(const QString& typed);
  /// Shows it: one step of the history.
  void apply(const QString& name);
  void remove(const QString& name);

  /// `View: NAME` and `Delete view: NAME` for each, for the palette.
  [[nodiscard]] const QList<QAction*>& commands() const { return commands_; }

 Q_SIGNALS:
  void said(const QString& message);

 private:
  void rebuild();

  Workbench& bench_;
  EventsPane& events_;
  QMenu* removal_;
  QList<QAction*> commands_;
};

}  // namespace stemma::ui
