// Paints the timeline of a collection into a PNG, as the window would show it:
//
//   timeline_picture OUT.png [-s WIDTHxHEIGHT] [-r RATIO] [-d] [-f] [-o] [-n FINDING] PATH…
//
// -r pixels of the device to one of Qt's, -d dark, -f zoomed to findings and runs, -o all lanes
// open, -n a finding selected and its process fitted. For looking at, and for pictures of the docs.
#include <QApplication>
#include <QPainter>
#include <QPixmap>
#include <cstdio>
#include <cstdlib>

#include "app/session/detect.hpp"
#include "app/session/incident.hpp"
#include "app/session/session.hpp"
#include "detection/channels/load.hpp"
#include "detection/rules/rule.hpp"
#include "ui/timeline/model.hpp"
#include "ui/timeline/zoom.hpp"
#include "ui/widgets/timeline_view.hpp"

namespace {

using namespace stemma;

QPalette dark_palette() {
  QPalette palette(QColor(0x2b, 0x2d, 0x31));
  palette.setColor(QPalette::Base, QColor(0x1e, 0x1f, 0x22));
  palette.setColor(QPalette::Window, QColor(0x2b, 0x2d, 0x31));
  palette.setColor(QPalette::Text, QColor(0xdf, 0xe1, 0xe5));
  palette.setColor(QPalette::WindowText, QColor(0xdf, 0xe1, 0xe5));
  palette.setColor(QPalette::Highlight, QColor(0x4a, 0x88, 0xda));
  return palette;
}

}  // namespace

int main(int argc, char** argv) {
  QSize size(1600, 600);
  bool dark = false, fit = false, open = false;
  int finding = -1;
  std::string out;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (argument == "-s") {
      int width = 0, height = 0;
      if (std::sscanf(value(), "%dx%d", &width, &height) == 2) size = {width, height};
    } else if (argument == "-r") {
      qputenv("QT_SCALE_FACTOR", value());
    } else if (argument == "-d") {
      dark = true;
    } else if (argument == "-f") {
      fit = true;
    } else if (argument == "-o") {
      open = true;
    } else if (argument == "-n") {
      finding = std::atoi(value());
    } else if (out.empty()) {
      out = argument;
    } else {
      paths.push_back(argument);
    }
  }
  if (paths.empty()) {
    std::fprintf(stderr, "usage: timeline_picture OUT.png [options] PATH…\n");
    return 2;
  }
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  if (dark) QApplication::setPalette(dark_palette());

  const auto session = Session::open(paths, {});
  auto open_case = std::make_shared<ui::OpenCase>();
  open_case->stage = ui::Stage::complete;
  open_case->snapshot = session->shared_snapshot();
  const auto rules = std::make_shared<RuleSet>(load_rules({}, true));
  open_case->rules = rules;
  open_case->findings = detect(*session, *rules, nullptr).findings;
  open_case->incident = std::make_shared<Incident>(
      build_incident(*session, load_channels({}).set, open_case->findings));
  const auto model = ui::timeline::build_timeline(open_case);

  ui::TimelineView view;
  view.resize(size);
  view.setModel(model);
  if (open) view.openAll();
  ui::View state;
  if (fit) state.zoom = ui::timeline::fitted(model->focus(), model->limits);
  if (finding >= 0 && static_cast<std::size_t>(finding) < open_case->findings.size()) {
    const Finding& one = open_case->findings[static_cast<std::size_t>(finding)];
    state.selection.event = one.event;
    state.selection.entity = one.entity;
    view.setView(state);
    QObject::connect(&view, &ui::TimelineView::zoomChanged, &view,
                     [&](std::optional<ui::TimeRange> zoom, const QString&) { state.zoom = zoom; });
    view.fit();
  }
  view.setView(state);
  view.show();
  QApplication::processEvents();
  if (!view.grab().save(QString::fromStdString(out))) {
    std::fprintf(stderr, "cannot write %s\n", out.c_str());
    return 1;
  }
}
