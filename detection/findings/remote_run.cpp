#include "detection/findings/remote_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/paths.hpp"

namespace stemma {
namespace {

// Folder of the extension's own programs, on both systems:
// `…\Packages\Plugins\Microsoft.CPlat.Core.RunCommandWindows\…`,
// `/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/bin/…`.
constexpr std::string_view kHandlerFolder = "microsoft.cplat.core.runcommand";

constexpr std::string_view kLinuxRoots[] = {
    "/var/lib/waagent/run-command/download/", "/var/lib/waagent/run-command-handler/download/",
    "/var/lib/waagent/run-command-handler/immediateDownload/",
    "/waagent/run-command-handler-runas/download/"};

bool ends_word(char c) {
  return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == ';' || c == '|' || c == '&';
}

std::string_view word_around(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && !ends_word(text[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text.size() && !ends_word(text[end])) ++end;
  return text.substr(begin, end - begin);
}

bool is_system(const CaseSnapshot& snapshot, const ProcessImage& image) {
  const std::string_view id = snapshot.strings.view(image.user_id);
  const std::string_view name = snapshot.strings.view(image.user_name);
  return id == "0" || id == "S-1-5-18" || name == "root" || ascii_iequals(name, "system") ||
         ascii_iequals(snapshot.strings.view(image.integrity_level), "system");
}

}  // namespace

std::string_view confidence_name(Confidence confidence) {
  switch (confidence) {
    case Confidence::none:
      return "";
    case Confidence::possible:
      return "possible";
    case Confidence::probable:
      return "probable";
    case Confidence::confirmed:
      return "confirmed";
  }
  return "";
}

std::string_view script_in(std::string_view command_line) {
  for (const std::string_view root : kLinuxRoots) {
    const std::size_t at = command_line.find(root);
    if (at != std::string_view::npos) return word_around(command_line, at);
  }
  const std::string lower = ascii_lower(command_line);
  // Whatever lies in the download folder of the Windows handlers: managed scripts have names of
  // their own.
  if (const std::size_t folder = lower.find(kHandlerFolder); folder != std::string::npos) {
    const std::size_t downloads = lower.find("\\downloads\\", folder);
    if (downloads != std::string::npos) {
      const std::string_view word = word_around(command_line, downloads);
      if (ascii_lower(word).find(kHandlerFolder) != std::string::npos) return word;
    }
  }
  // `script<digits>.ps1`, in any case, as a word of its own or the end of a path.
  for (std::size_t at = lower.find("script"); at != std::string::npos;
       at = lower.find("script", at + 1)) {
    std::size_t end = at + 6;
    while (end < lower.size() && lower[end] >= '0' && lower[end] <= '9') ++end;
    if (end == at + 6 || lower.compare(end, 4, ".ps1") != 0) continue;
    if (at != 0 && !ends_word(lower[at - 1]) && lower[at - 1] != '\\' && lower[at - 1] != '/')
      continue;
    if (end + 4 < lower.size() && !ends_word(lower[end + 4])) continue;
    return word_around(command_line, at);
  }
  return {};
}

std::string run_script(const CaseSnapshot& snapshot, EntityId outermost) {
  for (const ProcessImage& image : snapshot.tree.images_of(outermost)) {
    const std::string_view script = script_in(snapshot.strings.view(image.command_line));
    if (!script.empty()) return std::string(script);
  }
  return {};
}

RemoteRun remote_run_of(const CaseSnapshot& snapshot, EntityId entity, ImageId image) {
  RemoteRun run;
  std::string handler;        // a program of the extension itself
  std::string handler_named;  // a program that was told to run one
  bool path_family = false;
  bool system_user = false;
  const auto look_for_script = [&](EntityId at, const ProcessImage& seen) {
    const std::string_view script = script_in(snapshot.strings.view(seen.command_line));
    if (script.empty()) return false;
    run.outermost = at;
    system_user = system_user || is_system(snapshot, seen);
    path_family = path_family || script.find_first_of("/\\") != std::string_view::npos ||
                  ascii_lower(snapshot.strings.view(seen.working_directory)).find(kHandlerFolder) !=
                      std::string::npos;
    return true;
  };
  const auto look = [&](EntityId at, const ProcessImage& seen) {
    const bool names_script = look_for_script(at, seen);
    const std::string_view executable = snapshot.strings.view(seen.executable);
    if (ascii_lower(executable).find(kHandlerFolder) != std::string::npos) {
      if (handler.empty()) handler = base_name(executable);
    } else if (!names_script && handler_named.empty() &&
               ascii_lower(snapshot.strings.view(seen.command_line)).find(kHandlerFolder) !=
                   std::string::npos) {
      handler_named = snapshot.strings.view(seen.name);
    }
  };
  EntityId parent = image ? snapshot.tree.image(image).parent : EntityId{};
  if (!parent) parent = snapshot.tree.entity(entity).parent;
  if (parent) {
    for (const ProcessImage& seen : snapshot.tree.images_of(parent)) look(parent, seen);
    for (const EntityId above : ancestors(snapshot.tree, parent)) {
      for (const ProcessImage& seen : snapshot.tree.images_of(above)) look(above, seen);
    }
  }
  if (image) {
    // Where nothing above it names a script, the process may be the script's own interpreter. Its
    // own command line says nothing of who is above.
    if (!run.outermost) look_for_script(entity, snapshot.tree.image(image));
    system_user = system_user || is_system(snapshot, snapshot.tree.image(image));
  }
  if (!handler.empty() || !handler_named.empty()) {
    run.confidence = Confidence::confirmed;
    run.reason = !handler.empty()
                     ? fmt::format("the Run Command handler {} is an ancestor", handler)
                     : fmt::format("the ancestor {} was told to start the Run Command handler",
                                   handler_named);
  } else if (path_family && system_user) {
    run.confidence = Confidence::probable;
    run.reason =
        "the script lies in the Run Command folder and ran as SYSTEM or root; no handler was seen "
        "among the ancestors";
  } else {
    run.reason = "only the shape of the command line speaks for Run Command";
  }
  return run;
}

}  // namespace stemma
