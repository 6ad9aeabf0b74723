#include "detection/invocations/run_processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "detection/invocations/text_marks.hpp"
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
                                    const std::unordered_set<std::uint32_t>& others,
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
    if (others.count(next.entity.value) != 0) continue;
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

namespace {

// Gives each detached process to the run that it is bound to.
class Detached {
 public:
  Detached(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
           const std::vector<TreeRun>& runs, const std::vector<Planted>& planted,
           std::vector<std::vector<RunProcess>>& processes)
      : snapshot_(snapshot),
        tree_(snapshot.tree),
        matcher_(matcher),
        runs_(runs),
        processes_(processes),
        anchors_(snapshot.strings, AnchorsIn{&matcher}) {
    for (const std::vector<RunProcess>& run : processes) {
      for (const RunProcess& process : run) owned_.insert(process.entity.value);
    }
    for (std::uint32_t i = 0; i < runs.size(); ++i) {
      if (!runs[i].sequence) continue;
      by_folder_[{runs[i].host.value, runs[i].channel, runs[i].name, *runs[i].sequence}]
          .emplace_back(tree_.image(runs[i].root_image).start, i);
    }
    for (const Planted& thing : planted)
      by_path_[{thing.host.value, folded(thing.path)}].emplace_back(thing.time, &thing);
    for (auto& [key, list] : by_folder_) sort_by_time(list);
    for (auto& [key, list] : by_path_) sort_by_time(list);
  }

  void run() {
    if (by_folder_.empty() && by_path_.empty()) return;
    for (std::size_t i = 0; i < tree_.entities().size(); ++i) {
      const EntityId id = EntityId::from_index(i);
      if (owned_.count(id.value) != 0) continue;
      const std::size_t count =
          std::min<std::size_t>(tree_.entity(id).image_count, kMaxImagesAsked);
      for (std::size_t k = 0; k < count; ++k) {
        const ImageId image = ImageId::from_index(tree_.entity(id).first_image + k);
        if (by_its_folder(id, image) || by_its_program(id, image)) break;
      }
    }
  }

 private:
  template <class T>
  using Timed = std::vector<std::pair<Timestamp, T>>;

  template <class T>
  static void sort_by_time(Timed<T>& list) {
    std::stable_sort(list.begin(), list.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  // The last that is not later.
  template <class T>
  static const T* latest(const Timed<T>& list, Timestamp time) {
    const auto after =
        std::upper_bound(list.begin(), list.end(), time,
                         [](Timestamp wanted, const auto& entry) { return wanted < entry.first; });
    return after == list.begin() ? nullptr : &std::prev(after)->second;
  }

  bool by_its_folder(EntityId id, ImageId image_id) {
    const ProcessImage& image = tree_.image(image_id);
    if (by_folder_.empty()) return false;
    if ((anchors_.of(image.working_directory) & kFolderAnchor) == 0) return false;
    const ProcessEntity& entity = tree_.entity(id);
    const auto [at, fresh] = folders_.try_emplace(image.working_directory.value);
    if (fresh) {
      at->second =
          matcher_.folder_of(snapshot_.strings.view(image.working_directory), platform_of(entity));
    }
    const std::uint32_t* best = nullptr;
    for (const ScriptHit& hit : at->second) {
      if (!hit.sequence) continue;
      const auto found = by_folder_.find({entity.host.value, hit.channel, hit.name, *hit.sequence});
      if (found == by_folder_.end()) continue;
      if (const std::uint32_t* run = latest(found->second, image.start)) best = run;
    }
    if (best == nullptr) return false;
    // The handler's own programs work there as well, above the run.
    const auto& above = runs_[*best].ancestors;
    if (std::find(above.begin(), above.end(), id) != above.end()) return false;
    take(id, image_id, *best, Membership::reparented,
         fmt::format("works in the run's folder {}",
                     snapshot_.strings.view(image.working_directory)));
    return true;
  }

  bool by_its_program(EntityId id, ImageId image_id) {
    if (by_path_.empty()) return false;
    const ProcessImage& image = tree_.image(image_id);
    const Planted* made = nullptr;
    const auto try_path = [&](StringId path) {
      const std::string_view text = snapshot_.strings.view(path);
      if (text.empty()) return;
      const auto at = by_path_.find({tree_.entity(id).host.value, folded(text)});
      if (at == by_path_.end()) return;
      const Planted* const* thing = latest(at->second, image.start);
      if (thing != nullptr && (made == nullptr || made->time <= (*thing)->time)) made = *thing;
    };
    try_path(image.executable);
    const auto args = tree_.args(image.args);
    for (std::size_t a = 0; a < std::min(args.size(), kArgumentsAsked); ++a) try_path(args[a]);
    if (made == nullptr) return false;
    take(id, image_id, made->run, Membership::follow_on,
         fmt::format("runs {}, which {} of the run left", made->path, made->maker));
    return true;
  }

  // With what is below it, as far as no run has it.
  void take(EntityId entity, ImageId image, std::uint32_t run, Membership membership,
            const std::string& reason) {
    std::size_t left_out = 0;
    std::vector<RunProcess>& into = processes_[run];
    for (RunProcess& process : descendants(snapshot_, entity, image, owned_, left_out)) {
      if (into.size() >= kMaxRunProcesses) return;
      if (!owned_.insert(process.entity.value).second) continue;
      if (process.membership == Membership::root) {
        process.membership = membership;
        process.reason = reason;
      } else if (membership == Membership::follow_on) {
        process.membership = Membership::follow_on;
      }
      process.depth = static_cast<std::uint16_t>(std::min<int>(process.depth + 1, 0xFFFF));
      into.push_back(std::move(process));
    }
  }

  /// A program that was left is run itself, or is given to an interpreter near the front.
  static constexpr std::size_t kArgumentsAsked = 8;

  const CaseSnapshot& snapshot_;
  const ProcessTree& tree_;
  const ChannelMatcher& matcher_;
  const std::vector<TreeRun>& runs_;
  std::vector<std::vector<RunProcess>>& processes_;
  std::unordered_set<std::uint32_t> owned_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::string, std::uint64_t>,
           Timed<std::uint32_t>>
      by_folder_;  // (host, channel, name, number)
  std::map<std::pair<std::uint32_t, std::string>, Timed<const Planted*>> by_path_;  // (host, path)
  TextMarks<AnchorsIn> anchors_;                                       // of working directories
  std::unordered_map<std::uint32_t, std::vector<ScriptHit>> folders_;  // by working directory
};

}  // namespace

void add_detached(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
                  const std::vector<TreeRun>& runs, const std::vector<Planted>& planted,
                  std::vector<std::vector<RunProcess>>& processes) {
  Detached(snapshot, matcher, runs, planted, processes).run();
}

}  // namespace stemma
