// `stemma completion`: a completion script for the shell, made from the commands and options as they are.
#include <fmt/format.h>

#include "app/cli/command.hpp"

namespace stemma {
namespace {

std::string option_names(const CLI::App& command) {
  std::string names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names += (names.empty() ? "--" : " --") + name;
  }
  return names;
}

// bash and zsh (through bashcompinit) share one function; fish has a form of its own.
std::string bash_script(const CLI::App& app) {
  std::string commands;
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands += (commands.empty() ? "" : " ") + command->get_name();
    std::string words = option_names(*command);
    for (const CLI::App* inner : command->get_subcommands({})) words += " " + inner->get_name() + " " + option_names(*inner);
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), words);
  }
  return fmt::format(
      "_stemma() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}} words\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{} --help --version\" -- \"$cur\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $cur in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _stemma stemma\n",
      commands, cases);
}

std::string fish_script(const CLI::App& app) {
  std::string script;
  for (const CLI::App* command : app.get_subcommands({})) {
    script += fmt::format("complete -c stemma -n __fish_use_subcommand -a {} -d '{}'\n", command->get_name(), command->get_description());
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        script += fmt::format("complete -c stemma -n '__fish_seen_subcommand_from {}' -l {}\n", command->get_name(), name);
      }
    }
  }
  return script;
}

}  // namespace

void add_completion_command(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for the shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example:\n  stemma completion bash > ~/.local/share/bash-completion/completions/stemma");
  command->callback([shell, &app, &run] {
    run = [shell, &app] {
      Output output("");
      if (*shell == "zsh") output.write("autoload -U +X bashcompinit && bashcompinit\n");
      output.write(*shell == "fish" ? fish_script(app) : bash_script(app));
      return output.finish() ? ExitCode::done : ExitCode::failed;
    };
  });
}

}  // namespace stemma
