// `stemma evidence`: what was read of every artifact, with digests and defects.
#include "app/cli/command.hpp"
#include "app/session/digest.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {

void add_evidence_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto no_digests = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("evidence", "Show what was read of every artifact: bytes, records, digests, defects");
  add_evidence_options(*command, *options);
  command->add_option("--format", options->format, "text or jsonl")->check(CLI::IsMember({"text", "jsonl"}))->default_str("text");
  command->add_flag("--no-digests", *no_digests, "Do not compute SHA-256 digests");
  command->footer("Examples:\n  stemma evidence /cases/17\n  stemma evidence --format jsonl -o ledger.jsonl /cases/17");
  command->callback([options, no_digests, &run] {
    run = [options, no_digests] {
      Output output(options->output);
      ProgressBar bar(!options->quiet);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      std::vector<std::string> digests;
      if (!*no_digests) digests = artifact_digests(*session);
      bar.stop();
      std::string text;
      if (options->format == "jsonl") {
        append_ledger_lines(session->snapshot(), digests, text);
      } else {
        append_ledger(session->snapshot(), digests, text);
      }
      output.write(text);
      return finish(*options, *session, output);
    };
  });
}

}  // namespace stemma
