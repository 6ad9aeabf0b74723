// Evidence text as a QString that shows what cannot be seen; times as the window shows them.
#pragma once

#include <QString>
#include <QTimeZone>
#include <string_view>

#include "events/time.hpp"

namespace stemma::ui {

/// One line: invisible characters spelled out, invalid bytes as `\x..`. For text that is shown.
QString shown(std::string_view evidence);

/// The same, secrets blotted out.
QString shownRedacted(std::string_view evidence);

/// Text that was made visible before.
inline QString fromUtf8(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// `2026-11-24 03:10:51.009 UTC` with at most `digits` decimals; the zone's abbreviation or offset
/// behind.
QString timeText(Timestamp time, int digits, const QTimeZone& zone);

/// `1 284`, grouped for reading.
QString countText(std::size_t count);

/// The one time zone that the window shows times in; UTC until somebody chooses another.
const QTimeZone& displayZone();
void setDisplayZone(const QTimeZone& zone);

}  // namespace stemma::ui
