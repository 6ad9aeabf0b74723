#include "ui/widgets/view_menu.hpp"

#include <QInputDialog>

#include "ui/models/saved_views.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/events_pane.hpp"

namespace stemma::ui {
namespace {

std::string key_of(const QString& name) {
  return std::string(kViewSetting) + name.toStdString();
}

// A name may come from somebody else's case file.
QString label_of(const QString& name) {
  return shown(name.toStdString()).left(2 * kMaxViewName);
}

}  // namespace

ViewMenu::ViewMenu(Workbench& bench, EventsPane& events, QWidget* parent)
    : QMenu(parent), bench_(bench), events_(events), removal_(new QMenu(tr("Delete"), this)) {
  setTitle(tr("Save&d views"));
  // Later: an action of the list may be what changed it.
  connect(&bench_, &Workbench::settingsChanged, this, &ViewMenu::rebuild, Qt::QueuedConnection);
  connect(&bench_, &Workbench::caseChanged, this, &ViewMenu::rebuild, Qt::QueuedConnection);
  rebuild();
}

void ViewMenu::rebuild() {
  clear();
  removal_->clear();
  qDeleteAll(commands_);
  commands_.clear();
  for (const QString& name : savedViewNames(bench_.settings())) {
    const QString label = label_of(name).replace(QLatin1Char('&'), QStringLiteral("&&"));
    addAction(label, this, [this, name] { apply(name); });
    removal_->addAction(label, this, [this, name] { remove(name); });
    // The palette has no menus that say what a name is.
    const auto named = [&](const QString& title, void (ViewMenu::*run)(const QString&)) {
      auto* action = new QAction(title.arg(label), this);
      connect(action, &QAction::triggered, this, [this, name, run] { (this->*run)(name); });
      commands_ << action;
    };
    named(tr("View: %1"), &ViewMenu::apply);
    named(tr("Delete view: %1"), &ViewMenu::remove);
  }
  if (commands_.isEmpty()) {
    addAction(tr("no view was saved yet"))->setEnabled(false);
  } else {
    addSeparator();
    addMenu(removal_);
  }
}

void ViewMenu::askAndSave() {
  if (!bench_.openCase() || !bench_.openCase()->snapshot) {
    return Q_EMIT said(tr("Open a collection first."));
  }
  bool ok = false;
  const QString name = QInputDialog::getText(
      parentWidget(), tr("Save this view"),
      tr("Filters, columns, order, zoom and selection are kept in the case file under this name:"),
      QLineEdit::Normal, {}, &ok);
  if (ok) save(name);
}

void ViewMenu::save(const QString& typed) {
  if (!bench_.openCase() || !bench_.openCase()->snapshot) return;
  const QString name = viewName(typed);
  if (name.isEmpty()) return Q_EMIT said(tr("A view needs a name."));
  const QStringList names = savedViewNames(bench_.settings());
  if (!names.contains(name) && static_cast<std::size_t>(names.size()) >= kMaxSavedViews) {
    return Q_EMIT said(tr("A case keeps at most %1 views.").arg(kMaxSavedViews));
  }
  std::string text = writeView(bench_.view(), events_.look(), *bench_.openCase()->snapshot);
  if (text.empty()) {
    return Q_EMIT said(tr("A filter of this view lists more than %1 events, too many to save.")
                           .arg(kMaxSavedEvents));
  }
  bench_.setSetting(key_of(name), std::move(text), false);
  Q_EMIT said(names.contains(name)
                  ? tr("The view “%1” was saved in the place of the one before.").arg(name)
                  : tr("The view “%1” was saved.").arg(name));
}

void ViewMenu::apply(const QString& name) {
  const auto at = bench_.settings().find(key_of(name));
  if (at == bench_.settings().end() || !bench_.openCase() || !bench_.openCase()->snapshot) return;
  auto read = readView(at->second, *bench_.openCase()->snapshot);
  if (!read) return Q_EMIT said(tr("The view “%1” cannot be read.").arg(label_of(name)));
  bench_.setView(std::move(read->view));
  events_.setLook(read->grid);
  Q_EMIT said(read->missing.isEmpty() ? tr("View “%1”.").arg(label_of(name))
                                      : read->missing.join(QLatin1Char(' ')));
}

void ViewMenu::remove(const QString& name) {
  bench_.setSetting(key_of(name), std::nullopt, false);
  Q_EMIT said(tr("The view “%1” was deleted.").arg(label_of(name)));
}

}  // namespace stemma::ui
