// One lane's bars, ticks, flags and bands.
#include <QImage>
#include <algorithm>
#include <array>
#include <bit>

#include "ui/widgets/timeline_view_paint.hpp"

namespace stemma::ui {
namespace {

using namespace timeline;

class LanePainting {
 public:
  LanePainting(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
               const Lane& lane, const LanePlan& plan, int left, int top)
      : painter_(painter),
        scene_(scene),
        layout_(scene.layout),
        colors_(colors),
        lane_(lane),
        plan_(plan),
        left_(left),
        top_(top),
        pixel_(std::max(1, layout_.device(1))),
        bar_(layout_.device(TimelineLayout::kBar)),
        row_(layout_.device(TimelineLayout::kRow)) {
    for (std::size_t g = 0; g < kTickGroups; ++g) group_pixels_[g] = colors.group[g].rgb();
  }

  void paint() {
    for (const Band& band : plan_.bands) paint(band);
    for (const RunBar& run : plan_.runs) paint(run);
    if (plan_.life) paint(*plan_.life);
    for (const StartColumn& start : plan_.starts) paint(start);
    paint_ticks();
    for (const Flag& flag : plan_.flags) paint(flag);
  }

 private:
  void fill(int x, int y, int width, int height, const QColor& color) {
    painter_.fillRect(left_ + x, top_ + y, width, height, color);
  }

  void paint(const Band& band) {
    const QRect rect(left_ + band.from, top_, band.to - band.from + 1, row_ - pixel_);
    QColor tint = colors_.gap;
    tint.setAlpha(50);
    painter_.fillRect(rect, tint);
    painter_.fillRect(rect, QBrush(colors_.gap, Qt::BDiagPattern));
    painter_.fillRect(rect.left(), rect.top(), pixel_, rect.height(), colors_.gap);
    painter_.fillRect(rect.right() + 1 - pixel_, rect.top(), pixel_, rect.height(), colors_.gap);
  }

  // The box of a bar with those of its edges that lie in the view.
  void box(int from, int to, const QColor& inside, const QColor& edge, bool left, bool right) {
    const int y = 2 * pixel_, height = bar_ - 3 * pixel_, width = to - from + 1;
    fill(from, y, width, height, inside);
    fill(from, y, width, pixel_, edge);
    fill(from, y + height - pixel_, width, pixel_, edge);
    if (left) fill(from, y, std::min(2 * pixel_, width), height, edge);
    if (right)
      fill(to + 1 - std::min(2 * pixel_, width), y, std::min(2 * pixel_, width), height, edge);
  }

  // An end that nobody saw: dashes above and below, nothing inside.
  void dashes(int from, int to, const QColor& edge, bool right) {
    const int y = 2 * pixel_, height = bar_ - 3 * pixel_;
    for (int x = from; x <= to; x += 6 * pixel_) {
      const int width = std::min(3 * pixel_, to - x + 1);
      fill(x, y, width, pixel_, edge);
      fill(x, y + height - pixel_, width, pixel_, edge);
    }
    if (right) fill(to, y, pixel_, height, edge);
  }

  void paint(const RunBar& run) {
    box(run.from, run.to, colors_.run, colors_.run_edge, !run.from_cut,
        run.end_known && !run.to_cut);
    if (!run.end_known && !run.to_cut)
      dashes(run.to + 1, std::min(run.to + 12 * pixel_, layout_.columns() - 1), colors_.run_edge,
             false);
  }

  void paint(const Life& life) {
    const QColor& inside = lane_.under_others ? colors_.other_bar : colors_.bar;
    const QColor& edge = lane_.under_others ? colors_.other_bar_edge : colors_.bar_edge;
    if (life.known >= life.from) {
      box(life.from, life.known, inside, edge, !life.from_cut && life.start_seen,
          life.end_seen && !life.known_cut);
    }
    if (!life.end_seen && life.until > life.known) {
      dashes(std::max(life.from, life.known + 1), life.until, edge,
             life.end_told && !life.until_cut);
    }
    // An open end is an arrow, so that it is not taken for the edge of the picture.
    if (!life.end_seen && !life.end_told && !life.until_cut && !life.known_cut)
      arrow(std::max(life.until, life.known) + pixel_, edge, 1);
    if (!life.start_seen && !life.from_cut) arrow(life.from - pixel_, edge, -1);
  }

  void arrow(int x, const QColor& color, int direction) {
    const int y = 2 * pixel_, height = bar_ - 3 * pixel_, half = std::max(1, height / 2);
    const QPoint points[] = {{left_ + x, top_ + y},
                             {left_ + x + direction * half, top_ + y + half},
                             {left_ + x, top_ + y + height}};
    painter_.setRenderHint(QPainter::Antialiasing, true);
    painter_.setPen(QPen(color, pixel_));
    painter_.setBrush(Qt::NoBrush);
    painter_.drawPolyline(points, 3);
    painter_.setRenderHint(QPainter::Antialiasing, false);
  }

  // Height of a column that stands for `count` things: one more step each time it doubles.
  [[nodiscard]] int steps(std::uint32_t count, int most) const {
    return std::min(most, (2 + static_cast<int>(std::bit_width(count))) * pixel_);
  }

  void paint(const StartColumn& start) {
    const int most = row_ - bar_ - 2 * pixel_;
    const int height = steps(start.count, most);
    fill(start.x, row_ - 2 * pixel_ - height, pixel_, height, colors_.faint);
  }

  void paint_ticks() {
    const int size = layout_.device(8);
    const int top = bar_ + pixel_, height = row_ - bar_ - 3 * pixel_;
    bool shapes = false;
    // A column's pixels are written one by one: thousands of small rectangles cost more than all
    // else in a picture.
    QImage strip;
    QRgb* pixels = nullptr;
    const int width = layout_.columns();
    for (const TickColumn& tick : plan_.ticks) {
      if (tick.room > size) {
        shapes = true;
        continue;
      }
      if (strip.isNull()) {
        strip = QImage(width, height, QImage::Format_ARGB32_Premultiplied);
        strip.fill(Qt::transparent);
        pixels = reinterpret_cast<QRgb*>(strip.bits());  // lines of four bytes a pixel have no rest
      }
      // Several groups share the column by their order; more events make it higher.
      const int all = std::min(std::max(steps(tick.total(), height), 3 * pixel_), height);
      int groups = 0;
      for (const std::uint32_t count : tick.counts) groups += count != 0 ? 1 : 0;
      int y = height - all, left = groups;
      int rest = all;
      for (std::size_t g = 0; g < kTickGroups; ++g) {
        if (tick.counts[g] == 0) continue;
        const int part = rest / left--;
        for (const int end = y + part; y < end; ++y) {
          QRgb* const line = pixels + std::ptrdiff_t{y} * width;
          std::fill(line + tick.x, line + std::min(tick.x + pixel_, width), group_pixels_[g]);
        }
        rest -= part;
      }
    }
    if (!strip.isNull()) painter_.drawImage(left_, top_ + top, strip);
    if (!shapes) return;
    painter_.setRenderHint(QPainter::Antialiasing, true);
    for (const TickColumn& tick : plan_.ticks) {
      if (tick.room <= size) continue;
      const TickGroup group = tick.leading();
      const QPointF centre(left_ + tick.x + 0.5 * pixel_, top_ + top + height / 2.0);
      draw_group(painter_, group, centre, size, colors_.group[static_cast<std::size_t>(group)]);
    }
    painter_.setRenderHint(QPainter::Antialiasing, false);
  }

  void paint(const Flag& flag) {
    const QColor* color = &colors_.cut;
    if (flag.kind == FlagKind::operation) color = &colors_.order;
    if (flag.kind == FlagKind::finding) {
      const Finding* const finding = finding_of(scene_.planner->model(), lane_, flag);
      const RuleSet* const rules = scene_.planner->model().open_case->rules.get();
      const bool known = finding != nullptr && rules != nullptr &&
                         finding->rule < rules->rules.size() &&
                         !is_set_aside(scene_.planner->model(), *finding);
      color = &colors_.severity(known ? std::string_view(rules->rules[finding->rule].severity)
                                      : std::string_view());
    }
    painter_.setRenderHint(QPainter::Antialiasing, true);
    const QPointF centre(left_ + flag.x + 0.5 * pixel_, top_ + pixel_ + bar_ / 2.0);
    draw_flag(painter_, flag.kind, centre, layout_.device(13), *color, colors_.base);
    painter_.setRenderHint(QPainter::Antialiasing, false);
  }

  QPainter& painter_;
  const TimelineScene& scene_;
  const TimelineLayout& layout_;
  const TimelineColors& colors_;
  const Lane& lane_;
  const LanePlan& plan_;
  int left_, top_;
  int pixel_, bar_, row_;
  std::array<QRgb, kTickGroups> group_pixels_ = {};
};

}  // namespace

void paint_lane(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
                const Lane& lane, const LanePlan& plan, int left, int top) {
  LanePainting(painter, scene, colors, lane, plan, left, top).paint();
}

}  // namespace stemma::ui
