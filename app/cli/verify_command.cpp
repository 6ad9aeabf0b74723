// `stemma verify`: is a collection still what its manifest says, and is the same found in it?
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/custody.hpp"
#include "app/session/detect.hpp"
#include "events/text.hpp"

namespace stemma {

void add_verify_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto manifest_path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("verify", "Check a collection against its manifest: digests, and the same findings");
  command->add_option("MANIFEST", *manifest_path, "What `stemma evidence --manifest` wrote")->required();
  command->add_option("PATH", options->paths, "Where the collection lies now; as the manifest has it where not given");
  command->add_option("--threads", options->threads, "How many threads to use (default: all)");
  command->add_option("-o,--output", options->output, "Write to FILE, not to standard output")->type_name("FILE");
  command->add_flag("-q,--quiet", options->quiet, "No progress, no summary");
  add_rule_options(*command, *options);
  command->footer("Exit code 0: nothing differs. 1: something does, and is named.\nExamples:\n  stemma evidence /cases/17 --manifest case-17.json\n  stemma verify case-17.json");
  command->callback([options, manifest_path, &run] {
    run = [options, manifest_path] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      std::ifstream in(*manifest_path, std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      if (!in) {
        note(fmt::format("{}: cannot be read", visible(*manifest_path)));
        return ExitCode::failed;
      }
      const auto then = read_manifest(text);
      if (!then) {
        note(fmt::format("{}: {}", visible(*manifest_path), then.error()));
        return ExitCode::failed;
      }
      if (options->paths.empty()) options->paths = then->paths;
      ProgressBar bar(!options->quiet);
      const LoadedRules rules = load_rule_set(*options);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const Detection detection = detect(*session, rules.set, &bar.progress());
      Manifest now = make_manifest(*session, options->paths, rules.set, detection, STEMMA_VERSION);
      bar.stop();
      if (then->paths.size() == 1 && now.paths.size() == 1 && then->paths[0] != now.paths[0]) {
        // The collection was moved: its files are compared by their place in it.
        for (ManifestFile& file : now.files) {
          if (file.path.compare(0, now.paths[0].size(), now.paths[0]) == 0) file.path = then->paths[0] + file.path.substr(now.paths[0].size());
        }
      }
      const std::vector<std::string> differences = compare(*then, now);
      std::string said;
      for (const std::string& line : differences) said += line + '\n';
      if (differences.empty())
        said = fmt::format("nothing differs: {} files, {} findings\n", now.files.size(), now.findings.size());
      output.write(said);
      return differences.empty() ? ExitCode::done : ExitCode::failed;
    };
  });
}

}  // namespace stemma
