#include "ui/widgets/notes_editor.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDateTime>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>

#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

constexpr TargetKind kAbout[] = {TargetKind::finding, TargetKind::process, TargetKind::event,
                                 TargetKind::run};
constexpr Verdict kVerdicts[] = {Verdict::none, Verdict::false_positive, Verdict::benign,
                                 Verdict::suspicious, Verdict::malicious};

}  // namespace

NotesEditor::NotesEditor(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* form = new QFormLayout(this);
  about_ = new QComboBox(this);
  about_->addItems({tr("the finding"), tr("the process"), tr("the event"), tr("the remote run")});
  about_->setAccessibleName(tr("What the note is about"));
  form->addRow(tr("About"), about_);
  verdict_ = new QComboBox(this);
  verdict_->addItems(
      {tr("no verdict"), tr("false positive"), tr("benign"), tr("suspicious"), tr("malicious")});
  verdict_->setAccessibleName(tr("Verdict"));
  form->addRow(tr("Verdict"), verdict_);
  severity_ = new QComboBox(this);
  severity_->addItems({tr("as the rule has it"), QStringLiteral("low"), QStringLiteral("medium"),
                       QStringLiteral("high"), QStringLiteral("critical")});
  severity_->setAccessibleName(tr("Severity"));
  form->addRow(tr("Severity"), severity_);
  pinned_ = new QCheckBox(tr("pinned"), this);
  form->addRow(QString(), pinned_);
  tags_ = new QLineEdit(this);
  tags_->setPlaceholderText(tr("tags, separated by commas"));
  tags_->setAccessibleName(tr("Tags"));
  form->addRow(tr("Tags"), tags_);
  comment_ = new QPlainTextEdit(this);
  comment_->setPlaceholderText(tr("What you think of it (Markdown). Goes into the report."));
  comment_->setAccessibleName(tr("Comment"));
  comment_->setTabChangesFocus(true);
  form->addRow(tr("Comment"), comment_);
  state_ = new QLabel(this);
  state_->setTextFormat(Qt::PlainText);
  state_->setWordWrap(true);
  form->addRow(state_);

  typing_.setSingleShot(true);
  typing_.setInterval(600);
  connect(&typing_, &QTimer::timeout, this, &NotesEditor::store);
  const auto typed = [this] {
    if (!loading_) typing_.start();
  };
  connect(tags_, &QLineEdit::textEdited, this, typed);
  connect(tags_, &QLineEdit::editingFinished, this, &NotesEditor::store);
  connect(comment_, &QPlainTextEdit::textChanged, this, typed);
  connect(verdict_, &QComboBox::currentIndexChanged, this, &NotesEditor::store);
  connect(severity_, &QComboBox::currentIndexChanged, this, &NotesEditor::store);
  connect(pinned_, &QCheckBox::toggled, this, &NotesEditor::store);
  connect(about_, &QComboBox::currentIndexChanged, this, [this] {
    if (typing_.isActive()) store();
    load();
  });
  connect(&bench_, &Workbench::viewChanged, this, &NotesEditor::follow);
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    state_->setText(bench_.notesState());
    if (!typing_.isActive() && !comment_->hasFocus() && !tags_->hasFocus()) load();
  });
  load();
}

void NotesEditor::focusComment() {
  comment_->setFocus();
}

void NotesEditor::focusTags() {
  tags_->setFocus();
}

// The narrowest thing that is selected is what a note is most likely about.
void NotesEditor::follow() {
  if (typing_.isActive()) store();
  const Selection& selection = bench_.view().selection;
  const int about = !selection.finding.empty() ? 0 : selection.entity ? 1 : selection.event ? 2 : 3;
  loading_ = true;
  about_->setCurrentIndex(about);
  loading_ = false;
  load();
}

void NotesEditor::load() {
  target_ = bench_.selectedTarget(kAbout[about_->currentIndex()]);
  loading_ = true;
  for (QWidget* widget : {static_cast<QWidget*>(verdict_), static_cast<QWidget*>(severity_),
                          static_cast<QWidget*>(pinned_), static_cast<QWidget*>(tags_),
                          static_cast<QWidget*>(comment_)}) {
    widget->setEnabled(target_.has_value());
  }
  severity_->setEnabled(target_ && target_->kind == TargetKind::finding);
  const Annotation* note = target_ ? bench_.annotations().find(*target_) : nullptr;
  const Annotation none;
  const Annotation& one = note != nullptr ? *note : none;
  verdict_->setCurrentIndex(static_cast<int>(one.verdict));
  severity_->setCurrentIndex(std::max(0, severity_->findText(fromUtf8(one.severity))));
  pinned_->setChecked(one.pinned);
  QStringList tags;
  for (const std::string& tag : one.tags) tags << shown(tag);
  tags_->setText(tags.join(QStringLiteral(", ")));
  if (comment_->toPlainText() != fromUtf8(one.comment))
    comment_->setPlainText(fromUtf8(one.comment));
  loading_ = false;
  state_->setText(bench_.notesState());
}

void NotesEditor::store() {
  typing_.stop();
  if (loading_ || !target_) return;
  const Annotation* before = bench_.annotations().find(*target_);
  Annotation note = before != nullptr ? *before : Annotation{};
  note.target = *target_;
  note.verdict = kVerdicts[verdict_->currentIndex()];
  note.severity =
      severity_->currentIndex() <= 0 ? std::string() : severity_->currentText().toStdString();
  note.pinned = pinned_->isChecked();
  note.tags.clear();
  for (const QString& tag : tags_->text().split(QLatin1Char(','), Qt::SkipEmptyParts))
    note.tags.push_back(tag.trimmed().toStdString());
  note.comment = comment_->toPlainText().toStdString();
  bench_.annotate(std::move(note));
}

}  // namespace stemma::ui
