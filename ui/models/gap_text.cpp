#include "ui/models/gap_text.hpp"

#include "ui/models/text.hpp"
#include "ui/timeline/life_gaps.hpp"

namespace stemma::ui {
namespace {

std::vector<timeline::LifeGap> gaps_of(const Workbench& bench, EntityId entity) {
  const auto& model = bench.timeline();
  if (!model || !bench.openCase() || model->open_case->snapshot != bench.openCase()->snapshot)
    return {};
  return timeline::life_gaps(*model, entity);
}

}  // namespace

QString gapPills(const Workbench& bench, EntityId entity) {
  std::size_t cleared = 0, gaps = 0;
  for (const timeline::LifeGap& one : gaps_of(bench, entity))
    ++(one.marker->kind == timeline::MarkerKind::log_cleared ? cleared : gaps);
  QString pills;
  if (cleared != 0) pills += QStringLiteral("log cleared\t");
  if (gaps != 0) pills += QStringLiteral("gap %1\t").arg(countText(gaps));
  return pills;
}

QStringList gapLines(const Workbench& bench, EntityId entity) {
  QStringList lines;
  const auto gaps = gaps_of(bench, entity);
  for (std::size_t i = 0; i < gaps.size() && i < kMostGapLines; ++i) {
    const timeline::Marker& marker = *gaps[i].marker;
    QString when = timeText(marker.from, 3, displayZone());
    if (marker.from != marker.to)
      when += QStringLiteral(" – ") + timeText(marker.to, 3, displayZone());
    lines << (gaps[i].before ? QStringLiteral("between its parent's start and its own: ")
                             : QStringLiteral("while it lived: ")) +
                 fromUtf8(marker.text) + QStringLiteral(", ") + when;
  }
  if (gaps.size() > kMostGapLines)
    lines << QStringLiteral("and %1 further gaps").arg(gaps.size() - kMostGapLines);
  return lines;
}

std::optional<TimeRange> firstGap(const Workbench& bench, EntityId entity) {
  const auto gaps = gaps_of(bench, entity);
  if (gaps.empty()) return std::nullopt;
  return TimeRange{gaps.front().marker->from, gaps.front().marker->to};
}

}  // namespace stemma::ui
