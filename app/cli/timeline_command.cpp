// `stemma timeline`: what happened, in order of time, findings marked.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "events/text.hpp"
#include "reports/event_summary.hpp"

namespace stemma {
namespace {

// Lines are made in the order of the evidence and written in the order of time, so they wait for each other, this many at a time.
constexpr std::size_t kPortion = std::size_t{1} << 17;

}  // namespace

void add_timeline_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto all = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("timeline", "Show what happened, in order of time, findings marked");
  add_evidence_options(*command, *options);
  add_window_options(*command, *options);
  add_rule_options(*command, *options);
  command->add_flag("--all", *all, "All events, not only those of processes, files, registry and network");
  command->footer("Mark: ! an event that a finding rests on.\nExample:\n  stemma timeline /cases/17 --from 2026-11-20T09:00:00Z --to 2026-11-20T10:00:00Z");
  command->callback([options, all, &run] {
    run = [options, all] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      ProgressBar bar(!options->quiet);
      const LoadedRules rules = load_rule_set(*options);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const CaseSnapshot& snapshot = session->snapshot();
      const auto window = window_of(*options, snapshot);
      if (!window) return ExitCode::bad_usage;
      const Detection detection = detect(*session, rules.set, &bar.progress());
      std::map<EventId, std::string> marked;
      for (const Finding& finding : detection.findings) {
        for (const EventId id : finding.events) {
          std::string& names = marked[id];
          names += (names.empty() ? "" : ", ") + rules.set.rules[finding.rule].name;
        }
      }
      EventSelection selection;
      if (!*all) {
        selection.categories = static_cast<CategorySet>(
            category_bit(CategoryBit::process) | category_bit(CategoryBit::file) | category_bit(CategoryBit::registry) |
            category_bit(CategoryBit::network) | category_bit(CategoryBit::dns));
      }
      selection.accept = [&](EventId id) { return window->holds(snapshot, id); };
      bar.progress().step = "writing";
      const std::size_t width = output.to_terminal() ? terminal_width() : 0;
      std::vector<std::string> lines;
      for (std::size_t first = 0; first < snapshot.events.size(); first += kPortion) {
        selection.first = first;
        selection.last = std::min(first + kPortion, snapshot.events.size());
        lines.assign(selection.last - first, {});
        session->for_each(selection, event_summary_projection(), [&](unsigned, EventId id, Event& event) {
          lines[id.index() - first] = event_summary(event, options->secrets());
        });
        if (selection.last == snapshot.events.size()) bar.stop();
        for (std::size_t i = 0; i < lines.size(); ++i) {
          if (lines[i].empty()) continue;
          const EventId id = EventId::from_index(first + i);
          const auto mark = marked.find(id);
          std::string line = fmt::format("{}  {}  {}{}", format_time(snapshot.events.time(id), snapshot.events.time_digits(id)),
                                         visible(snapshot.hosts.name(snapshot.events.host(id))),
                                         mark == marked.end() ? "" : "! ", lines[i]);
          if (mark != marked.end()) line += "  [" + visible(mark->second) + "]";
          output.write((width != 0 ? fit(line, width) : line) + "\n");
        }
      }
      bar.stop();
      return finish(*options, *session, output, rules.wrong);
    };
  });
}

}  // namespace stemma
