// CommandPalette: all commands by name, found by typing; and the page that lists their keys.
#pragma once

#include <QAction>
#include <QDialog>
#include <QPointer>
#include <QList>

namespace stemma::ui {

class CommandPalette : public QDialog {
  Q_OBJECT

 public:
  CommandPalette(const QList<QAction*>& commands, QWidget* parent);
  /// The command that was chosen; null where none was.
  [[nodiscard]] QAction* chosen() const { return chosen_; }

 private:
  QPointer<QAction> chosen_;
};

/// One line a command: its keys and what it does.
QString keysText(const QList<QAction*>& commands);

}  // namespace stemma::ui
