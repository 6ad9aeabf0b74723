#include "reports/document_activity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace stemma::document_activity {
namespace {

enum Kind : std::size_t { logons, processes, network, kKinds };
constexpr std::array<std::string_view, kKinds> kNames = {"logons", "processes", "network"};

constexpr CategorySet kLogon =
    category_bit(CategoryBit::authentication) | category_bit(CategoryBit::session);
constexpr CategorySet kNetwork =
    category_bit(CategoryBit::network) | category_bit(CategoryBit::dns);

// A name of a host as one word for a shell: text of the evidence stays text.
std::string shell_word(std::string_view text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
          std::string_view::npos)
    return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

void add_activity(const DocumentInput& input, const Invocation& run, DocumentRun& to) {
  if (!run.start.known()) return;
  const CaseSnapshot& snapshot = input.snapshot;
  std::unordered_set<std::uint32_t> own;
  for (const EntityId ancestor : run.ancestors) own.insert(ancestor.value);
  Timestamp end = run.end.known() ? run.end.time : run.start.time;
  for (const RunProcess& process : run.processes) {
    own.insert(process.entity.value);
    // What it planted starts later, maybe days; the run itself is over by then.
    if (!run.end.known() && process.membership != Membership::follow_on)
      end = std::max(end, snapshot.tree.entity(process.entity).start);
  }
  const Timestamp from{run.start.time.ns - kAround};
  const Timestamp until{std::max(end.ns, run.start.time.ns) + kAround};

  std::array<DocumentActivity, kKinds> found;
  std::unordered_set<std::uint32_t> images;  // a start that two sources show is one
  std::size_t looked_at = 0;
  bool more = false;
  const std::size_t events = snapshot.events.size();
  const EventId begin = snapshot.events.first_at(from);
  // Both lists ascend: the next start is never far.
  const auto starts = snapshot.tree.starts();
  auto next = std::lower_bound(
      starts.begin(), starts.end(), begin,
      [](const ProcessStart& start, EventId wanted) { return start.event < wanted; });
  HostId asked;  // the host of the event before
  bool of_host = false;
  for (std::size_t i = begin ? begin.index() : events; i < events; ++i) {
    const EventId id = EventId::from_index(i);
    if (snapshot.events.time(id) > until) break;
    if (++looked_at > kMaxLookedAt) {
      more = true;
      break;
    }
    while (next != starts.end() && next->event < id) ++next;
    if (const HostId host = snapshot.events.host(id); host != asked || i == begin.index()) {
      asked = host;
      of_host = snapshot.hosts.name(host) == run.host;
    }
    if (!of_host) continue;
    std::optional<Kind> kind;
    const ProcessStart* const start = next != starts.end() && next->event == id ? &*next : nullptr;
    if (start != nullptr) {
      if (own.count(start->entity.value) != 0 || !images.insert(start->image.value).second)
        continue;
      kind = processes;
    } else {
      const EntityId entity = snapshot.events.entity(id);
      if (entity && own.count(entity.value) != 0) continue;
      const CategorySet categories = snapshot.events.categories(id);
      if ((categories & kLogon) != 0)
        kind = logons;
      else if ((categories & kNetwork) != 0)
        kind = network;
      if (!kind) continue;
    }
    DocumentActivity& activity = found[*kind];
    ++activity.in_all;
    if (activity.first.size() == kFirstTold) continue;
    DocumentMoment moment;
    moment.time = {snapshot.events.time(id), snapshot.events.time_digits(id), ""};
    moment.host = run.host;
    moment.kind = kNames[*kind];
    std::string text;
    if (start != nullptr) {
      const ProcessImage& image = snapshot.tree.image(start->image);
      const std::string_view line = snapshot.strings.view(image.command_line);
      text = line.empty() ? snapshot.strings.view(image.name) : line;
    } else {
      text = fmt::format("{} {}", snapshot.strings.view(snapshot.events.channel(id)),
                         snapshot.strings.view(snapshot.events.code(id)));
    }
    const std::string shown = redact(text, input.secrets);
    const std::string_view cut = cut_text(shown, kMaxFieldText);
    moment.text = cut.size() < shown.size() ? std::string(cut) + "…" : shown;
    moment.evidence.events = {id.value};
    activity.first.push_back(std::move(moment));
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    found[kind].kind = kNames[kind];
    found[kind].at_least = more;
    to.elsewhere.push_back(std::move(found[kind]));
  }
  to.elsewhere_command =
      fmt::format("stemma timeline --all --from {} --to {} --host {} PATH…", format_time(from, 3),
                  format_time(until, 3), shell_word(run.host));
}

}  // namespace stemma::document_activity
