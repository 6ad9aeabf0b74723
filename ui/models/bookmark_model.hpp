// BookmarkModel: everything that something was said of, as rows: pins, tags, verdicts and comments
// on findings, processes, events and runs; also of what the open evidence does not hold. Not an
// editor.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

class BookmarkModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column : int { kWhat, kTime, kHost, kVerdict, kTags, kComment, kChanged, kColumns };

  explicit BookmarkModel(Workbench& bench, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;

  /// A click on a header: upwards, downwards, then as it was, by what they are about.
  void sortByColumn(int column);
  /// Only rows that hold all words somewhere; `#tag` only those with a tag that begins so.
  void setText(const QString& text);
  void zoneChanged() { rebuild(); }

  [[nodiscard]] const Target& targetAt(int row) const;
  /// Selects what a row is about in all panes. False where this evidence does not hold it.
  bool go(int row) const;
  [[nodiscard]] std::size_t total() const { return all_.size(); }

 private:
  struct Row {
    Target target;
    bool found = false;
    bool pinned = false;
    std::array<QString, kColumns> texts;
    std::array<std::int64_t, kColumns> numbers{};  // sorted by, where they are not equal
    QStringList tags;
  };
  void rebuild();
  void choose();
  [[nodiscard]] Row row_of(const PlacedAnnotation& placed) const;
  void describe(const PlacedAnnotation& placed, Row& row) const;

  Workbench& bench_;
  std::vector<Row> all_;
  std::vector<std::uint32_t> shown_;  // indices into all_
  std::uint64_t revision_ = 0;
  int sort_ = -1;
  bool descending_ = false;
  QString text_;
};

}  // namespace stemma::ui
