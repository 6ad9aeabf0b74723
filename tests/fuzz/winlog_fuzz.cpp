// Whatever the text, reading it as an Event's XML and mapping it ends, and what was read leniently
// is also what a strict reader reads.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parsers/winlog/event_xml.hpp"
#include "parsers/winlog/mapping.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemma;
  constexpr std::size_t kMaxSize = 256u << 10;
  if (size > kMaxSize) return 0;
  static const Projection kAll = Projection::all();
  // Only named fields: names from the input would fill the registry over a long run.
  static const Projection kKnown = [] {
    Projection known;
    for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) known.want(FieldId{id});
    return known;
  }();
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  EventXmlReader reader;
  WinEvent from;
  const bool strict = reader.read(xml, from).has_value();
  const bool lenient = reader.read_lenient(xml, from).has_value();
  if (strict && (!lenient || from.incomplete)) std::abort();
  if (!lenient) return 0;
  Event event;
  event.reset(size % 16 == 0 ? kAll : kKnown);
  WinlogMapper mapper;
  mapper.map(from, event, "host");
  if (!event.has(field::host_name) || !event.has(field::timestamp)) std::abort();
  ShapeTable shapes;
  const EventView view = event.view(shapes);
  if (view.shape().fields().empty()) std::abort();
  return 0;
}
