// `stemma evidence`: what was read of every artifact, with digests and defects.
#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/cross_check.hpp"
#include "app/session/custody.hpp"
#include "app/session/detect.hpp"
#include "app/session/digest.hpp"
#include "events/text.hpp"
#include "reports/json.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

// Appends what the two readers of EVTX see differently; true where that is more than is known.
bool append_checks(const Session& session, const std::vector<std::optional<evtx::CrossCheck>>& checks, bool lines, std::string& out) {
  bool different = false;
  if (!checks.empty() && !lines) out += "\ncross-check with libevtx\n";
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (!checks[i]) continue;
    const evtx::CrossCheck& check = *checks[i];
    different = different || check.different != 0 || check.libevtx_only != 0;
    const std::string& path = session.snapshot().artifacts[i].path;
    if (!lines) {
      out += visible(path) + "\n";
      append_cross_check(check, "  ", out);
      continue;
    }
    JsonDocument document;
    document.text("log.file.path", path);
    const auto number = [&document](std::string_view name, std::uint64_t count) {
      document.integer("stemma.cross_check." + std::string(name), static_cast<std::int64_t>(count));
    };
    number("equal", check.equal);
    number("explained", check.explained);
    number("different", check.different);
    number("native_only", check.native_only);
    number("libevtx_only", check.libevtx_only);
    number("recovered_native_only", check.recovered_native_only);
    number("recovered_libevtx_only", check.recovered_libevtx_only);
    if (!check.shown.empty()) document.texts("stemma.cross_check.differences", check.shown);
    document.write(out);
    out += '\n';
  }
  return different;
}

}  // namespace

void add_evidence_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto no_digests = std::make_shared<bool>(false);
  auto compare = std::make_shared<bool>(false);
  auto manifest = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("evidence", "Show what was read of every artifact: bytes, records, digests, defects");
  add_evidence_options(*command, *options);
  command->add_option("--format", options->format, "text or jsonl")->check(CLI::IsMember({"text", "jsonl"}))->default_str("text");
  command->add_flag("--cross-check", *compare, "Read EVTX files a second time with libevtx and compare record by record");
  command->add_option("--manifest", *manifest, "Write a manifest for `stemma verify`: digests, sizes, what was read, findings")->type_name("FILE");
  add_rule_options(*command, *options);
  command->add_flag("--no-digests", *no_digests, "Do not compute SHA-256 digests");
  command->footer("Examples:\n  stemma evidence /cases/17\n  stemma evidence --format jsonl -o ledger.jsonl /cases/17");
  command->callback([options, no_digests, compare, manifest, &run] {
    run = [options, no_digests, compare, manifest] {
      Output output(options->output);
      ProgressBar bar(!options->quiet);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      std::vector<std::string> digests;
      if (!*no_digests) digests = artifact_digests(*session);
      std::vector<std::optional<evtx::CrossCheck>> checks;
      if (*compare) checks = cross_check(*session);
      if (!manifest->empty()) {
        Output to(*manifest);
        if (!to.error().empty()) {
          note(to.error());
          return ExitCode::failed;
        }
        const LoadedRules rules = load_rule_set(*options);
        const Detection detection = detect(*session, rules.set, &bar.progress());
        to.write(manifest_json(make_manifest(*session, options->paths, rules.set, detection, STEMMA_VERSION)));
        if (!to.finish()) {
          note(to.error());
          return ExitCode::failed;
        }
      }
      bar.stop();
      std::string text;
      if (options->format == "jsonl") {
        append_ledger_lines(session->snapshot(), digests, text);
      } else {
        append_ledger(session->snapshot(), digests, text);
      }
      const bool different = append_checks(*session, checks, options->format == "jsonl", text);
      output.write(text);
      const ExitCode code = finish(*options, *session, output);
      return code == ExitCode::done && different ? ExitCode::evidence_refused : code;
    };
  });
}

}  // namespace stemma
