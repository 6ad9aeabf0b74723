// The window's commands about notes: on one thing or on all that are selected.
#include <QAction>
#include <QFileDialog>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <algorithm>

#include "ui/models/text.hpp"
#include "ui/widgets/bookmarks_pane.hpp"
#include "ui/widgets/details_pane.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/findings_pane.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/notes_editor.hpp"

namespace stemma::ui {
namespace {

// Things that are noted in one step: each event costs a read and a hash of its record.
constexpr std::size_t kMostAtOnce = 5'000;

}  // namespace

// Where several rows of the list in focus are selected: those. Else the narrowest thing that is
// selected.
std::vector<NoteTarget> MainWindow::note_targets() {
  std::vector<NoteTarget> targets;
  if (events_->view()->hasFocus()) {
    targets = events_->selectedTargets(kMostAtOnce);
  } else if (findings_->view()->hasFocus()) {
    targets = findings_->selectedTargets(kMostAtOnce);
  } else if (bookmarks_->view()->hasFocus()) {
    targets = bookmarks_->selectedTargets(kMostAtOnce);
    if (!targets.empty() && targets.size() <= kMostAtOnce) return targets;
  }
  if (targets.size() > kMostAtOnce) {
    say(tr("At most %1 can be noted at once.").arg(countText(kMostAtOnce)));
    return {};
  }
  if (targets.size() > 1) return targets;
  // A group's line is what is pointed at, whatever was selected before.
  if (events_->view()->hasFocus() && events_->onGroup()) {
    if (targets.empty()) say(tr("No event of this group can be noted."));
    return targets;
  }
  for (const TargetKind kind :
       {TargetKind::finding, TargetKind::process, TargetKind::event, TargetKind::run}) {
    const auto target = bench_.selectedTarget(kind);
    if (!target) continue;
    if (kind == TargetKind::event) {
      const auto event = bench_.noteTarget(bench_.view().selection.event);
      if (event) return {*event};
    }
    return {{*target, {}}};
  }
  say(tr("Choose a finding, a process or an event first."));
  return {};
}

void MainWindow::change_notes(const std::vector<NoteTarget>& targets,
                              const std::function<void(Annotation&)>& change) {
  const std::uint64_t before = bench_.notesRevision();
  bench_.annotateAll(targets, change);
  if (bench_.notesRevision() == before) return say(bench_.notesState());
  if (targets.size() > 1) {
    say(tr("%1 were noted. Ctrl+Alt+Z takes it back.").arg(countText(targets.size())));
  }
}

void MainWindow::ask_tags() {
  const std::vector<NoteTarget> targets = note_targets();
  if (targets.empty()) return;
  bool ok = false;
  const QString text = QInputDialog::getText(
      this, tr("Tags"),
      tr("Tags for %1, separated by commas; -tag takes one away:").arg(countText(targets.size())),
      QLineEdit::Normal, {}, &ok);
  if (ok) tag(targets, text);
}

void MainWindow::tag(const std::vector<NoteTarget>& targets, const QString& text) {
  std::vector<std::string> add, take;
  for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    const QString one = part.trimmed();
    if (one.startsWith(QLatin1Char('-'))) {
      take.push_back(one.mid(1).trimmed().toStdString());
    } else if (!one.isEmpty()) {
      add.push_back(one.toStdString());
    }
  }
  if (add.empty() && take.empty()) return;
  change_notes(targets, [&](Annotation& note) {
    for (const std::string& one : take) std::erase(note.tags, one);
    for (const std::string& one : add) {
      if (std::find(note.tags.begin(), note.tags.end(), one) == note.tags.end())
        note.tags.push_back(one);
    }
    std::sort(note.tags.begin(), note.tags.end());
  });
}

void MainWindow::make_note_commands() {
  const auto keys = [](const char* text) {
    return QList<QKeySequence>{QKeySequence(QLatin1String(text))};
  };
  QMenu* note = menuBar()->addMenu(tr("&Note"));
  const auto change = [this](const std::function<void(Annotation&)>& say_of) {
    const std::vector<NoteTarget> targets = note_targets();
    if (!targets.empty()) change_notes(targets, say_of);
  };
  note->addAction(command(tr("&Pin, or let go"), keys("Ctrl+B"), [this] {
    const std::vector<NoteTarget> targets = note_targets();
    // Several are let go only where all of them are pinned.
    const bool pin = std::any_of(targets.begin(), targets.end(), [this](const NoteTarget& one) {
      const Annotation* before = bench_.annotations().find(one.target);
      return before == nullptr || !before->pinned;
    });
    if (!targets.empty()) change_notes(targets, [pin](Annotation& one) { one.pinned = pin; });
  }));
  const std::pair<const char*, Verdict> verdicts[] = {{"Alt+1", Verdict::malicious},
                                                      {"Alt+2", Verdict::suspicious},
                                                      {"Alt+3", Verdict::benign},
                                                      {"Alt+4", Verdict::false_positive},
                                                      {"Alt+0", Verdict::none}};
  for (const auto& [key, verdict] : verdicts) {
    const QString words = verdict == Verdict::none ? tr("none") : fromUtf8(verdict_words(verdict));
    note->addAction(command(tr("Verdict: %1").arg(words), keys(key), [change, verdict = verdict] {
      change([verdict](Annotation& one) { one.verdict = verdict; });
    }));
  }
  note->addAction(command(tr("&Tags…"), keys("Ctrl+D"), [this] {
    details_->showTab(DetailsPane::kNotes);
    details_->notes()->focusTags();
  }));
  note->addAction(command(tr("&Comment…"), {QKeySequence(QStringLiteral("Ctrl+N"))}, [this] {
    details_->showTab(DetailsPane::kNotes);
    details_->notes()->focusComment();
  }));
  note->addAction(
      command(tr("Ta&g all that is selected…"), keys("Ctrl+Shift+D"), [this] { ask_tags(); }));
  note->addAction(command(tr("&Undo the last note"), keys("Ctrl+Alt+Z"), [this] {
    say(bench_.undoNote() ? tr("The last change of notes was taken back.")
                          : tr("There is no note to take back."));
  }));
  note->addAction(command(tr("&Redo the note"), keys("Ctrl+Alt+Y"), [this] {
    if (!bench_.redoNote()) say(tr("There is no note to do again."));
  }));
  note->addSeparator();
  note->addAction(command(tr("Case &file…"), {}, [this] {
    if (!bench_.openCase()) return say(tr("Open a collection first."));
    const QString path = QFileDialog::getSaveFileName(
        this, tr("A case file, or a new one"), QStringLiteral("case.stemma"),
        tr("Case files (*.stemma)"), nullptr, QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty()) bench_.openNotes(path);
  }));
}

}  // namespace stemma::ui
