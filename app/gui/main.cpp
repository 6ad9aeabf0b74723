// stemma-gui: the window on collected evidence.
#include <QApplication>
#include <QCommandLineParser>
#include <QMetaObject>
#include <QStandardPaths>
#include <QStyleFactory>

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
  parser.addOptions({case_file, rules, channels, threads, secrets});
  parser.process(application);

  stemma::GuiOptions options;
  for (const QString& path : parser.values(rules)) options.rules.emplace_back(path.toStdString());
  for (const QString& path : parser.values(channels)) options.channels.emplace_back(path.toStdString());
  options.threads = parser.value(threads).toUInt();
  options.show_secrets = parser.isSet(secrets);

  options.cases = std::filesystem::path(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString()) / "cases";

  stemma::SessionCaseService service(options, [&application](std::function<void()> run) { QMetaObject::invokeMethod(&application, std::move(run), Qt::QueuedConnection); });
  stemma::ui::MainWindow window(service);
  window.show();
  window.openPaths(parser.positionalArguments());
  if (parser.isSet(case_file)) window.openCaseFile(parser.value(case_file));
  return QApplication::exec();
}
