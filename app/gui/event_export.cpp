#include "app/gui/event_export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/gui/value_as_text.hpp"
#include "app/session/file_bytes.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
#include "reports/csv.hpp"
#include "reports/event_summary.hpp"

namespace stemma {

// One text a field: its values, visible.
std::vector<std::string> cells_of(const Event& event, const std::vector<FieldId>& fields) {
  std::vector<std::string> cells;
  for (const FieldId field : fields) {
    std::string cell;
    event.for_each_value([&](FieldId of, const Value& value) {
      if (of != field) return;
      if (!cell.empty()) cell += ", ";
      cell += visible(value_as_text(value));
    });
    cells.push_back(std::move(cell));
  }
  return cells;
}

namespace {

std::string not_written(const std::string& path) { return fmt::format("{} could not be written", visible(path)); }

// Writes the lines of all events in the order of time.
// @param begins  gets where each line begins in the file, then where the last one ends; may be null
// @return whether all was written
bool write_lines(const Session& session, const std::vector<EventId>* events, const std::vector<FieldId>& fields, Secrets secrets, const std::atomic<bool>& dropped,
                 std::vector<std::uint64_t>* begins, std::ofstream& out) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::uint64_t written = 0;
  std::string text;
  Projection projection = event_summary_projection();
  for (const FieldId field : fields) projection.want(field);
  const std::size_t count = events ? events->size() : snapshot.events.size();
  // Stretch by stretch: decoded side by side.
  constexpr std::size_t kStretch = 1u << 14;
  for (std::size_t first = 0; first < count && out; first += kStretch) {
    if (dropped) return false;
    const std::size_t last = std::min(first + kStretch, count);
    const auto id_at = [&](std::size_t i) { return events ? (*events)[i] : EventId::from_index(i); };
    std::vector<std::string> lines(last - first);
    EventSelection selection;
    selection.first = id_at(first).index();
    selection.last = id_at(last - 1).index() + 1;
    const auto place = [&](EventId id) -> std::size_t {
      if (!events) return id.index() - first;
      const auto begin = events->begin() + static_cast<std::ptrdiff_t>(first), end = events->begin() + static_cast<std::ptrdiff_t>(last);
      const auto found = std::lower_bound(begin, end, id);
      return found == end || *found != id ? lines.size() : static_cast<std::size_t>(found - begin);
    };
    selection.accept = [&](EventId id) { return place(id) < lines.size(); };
    session.for_each(selection, projection, [&](unsigned, EventId id, Event& event) {
      if (secrets == Secrets::redacted) redact(event);
      const EntityId entity = snapshot.events.entity(id);
      const ImageId image = entity ? snapshot.tree.last_image(entity) : ImageId{};
      std::vector<std::string> cells{format_time(snapshot.events.time(id), snapshot.events.time_digits(id)), visible(snapshot.hosts.name(snapshot.events.host(id))),
                                     visible(snapshot.strings.view(snapshot.events.channel(id))), visible(snapshot.strings.view(snapshot.events.code(id))),
                                     image ? visible(snapshot.strings.view(snapshot.tree.image(image).name)) : std::string(), event_summary(event, secrets)};
      for (std::string& cell : cells_of(event, fields)) cells.push_back(std::move(cell));
      append_csv_line(lines[place(id)], cells);
    });
    for (const std::string& one : lines) {
      if (begins != nullptr) begins->push_back(written + text.size());
      text += one;
    }
    out << text;
    written += text.size();
    text.clear();
  }
  if (begins != nullptr) begins->push_back(written);
  out.flush();
  return static_cast<bool>(out);
}

// A file of its own beside another one, in the place of none that is there; gone when it goes out of use.
class Passing {
 public:
  explicit Passing(const std::string& beside) : path_(beside + ".XXXXXX") {
    const int fd = ::mkstemp(path_.data());
    made_ = fd >= 0;
    if (made_) ::close(fd);
  }
  ~Passing() {
    std::error_code ignored;
    if (made_) std::filesystem::remove(path_, ignored);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool made_ = false;
};

}  // namespace

std::string export_csv(const Session& session, const std::vector<EventId>* events, const std::vector<std::uint32_t>* rows, const std::vector<FieldId>& fields,
                       const std::string& path, Secrets secrets, const std::atomic<bool>& dropped) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<std::string> line{"timestamp", "host.name", "log", "event.code", "process", "summary"};
  for (const FieldId field : fields) line.emplace_back(field_name(field));
  std::string titles;
  append_csv_line(titles, line);
  out << titles;
  if (!out) return not_written(path);
  if (rows == nullptr) {
    const bool whole = write_lines(session, events, fields, secrets, dropped, nullptr, out);
    return whole || dropped ? std::string() : not_written(path);
  }
  // Events are decoded in the order of time, since one by one takes a hundred times as long; then their lines are put in order.
  const Passing unsorted(path);
  if (!unsorted.made()) return not_written(unsorted.path());
  std::vector<std::uint64_t> begins;
  {
    std::ofstream lines(unsorted.path(), std::ios::binary | std::ios::trunc);
    if (!write_lines(session, events, fields, secrets, dropped, &begins, lines)) return dropped ? std::string() : not_written(unsorted.path());
  }
  const auto mapped = FileBytes::open(unsorted.path());
  if (!mapped || mapped->mapped().size() != begins.back()) return not_written(unsorted.path());
  const std::string_view all(reinterpret_cast<const char*>(mapped->mapped().data()), mapped->mapped().size());
  for (const std::uint32_t place : *rows) {
    if (dropped) return {};
    if (place + std::size_t{1} < begins.size()) out << all.substr(begins[place], begins[place + 1] - begins[place]);
  }
  out.close();
  return out ? std::string() : not_written(path);
}

}  // namespace stemma
