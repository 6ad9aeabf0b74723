// The JSON files of Azure's guest agents: settings of a run, its status, and the goal state that
// ordered it. Which values of one make an event, and their fields.
#pragma once

#include <cstdint>
#include <vector>

#include "events/event.hpp"
#include "parsers/azure_guest/json_text.hpp"
#include "parsers/azure_guest/place.hpp"

namespace stemma::azure_guest {

/// Cap on the size of such a file. Settings reach some 300 KiB, goal states some MiB.
inline constexpr std::size_t kMaxDocument = 16u << 20;
/// Cap on the events of one.
inline constexpr std::size_t kMaxItems = 4'096;
/// Cap on parameters that are kept of a run.
inline constexpr std::size_t kMaxParameters = 256;

enum class DocumentKind : std::uint8_t {
  none,
  settings,    ///< `{"runtimeSettings":[{"handlerSettings":{…}}]}`
  status,      ///< `[{"version":…,"timestampUTC":…,"status":{…}}]`
  goal_state,  ///< `{"vmSettingsSchemaVersion":…,"extensionGoalStates":[…]}`
};

/// Reads JSON, or the goal state's older form, ExtensionsConfig.xml, which becomes what the newer
/// one is: `extensionGoalStates` with their settings, each with its place in the XML. Of XML that
/// is broken, what stands before counts, as of JSON. O(text). Source: WALinuxAgent,
/// extensions_goal_state_from_extensions_config.py and ..._vm_settings.py.
JsonDocument read_document(std::string_view text);

/// By the members that a document has; a cut one is known as long as they were read.
DocumentKind kind_of(const Json& root);

/// One event's part of a document. Borrowed from it.
struct DocumentItem {
  const Json* value = nullptr;      ///< the settings, the status, an extension of a goal state
  const Json* extension = nullptr;  ///< goal state: what `value` belongs to; may be the same
};

/// The values that make an event, in the order of the document; at most kMaxItems.
std::vector<DocumentItem> items_of(DocumentKind kind, const Json& root);

/// What mapping met. The event is filled as far as it goes.
struct MappingNotes {
  bool message_cut = false;  ///< the run's own JSON text ends early, as it does at 4 KB
  bool no_time = false;      ///< a status or goal state whose time cannot be read
  bool too_much = false;     ///< more parameters than kMaxParameters
};

/// Fills a begun event. Settings have no time: theirs stays 0, and @timestamp unset. Texts of
/// scripts and their output are taken whole.
MappingNotes map_item(DocumentKind kind, const Json& root, const DocumentItem& item,
                      const Place& place, Event& event);

}  // namespace stemma::azure_guest
