// FindingModel: findings and remote runs in groups, as the rows of an indented list.
#pragma once

#include <QAbstractTableModel>
#include <unordered_set>
#include <vector>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

class FindingModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column : int { kWhat, kTime, kSeverity, kTechnique, kHost, kCommand, kColumns };
  enum class Grouping : std::uint8_t { run, rule, host, severity };
  enum class Sort : std::uint8_t { time, severity };

  explicit FindingModel(Workbench& bench, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                    int role) const override;

  void setGrouping(Grouping grouping);
  [[nodiscard]] Grouping grouping() const { return grouping_; }
  void setSort(Sort sort);
  /// Only what holds the text: name, host, command line, technique.
  void setText(const QString& text);
  void expand(int row);
  void collapse(int row);

  struct Row {
    bool group = false;
    std::uint32_t number = 0;  ///< of a group; else of the finding
    std::uint32_t count = 0;   ///< of a group: its findings
  };
  [[nodiscard]] const Row& rowAt(int row) const { return rows_[static_cast<std::size_t>(row)]; }
  /// The run that a group row stands for; nothing for other groups.
  [[nodiscard]] std::optional<std::uint32_t> invocationAt(int row) const;
  [[nodiscard]] int rowOfFinding(std::uint32_t finding) const;
  [[nodiscard]] int rowOfInvocation(std::uint32_t invocation) const;
  [[nodiscard]] std::size_t shownFindings() const { return shown_; }
  /// Of those: how many are in declared automation.
  [[nodiscard]] std::size_t setAsideFindings() const { return set_aside_; }
  void zoneChanged() { rebuild(); }

 private:
  struct Group {
    QString key, title, detail;
    std::int64_t order = 0;
    std::optional<std::uint32_t> invocation;
    bool set_aside = false;  // declared automation: behind all others, closed until it is opened
    std::vector<std::uint32_t> findings;
  };
  void rebuild();
  void turn(int row, bool open);
  [[nodiscard]] QString title_of(const Group& group) const;
  [[nodiscard]] std::vector<Group> groups() const;
  [[nodiscard]] bool is_closed(const Group& group) const;
  [[nodiscard]] QString text_of(std::uint32_t finding, int column) const;
  [[nodiscard]] bool wanted(std::uint32_t finding) const;

  Workbench& bench_;
  Grouping grouping_ = Grouping::run;
  Sort sort_ = Sort::time;
  QString text_;
  std::vector<Group> groups_;
  std::vector<Row> rows_;
  std::size_t shown_ = 0, set_aside_ = 0;
  std::unordered_set<std::string> turned_;  // keys of groups that are not as they are at first
};

}  // namespace stemma::ui
