// The window's commands: its menus, each with its keys. The palette and the page of keys list the
// same.
#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>

#include "ui/models/text.hpp"
#include "ui/widgets/bookmarks_pane.hpp"
#include "ui/widgets/details_pane.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/findings_pane.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/timeline_view.hpp"
#include "ui/widgets/tree_pane.hpp"
#include "ui/widgets/view_menu.hpp"

namespace stemma::ui {

QAction* MainWindow::command(const QString& text, const QList<QKeySequence>& keys,
                             std::function<void()> run) {
  auto* action = new QAction(text, this);
  action->setShortcuts(keys);
  action->setShortcutContext(Qt::WindowShortcut);
  connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
  addAction(action);
  commands_.append(action);
  return action;
}

void MainWindow::make_commands() {
  const auto keys = [](const char* text) {
    return QList<QKeySequence>{QKeySequence(QLatin1String(text))};
  };
  QMenu* file = menuBar()->addMenu(tr("&Case"));
  file->addAction(command(tr("&Open folder…"), keys("Ctrl+O"), [this] { open_folder(); }));
  file->addAction(command(tr("Open &files…"), keys("Ctrl+Shift+O"), [this] { open_files(); }));
  recent_ = file->addMenu(tr("&Recent"));
  connect(recent_, &QMenu::aboutToShow, this, [this] {
    recent_->clear();
    for (const QVariant& one : QSettings().value(QStringLiteral("recent")).toList()) {
      const QStringList paths = one.toStringList();
      QString title = paths.join(QStringLiteral(", "));
      recent_->addAction(title.replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                         [this, paths] { openPaths(paths); });
    }
    if (recent_->isEmpty()) recent_->addAction(tr("nothing was opened yet"))->setEnabled(false);
  });
  file->addSeparator();
  file->addAction(command(
      tr("Write a &report…"),
      {QKeySequence(QStringLiteral("Ctrl+E")), QKeySequence(QStringLiteral("Ctrl+Shift+S"))},
      [this] { save_report(); }));
  file->addAction(command(tr("E&xport the events that are shown…"), keys("Ctrl+Shift+X"),
                          [this] { events_->exportShown(); }));
  file->addSeparator();
  file->addAction(command(tr("&Quit"), keys("Ctrl+Q"), [this] { close(); }));

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  edit->addAction(command(tr("&Undo view"), keys("Ctrl+Z"), [this] { bench_.undo(); }));
  edit->addAction(command(
      tr("&Redo view"),
      {QKeySequence(QStringLiteral("Ctrl+Y")), QKeySequence(QStringLiteral("Ctrl+Shift+Z"))},
      [this] { bench_.redo(); }));
  edit->addSeparator();
  edit->addAction(command(tr("Copy &path of the process"), keys("Ctrl+Shift+C"),
                          [this] { tree_->copyPath(PathFormat::text); }));
  edit->addAction(
      command(tr("Copy path as &Mermaid"), {}, [this] { tree_->copyPath(PathFormat::mermaid); }));
  edit->addAction(
      command(tr("Copy path as &DOT"), {}, [this] { tree_->copyPath(PathFormat::dot); }));
  edit->addAction(
      command(tr("Copy the filters as E&QL"), keys("Ctrl+Shift+Q"), [this] { copy_query(); }));
  edit->addAction(command(tr("Copy &value of the field"), keys("Ctrl+Shift+V"),
                          [this] { details_->copyValue(); }));
  edit->addAction(
      command(tr("Copy r&ecord"), keys("Ctrl+Shift+R"), [this] { details_->copyRecord(); }));

  make_note_commands();

  QMenu* find = menuBar()->addMenu(tr("&Find"));
  find->addAction(
      command(tr("&Search events"),
              {QKeySequence(QStringLiteral("/")), QKeySequence(QStringLiteral("Ctrl+F"))}, [this] {
                search_->setFocus();
                search_->selectAll();
              }));
  find->addAction(command(tr("Find a &process"), keys("Ctrl+T"), [this] {
    tree_->search()->setFocus();
    tree_->search()->selectAll();
  }));
  find->addAction(command(tr("Next &finding"),
                          {QKeySequence(QStringLiteral("F3")), QKeySequence(QStringLiteral("n"))},
                          [this] { findings_->step(true); }));
  find->addAction(
      command(tr("Previous finding"),
              {QKeySequence(QStringLiteral("Shift+F3")), QKeySequence(QStringLiteral("Shift+N"))},
              [this] { findings_->step(false); }));
  find->addAction(
      command(tr("Next process of interest"), keys("]"), [this] { tree_->toMarked(true); }));
  find->addAction(
      command(tr("Previous process of interest"), keys("{"), [this] { tree_->toMarked(false); }));
  find->addAction(command(tr("To the &parent"), keys("["), [this] { tree_->toParent(); }));
  find->addAction(command(tr("To the &root"), keys("Shift+R"), [this] { tree_->toRoot(); }));

  QMenu* view = menuBar()->addMenu(tr("&View"));
  view->addAction(command(tr("Show &everything"), keys("Ctrl+0"), [this] { showEverything(); }));
  view->addAction(command(tr("Tree as list or &graph"), keys("Ctrl+G"), [this] { tree_->turn(); }));
  view->addAction(command(tr("Only this &subtree, or all again"), keys("Ctrl+L"),
                          [this] { tree_->limitToSelected(); }));
  view->addAction(command(tr("Expand the whole tree"), keys("Ctrl+Shift+E"),
                          [this] { tree_->model()->expandEverything(); }));
  view->addAction(command(tr("Collapse the whole tree"), keys("Ctrl+Shift+W"),
                          [this] { tree_->model()->collapseEverything(); }));
  view->addAction(
      command(tr("± 5 minutes around the event"), keys("Ctrl+M"), [this] { events_->around(5); }));
  view->addAction(command(tr("Count the &values of the column"), keys("Ctrl+K"),
                          [this] { events_->stackCurrent(); }));
  view->addAction(command(tr("S&ort the events by the column"), keys("Ctrl+Alt+O"),
                          [this] { events_->sortCurrent(); }));
  view->addAction(command(tr("Events in the order of &time"), keys("Ctrl+Alt+T"),
                          [this] { events_->inTimeOrder(); }));
  view->addAction(command(tr("Group the events by the column"), keys("Ctrl+Alt+G"),
                          [this] { events_->groupCurrent(false); }));
  view->addAction(command(tr("Group by the column inside the groups"), keys("Ctrl+Alt+I"),
                          [this] { events_->groupCurrent(true); }));
  view->addAction(
      command(tr("&Ungroup the events"), keys("Ctrl+Alt+U"), [this] { events_->ungroup(); }));
  view->addAction(command(tr("Open all groups of events"), keys("Ctrl+Alt+E"),
                          [this] { events_->expandGroups(); }));
  view->addAction(command(tr("Close all groups of events"), keys("Ctrl+Alt+W"),
                          [this] { events_->collapseGroups(); }));
  view->addAction(command(tr("&Freeze the events' columns up to this one, or none"),
                          keys("Ctrl+Alt+F"), [this] { events_->freezeCurrent(); }));
  view->addAction(command(tr("&Columns of the events…"), {}, [this] { events_->chooseColumns(); }));
  view->addAction(
      command(tr("Clear the selection"), keys("Esc"), [this] { bench_.clearSelection(); }));
  views_ = new ViewMenu(bench_, *events_, this);
  connect(views_, &ViewMenu::said, this, &MainWindow::say);
  view->addAction(
      command(tr("Sa&ve this view…"), keys("Ctrl+S"), [this] { views_->askAndSave(); }));
  view->addMenu(views_);
  view->addSeparator();
  view->addAction(
      command(tr("To the &findings"), keys("Ctrl+1"), [this] { findings_->view()->setFocus(); }));
  view->addAction(
      command(tr("To the &tree"), keys("Ctrl+2"), [this] { tree_->current()->setFocus(); }));
  view->addAction(
      command(tr("To the t&imeline"), keys("Ctrl+3"), [this] { timeline_->setFocus(); }));
  view->addAction(command(tr("Timeline: all of the case"), keys("Ctrl+Home"),
                          [this] { timeline_->showAll(); }));
  view->addAction(
      command(tr("Timeline: fit what is selected"), keys("F"), [this] { timeline_->fit(); }));
  view->addAction(
      command(tr("Timeline: pin the lane, or let go"), {}, [this] { timeline_->pinLane(); }));
  view->addAction(command(tr("Timeline: hide the lane"), {}, [this] { timeline_->hideLane(); }));
  view->addAction(
      command(tr("Timeline: show hidden lanes"), {}, [this] { timeline_->showHiddenLanes(); }));
  view->addAction(
      command(tr("To the e&vents"), keys("Ctrl+4"), [this] { events_->view()->setFocus(); }));
  view->addAction(command(tr("To the &bookmarks"), keys("Ctrl+Shift+B"), [this] {
    bookmarks_dock_->show();
    bookmarks_dock_->raise();
    bookmarks_->view()->setFocus();
  }));
  view->addAction(command(tr("Details: &story"), keys("Ctrl+5"),
                          [this] { details_->showTab(DetailsPane::kStory); }));
  view->addAction(command(tr("Details: fie&lds"), keys("Ctrl+6"),
                          [this] { details_->showTab(DetailsPane::kFields); }));
  view->addAction(command(tr("Details: &record"), keys("Ctrl+7"),
                          [this] { details_->showTab(DetailsPane::kRecord); }));
  view->addAction(command(tr("Details: &bytes"), keys("Ctrl+8"),
                          [this] { details_->showTab(DetailsPane::kBytes); }));
  view->addAction(command(tr("Details: &decoded"), keys("Ctrl+9"),
                          [this] { details_->showTab(DetailsPane::kDecoded); }));
  view->addSeparator();
  view->addAction(command(tr("Theme: as the system"), {}, [this] { set_theme(0); }));
  view->addAction(command(tr("Theme: light"), {}, [this] { set_theme(1); }));
  view->addAction(command(tr("Theme: dark"), {}, [this] { set_theme(2); }));
  QMenu* docks = createPopupMenu();
  docks->setTitle(tr("&Docks"));
  view->addMenu(docks);

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(command(tr("&Commands…"), keys("Ctrl+Shift+P"), [this] { show_palette(); }));
  help->addAction(command(tr("&Keys"),
                          {QKeySequence(QStringLiteral("?")), QKeySequence(QStringLiteral("F1"))},
                          [this] { show_keys(); }));
}

}  // namespace stemma::ui
