// DetailsPane: one event to its last byte: its story, its fields with their origin, its record as
// text, its bytes with those of the chosen field marked, what its values hold encoded.
#pragma once

#include <QPlainTextEdit>
#include <QTabWidget>
#include <QWidget>

#include "ui/models/workbench.hpp"

class QLabel;
class QTableWidget;

namespace stemma::ui {

/// Where the bytes of a value lie in a record: as UTF-8 or as UTF-16LE, the longest value first.
/// Empty where the record does not hold it as such (a number, a value made up).
struct ByteRange {
  std::size_t offset = 0, length = 0;
};
std::vector<ByteRange> find_value(std::string_view record, std::string_view value);

class NotesEditor;

class DetailsPane : public QWidget {
  Q_OBJECT

 public:
  explicit DetailsPane(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
  [[nodiscard]] const EventDetails& details() const { return details_; }
  void showTab(int tab);
  [[nodiscard]] NotesEditor* notes() const { return notes_; }
  void copyValue();
  void copyRecord();

  enum Tab : int { kStory, kFields, kRecord, kBytes, kDecoded, kNotes };

 Q_SIGNALS:
  void said(const QString& message);

 private:
  void follow();
  void show_details(EventDetails details);
  void show_story();
  void show_bytes();

  Workbench& bench_;
  QTabWidget* tabs_;
  QLabel* title_;
  QPlainTextEdit* story_;
  QTableWidget* fields_;
  QPlainTextEdit* record_;
  QPlainTextEdit* bytes_;
  QPlainTextEdit* decoded_;
  NotesEditor* notes_;
  RequestHandle request_, why_request_;
  EventId shown_;
  std::string shown_finding_, shown_run_;
  EventDetails details_;
  QString why_;
};

}  // namespace stemma::ui
