#include "detection/channels/channel_matcher.hpp"

#include <algorithm>

#include "events/paths.hpp"

namespace stemma {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool fits(Platform channel, Platform host) {
  return channel == Platform::any || host == Platform::any || channel == host;
}

ScriptHit hit(std::uint32_t channel, const PatternMatch& match) {
  ScriptHit made;
  made.channel = channel;
  made.name = match.name.empty() ? std::string(match.command_id) : std::string(match.name);
  made.sequence = match.sequence;
  made.script = match.all;
  return made;
}

}  // namespace

ChannelMatcher::ChannelMatcher(const ChannelSet& channels)
    : channels_(channels), anchors_(channels) {}

std::vector<ScriptHit> ChannelMatcher::scripts_in(std::string_view command_line,
                                                  Platform platform) const {
  std::vector<ScriptHit> hits;
  if ((anchors_.in(command_line)&kScriptAnchor) == 0) return hits;
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    const Channel& channel = channels_.channels[i];
    if (!fits(channel.platform, platform)) continue;
    for (const ScriptPlace& place : channel.scripts) {
      if (const auto match = place.pattern.find(command_line)) {
        hits.push_back(hit(i, *match));
        hits.back().mode = place.mode;
        break;
      }
    }
  }
  if (!hits.empty()) return hits;
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    const Channel& channel = channels_.channels[i];
    if (!fits(channel.platform, platform)) continue;
    for (const PathPattern& pattern : channel.command_lines) {
      if (const auto match = pattern.find(command_line)) {
        hits.push_back(hit(i, *match));
        hits.back().shape_only = true;
        // The script is the last word of what was found: `-File script3.ps1`.
        const std::size_t blank = hits.back().script.find_last_of(" \t");
        if (blank != std::string::npos) hits.back().script.erase(0, blank + 1);
        break;
      }
    }
  }
  return hits;
}

std::vector<ScriptHit> ChannelMatcher::folder_of(std::string_view working_directory,
                                                 Platform platform) const {
  std::vector<ScriptHit> hits;
  if ((anchors_.in(working_directory)&kFolderAnchor) == 0) return hits;
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    if (!fits(channels_.channels[i].platform, platform)) continue;
    for (const PathPattern& pattern : channels_.channels[i].working_directories) {
      if (const auto match = pattern.match(working_directory)) {
        hits.push_back(hit(i, *match));
        break;
      }
    }
  }
  return hits;
}

std::optional<std::uint32_t> ChannelMatcher::handler(std::string_view executable,
                                                     std::string_view command_line) const {
  const auto test = [&](std::string_view text, bool with_blanks) -> std::optional<std::uint32_t> {
    if ((anchors_.in(text)&kHandlerAnchor) == 0) return std::nullopt;
    for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
      for (const PathPattern& pattern : channels_.channels[i].handlers) {
        const bool blanks = pattern.text().find(" -") != std::string::npos;
        if (blanks == with_blanks && pattern.match(text)) return i;
      }
    }
    return std::nullopt;
  };
  if (auto by_program = test(executable, false)) return by_program;
  return test(command_line, true);
}

std::optional<std::uint32_t> ChannelMatcher::handler_in(std::string_view command_line) const {
  if ((anchors_.in(command_line)&kHandlerAnchor) == 0) return std::nullopt;
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    for (const PathPattern& pattern : channels_.channels[i].handlers) {
      if (pattern.find(command_line)) return i;
    }
  }
  return std::nullopt;
}

std::optional<std::string> ChannelMatcher::agent(std::uint32_t channel, std::string_view executable,
                                                 std::string_view command_line) const {
  for (const PathPattern& pattern : channels_.channels[channel].agents) {
    auto match = pattern.match(executable);
    if (!match) match = pattern.find(command_line);
    if (match) return std::string(base_name(match->all));
  }
  return std::nullopt;
}

bool ChannelMatcher::ignored(std::uint32_t channel, std::string_view command_line) const {
  const auto& ignore = channels_.channels[channel].ignore;
  return std::any_of(ignore.begin(), ignore.end(), [&](const PathPattern& pattern) {
    return pattern.match(command_line).has_value();
  });
}

std::optional<std::uint32_t> ChannelMatcher::by_extension(std::string_view name) const {
  const std::string wanted = lower(name);
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    const auto& names = channels_.channels[i].extensions;
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> ChannelMatcher::by_file(std::string_view guest_path) const {
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    for (const PathPattern& pattern : channels_.channels[i].files) {
      if (pattern.match(guest_path)) return i;
    }
  }
  return std::nullopt;
}

std::optional<ScriptHit> ChannelMatcher::run_of_file(std::string_view guest_path) const {
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    const Channel& channel = channels_.channels[i];
    for (const ScriptPlace& place : channel.scripts) {
      if (const auto match = place.pattern.match(guest_path)) {
        ScriptHit found = hit(i, *match);
        found.mode = place.mode;
        return found;
      }
    }
    for (const PathPattern& pattern : channel.working_directories) {
      if (const auto match = pattern.match(guest_path); match && match->sequence)
        return hit(i, *match);
    }
  }
  return std::nullopt;
}

std::vector<std::uint32_t> ChannelMatcher::by_operation(std::string_view name) const {
  const std::string wanted = lower(name);
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < channels_.channels.size(); ++i) {
    const auto& names = channels_.channels[i].cloud_operations;
    if (std::find(names.begin(), names.end(), wanted) != names.end()) found.push_back(i);
  }
  return found;
}

}  // namespace stemma
