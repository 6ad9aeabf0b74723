#include "detection/invocations/run_processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "events/paths.hpp"

namespace stemma {
namespace {

std::string folded(std::string_view text) {
  std::string out = ascii_lower(text);
  std::replace(out.begin(), out.end(), '\\', '/');
  return out;
}

// Texts of a command line, quotes taken off: enough to find a path that an option is given.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  constexpr std::size_t kMostWords = 512;
  for (std::size_t at = 0; at < text.size() && found.size() < kMostWords;) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    std::string word;
    char quote = '\0';
    for (; at < text.size() && (quote != '\0' || (text[at] != ' ' && text[at] != '\t')); ++at) {
      if (quote == '\0' && (text[at] == '"' || text[at] == '\'')) {
        quote = text[at];
      } else if (text[at] == quote) {
        quote = '\0';
      } else {
        word += text[at];
      }
    }
    found.push_back(std::move(word));
  }
  return found;
}

bool looks_like_path(std::string_view word) {
  return word.size() > 2 &&
         (word[0] == '/' || (word[1] == ':' && (word[2] == '\\' || word[2] == '/')));
}

void paths_in(std::string_view action, std::vector<std::string>& out) {
  if (looks_like_path(action) && action.find(' ') == std::string_view::npos) {
    out.emplace_back(action);
    return;
  }
  if (looks_like_path(action) && action.find('"') == std::string_view::npos) {
    // Unquoted, with blanks: the program ends where its extension does.
    const std::string lower = ascii_lower(action);
    for (const std::string_view extension :
         {".exe", ".cmd", ".bat", ".ps1", ".vbs", ".js", ".dll"}) {
      const std::size_t at = lower.find(extension);
      const std::size_t end = at + extension.size();
      if (at == std::string::npos || (end < lower.size() && lower[end] != ' ')) continue;
      out.emplace_back(action.substr(0, end));
      return;
    }
  }
  for (std::string& word : words(action)) {
    if (looks_like_path(word)) out.push_back(std::move(word));
  }
}

}  // namespace

std::vector<RunProcess> descendants(const CaseSnapshot& snapshot, EntityId root, ImageId root_image,
                                    std::size_t& left_out) {
  const ProcessTree& tree = snapshot.tree;
  std::vector<RunProcess> found;
  std::unordered_set<std::uint32_t> seen{root.value};
  struct Next {
    EntityId entity;
    std::uint16_t depth;
  };
  std::vector<Next> stack;
  const auto push_children = [&](EntityId of, std::uint16_t depth, std::uint64_t from_rank) {
    const auto children = tree.children(of);
    for (std::size_t i = children.size(); i-- > 0;) {
      const auto images = tree.images_of(children[i]);
      // What the root started before it ran the script is none of the script's.
      if (!images.empty() && images.front().rank < from_rank) continue;
      if (seen.insert(children[i].value).second) stack.push_back({children[i], depth});
    }
  };
  found.push_back({root, root_image, Membership::root, 0, {}});
  push_children(root, 1, tree.image(root_image).rank);
  while (!stack.empty()) {
    const Next next = stack.back();
    stack.pop_back();
    if (found.size() >= kMaxRunProcesses) {
      left_out += 1 + stack.size();
      break;
    }
    const ProcessEntity& entity = tree.entity(next.entity);
    const ImageId image =
        entity.image_count > 0 ? ImageId::from_index(entity.first_image) : entity.inherited;
    found.push_back({next.entity, image, Membership::lineage, next.depth, {}});
    push_children(next.entity, static_cast<std::uint16_t>(std::min<int>(next.depth + 1, 0xFFFF)),
                  0);
  }
  return found;
}

std::vector<std::string> planted_by(std::string_view command_line) {
  std::vector<std::string> found;
  const std::string lower = ascii_lower(command_line);
  const bool task =
      lower.find("schtasks") != std::string::npos && lower.find("/create") != std::string::npos;
  const bool service = lower.find("binpath=") != std::string::npos;
  const bool powershell = lower.find("new-scheduledtaskaction") != std::string::npos ||
                          lower.find("new-service") != std::string::npos;
  const bool unit = lower.find("systemd-run") != std::string::npos;
  if (!task && !service && !powershell && !unit) return found;
  const std::vector<std::string> all = words(command_line);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string word = ascii_lower(all[i]);
    const bool next_is_action =
        (task && word == "/tr") || (service && word == "binpath=") ||
        (powershell && (word == "-execute" || word == "-binarypathname" || word == "-argument"));
    if (next_is_action && i + 1 < all.size()) paths_in(all[i + 1], found);
    if (service && word.size() > 8 && word.compare(0, 8, "binpath=") == 0)
      paths_in(std::string_view(all[i]).substr(8), found);
    if (unit && looks_like_path(all[i])) found.push_back(all[i]);
  }
  return found;
}

void add_detached(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
                  const std::vector<TreeRun>& runs, const std::vector<Planted>& planted,
                  std::vector<std::vector<RunProcess>>& processes) {
  const ProcessTree& tree = snapshot.tree;
  std::unordered_map<std::uint32_t, std::uint32_t> owner;  // entity → run
  for (std::uint32_t run = 0; run < processes.size(); ++run) {
    for (const RunProcess& process : processes[run]) owner.emplace(process.entity.value, run);
  }
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::string, std::uint64_t>,
           std::vector<std::uint32_t>>
      by_folder;  // (host, channel, name, number)
  for (std::uint32_t i = 0; i < runs.size(); ++i) {
    if (runs[i].sequence)
      by_folder[{runs[i].host.value, runs[i].channel, runs[i].name, *runs[i].sequence}].push_back(
          i);
  }
  std::unordered_map<std::string, std::vector<const Planted*>> by_path;
  for (const Planted& thing : planted) by_path[folded(thing.path)].push_back(&thing);
  std::unordered_map<std::uint32_t, std::vector<ScriptHit>> folders;  // by working directory

  const auto take = [&](EntityId entity, ImageId image, std::uint32_t run, Membership membership,
                        std::string reason) {
    std::size_t left_out = 0;
    std::vector<RunProcess> below = descendants(snapshot, entity, image, left_out);
    std::vector<RunProcess>& into = processes[run];
    for (RunProcess& process : below) {
      if (into.size() >= kMaxRunProcesses) return;
      if (!owner.emplace(process.entity.value, run).second) continue;
      if (process.membership == Membership::root) {
        process.membership = membership;
        process.reason = reason;
      } else if (membership == Membership::follow_on) {
        process.membership = Membership::follow_on;
      }
      process.depth = static_cast<std::uint16_t>(std::min<int>(process.depth + 1, 0xFFFF));
      into.push_back(std::move(process));
    }
  };

  for (std::size_t i = 0; i < tree.entities().size(); ++i) {
    const EntityId id = EntityId::from_index(i);
    if (owner.count(id.value) != 0) continue;
    const ProcessEntity& entity = tree.entity(id);
    for (std::size_t k = 0; k < entity.image_count; ++k) {
      const ImageId image_id = ImageId::from_index(entity.first_image + k);
      const ProcessImage& image = tree.image(image_id);
      if (image.working_directory && !by_folder.empty()) {
        const auto [at, fresh] = folders.try_emplace(image.working_directory.value);
        if (fresh) {
          at->second = matcher.folder_of(snapshot.strings.view(image.working_directory),
                                         platform_of(entity));
        }
        const std::uint32_t* best = nullptr;
        for (const ScriptHit& hit : at->second) {
          if (!hit.sequence) continue;
          const auto found =
              by_folder.find({entity.host.value, hit.channel, hit.name, *hit.sequence});
          if (found == by_folder.end()) continue;
          for (const std::uint32_t& run : found->second) {
            if (tree.image(runs[run].root_image).start <= image.start) best = &run;
          }
        }
        // The handler's own programs work there as well, above the run.
        const bool above =
            best != nullptr && std::find(runs[*best].ancestors.begin(), runs[*best].ancestors.end(),
                                         id) != runs[*best].ancestors.end();
        if (best != nullptr && !above) {
          take(id, image_id, *best, Membership::reparented,
               fmt::format("works in the run's folder {}",
                           snapshot.strings.view(image.working_directory)));
          break;
        }
      }
      if (by_path.empty()) continue;
      const Planted* made = nullptr;
      const auto try_path = [&](std::string_view path) {
        const auto at = by_path.find(folded(path));
        if (path.empty() || at == by_path.end()) return;
        for (const Planted* thing : at->second) {
          if (thing->host == entity.host && thing->time <= image.start &&
              (made == nullptr || made->time <= thing->time))
            made = thing;
        }
      };
      try_path(snapshot.strings.view(image.executable));
      const auto args = tree.args(image.args);
      for (std::size_t a = 0; a < args.size() && a < 8; ++a)
        try_path(snapshot.strings.view(args[a]));
      if (made != nullptr) {
        take(id, image_id, made->run, Membership::follow_on,
             fmt::format("runs {}, which {} of the run left", made->path, made->maker));
        break;
      }
    }
  }
}

}  // namespace stemma
