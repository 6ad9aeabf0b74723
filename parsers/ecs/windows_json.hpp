// Windows events that are JSON without ECS: which member of a flat object, or which fact of an
// Elastic document, is which part of a WinEvent. parsers/winlog makes fields of that.
//
//     {"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"…","Image":"…",…}
//         NXLog and what writes like it: System's values beside the event data
//     {"EventID":1,"Channel":…,"Computer":…,"EventData":"{\"Image\":\"…\"}",…}
//         Azure Log Analytics, table WindowsEvent: event data as an object, or as text of one
//
// Source: NXLog reference, module im_msvistalog; Azure Monitor reference, table WindowsEvent.
#pragma once

#include <simdjson.h>

#include "events/event.hpp"
#include "parsers/ecs/meaning.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::ecs {

/// Whether an object is a Windows event as flat JSON, and no document of ECS.
bool is_flat_windows_event(const simdjson::dom::object& object);

/// Fills `to` from such an object. Numbers become text in `arena`; `data_parser` keeps event data
/// that is text of JSON until its next use. Values that are no text, number or boolean are left
/// out.
void read_flat_windows_event(const simdjson::dom::object& object, TextArena& arena,
                             simdjson::dom::parser& data_parser, WinEvent& to);

/// Fills System of `to` from what an Elastic document says of it. Event data is there already.
void read_system(const Facts& facts, WinEvent& to);

/// A scalar as text: as it is, or written into `arena`. Empty for null and whatever is no scalar.
std::string_view scalar_text(const simdjson::dom::element& element, TextArena& arena);

}  // namespace stemma::ecs
