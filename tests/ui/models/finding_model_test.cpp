// Secrets in clear text and declared automation in the list of findings, over the samples.
#include "ui/models/finding_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <cstdlib>

#include "app/gui/session_case_service.hpp"
#include "ui/models/process_model.hpp"
#include "ui/state/finding_facts.hpp"

namespace stemma::ui {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Findings : public testing::Test {
 protected:
  void SetUp() override {
    // Two runs of vm-win01 are mara.ops's, one of them with a finding.
    known_ = folder_.filePath(QStringLiteral("known.toml"));
    QFile file(known_);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(
        "[[automation]]\nhosts = [\"vm-win01\"]\ncallers = [\"mara.ops@*\"]\n"
        "reason = \"<b>nightly</b> clean-up\"\nowner = \"j.doe\"\nexpires = 2999-01-31\n"
        "[[automation]]\ncallers = [\"*\"]\nreason = \"long ago\"\nowner = \"j.doe\"\n"
        "expires = 2020-01-31\n");
  }

  void open(bool with_automation = false) {
    GuiOptions options;
    if (with_automation) options.automation = {known_.toStdString()};
    service_ = std::make_unique<SessionCaseService>(options, [](std::function<void()> run) {
      QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
    });
    bench_ = std::make_unique<Workbench>(*service_);
    model_ = std::make_unique<FindingModel>(*bench_);
    processes_ = std::make_unique<ProcessModel>(*bench_);
    tester_ = std::make_unique<QAbstractItemModelTester>(model_.get());
    bench_->openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                       QStringLiteral("/samples/azure-run-command")});
    wait([&] { return bench_->openCase() && bench_->openCase()->stage == Stage::complete; });
  }
  void wait(const std::function<bool()>& holds) {
    QElapsedTimer timer;
    timer.start();
    while (!holds() && timer.elapsed() < 60'000)
      QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    ASSERT_TRUE(holds());
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
  }
  [[nodiscard]] const OpenCase& shown_case() const { return *bench_->openCase(); }
  [[nodiscard]] std::uint32_t first_secret() const {
    return static_cast<std::uint32_t>(shown_case().findings.size() -
                                      shown_case().incident->secrets.size());
  }
  [[nodiscard]] std::string text(int row, int column) const {
    return model_->index(row, column).data().toString().toStdString();
  }
  [[nodiscard]] std::vector<std::string> groups() const {
    std::vector<std::string> out;
    for (int row = 0; row < model_->rowCount(); ++row)
      if (model_->rowAt(row).group) out.push_back(text(row, FindingModel::kWhat));
    return out;
  }
  std::string explained(std::uint32_t finding) {
    std::string why;
    const auto request = service_->explain(bench_->openCase(), finding,
                                           [&](const std::string& answer) { why = answer; });
    wait([&] { return !why.empty(); });
    return why;
  }

  QTemporaryDir folder_;
  QString known_;
  std::unique_ptr<SessionCaseService> service_;
  std::unique_ptr<Workbench> bench_;
  std::unique_ptr<FindingModel> model_;
  std::unique_ptr<ProcessModel> processes_;
  std::unique_ptr<QAbstractItemModelTester> tester_;
};

TEST_F(Findings, ASecretIsAFindingWithAKindAndAPlace) {
  open();
  ASSERT_EQ(shown_case().incident->secrets.size(), 4u);
  const std::uint32_t number = first_secret();
  EXPECT_EQ(secret_of(shown_case(), number - 1), nullptr);
  bool with_event = false, without = false;
  for (std::uint32_t i = number; i < shown_case().findings.size(); ++i) {
    const SecretSeen* secret = secret_of(shown_case(), i);
    ASSERT_NE(secret, nullptr);
    EXPECT_EQ(rule_of(shown_case(), i).path, "shipped/secrets");
    const int row = model_->rowOfFinding(i);
    ASSERT_GE(row, 0);
    EXPECT_EQ(text(row, FindingModel::kCommand), secret->kind + ": " + secret->where);
    EXPECT_EQ(text(row, FindingModel::kHost), secret->host);
    EXPECT_EQ(text(row, FindingModel::kTechnique), "T1552");
    EXPECT_EQ(explained(i), secret->kind + ": " + secret->where + "\n" +
                                rule_of(shown_case(), i).description + "\n");
    (secret->event ? with_event : without) = true;
  }
  EXPECT_TRUE(with_event);
  EXPECT_TRUE(without);
}

// The place to look at, where no record of a log holds the secret itself.
TEST_F(Findings, ASecretInAFileLeadsToItsRun) {
  open();
  std::uint32_t number = first_secret();
  while (secret_of(shown_case(), number)->event) ++number;
  const Invocation* run = run_of(shown_case(), number);
  ASSERT_NE(run, nullptr);
  bench_->selectFinding(number);
  EXPECT_EQ(bench_->selectedFinding(), number);
  EXPECT_EQ(bench_->view().selection.invocation, run->id);
  EXPECT_EQ(bench_->view().selection.entity, run->root);
  EXPECT_TRUE(bench_->view().selection.event);
}

TEST_F(Findings, ASecretCanBeNotedAndIsInTheReport) {
  open();
  bench_->selectFinding(first_secret());
  const auto target = bench_->selectedTarget(TargetKind::finding);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->key, shown_case().incident->secrets.front().id);
  const QString report = folder_.filePath(QStringLiteral("report.md"));
  bool written = false;
  const auto request =
      service_->write_report(report.toStdString(), "md", [&](const std::string& error) {
        EXPECT_EQ(error, "");
        written = true;
      });
  wait([&] { return written; });
  QFile markdown(report);
  ASSERT_TRUE(markdown.open(QIODevice::ReadOnly));
  EXPECT_THAT(markdown.readAll().toStdString(),
              HasSubstr(std::to_string(shown_case().findings.size()) + " findings"));
}

TEST_F(Findings, DeclaredAutomationComesLastAndClosed) {
  open();
  const std::size_t findings = shown_case().findings.size();
  EXPECT_EQ(model_->setAsideFindings(), 0u);
  open(true);
  EXPECT_EQ(shown_case().findings.size(), findings);
  EXPECT_EQ(model_->shownFindings(), findings);
  EXPECT_EQ(model_->setAsideFindings(), 1u);
  EXPECT_THAT(shown_case().notes,
              Contains("declared automation, 2 runs set aside: <b>nightly</b> clean-up (j.doe, "
                       "until 2999-01-31; " +
                       known_.toStdString() + ":1)"));
  const std::vector<std::string> runs = groups();
  ASSERT_GE(runs.size(), 3u);
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_EQ(runs[i].find("declared automation: <b>nightly</b> clean-up") != std::string::npos,
              i + 2 >= runs.size())
        << runs[i];
  EXPECT_THAT(runs.back(), testing::StartsWith("set aside · "));
  for (int row = 0; row < model_->rowCount(); ++row)
    EXPECT_FALSE(!model_->rowAt(row).group &&
                 is_set_aside(shown_case(), model_->rowAt(row).number));
  for (const auto grouping : {FindingModel::Grouping::rule, FindingModel::Grouping::host,
                              FindingModel::Grouping::severity}) {
    model_->setGrouping(grouping);
    EXPECT_EQ(groups().back(), "In declared automation · 1 finding");
    const int last = model_->rowCount() - 1;
    ASSERT_TRUE(model_->rowAt(last).group);
    model_->expand(last);
    ASSERT_EQ(model_->rowCount(), last + 2);
    EXPECT_TRUE(is_set_aside(shown_case(), model_->rowAt(last + 1).number));
    model_->collapse(last);
    EXPECT_EQ(model_->rowCount(), last + 1);
  }
}

TEST_F(Findings, DeclaredAutomationMarksNoProcess) {
  open(true);
  std::size_t seen = 0;
  for (std::uint32_t i = 0; i < first_secret(); ++i) {
    if (!is_set_aside(shown_case(), i)) continue;
    ++seen;
    const EntityId entity = shown_case().findings[i].entity;
    EXPECT_EQ(shown_case().index->facts(entity).findings, 0u);
    EXPECT_THAT(shown_case().index->findings_of(entity), ElementsAre(i));
    const int row = processes_->reveal(entity);
    ASSERT_GE(row, 0);
    EXPECT_THAT(processes_->index(row, 0).data(Qt::ToolTipRole).toString().toStdString(),
                HasSubstr("declared automation: <b>nightly</b> clean-up"));
  }
  EXPECT_EQ(seen, 1u);
}

TEST_F(Findings, AWrongDeclarationIsANote) {
  QFile file(known_);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write("[[automation]]\nreason = 1\n");
  file.close();
  open(true);
  EXPECT_THAT(shown_case().notes, Contains(HasSubstr("AUTO0")));
  EXPECT_EQ(model_->setAsideFindings(), 0u);
  EXPECT_THAT(groups(), Not(Contains(HasSubstr("automation"))));
}

}  // namespace
}  // namespace stemma::ui
