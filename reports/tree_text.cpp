#include "reports/tree_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"

namespace stemma {
namespace {

// A chain of parents deeper than this is printed flat from here on: the text must stay readable,
// and forged chains must end.
constexpr std::size_t kMaxIndent = 64;

std::string name_of(const CaseSnapshot& snapshot, EntityId id) {
  const ImageId image = snapshot.tree.last_image(id);
  if (!image) return "?";
  const ProcessImage& shown = snapshot.tree.image(image);
  const std::string_view name = snapshot.strings.view(shown.name ? shown.name : shown.executable);
  return name.empty() ? "?" : visible(name);
}

std::string user_of(const CaseSnapshot& snapshot, const ProcessImage& image) {
  const std::string_view domain = snapshot.strings.view(image.user_domain);
  const std::string_view name = snapshot.strings.view(image.user_name);
  if (name.empty()) return std::string(snapshot.strings.view(image.user_id));
  return domain.empty() ? std::string(name) : fmt::format("{}\\{}", domain, name);
}

std::string_view end_text(const ProcessEntity& entity) {
  switch (entity.end_kind) {
    case EndKind::seen:
      return "";
    case EndKind::open:
      return "";
    case EndKind::pid_reuse:
      return ", pid used again";
    case EndKind::boot:
      return ", until boot";
  }
  return "";
}

}  // namespace

std::string process_line(const CaseSnapshot& snapshot, EntityId id, Secrets secrets) {
  const ProcessEntity& entity = snapshot.tree.entity(id);
  std::string line = name_of(snapshot, id);
  if (entity.pid != kNoPid) line += fmt::format("  pid {}", entity.pid);
  if (entity.placeholder) {
    line += "  (not seen itself)";
  } else {
    line += fmt::format("  {}", format_time(entity.start, 3));
    if (entity.end_kind == EndKind::seen)
      line += fmt::format(" … {}", format_time(entity.end, 3).substr(11));
    line += end_text(entity);
  }
  const auto images = snapshot.tree.images_of(id);
  if (!images.empty()) {
    // A program that only other records mention gives way to those whose start was seen.
    const bool any_seen = std::any_of(images.begin(), images.end(), [](const ProcessImage& image) {
      return static_cast<bool>(image.event);
    });
    std::string commands;
    std::string user;
    for (const ProcessImage& image : images) {
      if (any_seen && !image.event) continue;
      if (user.empty()) user = visible(user_of(snapshot, image));
      const std::string_view command = snapshot.strings.view(image.command_line);
      const std::string_view shown =
          command.empty() ? snapshot.strings.view(image.executable) : command;
      if (!shown.empty())
        commands += (commands.empty() ? "  " : "  ⇒ ") + visible(redact(shown, secrets));
    }
    if (!user.empty()) line += "  " + user;
    line += commands;
  } else if (entity.inherited) {
    line += "  (fork of its parent, no exec)";
  }
  return line;
}

std::string chain_text(const CaseSnapshot& snapshot, EntityId id) {
  std::string chain;
  std::vector<EntityId> up = ancestors(snapshot.tree, id, kMaxIndent);
  for (auto at = up.rbegin(); at != up.rend(); ++at) chain += name_of(snapshot, *at) + " → ";
  return chain + name_of(snapshot, id);
}

void append_tree(const CaseSnapshot& snapshot, const std::vector<EntityId>& roots,
                 const TreeTextOptions& options, std::string& out) {
  // What is asked for and everything above it.
  std::vector<bool> shown(snapshot.tree.entities().size(), !options.show);
  if (options.show) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const EntityId id = EntityId::from_index(i);
      if (shown[i] || !options.show(id)) continue;
      for (EntityId at = id; at && !shown[at.index()]; at = snapshot.tree.entity(at).parent)
        shown[at.index()] = true;
    }
  }
  struct Step {
    EntityId id;
    std::size_t depth;
  };
  HostId host;
  std::vector<Step> stack;
  for (auto root = roots.rbegin(); root != roots.rend(); ++root) stack.push_back({*root, 0});
  while (!stack.empty()) {
    const Step step = stack.back();
    stack.pop_back();
    if (!shown[step.id.index()]) continue;
    const ProcessEntity& entity = snapshot.tree.entity(step.id);
    if (!options.names_only && step.depth == 0 && entity.host != host) {
      if (!out.empty()) out += '\n';
      out += fmt::format("host {}\n",
                         entity.host ? visible(snapshot.hosts.name(entity.host)) : "(unknown)");
      host = entity.host;
    }
    std::string line(std::min(step.depth, kMaxIndent) * (options.names_only ? 1 : 2), ' ');
    if (options.names_only) {
      line += name_of(snapshot, step.id);
    } else {
      const std::string mark = options.mark ? options.mark(step.id) : std::string();
      line += mark + process_line(snapshot, step.id, options.secrets);
      if (options.width != 0) line = fit(line, options.width);
    }
    out += line + '\n';
    const auto children = snapshot.tree.children(step.id);
    for (auto child = children.rbegin(); child != children.rend(); ++child)
      stack.push_back({*child, step.depth + 1});
  }
}

}  // namespace stemma
