#include "ui/widgets/command_palette.hpp"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

namespace stemma::ui {
namespace {

// Without the marks of letters; two of them are one that is meant.
QString name_of(const QAction* action) {
  QString name;
  const QString text = action->text();
  for (qsizetype i = 0; i < text.size(); ++i) {
    if (text[i] == QLatin1Char('&') && ++i == text.size()) break;
    name += text[i];
  }
  return name;
}

QString keys_of(const QAction* action) {
  QStringList keys;
  for (const QKeySequence& key : action->shortcuts())
    keys << key.toString(QKeySequence::NativeText);
  return keys.join(QStringLiteral(" or "));
}

// Up and down in the box walk the list.
class Walker : public QObject {
 public:
  explicit Walker(QListWidget& list) : QObject(&list), list_(list) {}
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::KeyPress) {
      const auto* key = static_cast<QKeyEvent*>(event);
      int step = 0;
      if (key->key() == Qt::Key_Down) step = 1;
      if (key->key() == Qt::Key_Up) step = -1;
      if (step != 0 && list_.count() != 0) {
        list_.setCurrentRow((list_.currentRow() + step + list_.count()) % list_.count());
        return true;
      }
    }
    return QObject::eventFilter(watched, event);
  }

 private:
  QListWidget& list_;
};

}  // namespace

CommandPalette::CommandPalette(const QList<QAction*>& commands, QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("Commands"));
  resize(560, 420);
  auto* layout = new QVBoxLayout(this);
  auto* text = new QLineEdit(this);
  text->setPlaceholderText(tr("type a part of a command's name"));
  text->setAccessibleName(tr("Command"));
  auto* list = new QListWidget(this);
  list->setAccessibleName(tr("Commands"));
  layout->addWidget(text);
  layout->addWidget(list, 1);
  text->installEventFilter(new Walker(*list));
  const auto fill = [list, commands](const QString& words) {
    list->clear();
    for (QAction* action : commands) {
      if (!action->isEnabled()) continue;
      bool all = true;
      for (const QString& word : words.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        all = all && name_of(action).contains(word, Qt::CaseInsensitive);
      }
      if (!all) continue;
      const QString keys = keys_of(action);
      auto* item = new QListWidgetItem(
          keys.isEmpty() ? name_of(action) : name_of(action) + QStringLiteral("    ") + keys, list);
      item->setData(Qt::UserRole, QVariant::fromValue(QPointer<QAction>(action)));
    }
    list->setCurrentRow(0);
  };
  const auto take = [this, list] {
    if (list->currentItem() == nullptr) return;
    chosen_ = list->currentItem()->data(Qt::UserRole).value<QPointer<QAction>>();
    QDialog::accept();
  };
  connect(text, &QLineEdit::textChanged, this, fill);
  connect(text, &QLineEdit::returnPressed, this, take);
  connect(list, &QListWidget::itemActivated, this, take);
  fill({});
}

QString keysText(const QList<QAction*>& commands) {
  QString text;
  for (const QAction* action : commands) {
    const QString keys = keys_of(action);
    if (!keys.isEmpty()) text += keys.leftJustified(26) + name_of(action) + QLatin1Char('\n');
  }
  text += QStringLiteral(
      "\nIn lists\n"
      "Up, Down, Page, Home, End walk     Enter      opens\n"
      "Right, Left               open and close (also groups of events); to the parent\n"
      "*                         opens all below\n"
      "Ctrl+click, Alt+click     filter by the cell or the group: in, out\n"
      "\nIn the timeline\n"
      "W S, A D, F, Home         zoom, pan, fit, all of the case\n"
      "P, H, Shift+H             pin a lane, hide it, show hidden ones\n"
      "\nMenu key                  all that can be done with the row\n");
  return text;
}

}  // namespace stemma::ui
