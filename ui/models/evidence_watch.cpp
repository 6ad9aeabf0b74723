#include "ui/models/evidence_watch.hpp"

#include <algorithm>
#include <utility>

#include "ui/models/text.hpp"

namespace stemma::ui {

EvidenceWatch::EvidenceWatch(Workbench& bench, QObject* parent) : QObject(parent), bench_(bench) {
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &EvidenceWatch::look);
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    const auto& open = bench_.openCase();
    const CaseSnapshot* snapshot = open ? open->snapshot.get() : nullptr;
    if (snapshot == watched_) return;
    watched_ = snapshot;
    timer_.stop();
    request_.reset();
    if (!std::exchange(files_, {}).empty()) Q_EMIT changed();
    if (watched_ != nullptr) timer_.start(kPauseMs);
  });
}

void EvidenceWatch::look() {
  if (watched_ == nullptr) return;
  timer_.stop();
  took_.start();
  request_ = bench_.service().check_evidence([this](std::vector<ChangedFile> files) {
    timer_.start(std::max(
        kPauseMs, kPauseFactor * static_cast<int>(std::min<qint64>(took_.elapsed(), 60'000))));
    if (files == files_) return;
    files_ = std::move(files);
    Q_EMIT changed();
  });
}

QStringList EvidenceWatch::lines() const {
  QStringList lines;
  for (std::size_t i = 0; i < files_.size() && i < kMostNamed; ++i) {
    lines
        << tr("%1 %2 since it was opened.").arg(fromUtf8(files_[i].path), fromUtf8(files_[i].how));
  }
  if (files_.size() > kMostNamed) {
    lines << tr("And %1 further files are not what they were.")
                 .arg(countText(files_.size() - kMostNamed));
  }
  if (!files_.empty()) {
    lines << tr(
        "What is shown of them may be wrong or unreadable; everything else holds. Open the "
        "collection again to read what is there now.");
  }
  return lines;
}

}  // namespace stemma::ui
