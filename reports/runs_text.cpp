#include "reports/runs_text.hpp"

#include <fmt/format.h>

#include <map>

#include "detection/invocations/cloud_join.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

class Writer {
 public:
  Writer(const CaseSnapshot& snapshot, const Incident& incident, const RunsTextOptions& options,
         std::string& out)
      : snapshot_(snapshot), incident_(incident), options_(options), out_(out) {
    for (const PlacedAnnotation& one : options.annotations) {
      if (one.run) of_run_.emplace(*one.run, one.annotation);
      for (const EntityId entity : one.entities) of_process_.emplace(entity, one.annotation);
    }
  }

  void run() {
    if (incident_.invocations.empty()) line("No run of a remote-execution channel was found.");
    std::size_t aside = 0;
    for (const Invocation& run : incident_.invocations) aside += run.automation ? 1u : 0u;
    invocations(false);
    automation(aside);
    if (aside > 0) invocations(true);
    bool alone = false;
    for (const CloudOperation& operation : incident_.operations) {
      if (operation.invocation) continue;
      if (!alone) line("Cloud operations without a run on a machine:");
      alone = true;
      line(fmt::format(
          "  {}  {} on {} by {} from {}: {}", format_time(operation.first, 3),
          visible(operation.operation_name), shown(operation.machine), shown(operation.caller),
          shown(operation.caller_ip),
          operation.action == "delete" ? "removes a named command" : operation.why_alone));
    }
    for (const ClockSkew& skew : incident_.skews) {
      if (skew.skew_ns == 0) continue;
      line(fmt::format("The clock of {} is {} {} the cloud's (from {} {}).", visible(skew.host),
                       seconds_text(std::abs(skew.skew_ns)),
                       skew.skew_ns > 0 ? "ahead of" : "behind", skew.pairs, skew.basis));
    }
    for (const std::string& note : incident_.notes) line(note);
  }

 private:
  // Whole lines are looked at: a line shows one command at most.
  void line(std::string text) {
    text = redact(text, options_.secrets);
    out_ += options_.width == 0 ? text : fit(text, options_.width);
    out_ += '\n';
  }
  static std::string shown(const std::string& text) { return text.empty() ? "?" : visible(text); }
  void item(std::string_view name, const std::string& text) {
    if (!text.empty()) line(fmt::format("  {:<10} {}", name, text));
  }

  void invocations(bool set_aside) {
    for (std::size_t i = 0; i < incident_.invocations.size(); ++i) {
      if (incident_.invocations[i].automation.has_value() != set_aside) continue;
      position_ = static_cast<std::uint32_t>(i);
      invocation(incident_.invocations[i]);
    }
  }

  // What the analyst declared, and what came of it; the runs themselves follow.
  void automation(std::size_t aside) {
    if (incident_.automation.empty()) return;
    line(fmt::format("Set aside as declared automation: {} of {}", aside,
                     incident_.invocations.size() == 1
                         ? "1 run"
                         : fmt::format("{} runs", incident_.invocations.size())));
    for (const AutomationDeclaration& entry : incident_.automation)
      line(fmt::format("  {}: {}", automation_use(entry), visible(automation_words(entry))));
    line("");
  }

  void invocation(const Invocation& run) {
    const Channel& channel = incident_.channels.channels[run.channel];
    std::string title = fmt::format(
        "{}  {}  {}", run.start.known() ? format_time(run.start.time, 3) : "time unknown",
        shown(run.host), channel.name);
    if (!run.name.empty()) title += " " + visible(run.name);
    if (run.sequence) title += fmt::format(" #{}", *run.sequence);
    if (!run.mode.empty()) title += fmt::format(" ({})", visible(run.mode));
    title += fmt::format("  {}", confidence_name(run.confidence));
    line(title);
    item("set aside", visible(run.set_aside));
    if (const auto at = of_run_.find(position_); at != of_run_.end()) note(*at->second);
    for (const Reason& reason : run.reasons)
      item(reason.against ? "against" : "because", visible(reason.text));
    if (run.operation) {
      const CloudOperation& operation = incident_.operations[*run.operation];
      item("ordered by",
           fmt::format("{} from {} ({}, {})", shown(operation.caller), shown(operation.caller_ip),
                       confidence_name(operation.confidence), visible(operation.join_reason)));
    }
    item("user", visible(run.user.empty() ? run.user_id : run.user));
    item("command", visible(run.command_line));
    if (run.script.state != ScriptState::unknown) {
      std::string script = visible(run.script.path);
      script +=
          fmt::format("{}{}", script.empty() ? "" : ", ", script_state_name(run.script.state));
      if (!run.script.source.empty())
        script += fmt::format(" from {}, sha256 {}", run.script.source, run.script.sha256);
      item("script", script);
    }
    if (run.end.known()) item("end", format_time(run.end.time, 3));
    if (run.exit_code) item("exit code", std::to_string(*run.exit_code));
    item("state", visible(run.state));
    if (options_.processes) tree(run);
    std::size_t told = 0;
    for (const Trace& trace : run.traces) {
      if (told++ == options_.traces) break;
      item(trace_kind_name(trace.kind),
           fmt::format("{}  {}", format_time(trace.time, 3), visible(trace.text)));
    }
    const std::size_t more = run.traces.size() + run.traces_left_out;
    if (more > options_.traces) item("", fmt::format("… and {} more", more - options_.traces));
    if (!run.findings.empty()) item("findings", std::to_string(run.findings.size()));
    for (const std::string& unknown : run.unknowns) item("unknown", unknown);
    line("");
  }

  // What the analyst said, its comment line by line.
  void note(const Annotation& said) {
    item("analyst", visible(in_brief(said)) +
                        (said.author.empty() ? "" : fmt::format(" ({})", visible(said.author))));
    std::string_view rest = said.comment;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      item("", visible(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void tree(const Invocation& run) {
    constexpr std::size_t kMostShown = 200;
    std::size_t told = 0;
    for (const RunProcess& process : run.processes) {
      if (told++ == kMostShown) {
        item("", fmt::format("… and {} more processes", run.processes.size() - kMostShown));
        break;
      }
      const ProcessEntity& entity = snapshot_.tree.entity(process.entity);
      std::string text(std::size_t{2} * process.depth, ' ');
      const ImageId last = snapshot_.tree.last_image(process.entity);
      if (last) {
        const ProcessImage& image = snapshot_.tree.image(last);
        text += fmt::format("{} ({}) {}", visible(snapshot_.strings.view(image.name)), entity.pid,
                            visible(snapshot_.strings.view(image.command_line)));
      } else {
        text += fmt::format("({})", entity.pid);
      }
      if (!process.reason.empty()) text += fmt::format("  [{}]", visible(process.reason));
      if (const auto at = of_process_.find(process.entity); at != of_process_.end())
        text += fmt::format("  [analyst: {}]", visible(in_brief(*at->second)));
      item(told == 1 ? "processes" : "", text);
    }
  }

  const CaseSnapshot& snapshot_;
  const Incident& incident_;
  const RunsTextOptions& options_;
  std::string& out_;
  std::map<std::uint32_t, const Annotation*> of_run_;
  std::map<EntityId, const Annotation*> of_process_;
  std::uint32_t position_ = 0;  // of the run that is written
};

}  // namespace

void append_runs(const CaseSnapshot& snapshot, const Incident& incident,
                 const RunsTextOptions& options, std::string& out) {
  Writer(snapshot, incident, options, out).run();
}

}  // namespace stemma
