#include "ui/models/text.hpp"

#include <QDateTime>
#include <algorithm>
#include <string>

#include "events/text.hpp"
#include "reports/redaction.hpp"

namespace stemma::ui {
namespace {

QTimeZone& zone_in_use() {
  static QTimeZone zone = QTimeZone::utc();
  return zone;
}

}  // namespace

QString shown(std::string_view evidence) {
  return fromUtf8(visible(evidence));
}

QString shownRedacted(std::string_view evidence) {
  return shown(redact(evidence));
}

QString timeText(Timestamp time, int digits, const QTimeZone& zone) {
  // Whole seconds through Qt, which knows zones; decimals by hand, which it would round.
  std::int64_t seconds = time.ns / kNsPerSecond;
  std::int64_t rest = time.ns % kNsPerSecond;
  if (rest < 0) {
    rest += kNsPerSecond;
    --seconds;
  }
  const QDateTime utc = QDateTime::fromSecsSinceEpoch(seconds, QTimeZone::utc());
  const QDateTime local = utc.toTimeZone(zone);
  QString text = local.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
  if (digits > 0) {
    std::string decimals = std::to_string(rest);
    decimals.insert(0, 9 - decimals.size(), '0');
    text += QLatin1Char('.') + fromUtf8(std::string_view(decimals).substr(
                                   0, static_cast<std::size_t>(std::min(digits, 9))));
  }
  if (zone == QTimeZone::utc()) return text + QStringLiteral(" UTC");
  const int offset = local.offsetFromUtc();
  return text + QStringLiteral(" %1%2:%3")
                    .arg(offset < 0 ? QLatin1Char('-') : QLatin1Char('+'))
                    .arg(std::abs(offset) / 3600, 2, 10, QLatin1Char('0'))
                    .arg(std::abs(offset) / 60 % 60, 2, 10, QLatin1Char('0'));
}

QString countText(std::size_t count) {
  QString text = QString::number(count);
  for (qsizetype at = text.size() - 3; at > 0; at -= 3) text.insert(at, QChar(0x202F));
  return text;
}

const QTimeZone& displayZone() {
  return zone_in_use();
}

void setDisplayZone(const QTimeZone& zone) {
  zone_in_use() = zone;
}

}  // namespace stemma::ui
