// ProcessModel: the rows of the process tree (ui/state/process_rows.hpp) as an item model: what
// each column says, marks and pills. The rows are flat; how deep one lies is a role.
#pragma once

#include <QAbstractTableModel>

#include "ui/models/workbench.hpp"
#include "ui/state/process_rows.hpp"

namespace stemma::ui {

class ProcessModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column : int {
    kName,
    kActivity,
    kStart,
    kEnd,
    kPid,
    kUser,
    kIntegrity,
    kCommand,
    kHost,
    kSource,
    kColumns
  };

  explicit ProcessModel(Workbench& bench, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;

  [[nodiscard]] const ProcessRows& rows() const { return rows_; }
  [[nodiscard]] EntityId entityAt(int row) const;
  void expand(int row);
  void collapse(int row);
  void expandAll(int row);
  void expandEverything();
  void collapseEverything();
  /// Opens what leads to the process; its row, or -1.
  int reveal(EntityId entity);
  /// The next process, in the order of the tree, whose name or command line holds `text`, whatever
  /// is folded; none where there is none. Begins behind `from`, or before it. O(processes).
  [[nodiscard]] EntityId find(const QString& text, EntityId from, bool forwards) const;
  /// The next one that something was found about.
  [[nodiscard]] EntityId nextMarked(EntityId from, bool forwards) const;
  void zoneChanged();

 private:
  void change(int row, bool open);
  [[nodiscard]] QString text_of(const ProcessRow& row, int column) const;
  [[nodiscard]] QString tip_of(const ProcessRow& row) const;

  Workbench& bench_;
  ProcessRows rows_;
  EntityId root_;  // that the rows are limited to
  int count_ = 0;  // as views know it
};

/// A path from the root to a process: as text, Mermaid or DOT.
enum class PathFormat { text, mermaid, dot };
QString processPath(const CaseSnapshot& snapshot, EntityId entity, PathFormat format);

}  // namespace stemma::ui
