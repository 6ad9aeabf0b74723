// stemma-gui: the window on collected evidence.
#include <QApplication>
#include <QCommandLineParser>
#include <QMetaObject>
#include <QStandardPaths>
#include <QStyleFactory>
#include <cstdio>

#include "app/gui/session_case_service.hpp"
#include "ui/widgets/main_window.hpp"

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("stemma"));
  QApplication::setApplicationName(QStringLiteral("stemma-gui"));
  QApplication::setApplicationDisplayName(QStringLiteral("Stemma"));
  QApplication::setApplicationVersion(QStringLiteral(STEMMA_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("stemma-gui"));
  // One look everywhere: the platform's own may paint lists in colours that the palette does not name.
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));

  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Opens collected evidence: findings, process trees, timelines, events to their last byte."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("PATH"), QStringLiteral("Files or folders with evidence"), QStringLiteral("[PATH...]"));
  const QCommandLineOption rules(QStringLiteral("rules"), QStringLiteral("Rule file or folder of your own; repeatable"), QStringLiteral("PATH"));
  const QCommandLineOption channels(QStringLiteral("channels"), QStringLiteral("Channel file or folder of your own; repeatable"), QStringLiteral("PATH"));
  const QCommandLineOption threads(QStringLiteral("threads"), QStringLiteral("Threads to use"), QStringLiteral("N"));
  const QCommandLineOption secrets(QStringLiteral("show-secrets"), QStringLiteral("Show passwords, tokens and keys that evidence holds"));
  const QCommandLineOption case_file(QStringLiteral("case"), QStringLiteral("Case file with the analyst's notes; made where it is not there"), QStringLiteral("FILE"));
  const QCommandLineOption report(QStringLiteral("report"), QStringLiteral("Write a report (.pdf, .html, .md, .json) when all is read, and end; needs no screen with QT_QPA_PLATFORM=offscreen"), QStringLiteral("FILE"));
  const QCommandLineOption exceptions(QStringLiteral("exceptions"), QStringLiteral("File with exceptions of your own (TOML): findings that they are about are counted, not listed; repeatable"), QStringLiteral("FILE"));
  const QCommandLineOption automation(QStringLiteral("automation"), QStringLiteral("File that declares known automation (TOML): runs that it covers are told apart, never hidden; repeatable"), QStringLiteral("FILE"));
  const QCommandLineOption all_channels(QStringLiteral("all-channels"), QStringLiteral("Also runs of channels that start processes all day: WMI, scheduled tasks"));
  const QCommandLineOption any_index(QStringLiteral("any-index"), QStringLiteral("Run rules on all evidence, not only on what their index patterns stand for"));
  parser.addOptions({automation, exceptions, all_channels, any_index, report, case_file, rules, channels, threads, secrets});
  parser.process(application);

  stemma::GuiOptions options;
  for (const QString& path : parser.values(rules)) options.rules.emplace_back(path.toStdString());
  for (const QString& path : parser.values(channels)) options.channels.emplace_back(path.toStdString());
  for (const QString& path : parser.values(exceptions)) options.exceptions.push_back(path.toStdString());
  for (const QString& path : parser.values(automation)) options.automation.push_back(path.toStdString());
  options.all_channels = parser.isSet(all_channels);
  options.any_index = parser.isSet(any_index);
  options.threads = parser.value(threads).toUInt();
  options.show_secrets = parser.isSet(secrets);

  options.cases = std::filesystem::path(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString()) / "cases";

  stemma::SessionCaseService service(options, [&application](std::function<void()> run) { QMetaObject::invokeMethod(&application, std::move(run), Qt::QueuedConnection); });
  stemma::ui::MainWindow window(service);
  if (!parser.isSet(report)) window.show();
  window.openPaths(parser.positionalArguments());
  if (parser.isSet(case_file)) window.openCaseFile(parser.value(case_file));
  if (parser.isSet(report)) {
    const QString path = parser.value(report);
    QObject::connect(&window.bench(), &stemma::ui::Workbench::caseChanged, &window, [&window, path, asked = false]() mutable {
      const auto& open = window.bench().openCase();
      if (asked || !open || open->stage != stemma::ui::Stage::complete) return;
      asked = true;
      window.writeReport(path);
    });
    QObject::connect(&window, &stemma::ui::MainWindow::reportWritten, &application, [](const QString& error) {
      if (!error.isEmpty()) std::fprintf(stderr, "%s\n", error.toUtf8().constData());
      QApplication::exit(error.isEmpty() ? 0 : 1);
    });
  }
  return QApplication::exec();
}
