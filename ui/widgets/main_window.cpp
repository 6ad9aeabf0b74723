#include "ui/widgets/main_window.hpp"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFontDatabase>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QStatusBar>
#include <QStyleFactory>
#include <QToolBar>
#include <QVBoxLayout>

#include "reports/ledger_text.hpp"
#include "ui/models/evidence_watch.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/bookmarks_pane.hpp"
#include "ui/widgets/chip_bar.hpp"
#include "ui/widgets/command_palette.hpp"
#include "ui/widgets/details_pane.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/findings_pane.hpp"
#include "ui/widgets/report_pdf.hpp"
#include "ui/widgets/stack_pane.hpp"
#include "ui/widgets/theme.hpp"
#include "ui/widgets/timeline_view.hpp"
#include "ui/widgets/tree_pane.hpp"
#include "ui/widgets/view_menu.hpp"

namespace stemma::ui {
namespace {

constexpr int kRecentCases = 10;
// Bumped when docks change, so that an arrangement of an older version is not forced on a new one.
constexpr int kLayoutVersion = 4;

}  // namespace

MainWindow::MainWindow(CaseService& service, QWidget* parent)
    : QMainWindow(parent), bench_(service) {
  setWindowTitle(tr("Stemma"));
  setObjectName(QStringLiteral("stemma"));
  setAcceptDrops(true);
  setDockNestingEnabled(true);
  resize(1600, 1000);
  make_docks();
  make_tools();
  make_commands();
  connect(&bench_, &Workbench::caseChanged, this, &MainWindow::show_case);
  connect(&bench_, &Workbench::notesChanged, this, &MainWindow::show_notes);
  watch_ = new EvidenceWatch(bench_, this);
  connect(watch_, &EvidenceWatch::changed, this, [this] {
    show_notes();
    if (!watch_->changedFiles().empty()) say(watch_->lines().front());
  });
  progress_.setInterval(100);
  connect(&progress_, &QTimer::timeout, this, &MainWindow::show_progress);
  const QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
  arranged_ =
      restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), kLayoutVersion);
  set_theme(settings.value(QStringLiteral("theme"), 0).toInt());
  findings_->view()->setFocus();
}

QDockWidget* MainWindow::dock(const QString& name, const QString& title, QWidget* pane,
                              Qt::DockWidgetArea area) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(name);
  dock->setWidget(pane);
  addDockWidget(area, dock);
  return dock;
}

void MainWindow::make_docks() {
  auto* middle = new QWidget(this);
  auto* layout = new QVBoxLayout(middle);
  layout->setContentsMargins(2, 0, 2, 0);
  layout->setSpacing(2);
  auto* chips = new ChipBar(bench_, middle);
  layout->addWidget(chips);
  tree_ = new TreePane(bench_, middle);
  layout->addWidget(tree_, 1);
  setCentralWidget(middle);
  findings_ = new FindingsPane(bench_, this);
  events_ = new EventsPane(bench_, this);
  details_ = new DetailsPane(bench_, this);
  notes_ = new QPlainTextEdit(this);
  notes_->setReadOnly(true);
  notes_->setAccessibleName(tr("What to know before believing what is shown"));
  stack_ = new StackPane(bench_, this);
  timeline_ = new TimelineView(this);
  setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  QDockWidget* left =
      dock(QStringLiteral("findings"), tr("Findings"), findings_, Qt::LeftDockWidgetArea);
  QDockWidget* right =
      dock(QStringLiteral("details"), tr("Details"), details_, Qt::RightDockWidgetArea);
  QDockWidget* bottom =
      dock(QStringLiteral("events"), tr("Events"), events_, Qt::BottomDockWidgetArea);
  notes_dock_ =
      dock(QStringLiteral("notes"), tr("Notes on the evidence"), notes_, Qt::LeftDockWidgetArea);
  // Below the tree: what it says in order, the timeline says in time.
  QDockWidget* times =
      dock(QStringLiteral("timeline"), tr("Timeline"), timeline_, Qt::BottomDockWidgetArea);
  splitDockWidget(times, bottom, Qt::Vertical);
  connect_timeline();
  QDockWidget* values =
      dock(QStringLiteral("values"), tr("Values of a column"), stack_, Qt::RightDockWidgetArea);
  tabifyDockWidget(right, values);
  bookmarks_ = new BookmarksPane(bench_, this);
  bookmarks_dock_ =
      dock(QStringLiteral("bookmarks"), tr("Bookmarks"), bookmarks_, Qt::LeftDockWidgetArea);
  tabifyDockWidget(left, bookmarks_dock_);
  left->raise();
  connect(bookmarks_, &BookmarksPane::opened, this, [this] { tree_->current()->setFocus(); });
  connect(bookmarks_, &BookmarksPane::said, this, &MainWindow::say);
  right->raise();
  connect(events_, &EventsPane::stackWanted, this, [this, values](const QString& field) {
    values->show();
    values->raise();
    stack_->show_field(field);
  });
  // Sizes hold only once the window has its own.
  QTimer::singleShot(0, this, [this, left, right, times, bottom] {
    if (arranged_) return;
    resizeDocks({left, right}, {380, 520}, Qt::Horizontal);
    resizeDocks({times, bottom}, {290, 190}, Qt::Vertical);
    resizeDocks({left, notes_dock_}, {600, 130}, Qt::Vertical);
  });
  connect(timeline_, &TimelineView::hiddenChanged, chips, &ChipBar::setHiddenLanes);
  connect(timeline_, &TimelineView::said, this, &MainWindow::say);
  connect(chips, &ChipBar::lifted, this, &MainWindow::showEverything);
  connect(chips, &ChipBar::editWanted, this, [this](const QString& text) {
    search_->setText(text);
    search_->setFocus();
  });
  connect(findings_, &FindingsPane::opened, this, [this] { tree_->current()->setFocus(); });
  connect(tree_, &TreePane::opened, this, [this] { events_->view()->setFocus(); });
  connect(events_, &EventsPane::opened, this, [this] { details_->showTab(DetailsPane::kFields); });
  connect(tree_, &TreePane::said, this, &MainWindow::say);
  connect(events_, &EventsPane::said, this, &MainWindow::say);
  connect(details_, &DetailsPane::said, this, &MainWindow::say);
}

void MainWindow::connect_timeline() {
  connect(timeline_, &TimelineView::zoomChanged, this,
          [this](std::optional<TimeRange> zoom, const QString& gesture) {
            bench_.setZoom(zoom, gesture);
          });
  connect(timeline_, &TimelineView::rangeChosen, this, [this](TimeRange range) {
    Chip chip;
    chip.kind = Chip::Kind::time;
    chip.from = range.from;
    chip.to = range.to;
    bench_.addChip(std::move(chip));
  });
  connect(timeline_, &TimelineView::eventActivated, this,
          [this](EventId event) { bench_.selectEvent(event); });
  connect(timeline_, &TimelineView::entityActivated, this,
          [this](EntityId entity) { bench_.selectEntity(entity); });
  connect(timeline_, &TimelineView::findingActivated, this, [this](const QString& id) {
    const auto& open = bench_.openCase();
    for (std::uint32_t i = 0; open && i < open->findings.size(); ++i) {
      if (open->findings[i].id == id.toStdString()) bench_.selectFinding(i);
    }
  });
  connect(timeline_, &TimelineView::invocationActivated, this, [this](const QString& id) {
    const auto& open = bench_.openCase();
    for (std::uint32_t i = 0; open && open->incident && i < open->incident->invocations.size();
         ++i) {
      if (open->incident->invocations[i].id == id.toStdString()) bench_.selectInvocation(i);
    }
  });
  connect(&bench_, &Workbench::viewChanged, timeline_,
          [this] { timeline_->setView(bench_.view()); });
  connect(&bench_, &Workbench::filterChanged, timeline_,
          [this] { timeline_->setMatches(bench_.filtered()); });
  connect(&bench_, &Workbench::caseChanged, timeline_, [this] {
    const auto& open = bench_.openCase();
    if (!open || !open->snapshot) {
      timeline_request_.reset();
      bench_.setTimeline(nullptr);
      return timeline_->setModel(nullptr);
    }
    timeline_request_ = bench_.service().make_timeline(
        open, bench_.timeline(), [this](std::shared_ptr<const timeline::Model> model) {
          bench_.setTimeline(model);
          timeline_->setModel(std::move(model));
          timeline_->setView(bench_.view());
          timeline_->setMatches(bench_.filtered());
          zoom_to_first_run();
        });
  });
}

// A case of days opens on the run that is selected, not on all of its nights. Once a case.
void MainWindow::zoom_to_first_run() {
  const auto& open = bench_.openCase();
  if (zoomed_ || !open || open->stage != Stage::complete || bench_.view().zoom) return;
  zoomed_ = true;
  const auto run = bench_.selectedInvocation();
  if (!run) return;
  std::optional<TimeRange> range;
  for (const RunProcess& process : open->incident->invocations[*run].processes) {
    const ProcessEntity& entity = open->snapshot->tree.entity(process.entity);
    const Timestamp end = entity.end_kind == EndKind::seen ? entity.end : entity.start;
    if (!range) range = TimeRange{entity.start, end};
    range->from = std::min(range->from, entity.start);
    range->to = std::max(range->to, end);
  }
  if (!range || range->from.ns < 0 || range->to.ns > std::numeric_limits<std::int64_t>::max() / 2)
    return;
  const std::int64_t margin = (range->to.ns - range->from.ns) / 10 + kNsPerSecond / 10;
  bench_.setFirstZoom({{range->from.ns - margin}, {range->to.ns + margin}});
}

void MainWindow::make_tools() {
  auto* tools = addToolBar(tr("Search"));
  tools->setObjectName(QStringLiteral("search"));
  tools->setMovable(false);
  search_ = new QLineEdit(tools);
  search_->setPlaceholderText(
      tr("Search events: words, \"a phrase\", -not, host:web01, process.name=cmd.exe — or an EQL "
         "query: process where … ( / )"));
  search_->setAccessibleName(tr("Search events"));
  search_->setClearButtonEnabled(true);
  connect(search_, &QLineEdit::returnPressed, this, &MainWindow::search);
  tools->addWidget(search_);
  zone_ = new QComboBox(tools);
  zone_->setAccessibleName(tr("Time zone"));
  zone_->setToolTip(tr("Zone in which times are shown"));
  zone_->addItem(QStringLiteral("UTC"));
  zone_->addItem(
      tr("This computer's zone (%1)").arg(QString::fromUtf8(QTimeZone::systemTimeZoneId())));
  for (const QByteArray& id : QTimeZone::availableTimeZoneIds())
    zone_->addItem(QString::fromUtf8(id));
  zone_->setMaximumWidth(230);
  connect(zone_, &QComboBox::currentIndexChanged, this, &MainWindow::set_zone);
  tools->addWidget(zone_);

  message_ = new QLabel(this);
  message_->setTextFormat(Qt::PlainText);
  ledger_ = new QLabel(this);
  ledger_->setTextFormat(Qt::PlainText);
  bar_ = new QProgressBar(this);
  bar_->setMaximumWidth(260);
  bar_->setRange(0, 1000);
  bar_->hide();
  cancel_ = new QPushButton(tr("Stop"), this);
  cancel_->hide();
  connect(cancel_, &QPushButton::clicked, this, [this] { bench_.service().cancel_import(); });
  statusBar()->addWidget(message_, 1);
  statusBar()->addPermanentWidget(bar_);
  statusBar()->addPermanentWidget(cancel_);
  statusBar()->addPermanentWidget(ledger_);
}

void MainWindow::openPaths(const QStringList& paths) {
  if (paths.isEmpty()) return;
  remember_recent(paths);
  zoomed_ = false;
  bench_.openPaths(paths);
  setWindowTitle(tr("%1 — Stemma")
                     .arg(paths.size() == 1
                              ? paths.front()
                              : tr("%1 and %2 more").arg(paths.front()).arg(paths.size() - 1)));
  say(tr("Reading the evidence…"));
  progress_.start();
  show_progress();
}

void MainWindow::remember_recent(const QStringList& paths) {
  QSettings settings;
  QVariantList recent = settings.value(QStringLiteral("recent")).toList();
  recent.removeAll(QVariant(paths));
  recent.prepend(paths);
  while (recent.size() > kRecentCases) recent.removeLast();
  settings.setValue(QStringLiteral("recent"), recent);
}

// What to know before believing what is shown: evidence that is not what it was, the case file, the
// import.
void MainWindow::show_notes() {
  QStringList notes = watch_->lines();
  for (const std::string& one : bench_.caseNotes()) notes << fromUtf8(one);
  if (const auto& open = bench_.openCase()) {
    for (const std::string& note : open->notes) notes << fromUtf8(note).trimmed();
  }
  const QString text = notes.join(QStringLiteral("\n\n"));
  // What somebody has read and closed stays closed.
  if (text == notes_->toPlainText() && !text.isEmpty()) return;
  notes_->setPlainText(text);
  notes_dock_->setVisible(!text.isEmpty());
}

void MainWindow::show_case() {
  const auto& open = bench_.openCase();
  show_notes();
  if (!open || open->stage == Stage::empty) return ledger_->clear();
  if (open->snapshot) ledger_->setText(fromUtf8(ledger_line(*open->snapshot)));
  switch (open->stage) {
    case Stage::empty:
      break;
    case Stage::indexed:
      say(open->findings.empty()
              ? tr("Events and the process tree are here; rules are running.")
              : tr("%1 findings so far; rules are running.").arg(countText(open->findings.size())));
      break;
    case Stage::detected:
      say(tr("%1 findings; runs are being joined.").arg(countText(open->findings.size())));
      break;
    case Stage::complete:
      say(tr("%1 findings, %2 remote runs; ready after %3 s.")
              .arg(countText(open->findings.size()), countText(open->incident->invocations.size()))
              .arg(open->seconds, 0, 'f', 1));
      if (bench_.view().selection == Selection{}) findings_->step(true);
      break;
  }
  show_progress();
}

void MainWindow::show_progress() {
  const ImportProgress progress = bench_.service().progress();
  bar_->setVisible(progress.running);
  cancel_->setVisible(progress.running);
  if (!progress.running) return progress_.stop();
  const double part = progress.bytes_total == 0 ? 0
                                                : static_cast<double>(progress.bytes_done) /
                                                      static_cast<double>(progress.bytes_total);
  bar_->setValue(static_cast<int>(part * 1000));
  const double rate =
      progress.seconds > 0 ? static_cast<double>(progress.bytes_done) / progress.seconds : 0;
  QString text = tr("%1: %2 events · %3 MB/s")
                     .arg(fromUtf8(progress.step), countText(progress.events))
                     .arg(rate / 1e6, 0, 'f', 0);
  if (part > 0.02 && part < 1 && progress.seconds > 0.5) {
    text += tr(" · %1 s left").arg(progress.seconds * (1 - part) / part, 0, 'f', 0);
  }
  message_->setText(text);
}

void MainWindow::showEverything() {
  bench_.liftLimits();
  timeline_->showHiddenLanes();
}

void MainWindow::search() {
  const SearchText search = parse_search(search_->text().toStdString());
  if (!search.error.empty()) return say(tr("Search: %1").arg(shown(search.error)));
  if (search.chips.empty()) return;
  Filter filter = bench_.view().filter;
  for (const Chip& chip : search.chips) filter.chips.push_back(chip);
  bench_.setFilter(std::move(filter));
  search_->clear();
  events_->view()->setFocus();
}

void MainWindow::copy_query() {
  std::vector<std::string> left_out;
  const std::string query = to_eql(bench_.view().filter, left_out);
  QStringList without;
  for (const std::string& one : left_out) without << shown(one);
  const QString rest =
      without.isEmpty() ? QString()
                        : tr(" EQL has no form for: %1.").arg(without.join(QStringLiteral(", ")));
  if (query.empty()) return say(tr("No filter in force can be said in EQL.") + rest);
  QApplication::clipboard()->setText(fromUtf8(query));
  say(tr("The query is on the clipboard.") + rest);
}

void MainWindow::open_folder() {
  const QString path = QFileDialog::getExistingDirectory(this, tr("Open a collection"));
  if (!path.isEmpty()) openPaths({path});
}

void MainWindow::open_files() {
  const QStringList paths = QFileDialog::getOpenFileNames(this, tr("Open evidence"));
  openPaths(paths);
}

void MainWindow::save_report() {
  const auto& open = bench_.openCase();
  if (!open || open->stage != Stage::complete) {
    return say(tr("A report needs a case that was read to its end."));
  }
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Write a report"), QStringLiteral("report.html"),
      tr("HTML (*.html);;PDF (*.pdf);;Markdown (*.md);;JSON (*.json)"));
  if (!path.isEmpty()) writeReport(path);
}

void MainWindow::writeReport(const QString& path) {
  const bool pdf = path.endsWith(QStringLiteral(".pdf"), Qt::CaseInsensitive);
  const QString format = pdf || path.endsWith(QStringLiteral(".md")) ? QStringLiteral("md")
                         : path.endsWith(QStringLiteral(".json"))    ? QStringLiteral("json")
                                                                     : QStringLiteral("html");
  // A PDF is the Markdown laid out: written beside it first, so that a failure leaves no half
  // report.
  const QString written = pdf ? path + QStringLiteral(".md.part") : path;
  say(tr("The report is being written…"));
  report_ = bench_.service().write_report(
      written.toStdString(), format.toStdString(),
      [this, path, written, pdf](const std::string& error) {
        QString wrong = shown(error);
        if (pdf) {
          QFile markdown(written);
          if (wrong.isEmpty() && markdown.open(QIODevice::ReadOnly)) {
            wrong = writePdf(QString::fromUtf8(markdown.readAll()), path);
          }
          markdown.close();
          markdown.remove();
        }
        say(wrong.isEmpty() ? tr("The report is at %1.").arg(path) : wrong);
        Q_EMIT reportWritten(wrong);
      });
}

void MainWindow::show_palette() {
  CommandPalette palette(commands_ + views_->commands(), this);
  palette.exec();
  if (palette.chosen() != nullptr) palette.chosen()->trigger();
}

void MainWindow::show_keys() {
  QDialog dialog(this);
  dialog.setWindowTitle(tr("Keys"));
  dialog.resize(640, 720);
  auto* layout = new QVBoxLayout(&dialog);
  auto* text = new QPlainTextEdit(keysText(commands_), &dialog);
  text->setReadOnly(true);
  text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  layout->addWidget(text);
  dialog.exec();
}

void MainWindow::set_theme(int theme) {
  apply_theme(static_cast<Theme>(theme));
  QSettings().setValue(QStringLiteral("theme"), theme);
}

void MainWindow::set_zone(int zone) {
  setDisplayZone(zone <= 0   ? QTimeZone::utc()
                 : zone == 1 ? QTimeZone::systemTimeZone()
                             : QTimeZone(zone_->itemText(zone).toUtf8()));
  if (zone <= 0) {
    timeline_->setZone({});
  } else {
    timeline_->setZone([](Timestamp time) {
      return static_cast<std::int64_t>(displayZone().offsetFromUtc(
          QDateTime::fromMSecsSinceEpoch(time.ns / 1'000'000, QTimeZone::utc())));
    });
  }
  events_->model()->zoneChanged();
  tree_->model()->zoneChanged();
  findings_->model()->zoneChanged();
  bookmarks_->model()->zoneChanged();
}

void MainWindow::say(const QString& message) {
  message_->setText(message);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList paths;
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) paths << url.toLocalFile();
  }
  openPaths(paths);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
  settings.setValue(QStringLiteral("window/state"), saveState(kLayoutVersion));
  QMainWindow::closeEvent(event);
}

}  // namespace stemma::ui
