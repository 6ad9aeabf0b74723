#include "ui/widgets/theme.hpp"

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>

namespace stemma::ui {
namespace {

QPalette dark() {
  QPalette colours;
  const QColor ink(0xe4, 0xe6, 0xeb), ground(0x1c, 0x1f, 0x26), raised(0x26, 0x2a, 0x33);
  colours.setColor(QPalette::Window, raised);
  colours.setColor(QPalette::WindowText, ink);
  colours.setColor(QPalette::Base, ground);
  colours.setColor(QPalette::AlternateBase, QColor(0x21, 0x25, 0x2d));
  colours.setColor(QPalette::Text, ink);
  colours.setColor(QPalette::PlaceholderText, QColor(0x94, 0x9a, 0xa8));
  colours.setColor(QPalette::Button, QColor(0x31, 0x36, 0x41));
  colours.setColor(QPalette::ButtonText, ink);
  colours.setColor(QPalette::ToolTipBase, QColor(0x4a, 0x3d, 0x14));
  colours.setColor(QPalette::ToolTipText, QColor(0xff, 0xe9, 0xb0));
  colours.setColor(QPalette::Highlight, QColor(0x2f, 0x5f, 0xb3));
  colours.setColor(QPalette::HighlightedText, Qt::white);
  colours.setColor(QPalette::Link, QColor(0x7a, 0xb0, 0xff));
  for (const QPalette::ColorRole role :
       {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
    colours.setColor(QPalette::Disabled, role, QColor(0x8b, 0x91, 0x9e));
  }
  colours.setColor(QPalette::Inactive, QPalette::Highlight, QColor(0x3b, 0x4a, 0x66));
  return colours;
}

QPalette light() {
  QPalette colours(QColor(0xf1, 0xf2, 0xf4));
  colours.setColor(QPalette::WindowText, QColor(0x1a, 0x1c, 0x20));
  colours.setColor(QPalette::Base, Qt::white);
  colours.setColor(QPalette::AlternateBase, QColor(0xf6, 0xf7, 0xf9));
  colours.setColor(QPalette::Text, QColor(0x1a, 0x1c, 0x20));
  colours.setColor(QPalette::PlaceholderText, QColor(0x6c, 0x72, 0x7d));
  colours.setColor(QPalette::ToolTipBase, QColor(0xff, 0xf3, 0xcd));
  colours.setColor(QPalette::ToolTipText, QColor(0x4d, 0x3a, 0x00));
  colours.setColor(QPalette::Highlight, QColor(0x1f, 0x5f, 0xc4));
  colours.setColor(QPalette::HighlightedText, Qt::white);
  for (const QPalette::ColorRole role :
       {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
    colours.setColor(QPalette::Disabled, role, QColor(0x6f, 0x75, 0x80));
  }
  colours.setColor(QPalette::Inactive, QPalette::Highlight, QColor(0xc9, 0xda, 0xf4));
  colours.setColor(QPalette::Inactive, QPalette::HighlightedText, QColor(0x1a, 0x1c, 0x20));
  return colours;
}

}  // namespace

void apply_theme(Theme theme) {
  static const QPalette of_system = QApplication::palette();
  switch (theme) {
    case Theme::system: {
      // Our own shades of what the system wants: some platforms' disabled text cannot be read.
      const bool is_dark = of_system.color(QPalette::Window).lightness() < 128;
      QApplication::setPalette(is_dark ? dark() : light());
      break;
    }
    case Theme::light:
      QApplication::setPalette(light());
      break;
    case Theme::dark:
      QApplication::setPalette(dark());
      break;
  }
}

}  // namespace stemma::ui
