// `stemma tree`: the process tree as text, findings marked.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/cli/case_option.hpp"
#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/incident.hpp"
#include "detection/channels/load.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/tree_text.hpp"

namespace stemma {
namespace {

struct TreeChoice {
  std::string entity;   // entity id, a prefix of one, or a pid
  std::string finding;  // finding id or a prefix of one
  std::string around;   // a time
  unsigned minutes = 5;
  bool findings_only = false;
};

// Everything below and including `id`.
void add_with_descendants(const ProcessTree& tree, EntityId id, std::set<EntityId>& chosen) {
  std::vector<EntityId> open{id};
  while (!open.empty()) {
    const EntityId at = open.back();
    open.pop_back();
    if (!chosen.insert(at).second) continue;
    const auto children = tree.children(at);
    open.insert(open.end(), children.begin(), children.end());
  }
}

std::vector<EntityId> entities_named(const CaseSnapshot& snapshot, const std::string& name) {
  std::vector<EntityId> found;
  for (std::size_t i = 0; i < snapshot.tree.entities().size(); ++i) {
    const ProcessEntity& entity = snapshot.tree.entities()[i];
    const std::string_view id = snapshot.strings.view(entity.entity_id);
    if (id.substr(0, name.size()) == name || fmt::format("{}", entity.pid) == name) found.push_back(EntityId::from_index(i));
  }
  return found;
}

}  // namespace

void add_tree_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto choice = std::make_shared<TreeChoice>();
  CLI::App* command = app.add_subcommand("tree", "Show the process tree, findings marked");
  add_evidence_options(*command, *options);
  add_window_options(*command, *options);
  add_rule_options(*command, *options);
  add_case_option(*command, *options);
  command->add_option("--entity", choice->entity, "Only this process, what is above and what is below it: an entity id (or its beginning) or a pid")->type_name("ID");
  command->add_option("--finding", choice->finding, "Only the processes of this finding and their lineage: a finding id or its beginning")->type_name("ID");
  command->add_option("--around", choice->around, "Only processes that started within some minutes of TIME")->type_name("TIME");
  command->add_option("--minutes", choice->minutes, "How many minutes --around means (default 5)");
  command->add_flag("--findings-only", choice->findings_only, "Only processes with findings, their ancestors and descendants");
  command->footer(
      "Marks: ! a process with findings; (false positive) one whose findings the analyst marked so, [malicious, #c2] what the analyst said of it (--case). (not seen itself) a parent that only its children's records name.\n"
      "Examples:\n  stemma tree /cases/17 --host web01\n  stemma tree /cases/17 --finding 3f2a\n"
      "  stemma tree /cases/17 --entity 4120 --around 2026-11-20T09:14:00Z");
  command->callback([options, choice, &run] {
    run = [options, choice] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      ProgressBar bar(!options->quiet);
      const LoadedRules rules = load_rule_set(*options);
      OpenCase open_case;
      if (!read_case(*options, open_case)) return ExitCode::failed;
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const CaseSnapshot& snapshot = session->snapshot();
      const auto window = window_of(*options, snapshot);
      if (!window) return ExitCode::bad_usage;
      std::optional<ParsedTime> around;
      if (!choice->around.empty() && !(around = parse_time(choice->around))) {
        note(fmt::format("--around: not a time: {} (want 2026-11-24T03:10:00Z)", visible(choice->around)));
        return ExitCode::bad_usage;
      }
      const Detection detection = detect(*session, rules.set, &bar.progress());
      bar.stop();

      // Secrets are findings too: a note may be about one.
      std::vector<Finding> findings = detection.findings;
      if (!options->case_file.empty()) findings = with_secrets(std::move(findings), build_incident(*session, load_channels({}).set, detection.findings));
      place_case(*options, *session, findings, {}, open_case);
      // A finding that the analyst says is none flags nothing; the mark says so.
      std::set<EntityId> flagged, cleared;
      std::map<EntityId, std::string> said;
      std::set<std::uint32_t> false_positives;
      for (const PlacedAnnotation& one : open_case.placed) {
        if (one.finding && one.annotation->verdict == Verdict::false_positive) false_positives.insert(*one.finding);
        for (const EntityId id : one.entities) said[id] = fmt::format("[{}] ", visible(in_brief(*one.annotation)));
      }
      for (std::uint32_t i = 0; i < detection.findings.size(); ++i) {
        const EntityId id = detection.findings[i].entity;
        if (id) (false_positives.count(i) != 0 ? cleared : flagged).insert(id);
      }
      const bool narrowed = !choice->entity.empty() || !choice->finding.empty() || choice->findings_only;
      std::set<EntityId> chosen;
      if (!choice->entity.empty()) {
        const auto named = entities_named(snapshot, choice->entity);
        if (named.empty()) note(fmt::format("--entity: no process has the id or pid {}", visible(choice->entity)));
        for (const EntityId id : named) add_with_descendants(snapshot.tree, id, chosen);
      }
      if (!choice->finding.empty()) {
        bool any = false;
        for (const Finding& finding : detection.findings) {
          if (finding.id.compare(0, choice->finding.size(), choice->finding) != 0) continue;
          any = true;
          if (finding.entity) add_with_descendants(snapshot.tree, finding.entity, chosen);
        }
        if (!any) note(fmt::format("--finding: no finding has the id {}", visible(choice->finding)));
      }
      if (choice->findings_only) {
        for (const EntityId id : flagged) add_with_descendants(snapshot.tree, id, chosen);
      }
      TreeTextOptions tree;
      tree.secrets = options->secrets();
      tree.width = output.to_terminal() ? terminal_width() : 0;
      tree.mark = [&](EntityId id) {
        std::string mark = flagged.count(id) != 0 ? "! " : cleared.count(id) != 0 ? "(false positive) " : "";
        if (const auto at = said.find(id); at != said.end()) mark += at->second;
        return mark;
      };
      tree.show = [&](EntityId id) {
        const ProcessEntity& entity = snapshot.tree.entity(id);
        if (narrowed && chosen.count(id) == 0) return false;
        if (!options->host.empty() && (window->no_such_host || entity.host != window->host)) return false;
        if (window->from && entity.start < *window->from) return false;
        if (window->to && entity.start >= *window->to) return false;
        if (around) {
          const std::int64_t apart = entity.start.ns - around->time.ns;
          const std::int64_t limit = std::int64_t{choice->minutes} * 60 * kNsPerSecond;
          if (apart < -limit || apart > limit) return false;
        }
        return true;
      };
      std::string text;
      append_tree(snapshot, {snapshot.tree.roots().begin(), snapshot.tree.roots().end()}, tree, text);
      output.write(text);
      return finish(*options, *session, output, rules.wrong);
    };
  });
}

}  // namespace stemma
