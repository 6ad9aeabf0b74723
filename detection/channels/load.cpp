#include "detection/channels/load.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "detection/channels/shipped.hpp"
#include "events/text.hpp"

namespace stemma {
namespace fs = std::filesystem;
namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view file, LoadedChannels& into) : file_(file), into_(into) {}

  void run(const toml::table& table) {
    Channel channel;
    channel.file = file_;
    const toml::table* found = table["channel"].as_table();
    if (found == nullptr) return problem(table, "no [channel] in the file");
    for (const auto& [key, value] : table) {
      if (key != "channel") problem(value, fmt::format("unknown table '{}'", key.str()));
    }
    table_ = found;
    channel.id = text("id", true);
    channel.name = text("name", true);
    channel.description = text("description", false);
    const std::string platform = text("platform", true);
    if (platform == "windows") {
      channel.platform = Platform::windows;
    } else if (platform == "linux") {
      channel.platform = Platform::linux;
    } else if (platform != "any" && !platform.empty()) {
      problem(*table_->get("platform"),
              fmt::format("platform is windows, linux or any, not '{}'", visible(platform)));
    }
    channel.techniques = texts("techniques");
    channel.handlers = patterns("handlers");
    channel.agents = patterns("agents");
    channel.command_lines = patterns("command_lines");
    channel.working_directories = patterns("working_directories");
    channel.files = patterns("files");
    channel.ignore = patterns("ignore");
    if (const toml::node* routine = table_->get("routine")) {
      const auto* value = routine->as_boolean();
      if (value == nullptr) problem(*routine, "'routine' is true or false");
      channel.routine = value != nullptr && value->get();
    }
    for (PathPattern& pattern : patterns("scripts"))
      channel.scripts.push_back({std::move(pattern), {}});
    if (const toml::node* modes = table_->get("modes")) {
      if (const toml::table* of = modes->as_table()) {
        for (const auto& [mode, list] : *of) {
          for (PathPattern& pattern : patterns_in(list, mode.str()))
            channel.scripts.push_back({std::move(pattern), std::string(mode.str())});
        }
      } else {
        problem(*modes, "'modes' is a table of lists: mode = [\"pattern\", …]");
      }
    }
    for (const std::string& name : texts("extensions")) channel.extensions.push_back(folded(name));
    for (const std::string& name : texts("cloud_operations"))
      channel.cloud_operations.push_back(folded(name));
    channel.users = texts("users");
    channel.triage = texts("triage");
    channel.false_positives = texts("false_positives");
    channel.response = texts("response");
    for (const auto& [key, value] : *table_) {
      static constexpr std::string_view kKnown[] = {"id",
                                                    "name",
                                                    "description",
                                                    "platform",
                                                    "techniques",
                                                    "handlers",
                                                    "agents",
                                                    "scripts",
                                                    "modes",
                                                    "command_lines",
                                                    "extensions",
                                                    "users",
                                                    "triage",
                                                    "false_positives",
                                                    "response",
                                                    "cloud_operations",
                                                    "working_directories",
                                                    "ignore",
                                                    "routine", "files",
                                                    "modes"};
      if (std::find(std::begin(kKnown), std::end(kKnown), key.str()) == std::end(kKnown))
        problem(value, fmt::format("unknown key '{}'", visible(key.str())));
    }
    if (!failed_ && channel.handlers.empty() && channel.scripts.empty() &&
        channel.command_lines.empty()) {
      problem(*table_, "a channel needs handlers, scripts or command_lines to be known by");
    }
    if (failed_) return;
    auto& list = into_.set.channels;
    const auto same = std::find_if(list.begin(), list.end(),
                                   [&](const Channel& other) { return other.id == channel.id; });
    if (same != list.end()) {
      *same = std::move(channel);
    } else if (list.size() >= kMaxChannels) {
      problem(*table_, fmt::format("more than {} channels", kMaxChannels));
    } else {
      list.push_back(std::move(channel));
    }
  }

 private:
  void problem(const toml::node& node, std::string text) {
    failed_ = true;
    const toml::source_position at = node.source().begin;
    into_.problems.push_back({file_, at.line, at.column, std::move(text)});
  }

  std::string text(std::string_view key, bool needed) {
    const toml::node* node = table_->get(key);
    if (node == nullptr) {
      if (needed) problem(*table_, fmt::format("'{}' is missing", key));
      return {};
    }
    const auto* value = node->as_string();
    if (value == nullptr || (needed && value->get().empty())) {
      problem(*node, fmt::format("'{}' is a text", key));
      return {};
    }
    return value->get();
  }

  std::vector<std::string> texts(std::string_view key) {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return {};
    return texts_in(*node, key);
  }

  std::vector<std::string> texts_in(const toml::node& node, std::string_view key) {
    std::vector<std::string> made;
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      problem(node, fmt::format("'{}' is a list of texts", key));
      return made;
    }
    if (list->size() > kMaxChannelPatterns) {
      problem(node, fmt::format("'{}' has {} entries, at most {} are read", key, list->size(),
                                kMaxChannelPatterns));
      return made;
    }
    for (const toml::node& entry : *list) {
      if (const auto* value = entry.as_string()) {
        made.push_back(value->get());
      } else {
        problem(entry, fmt::format("'{}' is a list of texts", key));
      }
    }
    return made;
  }

  std::vector<PathPattern> patterns(std::string_view key) {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return {};
    return patterns_in(*node, key);
  }

  std::vector<PathPattern> patterns_in(const toml::node& node, std::string_view key) {
    std::vector<PathPattern> made;
    for (const std::string& text : texts_in(node, key)) {
      auto pattern = PathPattern::parse(text);
      if (pattern) {
        made.push_back(std::move(*pattern));
      } else {
        problem(node, fmt::format("'{}': {} in '{}'", key, pattern.error(), visible(text)));
      }
    }
    return made;
  }

  std::string file_;
  LoadedChannels& into_;
  const toml::table* table_ = nullptr;
  bool failed_ = false;
};

void read_file(const fs::path& path, LoadedChannels& into) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > kMaxChannelFile) {
    into.problems.push_back(
        {path.string(), 0, 0,
         error ? "cannot be read: " + error.message()
               : fmt::format("{} bytes, at most {} are read", size, kMaxChannelFile)});
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  read_channel(text, path.string(), into);
}

}  // namespace

const Channel* ChannelSet::find(std::string_view id) const {
  for (const Channel& channel : channels) {
    if (channel.id == id) return &channel;
  }
  return nullptr;
}

std::string describe(const ChannelProblem& problem) {
  if (problem.line == 0) return fmt::format("{}: {}", visible(problem.file), problem.text);
  return fmt::format("{}:{}:{}: {}", visible(problem.file), problem.line, problem.column,
                     problem.text);
}

void read_channel(std::string_view text, std::string_view file, LoadedChannels& into) {
  try {
    const toml::table table = toml::parse(text, file);
    Reader(file, into).run(table);
  } catch (const toml::parse_error& error) {
    into.problems.push_back({std::string(file), error.source().begin.line,
                             error.source().begin.column, visible(error.description())});
  }
}

LoadedChannels load_channels(std::span<const fs::path> paths) {
  LoadedChannels loaded;
  for (const EmbeddedFile& file : shipped_channels())
    read_channel(file.text, "shipped/" + std::string(file.name), loaded);
  for (const fs::path& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      read_file(path, loaded);
      continue;
    }
    std::vector<fs::path> files;
    for (fs::directory_iterator at(path, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      if (at->path().extension() == ".toml" && at->is_regular_file(error))
        files.push_back(at->path());
      if (files.size() > kMaxChannelFolderEntries) {
        loaded.problems.push_back(
            {path.string(), 0, 0, fmt::format("more than {} files", kMaxChannelFolderEntries)});
        break;
      }
    }
    if (error) {
      loaded.problems.push_back({path.string(), 0, 0, "cannot be read: " + error.message()});
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) read_file(file, loaded);
  }
  std::sort(loaded.set.channels.begin(), loaded.set.channels.end(),
            [](const Channel& a, const Channel& b) { return a.id < b.id; });
  return loaded;
}

}  // namespace stemma
