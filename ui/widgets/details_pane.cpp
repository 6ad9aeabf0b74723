#include "ui/widgets/details_pane.hpp"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QTextBlock>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/process_model.hpp"
#include "ui/models/text.hpp"
#include "ui/state/finding_facts.hpp"
#include "ui/widgets/notes_editor.hpp"

namespace stemma::ui {
namespace {

constexpr std::size_t kBytesALine = 16;
// More bytes are cut in the pane; the record's whole is a copy away.
constexpr std::size_t kMostHex = 64u << 10;
constexpr std::size_t kMostFieldText = 32u << 10;

QPlainTextEdit* text_view(const QString& name, QWidget* parent) {
  auto* view = new QPlainTextEdit(parent);
  view->setReadOnly(true);
  view->setAccessibleName(name);
  view->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return view;
}

QString origin_text(Origin origin) {
  switch (origin) {
    case Origin::record:
      return QStringLiteral("read");
    case Origin::derived:
      return QStringLiteral("derived");
    case Origin::synthesised:
      return QStringLiteral("from the tree");
  }
  return {};
}

char hex_digit(unsigned value) {
  return "0123456789abcdef"[value & 15];
}

std::string hex_lines(std::string_view bytes, std::uint64_t offset) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += kBytesALine) {
    std::uint64_t place = offset + at;
    char digits[10];
    for (int i = 9; i >= 0; --i, place >>= 4) digits[i] = hex_digit(static_cast<unsigned>(place));
    out.append(digits, 10);
    out += "  ";
    const std::size_t count = std::min(kBytesALine, bytes.size() - at);
    for (std::size_t i = 0; i < kBytesALine; ++i) {
      if (i < count) {
        const auto byte = static_cast<unsigned char>(bytes[at + i]);
        out += hex_digit(byte >> 4);
        out += hex_digit(byte);
      } else {
        out += "  ";
      }
      out += ' ';
    }
    out += ' ';
    for (std::size_t i = 0; i < count; ++i) {
      const char c = bytes[at + i];
      out += c >= 0x20 && c < 0x7F ? c : '.';
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::vector<ByteRange> find_value(std::string_view record, std::string_view value) {
  std::vector<ByteRange> places;
  if (value.empty()) return places;
  std::string wide;
  const QString text = QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size()));
  for (const QChar unit : text) {
    wide += static_cast<char>(unit.unicode() & 0xFF);
    wide += static_cast<char>(unit.unicode() >> 8);
  }
  const auto look = [&](std::string_view needle) {
    for (std::size_t at = record.find(needle); at != std::string_view::npos && places.size() < 64;
         at = record.find(needle, at + needle.size())) {
      places.push_back({at, needle.size()});
    }
  };
  look(wide);
  if (places.empty()) look(value);
  if (places.empty()) {
    // Audit logs write what is not plain as hexadecimal digits.
    std::string hex;
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      hex += "0123456789ABCDEF"[byte >> 4];
      hex += "0123456789ABCDEF"[byte & 15];
    }
    if (value.size() >= 2) look(hex);
  }
  return places;
}

DetailsPane::DetailsPane(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  title_ = new QLabel(this);
  title_->setTextFormat(Qt::PlainText);
  title_->setWordWrap(true);
  // A long path in it does not widen the dock.
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  title_->setMaximumHeight(title_->fontMetrics().height() * 4);
  layout->addWidget(title_);
  tabs_ = new QTabWidget(this);
  tabs_->setAccessibleName(tr("Details of the selected event"));
  story_ = text_view(tr("Story"), this);
  fields_ = new QTableWidget(0, 3, this);
  fields_->setHorizontalHeaderLabels({tr("Field"), tr("Value"), tr("Origin")});
  fields_->setAccessibleName(tr("Fields"));
  fields_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  fields_->setSelectionBehavior(QAbstractItemView::SelectRows);
  fields_->setSelectionMode(QAbstractItemView::SingleSelection);
  fields_->verticalHeader()->hide();
  fields_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
  fields_->horizontalHeader()->setStretchLastSection(false);
  fields_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
  fields_->setColumnWidth(0, 210);
  fields_->setColumnWidth(2, 90);
  fields_->setWordWrap(false);
  record_ = text_view(tr("Record"), this);
  bytes_ = text_view(tr("Bytes"), this);
  decoded_ = text_view(tr("Decoded"), this);
  const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  for (QPlainTextEdit* view : {record_, bytes_, decoded_}) view->setFont(fixed);
  QFont narrow = fixed;  // sixteen bytes and their letters fit a third of the window
  narrow.setPointSizeF(fixed.pointSizeF() * 0.9);
  bytes_->setFont(narrow);
  bytes_->setLineWrapMode(QPlainTextEdit::NoWrap);
  tabs_->addTab(story_, tr("Story"));
  tabs_->addTab(fields_, tr("Fields"));
  tabs_->addTab(record_, tr("Record"));
  tabs_->addTab(bytes_, tr("Bytes"));
  tabs_->addTab(decoded_, tr("Decoded"));
  notes_ = new NotesEditor(bench_, this);
  tabs_->addTab(notes_, tr("Notes"));
  layout->addWidget(tabs_, 1);
  connect(fields_, &QTableWidget::itemSelectionChanged, this, &DetailsPane::show_bytes);
  connect(&bench_, &Workbench::viewChanged, this, &DetailsPane::follow);
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    shown_ = {};
    shown_finding_.clear();
    follow();
  });
  follow();
}

void DetailsPane::showTab(int tab) {
  tabs_->setCurrentIndex(tab);
  tabs_->currentWidget()->setFocus();
}

void DetailsPane::follow() {
  const Selection& selection = bench_.view().selection;
  if (!bench_.openCase() || (!selection.event && !selection.entity &&
                             selection.invocation.empty() && selection.finding.empty())) {
    shown_ = {};
    request_.reset();
    details_ = {};
    title_->setText(tr("Nothing is selected. Choose a finding, a process or an event."));
    for (QPlainTextEdit* view : {story_, record_, bytes_, decoded_}) view->clear();
    fields_->setRowCount(0);
    return;
  }
  if (selection.event == shown_ && selection.finding == shown_finding_ &&
      selection.invocation == shown_run_)
    return;
  shown_ = selection.event;
  shown_finding_ = selection.finding;
  shown_run_ = selection.invocation;
  why_.clear();
  why_request_.reset();
  if (const auto finding = bench_.selectedFinding()) {
    why_request_ = bench_.service().explain(bench_.openCase(), *finding, [this](std::string text) {
      why_ = fromUtf8(text);
      show_story();
    });
  }
  if (!selection.event) {
    details_ = {};
    title_->setText(selection.entity ? tr("No record shows this process itself.")
                                     : tr("No record of a log tells of this."));
    for (QPlainTextEdit* view : {record_, bytes_, decoded_}) view->clear();
    fields_->setRowCount(0);
    return show_story();
  }
  request_ = bench_.service().read_details(
      selection.event, [this](EventDetails details) { show_details(std::move(details)); });
}

void DetailsPane::show_details(EventDetails details) {
  const bool same = details_.event == details.event && details_.read == details.read;
  details_ = std::move(details);
  show_story();
  if (same) return show_bytes();  // only digests came
  title_->setText(details_.read
                      ? fromUtf8(details_.summary).left(600)
                      : tr("This record cannot be read: %1").arg(fromUtf8(details_.error)));
  fields_->setRowCount(0);
  int row = 0;
  std::size_t rows = 0;
  for (const FieldShown& field : details_.fields) rows += field.values.size();
  fields_->setRowCount(static_cast<int>(rows));
  for (const FieldShown& field : details_.fields) {
    for (const std::string& value : field.values) {
      fields_->setItem(row, 0, new QTableWidgetItem(shown(field.name)));
      auto* item =
          new QTableWidgetItem(fromUtf8(std::string_view(value).substr(0, kMostFieldText)));
      item->setToolTip({});
      fields_->setItem(row, 1, item);
      fields_->setItem(row, 2, new QTableWidgetItem(origin_text(field.origin)));
      ++row;
    }
  }
  record_->setPlainText(details_.record.empty() ? tr("This record has no text form; see Bytes.")
                                                : fromUtf8(details_.record));
  QString decoded;
  for (const Decoded& one : details_.decoded) {
    decoded += tr("%1, %2:").arg(shown(one.field), fromUtf8(one.how)) + QLatin1Char('\n') +
               fromUtf8(one.text) + QStringLiteral("\n\n");
  }
  decoded_->setPlainText(decoded.isEmpty() ? tr("No value of this event holds a text in base64.")
                                           : decoded);
  tabs_->setTabText(kDecoded, details_.decoded.empty()
                                  ? tr("Decoded")
                                  : tr("Decoded (%1)").arg(details_.decoded.size()));
  show_bytes();
}

void DetailsPane::show_story() {
  const auto& open = bench_.openCase();
  if (!open || !open->snapshot) return;
  QString text;
  const Selection& selection = bench_.view().selection;
  if (selection.entity) {
    text += tr("Who started whom\n%1\n\n")
                .arg(processPath(*open->snapshot, selection.entity, PathFormat::text));
  }
  if (const auto run = bench_.selectedInvocation()) {
    const Invocation& one = open->incident->invocations[*run];
    text += tr("Remote run: %1 on %2, %3\n")
                .arg(shown(open->incident->channels.channels[one.channel].name), shown(one.host),
                     fromUtf8(confidence_name(one.confidence)));
    if (one.operation) {
      const CloudOperation& operation = open->incident->operations[*one.operation];
      text +=
          tr("Ordered by %1 from %2\n").arg(shown(operation.caller), shown(operation.caller_ip));
    }
    if (!one.script.path.empty())
      text += tr("Script: %1 (%2)\n")
                  .arg(shown(one.script.path), fromUtf8(script_state_name(one.script.state)));
    for (const Reason& reason : one.reasons)
      text +=
          (reason.against ? tr("− ") : tr("+ ")) + shownRedacted(reason.text) + QLatin1Char('\n');
    if (one.automation) {
      text += tr("Declared automation, set aside: %1\n").arg(shownRedacted(one.set_aside));
    }
    for (const std::string& unknown : one.unknowns)
      text += QStringLiteral("? ") + shownRedacted(unknown) + QLatin1Char('\n');
    text += QLatin1Char('\n');
  }
  if (const auto finding = bench_.selectedFinding()) {
    const Finding& one = open->findings[*finding];
    const Rule& rule = rule_of(*open, *finding);
    text += tr("Finding: %1 (%2)\n").arg(shown(rule.name), shown(rule.severity));
    for (const Threat& threat : rule.threats) {
      for (const ThreatTechnique& technique : threat.techniques)
        text += shown(technique.id) + QLatin1Char(' ') + shown(technique.name) + QLatin1Char('\n');
    }
    if (!one.reason.empty()) text += shownRedacted(one.reason) + QLatin1Char('\n');
    text += QLatin1Char('\n') + (why_.isEmpty() ? tr("Why it fired is being worked out…") : why_) +
            QLatin1Char('\n');
  }
  for (const EventDetails::Piece& piece : details_.pieces) {
    text +=
        tr("Where it lies\n%1\noffset 0x%2 (%3), %4 bytes%5\nSHA-256 of the file: %6\n")
            .arg(shown(piece.path), QString::number(piece.span.offset, 16),
                 QString::number(piece.span.offset), QString::number(piece.size),
                 piece.decoders.empty() ? QString() : tr(", after %1").arg(shown(piece.decoders)),
                 piece.sha256.empty() ? tr("being worked out…") : fromUtf8(piece.sha256));
  }
  for (const EventDetails::Piece& piece : details_.pieces) {
    if (piece.change.empty()) continue;
    text += tr("\nThe file %1 since it was opened: what stands here may be wrong.\n")
                .arg(fromUtf8(piece.change));
    break;
  }
  if (story_->toPlainText() != text) story_->setPlainText(text);
}

void DetailsPane::show_bytes() {
  // The bytes of the chosen field's value are marked.
  const int row = fields_->currentRow();
  std::string value;
  QString name;
  if (row >= 0) {
    name = fields_->item(row, 0) != nullptr ? fields_->item(row, 0)->text() : QString();
    int at = 0;
    for (const FieldShown& field : details_.fields) {
      for (std::size_t i = 0; i < field.values.size(); ++i, ++at) {
        if (at == row) value = i < field.raw.size() ? field.raw[i] : field.values[i];
      }
    }
  }
  std::string text;
  QList<QTextEdit::ExtraSelection> marks;
  bool found = false;
  std::vector<std::pair<int, int>> spans;  // characters
  for (const EventDetails::Piece& piece : details_.pieces) {
    const std::string_view bytes = std::string_view(piece.bytes).substr(0, kMostHex);
    // Places of marks count characters, so what stands before the bytes is ASCII.
    text += "offset " + std::to_string(piece.span.offset) + ", " + std::to_string(piece.size) +
            " bytes\n";
    const int base = static_cast<int>(text.size());
    const std::string lines = hex_lines(bytes, piece.span.offset);
    text += lines;
    if (piece.size > bytes.size())
      text += "(" + std::to_string(piece.size - bytes.size()) + " further bytes)\n";
    constexpr int kLine = 10 + 2 + 3 * static_cast<int>(kBytesALine) + 1;
    for (const ByteRange& place : find_value(bytes, value)) {
      found = true;
      for (std::size_t at = place.offset; at < place.offset + place.length;) {
        const std::size_t end =
            std::min(place.offset + place.length, (at / kBytesALine + 1) * kBytesALine);
        // Each full line is kLine + 16 characters and a line end.
        const int begin_of_line =
            base + static_cast<int>(at / kBytesALine) * (kLine + static_cast<int>(kBytesALine) + 1);
        spans.emplace_back(begin_of_line + 12 + 3 * static_cast<int>(at % kBytesALine),
                           3 * static_cast<int>(end - at) - 1);
        spans.emplace_back(begin_of_line + kLine + static_cast<int>(at % kBytesALine),
                           static_cast<int>(end - at));
        at = end;
      }
    }
  }
  bytes_->setPlainText(fromUtf8(text));
  for (const auto& [begin, length] : spans) {
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(bytes_->document());
    mark.cursor.setPosition(begin);
    mark.cursor.setPosition(begin + length, QTextCursor::KeepAnchor);
    mark.format.setBackground(palette().highlight());
    mark.format.setForeground(palette().highlightedText());
    marks.append(mark);
  }
  bytes_->setExtraSelections(marks);
  if (!spans.empty()) {
    QTextCursor cursor(bytes_->document());
    cursor.setPosition(spans.front().first);
    bytes_->setTextCursor(cursor);
  }
  if (!value.empty() && !name.isEmpty()) {
    Q_EMIT said(
        found ? tr("Bytes of %1 are marked in the Bytes tab.").arg(name)
              : tr("%1 does not stand in the record as such: a number, or made up from others.")
                    .arg(name));
  }
}

void DetailsPane::copyValue() {
  const int row = fields_->currentRow();
  if (row < 0 || fields_->item(row, 1) == nullptr) return Q_EMIT said(tr("Choose a field first."));
  QApplication::clipboard()->setText(fields_->item(row, 1)->text());
  Q_EMIT said(tr("The value is on the clipboard."));
}

void DetailsPane::copyRecord() {
  QApplication::clipboard()->setText(record_->toPlainText());
  Q_EMIT said(tr("The record is on the clipboard."));
}

}  // namespace stemma::ui
