// EvidenceWatch: looks now and then whether the files of the open case still are what they were
// when they were opened, on any medium: by asking for size and time, not by notices of the system,
// which a network's share does not send.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <vector>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

class EvidenceWatch : public QObject {
  Q_OBJECT

 public:
  explicit EvidenceWatch(Workbench& bench, QObject* parent = nullptr);

  /// Files that are no longer what they were, by path.
  [[nodiscard]] const std::vector<ChangedFile>& changedFiles() const { return files_; }
  /// The same in whole sentences; at most kMostNamed files by name, the others counted.
  [[nodiscard]] QStringList lines() const;
  static constexpr std::size_t kMostNamed = 20;
  /// Looks now instead of in a while.
  void look();

 Q_SIGNALS:
  void changed();

 private:
  /// Between two looks; a slow disk is asked less often, so that looking is a twentieth of its
  /// work.
  static constexpr int kPauseMs = 2'000;
  static constexpr int kPauseFactor = 20;

  Workbench& bench_;
  std::vector<ChangedFile> files_;
  const CaseSnapshot* watched_ = nullptr;
  QTimer timer_;
  QElapsedTimer took_;
  RequestHandle request_;
};

}  // namespace stemma::ui
