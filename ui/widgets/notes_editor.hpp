// NotesEditor: what the analyst says of the selected finding, process, event or run. Saved as it is
// typed.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/models/workbench.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace stemma::ui {

class NotesEditor : public QWidget {
  Q_OBJECT

 public:
  explicit NotesEditor(Workbench& bench, QWidget* parent = nullptr);
  void focusComment();
  void focusTags();

 private:
  void follow();
  void load();
  void store();

  Workbench& bench_;
  QComboBox* about_;
  QComboBox* verdict_;
  QComboBox* severity_;
  QCheckBox* pinned_;
  QLineEdit* tags_;
  QPlainTextEdit* comment_;
  QLabel* state_;
  QTimer typing_;
  std::optional<Target> target_;
  bool loading_ = false;
};

}  // namespace stemma::ui
