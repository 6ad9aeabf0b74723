#include "detection/invocations/script_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "events/paths.hpp"

namespace stemma {
namespace {

std::string folded(std::string_view path) {
  std::string out = ascii_lower(path);
  std::replace(out.begin(), out.end(), '\\', '/');
  return out;
}

bool is_output(std::string_view path) {
  const std::string name = ascii_lower(base_name(path));
  return name == "stdout" || name == "stderr" || name.find("mrseq") != std::string::npos;
}

}  // namespace

std::string_view script_state_name(ScriptState state) {
  switch (state) {
    case ScriptState::unknown:
      return "unknown";
    case ScriptState::recovered:
      return "recovered";
    case ScriptState::partial:
      return "partial";
    case ScriptState::gone:
      return "gone";
    case ScriptState::encrypted:
      return "encrypted";
  }
  return "";
}

std::vector<LoggedScript> join_script_blocks(
    const std::vector<ScriptBlock>& blocks,
    const std::function<EntityId(const ScriptBlock&)>& process_of) {
  std::map<std::tuple<std::string, std::uint32_t>, std::vector<const ScriptBlock*>> by_id;
  for (const ScriptBlock& block : blocks)
    by_id[{block.id, process_of(block).value}].push_back(&block);
  std::vector<LoggedScript> found;
  for (auto& [key, parts] : by_id) {
    std::stable_sort(parts.begin(), parts.end(), [](const ScriptBlock* a, const ScriptBlock* b) {
      return std::tie(a->number, a->event.value) < std::tie(b->number, b->event.value);
    });
    LoggedScript made;
    made.id = parts.front()->id;
    made.entity = EntityId{std::get<1>(key)};
    made.time = parts.front()->time;
    std::int64_t expected = 1;
    for (const ScriptBlock* part : parts) {
      made.events.push_back(part->event);
      if (made.path.empty()) made.path = part->path;
      if (part->number < expected) continue;  // the same part, logged again
      if (part->number != expected) made.whole = false;
      if (made.text.size() + part->text.size() <= kMaxScriptText) {
        made.text += part->text;
      } else {
        made.whole = false;
      }
      expected = part->number + 1;
    }
    if (expected <= parts.front()->total) made.whole = false;
    std::sort(made.events.begin(), made.events.end(),
              [](EventId a, EventId b) { return a.value < b.value; });
    found.push_back(std::move(made));
  }
  std::sort(found.begin(), found.end(), [](const LoggedScript& a, const LoggedScript& b) {
    return a.events.front().value < b.events.front().value;
  });
  return found;
}

ScriptText script_text_of(const std::string& path, const GuestRun* guest,
                          const std::vector<const LoggedScript*>& logged,
                          const EvidenceAccess& access) {
  ScriptText script;
  script.path = path;
  const std::string wanted = folded(path);
  if (guest != nullptr) {
    const RunFile* best = nullptr;
    for (const RunFile& file : guest->files) {
      if (is_output(file.guest_path)) continue;
      if (best == nullptr || folded(file.guest_path) == wanted) best = &file;
    }
    if (best != nullptr) {
      const std::string_view bytes = access.content(best->artifact);
      script.state = bytes.size() > kMaxScriptText ? ScriptState::partial : ScriptState::recovered;
      script.text = bytes.substr(0, kMaxScriptText);
      script.sha256 = access.sha256_hex(bytes);
      script.source = "file";
      script.file = best->artifact;
      if (script.path.empty() || base_name(script.path) == script.path)
        script.path = best->guest_path;
      return script;
    }
  }
  const auto from_text = [&](std::string text, std::string source, std::vector<EventId> events) {
    script.state = ScriptState::recovered;
    script.sha256 = access.sha256_hex(text);
    script.text = std::move(text);
    script.source = std::move(source);
    script.events = std::move(events);
  };
  if (guest != nullptr) {
    for (const GuestFact* fact : guest->settings) {
      if (!fact->script.empty()) {
        from_text(fact->script.substr(0, kMaxScriptText), "settings", {fact->event});
        return script;
      }
    }
  }
  const LoggedScript* best = nullptr;
  for (const LoggedScript* block : logged) {
    const bool same = !wanted.empty() && !block->path.empty() &&
                      base_name(folded(block->path)) == base_name(wanted);
    if (same && (best == nullptr || (block->whole && !best->whole))) best = block;
  }
  if (best != nullptr) {
    from_text(best->text, "script block log", best->events);
    if (!best->whole) script.state = ScriptState::partial;
    return script;
  }
  if (guest != nullptr &&
      std::any_of(guest->settings.begin(), guest->settings.end(),
                  [](const GuestFact* fact) { return fact->protected_settings; })) {
    script.state = ScriptState::encrypted;
    return script;
  }
  script.state = path.empty() ? ScriptState::unknown : ScriptState::gone;
  return script;
}

}  // namespace stemma
