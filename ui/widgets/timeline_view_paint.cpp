#include "ui/widgets/timeline_view_paint.hpp"

#include <QFontMetrics>
#include <algorithm>
#include <bit>

#include "ui/timeline/ruler.hpp"

namespace stemma::ui {

using namespace timeline;

QString plain(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

namespace {

std::uint64_t key_of(const Lane& lane) {
  return static_cast<std::uint64_t>(lane.kind) << 40 | std::uint64_t{lane.can_open} << 49 |
         std::uint64_t{lane.open} << 48 | lane.index;
}

bool is_process(const Lane& lane) {
  return lane.kind == LaneKind::session || lane.kind == LaneKind::process;
}

class Picture {
 public:
  Picture(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
          const QFont& font)
      : painter_(painter),
        scene_(scene),
        layout_(scene.layout),
        colors_(colors),
        font_(font),
        small_(font),
        metrics_(font),
        model_(scene.planner->model()),
        left_(layout_.columnsLeft()),
        pixel_(std::max(1, layout_.device(1))) {
    small_.setPointSizeF(std::max(6.0, font.pointSizeF() * 0.85));
    rows_ =
        std::min<std::size_t>(static_cast<std::size_t>(layout_.rows()),
                              scene.lanes->size() - std::min(scene.first_row, scene.lanes->size()));
    for (std::size_t i = 0; i < rows_; ++i) plans_.push_back(scene.planner->plan(row(i)));
  }

  void paint() {
    painter_.setFont(font_);
    painter_.fillRect(QRect(QPoint(0, 0), layout_.size), colors_.base);
    painter_.fillRect(0, 0, layout_.header, layout_.size.height(), colors_.header);
    in_device([&] {
      backgrounds();
      histograms();
      ruler_lines();
      host_lines();
      painter_.setClipRect(left_, layout_.device(layout_.lanesTop()), layout_.columns(),
                           layout_.device(layout_.lanesBottom() - layout_.lanesTop()));
      for (std::size_t i = 0; i < rows_; ++i) {
        paint_lane(painter_, scene_, colors_, row(i), plans_[i], left_,
                   layout_.device(layout_.rowTop(static_cast<int>(i))));
      }
      painter_.setClipping(false);
    });
    painter_.setClipRect(QRect(layout_.header, layout_.lanesTop(),
                               layout_.size.width() - layout_.header,
                               layout_.lanesBottom() - layout_.lanesTop()));
    for (std::size_t i = 0; i < rows_; ++i) texts_beside(i);
    painter_.setClipping(false);
    ruler_labels();
    painter_.setClipRect(
        QRect(0, layout_.lanesTop(), layout_.header, layout_.lanesBottom() - layout_.lanesTop()));
    for (std::size_t i = 0; i < rows_; ++i) head(i);
    painter_.setClipping(false);
    legend();
    whose();
    frame();
  }

 private:
  [[nodiscard]] const Lane& row(std::size_t shown) const {
    return (*scene_.lanes)[row_number(shown)];
  }
  [[nodiscard]] std::size_t row_number(std::size_t shown) const {
    return shown < scene_.pinned ? shown : scene_.first_row + shown;
  }
  // What is drawn in pixels of the device lies on whole ones whatever the ratio.
  template <class Draw>
  void in_device(const Draw& draw) {
    painter_.save();
    painter_.scale(1 / layout_.ratio, 1 / layout_.ratio);
    draw();
    painter_.restore();
  }
  [[nodiscard]] const HostModel* host_of(const Lane& lane) const {
    if (!is_process(lane)) return &model_.hosts[lane.index];
    return model_.find(model_.snapshot().tree.entity(model_.processes.entity(lane.index)).host);
  }
  [[nodiscard]] bool selected(const Lane& lane) const {
    return is_process(lane) && scene_.selection.entity &&
           model_.processes.entity(lane.index) == scene_.selection.entity;
  }

  void backgrounds() {
    for (std::size_t i = 0; i < rows_; ++i) {
      const int top = layout_.device(layout_.rowTop(static_cast<int>(i)));
      const int bottom = layout_.device(layout_.rowTop(static_cast<int>(i) + 1));
      const Lane& lane = row(i);
      if (lane.kind == LaneKind::host || lane.kind == LaneKind::cloud)
        painter_.fillRect(left_, top, layout_.columns(), bottom - top, colors_.alternate);
      if (selected(lane) || scene_.current == row_number(i)) {
        QColor tint = colors_.highlight;
        tint.setAlpha(selected(lane) ? 60 : 28);
        painter_.fillRect(0, top, left_ + layout_.columns(), bottom - top, tint);
      }
      // A firm line parts the pinned lanes from those that are scrolled.
      const bool parts = i + 1 == scene_.pinned;
      painter_.fillRect(0, bottom - (parts ? 2 * pixel_ : pixel_), left_ + layout_.columns(),
                        parts ? 2 * pixel_ : pixel_, parts ? colors_.faint : colors_.line);
    }
  }

  // Columns grow by a step each time their number doubles, so that one event is seen beside a
  // million.
  void bars(const std::vector<std::uint32_t>& counts, int top, int height, const QColor& color,
            std::uint32_t most) {
    const double full = std::max(1, static_cast<int>(std::bit_width(most)));
    for (std::size_t x = 0; x < counts.size(); ++x) {
      if (counts[x] == 0) continue;
      const double share = (std::bit_width(counts[x])) / full;
      const int tall = std::max(2 * pixel_, static_cast<int>(share * height));
      painter_.fillRect(left_ + static_cast<int>(x), top + height - tall, 1, tall, color);
    }
  }
  static std::uint32_t most_of(const std::vector<std::uint32_t>& counts) {
    return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  }

  void histogram_of(const Borders& borders, int top, int height) {
    const std::vector<std::uint32_t> counts = histogram(borders);
    const std::uint32_t most = most_of(counts);
    const int y = layout_.device(top), tall = layout_.device(top + height) - y - 2 * pixel_;
    if (scene_.matches == nullptr) {
      bars(counts, y + pixel_, tall, colors_.group[0], most);
      return;
    }
    bars(counts, y + pixel_, tall, colors_.line, most);
    bars(histogram({scene_.matches->data(), scene_.matches->size()}, borders), y + pixel_, tall,
         colors_.group[0], most);
  }

  void histograms() {
    histogram_of(*scene_.case_borders, 0, TimelineLayout::kMinimap);
    histogram_of(scene_.planner->borders(), layout_.histogramTop(), TimelineLayout::kHistogram);
    // What of the whole is shown.
    const TimeRange& shown = scene_.planner->scale().range();
    const int from = std::clamp(scene_.case_scale->x_of(shown.from), 0, layout_.columns() - 1);
    const int to = std::clamp(scene_.case_scale->x_of(shown.to), from, layout_.columns() - 1);
    const int tall = layout_.device(TimelineLayout::kMinimap);
    if (scene_.zoomed) {
      QColor veil = colors_.header;
      veil.setAlpha(170);
      painter_.fillRect(left_, 0, from, tall, veil);
      painter_.fillRect(left_ + to + 1, 0, layout_.columns() - to - 1, tall, veil);
      painter_.fillRect(left_ + from - pixel_, 0, 2 * pixel_, tall, colors_.highlight);
      painter_.fillRect(left_ + to, 0, 2 * pixel_, tall, colors_.highlight);
      painter_.fillRect(left_ + from, 0, to - from + 1, 2 * pixel_, colors_.highlight);
      painter_.fillRect(left_ + from, tall - 2 * pixel_, to - from + 1, 2 * pixel_,
                        colors_.highlight);
    }
    painter_.fillRect(left_, tall - pixel_, layout_.columns(), pixel_, colors_.line);
  }

  void ruler_lines() {
    marks_ = ruler_marks(scene_.planner->scale(),
                         layout_.device(QFontMetrics(small_).horizontalAdvance(QLatin1Char('0'))),
                         scene_.texts->style.zone);
    const int top = layout_.device(layout_.rulerTop());
    const int bottom = layout_.device(layout_.lanesBottom());
    for (const RulerMark& mark : marks_) {
      painter_.fillRect(left_ + mark.x, top, pixel_, layout_.device(5), colors_.faint);
      QColor thin = colors_.line;
      if (!mark.major) thin.setAlpha(120);
      painter_.fillRect(left_ + mark.x, layout_.device(layout_.lanesTop()), pixel_,
                        bottom - layout_.device(layout_.lanesTop()), thin);
    }
    // The selected event, or where to look for it.
    if (!scene_.selection.event ||
        scene_.selection.event.index() >= model_.snapshot().events.size())
      return;
    const int x =
        scene_.planner->scale().x_of(model_.snapshot().events.time(scene_.selection.event));
    if (x >= 0 && x < layout_.columns()) {
      QColor thin = colors_.highlight;
      thin.setAlpha(150);
      painter_.fillRect(left_ + x, layout_.device(layout_.histogramTop()), pixel_,
                        bottom - layout_.device(layout_.histogramTop()), thin);
    }
  }

  // Boots and emptied logs go through all lanes of their machine.
  void host_lines() {
    for (std::size_t i = 0; i < rows_;) {
      const HostModel* const host = host_of(row(i));
      std::size_t end = i + 1;
      while (end < rows_ && host_of(row(end)) == host) ++end;
      if (host != nullptr) {
        const int top = layout_.device(layout_.rowTop(static_cast<int>(i)));
        const int bottom = layout_.device(layout_.rowTop(static_cast<int>(end)));
        for (const Flag& flag : scene_.planner->cuts(*host)) {
          for (int y = top; y < bottom; y += 6 * pixel_)
            painter_.fillRect(left_ + flag.x, y, pixel_, std::min(3 * pixel_, bottom - y),
                              colors_.faint);
        }
      }
      i = end;
    }
  }

  // The ruler's marks leave out what does not change; here stands all of it.
  void range_label() {
    const TimeScale& scale = scene_.planner->scale();
    const ZoneOffset& zone = scene_.texts->style.zone;
    const int digits = std::min(useful_digits(scale), 9);
    const QString text =
        QStringLiteral("%1 – %2").arg(plain(clock_text(scale.range().from, digits, zone)),
                                      plain(clock_text(scale.range().to, digits, zone)));
    const int width = QFontMetrics(small_).horizontalAdvance(text) + 8;
    const QRect box(layout_.size.width() - width, layout_.histogramTop() + 2, width, 16);
    if (box.left() < layout_.header) return;
    QColor paper = colors_.base;
    paper.setAlpha(200);
    painter_.fillRect(box, paper);
    painter_.setPen(colors_.text);
    painter_.drawText(box, Qt::AlignCenter, text);
  }

  void ruler_labels() {
    painter_.setFont(small_);
    range_label();
    const int top = layout_.rulerTop();
    for (const RulerMark& mark : marks_) {
      painter_.setPen(mark.major ? colors_.text : colors_.faint);
      painter_.drawText(QPointF(layout_.xOf(mark.x) + 3, top + 14), plain(mark.label));
    }
    painter_.setFont(font_);
  }

  void text_at(qreal x, int shown, const QString& text, const QColor& color, qreal width) {
    if (width < 40 && QFontMetrics(small_).horizontalAdvance(text) > width) return;
    painter_.setPen(color);
    const qreal baseline =
        layout_.rowTop(shown) + 1 +
        (TimelineLayout::kBar + QFontMetrics(small_).ascent() - QFontMetrics(small_).descent()) /
            2.0;
    painter_.drawText(QPointF(x, baseline), QFontMetrics(small_).elidedText(
                                                text, Qt::ElideRight, static_cast<int>(width)));
  }

  void texts_beside(std::size_t i) {
    const Lane& lane = row(i);
    const LanePlan& plan = plans_[i];
    const auto shown = static_cast<int>(i);
    painter_.setFont(small_);
    const qreal right = layout_.size.width();
    if (is_process(lane)) {
      if (plan.life) {
        // Behind the last flag that stands at the beginning of the bar.
        qreal x = layout_.xOf(plan.life->from) + 5;
        // Behind the arrow of an open end, where the bar is too short to hold any text.
        const int end = std::max(plan.life->until, plan.life->known);
        if (!plan.life->end_seen && layout_.xOf(end) < x + 4) x = layout_.xOf(end) + 11;
        for (const Flag& flag : plan.flags) {
          if (layout_.xOf(flag.x) - 9 < x) x = layout_.xOf(flag.x) + 10;
        }
        text_at(x, shown, scene_.texts->caption(model_, lane), colors_.text, right - x);
      } else {
        const Timestamp start =
            model_.snapshot().tree.entity(model_.processes.entity(lane.index)).start;
        const bool later = start > scene_.planner->scale().range().to;
        const QString arrow = later ? QStringLiteral("later ▸") : QStringLiteral("◂ earlier");
        const qreal width = QFontMetrics(small_).horizontalAdvance(arrow) + 2;
        text_at(later ? right - width - 6 : layout_.header + 6, shown, arrow, colors_.faint, width);
      }
    }
    for (const RunBar& run : plan.runs) {
      const qreal x = layout_.xOf(run.from) + 5;
      text_at(x, shown, plain(run_label(model_, model_.hosts[lane.index], run)), colors_.text,
              std::min<qreal>(run.room / layout_.ratio - 10, right - x));
    }
    if (!is_process(lane)) {
      for (const Flag& flag : plan.flags) {
        const qreal x = layout_.xOf(flag.x) + 10;
        const qreal room = flag.room / layout_.ratio - 20;
        if (room < 30) continue;
        text_at(x, shown, plain(flag_label(model_, lane, flag)), colors_.text,
                std::min(room, right - x));
      }
    }
    painter_.setFont(font_);
  }

  void head(std::size_t i) {
    const Lane& lane = row(i);
    const auto shown = static_cast<int>(i);
    const int top = layout_.rowTop(shown);
    const int x = 6 + TimelineLayout::kIndent * lane.indent;
    if (lane.pinned) {  // a pin: a head and its needle
      painter_.setRenderHint(QPainter::Antialiasing, true);
      painter_.setPen(QPen(colors_.text, 1.4));
      painter_.setBrush(colors_.text);
      const qreal middle = top + TimelineLayout::kRow / 2.0;
      painter_.drawEllipse(QPointF(x + 4, middle - 3), 2.6, 2.6);
      painter_.drawLine(QPointF(x + 4, middle), QPointF(x + 4, middle + 6));
      painter_.setRenderHint(QPainter::Antialiasing, false);
    }
    if (lane.can_open) {
      painter_.setRenderHint(QPainter::Antialiasing, true);
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(colors_.faint);
      const qreal middle = top + TimelineLayout::kRow / 2.0;
      const QPointF down[] = {{x + 0.0, middle - 3}, {x + 8.0, middle - 3}, {x + 4.0, middle + 3}};
      const QPointF aside[] = {{x + 1.0, middle - 4}, {x + 7.0, middle}, {x + 1.0, middle + 4}};
      painter_.drawPolygon(lane.open ? down : aside, 3);
      painter_.setRenderHint(QPainter::Antialiasing, false);
    }
    QFont font = font_;
    font.setBold(lane.kind == LaneKind::host || lane.kind == LaneKind::cloud || selected(lane));
    font.setItalic(lane.kind == LaneKind::others || lane.kind == LaneKind::findings ||
                   lane.kind == LaneKind::runs);
    painter_.setFont(font);
    painter_.setPen(lane.under_others || lane.kind == LaneKind::others ? colors_.faint
                                                                       : colors_.text);
    const QRect rect(x + 13, top, layout_.header - x - 19, TimelineLayout::kRow - 1);
    painter_.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                      QFontMetrics(font).elidedText(scene_.texts->title(model_, lane),
                                                    Qt::ElideRight, rect.width()));
    if (scene_.focused && scene_.current == row_number(i)) {
      painter_.setBrush(Qt::NoBrush);
      painter_.setPen(colors_.highlight);
      painter_.drawRect(0, top, layout_.header - 1, TimelineLayout::kRow - 2);
    }
  }

  // Whose lanes these are, where the machine's own lane is scrolled away.
  void whose() {
    if (rows_ <= scene_.pinned) return;
    const Lane& first = row(scene_.pinned);
    if (first.kind == LaneKind::host || first.kind == LaneKind::cloud) return;
    const HostModel* const host = host_of(first);
    if (host == nullptr) return;
    Lane lane;
    lane.kind = host->cloud ? LaneKind::cloud : LaneKind::host;
    lane.index = static_cast<std::uint32_t>(host - model_.hosts.data());
    QFont font = font_;
    font.setBold(true);
    painter_.setFont(font);
    painter_.setPen(colors_.text);
    const QRect rect(6, layout_.rulerTop() + 2, layout_.header - 12, TimelineLayout::kRuler - 2);
    painter_.drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                      QFontMetrics(font).elidedText(scene_.texts->title(model_, lane),
                                                    Qt::ElideRight, rect.width()));
    painter_.setFont(font_);
  }

  // What the shapes mean, beside the histograms.
  void legend() {
    const int width = (layout_.header - 12) / 3;
    if (width < 60) return;
    painter_.setFont(small_);
    painter_.setRenderHint(QPainter::Antialiasing, true);
    for (std::size_t g = 0; g < kTickGroups; ++g) {
      const auto column = static_cast<int>(g % 3), line = static_cast<int>(g / 3);
      const QPointF at(14 + column * width, 11 + line * 16);
      draw_group(painter_, static_cast<TickGroup>(g), at, 8, colors_.group[g]);
      label_at(at, plain(tick_group_name(static_cast<TickGroup>(g))));
    }
    struct Entry {
      FlagKind kind;
      const QColor& color;
      QString name;
    };
    const Entry entries[] = {{FlagKind::finding, colors_.medium, QStringLiteral("finding")},
                             {FlagKind::operation, colors_.order, QStringLiteral("order")},
                             {FlagKind::boot, colors_.cut, QStringLiteral("boot")},
                             {FlagKind::log_cleared, colors_.cut, QStringLiteral("cleared")},
                             {FlagKind::clock_set, colors_.cut, QStringLiteral("clock set")}};
    int place = 0;
    for (const Entry& entry : entries) {
      const QPointF at(14 + (place % 3) * width, 43 + (place / 3) * 16);
      draw_flag(painter_, entry.kind, at, 11, entry.color, colors_.header);
      label_at(at, entry.name);
      ++place;
    }
    painter_.setRenderHint(QPainter::Antialiasing, false);
    const QPoint at(14 + (place % 3) * width, 43 + (place / 3) * 16);
    painter_.fillRect(QRect(at - QPoint(6, 5), QSize(12, 10)),
                      QBrush(colors_.gap, Qt::BDiagPattern));
    label_at(at, QStringLiteral("gap"));
    painter_.setFont(font_);
  }
  void label_at(QPointF at, const QString& text) {
    painter_.setPen(colors_.text);
    painter_.drawText(at + QPointF(9, 4), text);
  }

  void frame() {
    painter_.setPen(colors_.line);
    painter_.drawLine(layout_.header, 0, layout_.header, layout_.lanesBottom());
    painter_.drawLine(0, layout_.lanesTop() - 1, layout_.size.width(), layout_.lanesTop() - 1);
    painter_.drawLine(layout_.header, layout_.rulerTop() - 1, layout_.size.width(),
                      layout_.rulerTop() - 1);
  }

  QPainter& painter_;
  const TimelineScene& scene_;
  const TimelineLayout& layout_;
  const TimelineColors& colors_;
  QFont font_, small_;
  QFontMetrics metrics_;
  const Model& model_;
  int left_, pixel_;
  std::size_t rows_ = 0;
  std::vector<LanePlan> plans_;
  std::vector<RulerMark> marks_;
};

}  // namespace

const QString& LaneTexts::title(const Model& model, const Lane& lane) {
  if (titles_.size() > kMost) titles_.clear();
  // Depth decides what a title says, and goes with the indent.
  QString& text = titles_[key_of(lane) | std::uint64_t{lane.indent} << 50];
  if (text.isNull()) text = plain(lane_title(model, lane));
  return text;
}

const QString& LaneTexts::caption(const Model& model, const Lane& lane) {
  if (captions_.size() > kMost) captions_.clear();
  const auto [place, fresh] = captions_.try_emplace(key_of(lane));
  if (fresh) place->second = plain(lane_caption(model, lane, style));
  return place->second;
}

void LaneTexts::clear() {
  titles_.clear();
  captions_.clear();
}

void paint_timeline(QPainter& painter, const TimelineScene& scene, const TimelineColors& colors,
                    const QFont& font) {
  Picture(painter, scene, colors, font).paint();
}

}  // namespace stemma::ui
