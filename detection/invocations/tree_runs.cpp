#include "detection/invocations/tree_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "detection/invocations/text_marks.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

// Programs that run what they are given: shells, interpreters, and those that only start another.
constexpr std::string_view kStarters[] = {
    "sh",         "bash",    "dash",    "ash",     "ksh",         "mksh",   "zsh",     "csh",
    "tcsh",       "fish",    "busybox", "env",     "sudo",        "su",     "runuser", "nohup",
    "setsid",     "timeout", "nice",    "ionice",  "systemd-run", "script", "unshare", "chroot",
    "python",     "perl",    "ruby",    "node",    "php",         "lua",    "tclsh",   "pwsh",
    "powershell", "cmd",     "wscript", "cscript", "conhost",     "start",  "awk"};

bool is_starter(std::string_view program) {
  std::string name = ascii_lower(base_name(program));
  if (name.size() > 4 && name.compare(name.size() - 4, 4, ".exe") == 0)
    name.resize(name.size() - 4);
  // `python3.11`, `perl5.36`
  while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9')))
    name.pop_back();
  return std::find(std::begin(kStarters), std::end(kStarters), name) != std::end(kStarters);
}

bool is_system(const CaseSnapshot& snapshot, const ProcessImage& image) {
  const std::string_view id = snapshot.strings.view(image.user_id);
  const std::string_view name = snapshot.strings.view(image.user_name);
  return id == "0" || id == "S-1-5-18" || name == "root" || ascii_iequals(name, "system") ||
         ascii_iequals(snapshot.strings.view(image.integrity_level), "system");
}

// What the channels say of one text, kept by its id: a log repeats its texts. Most have no anchor,
// which a byte tells.
class Texts {
 public:
  Texts(const CaseSnapshot& snapshot, const ChannelMatcher& matcher)
      : snapshot_(snapshot), matcher_(matcher), anchors_(snapshot.strings, AnchorsIn{&matcher}) {}

  const std::vector<ScriptHit>& scripts(StringId command_line, Platform platform) {
    if ((anchors_.of(command_line) & kScriptAnchor) == 0) return none_;
    const auto [at, fresh] = scripts_.try_emplace(std::make_pair(command_line.value, platform));
    if (fresh) at->second = matcher_.scripts_in(snapshot_.strings.view(command_line), platform);
    return at->second;
  }

  std::optional<std::uint32_t> handler(const ProcessImage& image) {
    const AnchorSet anchors = anchors_.of(image.executable) | anchors_.of(image.command_line);
    if ((anchors & kHandlerAnchor) == 0) return std::nullopt;
    const std::uint64_t key =
        (std::uint64_t{image.executable.value} << 32) | image.command_line.value;
    const auto [at, fresh] = handlers_.try_emplace(key);
    if (fresh) {
      at->second = matcher_.handler(snapshot_.strings.view(image.executable),
                                    snapshot_.strings.view(image.command_line));
    }
    return at->second;
  }

  std::optional<std::uint32_t> handler_in(const ProcessImage& image) {
    if ((anchors_.of(image.command_line) & kHandlerAnchor) == 0) return std::nullopt;
    const auto [at, fresh] = named_.try_emplace(image.command_line.value);
    if (fresh) at->second = matcher_.handler_in(snapshot_.strings.view(image.command_line));
    return at->second;
  }

 private:
  struct Hash {
    std::size_t operator()(const std::pair<std::uint32_t, Platform>& key) const {
      return (std::size_t{key.first} << 2) ^ static_cast<std::size_t>(key.second);
    }
  };
  const CaseSnapshot& snapshot_;
  const ChannelMatcher& matcher_;
  TextMarks<AnchorsIn> anchors_;
  const std::vector<ScriptHit> none_;
  std::unordered_map<std::pair<std::uint32_t, Platform>, std::vector<ScriptHit>, Hash> scripts_;
  std::unordered_map<std::uint64_t, std::optional<std::uint32_t>> handlers_;
  std::unordered_map<std::uint32_t, std::optional<std::uint32_t>> named_;
};

class Finder {
 public:
  Finder(const CaseSnapshot& snapshot, const ChannelSet& channels, const ChannelMatcher& matcher,
         bool all)
      : snapshot_(snapshot),
        tree_(snapshot.tree),
        channels_(channels),
        matcher_(matcher),
        texts_(snapshot, matcher),
        all_(all) {}

  TreeRuns run() {
    for (std::size_t i = 0; i < tree_.entities().size(); ++i) {
      const EntityId entity = EntityId::from_index(i);
      const auto images = tree_.images_of(entity);
      for (std::size_t k = 0; k < images.size(); ++k) look(entity, images[k], image_id(entity, k));
    }
    for (auto& [key, run] : runs_) finish(run);
    for (std::size_t i = 0; i < tree_.entities().size(); ++i) commands(EntityId::from_index(i));
    TreeRuns found;
    found.routine = routine_;
    found.left_out = left_out_;
    for (auto& [key, run] : runs_) found.runs.push_back(std::move(run));
    for (TreeRun& run : commands_) found.runs.push_back(std::move(run));
    const auto order = [&](const TreeRun& run) {
      return std::make_tuple(snapshot_.hosts.name(run.host), tree_.image(run.root_image).start,
                             run.root.value, run.sequence.value_or(0));
    };
    std::stable_sort(found.runs.begin(), found.runs.end(),
                     [&](const TreeRun& a, const TreeRun& b) { return order(a) < order(b); });
    return found;
  }

 private:
  using Key = std::tuple<std::uint32_t, std::string, std::uint64_t>;  // root, name, number

  ImageId image_id(EntityId entity, std::size_t k) const {
    return ImageId::from_index(tree_.entity(entity).first_image + k);
  }
  std::span<const ProcessImage> asked(EntityId entity) const {
    const auto images = tree_.images_of(entity);
    return images.first(std::min(images.size(), kMaxImagesAsked));
  }
  std::string_view view(StringId id) const { return snapshot_.strings.view(id); }

  // Whether the command runs the script that it names.
  bool runs(const ProcessImage& image, const ScriptHit& hit) const {
    if (hit.shape_only) return true;
    const auto args = tree_.args(image.args);
    std::string_view program = args.empty() ? view(image.command_line) : view(args[0]);
    if (args.empty()) {
      if (!program.empty() && program.front() == '"') {
        program.remove_prefix(1);
        program = program.substr(0, program.find('"'));
      } else if (program.compare(0, hit.script.size(), hit.script) != 0) {
        program = program.substr(0, program.find(' '));
      }
    }
    if (program.compare(0, hit.script.size(), hit.script) == 0) return true;
    return is_starter(program) || is_starter(view(image.executable));
  }

  void look(EntityId entity, const ProcessImage& image, ImageId id) {
    if (!image.command_line) return;
    const auto& hits = texts_.scripts(image.command_line, platform_of(tree_.entity(entity)));
    for (const ScriptHit& hit : hits) {
      if (!runs(image, hit)) continue;
      add(entity, id, hit);
      break;
    }
  }

  // The outermost process that names the same script, seen from this one.
  void add(EntityId entity, ImageId id, const ScriptHit& hit) {
    EntityId root = entity;
    ImageId root_image = id;
    const auto same = [&](EntityId at) {
      const auto images = asked(at);
      for (std::size_t k = 0; k < images.size(); ++k) {
        if (!images[k].command_line) continue;
        for (const ScriptHit& other :
             texts_.scripts(images[k].command_line, platform_of(tree_.entity(at)))) {
          if (other.name == hit.name && other.sequence == hit.sequence &&
              base_name(other.script) == base_name(hit.script) && runs(images[k], other)) {
            root = at;
            root_image = image_id(at, k);
            return true;
          }
        }
      }
      return false;
    };
    same(entity);  // an earlier image of the same life
    std::vector<EntityId> above;
    if (const EntityId parent = parent_of(entity, id)) {
      above.push_back(parent);
      for (const EntityId at : ancestors(tree_, parent)) above.push_back(at);
    }
    for (const EntityId at : above) same(at);
    const Key key{root.value, hit.name, hit.sequence.value_or(0)};
    if (runs_.size() >= kMaxTreeRuns && runs_.find(key) == runs_.end()) {
      ++left_out_;
      return;
    }
    const auto [at, fresh] = runs_.try_emplace(key);
    TreeRun& run = at->second;
    if (fresh) {
      run.channel = hit.channel;
      run.mode = hit.mode;
      run.host = tree_.entity(root).host;
      run.name = hit.name;
      run.sequence = hit.sequence;
      run.script = hit.script;
      run.root = root;
      run.root_image = root_image;
      run.interpreter = entity;
      run.interpreter_image = id;
      shape_only_[key] = hit.shape_only;
      return;
    }
    if (run.mode.empty()) run.mode = hit.mode;
    if (!hit.shape_only && shape_only_[key]) {
      shape_only_[key] = false;
      run.channel = hit.channel;
      run.script = hit.script;
    }
    // Ids of entities are in no order of depth: the innermost is the one that has most above it.
    if (above.size() > depth(run.interpreter, run.interpreter_image) || entity == run.interpreter) {
      run.interpreter = entity;
      run.interpreter_image = id;
    }
  }

  std::size_t depth(EntityId entity, ImageId id) const {
    const EntityId parent = parent_of(entity, id);
    return parent ? 1 + ancestors(tree_, parent).size() : 0;
  }

  EntityId parent_of(EntityId entity, ImageId id) const {
    const EntityId parent = tree_.image(id).parent;
    return parent ? parent : tree_.entity(entity).parent;
  }

  void climb(TreeRun& run) {
    const EntityId parent = parent_of(run.root, run.root_image);
    if (!parent) return;
    run.ancestors.push_back(parent);
    for (const EntityId at : ancestors(tree_, parent)) run.ancestors.push_back(at);
  }

  void finish(TreeRun& run) {
    climb(run);
    const Key key{run.root.value, run.name, run.sequence.value_or(0)};
    const bool shape_only = shape_only_[key];
    std::optional<std::uint32_t> handler, named;
    const ProcessImage* handler_image = nullptr;
    const ProcessImage* named_image = nullptr;
    for (const EntityId at : run.ancestors) {
      for (const ProcessImage& image : asked(at)) {
        if (!handler) {
          handler = texts_.handler(image);
          if (handler) handler_image = &image;
        }
        if (!named) {
          named = texts_.handler_in(image);
          if (named) named_image = &image;
        }
      }
    }
    const std::uint32_t by_script = run.channel;
    const std::optional<std::uint32_t> by_lineage = handler ? handler : named;
    if (by_lineage && *by_lineage != run.channel && shape_only) {
      // A shape that several channels share: the handler above decides. The number was read as the
      // other channel numbers its scripts.
      run.channel = *by_lineage;
      run.sequence.reset();
    }
    folder(run, shape_only);
    const Channel& channel = channels_.channels[run.channel];
    bool system_user = is_system(snapshot_, tree_.image(run.root_image));
    const auto show = [&](const ProcessImage& image) {
      Reason reason;
      if (image.event) reason.events.push_back(image.event);
      return reason;
    };
    if (by_lineage && *by_lineage == run.channel) {
      const ProcessImage& image = handler ? *handler_image : *named_image;
      Reason reason = show(image);
      reason.text = handler ? fmt::format("the channel's handler {} is an ancestor",
                                          base_name(view(image.executable)))
                            : fmt::format("the ancestor {} was told to start the channel's handler",
                                          view(image.name));
      run.reasons.push_back(std::move(reason));
      run.confidence = Confidence::confirmed;
    } else if (by_lineage) {
      Reason reason = show(handler ? *handler_image : *named_image);
      reason.against = true;
      reason.text = fmt::format("an ancestor is the handler of another channel, {}",
                                channels_.channels[*by_lineage].name);
      run.reasons.push_back(std::move(reason));
    }
    Reason script = show(tree_.image(run.root_image));
    if (!shape_only || in_folder_) {
      script.text = in_folder_ && shape_only
                        ? "the script ran in the channel's folder"
                        : "the script lies where only this channel puts scripts";
      if (run.confidence != Confidence::confirmed && system_user)
        run.confidence = Confidence::probable;
      run.reasons.push_back(std::move(script));
      if (system_user) {
        Reason user = show(tree_.image(run.root_image));
        user.text = "it ran as SYSTEM or root, as the channel's scripts do";
        run.reasons.push_back(std::move(user));
      }
    } else if (run.channel == by_script) {
      script.text = "the command line has the channel's shape, which others share";
      run.reasons.push_back(std::move(script));
    }
    for (const EntityId at : run.ancestors) {
      bool seen = false;
      for (const ProcessImage& image : asked(at)) {
        if (seen) continue;
        const auto agent =
            matcher_.agent(run.channel, view(image.executable), view(image.command_line));
        if (!agent) continue;
        Reason reason = show(image);
        reason.text = fmt::format("the agent {} is an ancestor", *agent);
        run.reasons.push_back(std::move(reason));
        seen = true;
      }
      if (seen) break;
    }
    if (run.confidence != Confidence::confirmed) against(run, channel, show);
    for (const EntityId at : run.ancestors) claimed_.insert(at.value);
    claimed_.insert(run.root.value);
  }

  // A working directory that is a run's folder tells channel and number.
  void folder(TreeRun& run, bool shape_only) {
    in_folder_ = false;
    run.script_path = run.script;
    const bool relative = run.script.find_first_of("/\\") == std::string::npos;
    for (const ImageId id : {run.interpreter_image, run.root_image}) {
      const ProcessImage& image = tree_.image(id);
      const std::string_view cwd = view(image.working_directory);
      if (cwd.empty()) continue;
      const auto hits = matcher_.folder_of(cwd, platform_of(tree_.entity(run.root)));
      for (const ScriptHit& hit : hits) {
        if (hit.channel != run.channel && !shape_only) continue;
        if (hit.channel != run.channel) run.channel = hit.channel;
        if (!run.sequence) run.sequence = hit.sequence;
        if (run.name.empty()) run.name = hit.name;
        in_folder_ = true;
        break;
      }
      if (relative && !run.script.empty()) {
        const char slash = cwd.find('\\') != std::string_view::npos ? '\\' : '/';
        run.script_path = std::string(cwd);
        if (run.script_path.back() != slash) run.script_path += slash;
        run.script_path += run.script;
      }
      return;
    }
  }

  template <class Show>
  void against(TreeRun& run, const Channel& channel, Show show) {
    if (!channel.handlers.empty()) {
      Reason reason;
      reason.against = true;
      bool known = false;
      for (const EntityId at : run.ancestors) known = known || tree_.entity(at).start_seen;
      reason.text = known ? "no handler of the channel is among the ancestors that were seen"
                          : "no ancestor was seen: the records do not go back far enough";
      run.reasons.push_back(std::move(reason));
    }
    // Somebody at a desk.
    static constexpr std::string_view kHands[] = {
        "explorer.exe",  "sshd",     "sshd.exe",    "login",  "wsmprovhost.exe",
        "winrshost.exe", "code.exe", "gnome-shell", "screen", "tmux"};
    for (const EntityId at : run.ancestors) {
      for (const ProcessImage& image : asked(at)) {
        const std::string name = ascii_lower(base_name(view(image.executable)));
        if (std::find(std::begin(kHands), std::end(kHands), name) == std::end(kHands)) continue;
        Reason reason = show(image);
        reason.against = true;
        reason.text = fmt::format("{} is an ancestor: somebody may have typed it", name);
        run.reasons.push_back(std::move(reason));
        run.confidence = Confidence::possible;
        return;
      }
    }
  }

  // Children of a handler that name no script: a channel may run any command.
  void commands(EntityId entity) {
    const auto images = tree_.images_of(entity);
    if (images.empty() || claimed_.count(entity.value) != 0) return;
    const ProcessImage& image = images.front();
    if (!image.parent_image) return;
    const ProcessImage& parent = tree_.image(image.parent_image);
    const auto handler = texts_.handler(parent);
    if (!handler || !image.command_line) return;
    for (const ProcessImage& own : asked(entity)) {
      if (texts_.handler(own) || texts_.handler_in(own)) return;
    }
    if (matcher_.ignored(*handler, view(image.command_line))) return;
    const Channel& channel = channels_.channels[*handler];
    if (channel.routine && !all_) {
      ++routine_;
      return;
    }
    if (runs_.size() + commands_.size() >= kMaxTreeRuns) {
      ++left_out_;
      return;
    }
    TreeRun run;
    run.channel = *handler;
    run.host = tree_.entity(entity).host;
    run.root = run.interpreter = entity;
    run.root_image = run.interpreter_image = image_id(entity, 0);
    climb(run);
    for (const ScriptHit& hit :
         matcher_.folder_of(view(image.working_directory), platform_of(tree_.entity(entity)))) {
      if (hit.channel != run.channel) continue;
      run.sequence = hit.sequence;
      run.name = hit.name;
    }
    run.confidence = Confidence::confirmed;
    Reason reason;
    if (image.event) reason.events.push_back(image.event);
    reason.text =
        fmt::format("the channel's handler {} started it", base_name(view(parent.executable)));
    run.reasons.push_back(std::move(reason));
    commands_.push_back(std::move(run));
  }

  const CaseSnapshot& snapshot_;
  const ProcessTree& tree_;
  const ChannelSet& channels_;
  const ChannelMatcher& matcher_;
  Texts texts_;
  const bool all_;
  std::map<Key, TreeRun> runs_;
  std::map<Key, bool> shape_only_;
  std::vector<TreeRun> commands_;
  std::unordered_set<std::uint32_t> claimed_;
  std::uint64_t routine_ = 0;
  std::uint64_t left_out_ = 0;
  bool in_folder_ = false;
};

}  // namespace

Platform platform_of(const ProcessEntity& entity) {
  const auto has = [&](std::initializer_list<SourceKind> kinds) {
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](SourceKind kind) { return (entity.sources & source_bit(kind)) != 0; });
  };
  if (has({SourceKind::auditd, SourceKind::sysmon_linux, SourceKind::ecs_auditd,
           SourceKind::ecs_sysmon_linux}))
    return Platform::linux;
  if (has({SourceKind::sysmon, SourceKind::security, SourceKind::ecs_sysmon,
           SourceKind::ecs_security, SourceKind::ecs_windows}))
    return Platform::windows;
  return Platform::any;
}

TreeRuns runs_in_tree(const CaseSnapshot& snapshot, const ChannelSet& channels,
                      const ChannelMatcher& matcher, bool all) {
  return Finder(snapshot, channels, matcher, all).run();
}

}  // namespace stemma
