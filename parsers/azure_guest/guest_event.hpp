// What all events of agents' files have in common, and how text of scripts gets into fields.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/event.hpp"
#include "parsers/azure_guest/place.hpp"
#include "parsers/common/parser.hpp"

namespace stemma::azure_guest {

namespace dataset {
inline constexpr std::string_view kWaagent = "azure.waagent";
inline constexpr std::string_view kHandler = "azure.handler";
inline constexpr std::string_view kSettings = "azure.settings";
inline constexpr std::string_view kStatus = "azure.status";
}  // namespace dataset

/// Begins an event: kind, dataset, host, and what the file's place tells of extension and run.
/// @param host  of the record itself; empty: the artifact's default host
void begin_event(Event& event, const Projection& projection, const ArtifactBytes& artifact,
                 const Place& place, std::string_view data, std::string_view host = {});

/// Sets a text field unless the text is empty or the field has a value already.
void set_text(Event& event, FieldId field, std::string_view text, Origin origin = Origin::record);

/// The number behind `exit status=` or `exit status `; empty where the text has none.
std::optional<std::int64_t> exit_status(std::string_view text);

}  // namespace stemma::azure_guest
