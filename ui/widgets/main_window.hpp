// MainWindow: the docks, the search box, the commands with their keys, the progress of an import.
// What is shown in a dock is its pane's affair.
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "ui/models/workbench.hpp"

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QPlainTextEdit;

namespace stemma::ui {

class BookmarksPane;
class DetailsPane;
class EventsPane;
class EvidenceWatch;
class FindingsPane;
class StackPane;
class TimelineView;
class TreePane;
class ViewMenu;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(CaseService& service, QWidget* parent = nullptr);

  void openPaths(const QStringList& paths);
  /// The case file for the collection that opens next.
  void openCaseFile(const QString& path) { bench_.setCaseFile(path); }
  [[nodiscard]] Workbench& bench() { return bench_; }
  /// Writes a report of what is open, in the format that the name asks for: .html, .pdf, .md,
  /// .json.
  void writeReport(const QString& path);

  /// Adds tags to what is said of several things, or takes them away (`-tag`), in one step.
  void tag(const std::vector<NoteTarget>& targets, const QString& text);

  /// Takes away whatever limits what is shown.
  void showEverything();

  /// Every command, for the palette and for the page of keys.
  [[nodiscard]] const QList<QAction*>& commands() const { return commands_; }

 Q_SIGNALS:
  /// Empty where it was written, else what went wrong.
  void reportWritten(const QString& error);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  QAction* command(const QString& text, const QList<QKeySequence>& keys, std::function<void()> run);
  void make_docks();
  void connect_timeline();
  void zoom_to_first_run();
  void make_tools();
  void make_commands();
  void make_note_commands();
  std::vector<NoteTarget> note_targets();
  void change_notes(const std::vector<NoteTarget>& targets,
                    const std::function<void(Annotation&)>& change);
  void ask_tags();
  void search();
  void copy_query();
  void show_case();
  void show_notes();
  void show_progress();
  void open_folder();
  void open_files();
  void save_report();
  void show_palette();
  void show_keys();
  void set_theme(int theme);
  void set_zone(int zone);
  void say(const QString& message);
  void remember_recent(const QStringList& paths);
  QDockWidget* dock(const QString& name, const QString& title, QWidget* pane,
                    Qt::DockWidgetArea area);

  Workbench bench_;
  EvidenceWatch* watch_ = nullptr;
  FindingsPane* findings_ = nullptr;
  TreePane* tree_ = nullptr;
  EventsPane* events_ = nullptr;
  DetailsPane* details_ = nullptr;
  StackPane* stack_ = nullptr;
  BookmarksPane* bookmarks_ = nullptr;
  QDockWidget* bookmarks_dock_ = nullptr;
  ViewMenu* views_ = nullptr;
  TimelineView* timeline_ = nullptr;
  RequestHandle timeline_request_;
  QLineEdit* search_ = nullptr;
  QComboBox* zone_ = nullptr;
  QLabel* ledger_ = nullptr;
  QLabel* message_ = nullptr;
  QProgressBar* bar_ = nullptr;
  QPushButton* cancel_ = nullptr;
  QPlainTextEdit* notes_ = nullptr;
  QDockWidget* notes_dock_ = nullptr;
  QMenu* recent_ = nullptr;
  bool zoomed_ = false;
  bool arranged_ = false;  // as it was left
  QList<QAction*> commands_;
  QTimer progress_;
  RequestHandle report_;
};

}  // namespace stemma::ui
