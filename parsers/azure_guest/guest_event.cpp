#include "parsers/azure_guest/guest_event.hpp"

#include <charconv>

namespace stemma::azure_guest {

void set_text(Event& event, FieldId field, std::string_view text, Origin origin) {
  if (!text.empty() && event.lacks(field)) event.set(field, text, origin);
}

void begin_event(Event& event, const Projection& projection, const ArtifactBytes& artifact,
                 const Place& place, std::string_view data, std::string_view host) {
  event.reset(projection);
  event.source_kind = SourceKind::guest_agent;
  event.set_lasting(field::event_kind, "event", Origin::derived);
  event.set_lasting(field::event_module, "azure", Origin::derived);
  event.set_lasting(field::event_dataset, data, Origin::derived);
  event.set_lasting(field::cloud_provider, "azure", Origin::derived);
  if (!host.empty()) {
    event.set(field::host_name, host);
  } else {
    set_text(event, field::host_name, artifact.default_host, Origin::derived);
  }
  if (place.system != PlaceSystem::unknown) {
    event.set_lasting(field::host_os_type,
                      place.system == PlaceSystem::windows ? "windows" : "linux", Origin::derived);
  }
}

std::optional<std::int64_t> exit_status(std::string_view text) {
  constexpr std::string_view kWords = "exit status";
  for (std::size_t at = text.find(kWords); at != std::string_view::npos;
       at = text.find(kWords, at + 1)) {
    std::string_view rest = text.substr(at + kWords.size());
    if (rest.empty() || (rest[0] != '=' && rest[0] != ' ')) continue;
    rest.remove_prefix(1);
    std::int64_t number = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), number).ec == std::errc())
      return number;
  }
  return std::nullopt;
}

}  // namespace stemma::azure_guest
