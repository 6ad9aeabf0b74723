// CaseImport: a collection being opened, or open: its stages as they are complete, and what later requests need of it. Kept by whoever still works on
// it, so that replacing a case waits for nobody.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/gui/gui_options.hpp"
#include "app/session/session.hpp"
#include "detection/channels/load.hpp"
#include "detection/invocations/automation.hpp"
#include "detection/rules/exceptions.hpp"
#include "detection/rules/rule.hpp"
#include "reports/redaction.hpp"
#include "ui/case_service.hpp"

namespace stemma {

/// Those of the analyst's files, judged by today's date in UTC; problems are among the diagnostics.
RuleExceptions load_exceptions_of(const GuiOptions& options, const RuleSet& rules);

class CaseImport : public std::enable_shared_from_this<CaseImport> {
 public:
  /// Runs its argument on the window's thread, later.
  using Post = std::function<void(std::function<void()>)>;
  using Changed = ui::CaseService::Changed;

  CaseImport(GuiOptions options, std::vector<std::string> paths, Post post, Changed changed)
      : options_(std::move(options)), paths_(std::move(paths)), post_(std::move(post)), changed_(std::move(changed)) {}

  void start();
  void stop() { thread_.request_stop(); }
  /// No answer after this.
  void forget() { *forgotten_ = true; }
  void join();
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] ui::ImportProgress progress() const;

  /// Null until all is indexed.
  [[nodiscard]] std::shared_ptr<const Session> session() const;
  /// The latest stage; null before the first.
  [[nodiscard]] std::shared_ptr<const ui::OpenCase> current() const;
  [[nodiscard]] const GuiOptions& options() const { return options_; }
  [[nodiscard]] Secrets secrets() const { return options_.show_secrets ? Secrets::shown : Secrets::redacted; }
  [[nodiscard]] const ChannelSet& channels() const { return channels_; }
  /// Those that are matched, without the rules of secrets that OpenCase::rules has behind them; null until they are loaded.
  [[nodiscard]] const std::shared_ptr<const RuleSet>& rules() const { return rules_; }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

  /// Those that are worked out already, by ArtifactId; none while one is being worked out.
  std::vector<std::string> known_digests();
  /// SHA-256 of a file in hex, worked out when first asked for.
  std::string digest(const Session& session, ArtifactId id);

 private:
  void publish(ui::OpenCase next);
  void publish_end();
  void run(const std::stop_token& stop);
  void work(const std::stop_token& stop, ui::OpenCase& next);
  // What the analyst gave beside rules and channels.
  struct Declared {
    RuleExceptions exceptions;
    Automation automation;
  };
  Declared load(ui::OpenCase& next);
  std::shared_ptr<const Session> index(const std::stop_token& stop, ui::OpenCase& next);
  void match(const Session& session, const RuleExceptions& exceptions, const std::stop_token& stop, ui::OpenCase& next);
  void join_runs(const Session& session, const Automation& automation, ui::OpenCase& next);

  GuiOptions options_;
  std::vector<std::string> paths_;
  Post post_;
  Changed changed_;
  Progress progress_;
  std::atomic<bool> running_{true}, ended_{false};
  std::shared_ptr<std::atomic<bool>> forgotten_ = std::make_shared<std::atomic<bool>>(false);
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::shared_ptr<const Session> session_;
  std::shared_ptr<const ui::OpenCase> current_;
  ChannelSet channels_;                   // both written before the first stage is published
  std::shared_ptr<const RuleSet> rules_;
  std::mutex digest_mutex_;
  std::vector<std::string> digests_;
  std::jthread thread_;
};

}  // namespace stemma
