#include "ui/widgets/chip_bar.hpp"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

// A chip's text on screen; the whole is its tool tip.
constexpr int kMostChipText = 60;

}  // namespace

ChipBar::ChipBar(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  chips_ = new QWidget(this);
  layout->addWidget(chips_);
  banner_ = new QWidget(this);
  banner_->setObjectName(QStringLiteral("banner"));
  banner_->setAutoFillBackground(true);
  auto* line = new QHBoxLayout(banner_);
  line->setContentsMargins(6, 2, 6, 2);
  banner_text_ = new QLabel(banner_);
  banner_text_->setTextFormat(Qt::PlainText);
  line->addWidget(banner_text_, 1);
  auto* lift = new QPushButton(tr("Show everything (Ctrl+0)"), banner_);
  connect(lift, &QPushButton::clicked, this, &ChipBar::lifted);
  line->addWidget(lift);
  layout->addWidget(banner_);
  connect(&bench_, &Workbench::viewChanged, this, &ChipBar::rebuild);
  rebuild();
}

void ChipBar::setHiddenLanes(int lanes) {
  if (lanes == hidden_lanes_) return;
  hidden_lanes_ = lanes;
  rebuild();
}

void ChipBar::rebuild() {
  const View& view = bench_.view();
  delete chips_->layout();
  qDeleteAll(chips_->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  auto* line = new QHBoxLayout(chips_);
  line->setContentsMargins(2, 2, 2, 2);
  for (std::size_t i = 0; i < view.filter.chips.size(); ++i) {
    const Chip& chip = view.filter.chips[i];
    const QString text = shown(chip_text(chip));
    auto* box = new QCheckBox(
        text.size() > kMostChipText ? text.left(kMostChipText) + QStringLiteral("…") : text,
        chips_);
    // No letter of evidence becomes a shortcut.
    box->setText(box->text().replace(QLatin1Char('&'), QStringLiteral("&&")));
    box->setChecked(chip.enabled);
    box->setAccessibleName(tr("Filter %1").arg(text));
    connect(box, &QCheckBox::toggled, this, [this, i](bool on) {
      Filter filter = bench_.view().filter;
      if (i < filter.chips.size()) filter.chips[i].enabled = on;
      bench_.setFilter(std::move(filter));
    });
    line->addWidget(box);
    const auto button = [&](const QString& sign, const QString& name, auto action) {
      auto* one = new QToolButton(chips_);
      one->setText(sign);
      one->setToolTip(name);
      one->setAccessibleName(name);
      one->setAutoRaise(true);
      connect(one, &QToolButton::clicked, this, action);
      line->addWidget(one);
    };
    const QString edit = fromUtf8(search_text(chip));
    if (!edit.isEmpty()) {
      button(QStringLiteral("✎"), tr("Edit this filter"), [this, i, edit] {
        Filter filter = bench_.view().filter;
        if (i < filter.chips.size())
          filter.chips.erase(filter.chips.begin() + static_cast<std::ptrdiff_t>(i));
        bench_.setFilter(std::move(filter));
        Q_EMIT editWanted(edit);
      });
    }
    button(QStringLiteral("✕"), tr("Take this filter away"), [this, i] {
      Filter filter = bench_.view().filter;
      if (i < filter.chips.size())
        filter.chips.erase(filter.chips.begin() + static_cast<std::ptrdiff_t>(i));
      bench_.setFilter(std::move(filter));
    });
  }
  if (!view.filter.chips.empty()) {
    auto* mode = new QCheckBox(tr("highlight only"), chips_);
    mode->setToolTip(tr("Mark matching events and keep the others in view"));
    mode->setChecked(view.filter.highlight);
    connect(mode, &QCheckBox::toggled, this, [this](bool on) {
      Filter filter = bench_.view().filter;
      filter.highlight = on;
      bench_.setFilter(std::move(filter));
    });
    line->addWidget(mode);
  }
  line->addStretch(1);
  chips_->setVisible(!view.filter.chips.empty());

  QStringList limits;
  if (view.filter.limits()) limits << tr("Events are limited by a filter.");
  if (view.root && bench_.openCase() && bench_.openCase()->snapshot) {
    const CaseSnapshot& snapshot = *bench_.openCase()->snapshot;
    const ImageId image = snapshot.tree.last_image(view.root);
    const QString name =
        image ? shown(snapshot.strings.view(snapshot.tree.image(image).name)) : QStringLiteral("?");
    limits << tr("The tree shows only %1 and what it started.").arg(name);
  }
  if (hidden_lanes_ != 0) {
    limits << (hidden_lanes_ == 1 ? tr("A lane of the timeline is hidden.")
                                  : tr("%1 lanes of the timeline are hidden.").arg(hidden_lanes_));
  }
  banner_text_->setText(limits.join(QLatin1Char(' ')));
  banner_->setVisible(!limits.isEmpty());
  QPalette colours = palette();
  colours.setColor(QPalette::Window, palette().color(QPalette::ToolTipBase));
  colours.setColor(QPalette::WindowText, palette().color(QPalette::ToolTipText));
  banner_->setPalette(colours);
}

}  // namespace stemma::ui
