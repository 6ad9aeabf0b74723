// One EVTX record as the XML that Windows' own viewer shows, for people. Not how events are read (native_decoder.cpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace stemma {

/// @param file    content of the EVTX file, borrowed for the call
/// @param offset  of the record in it, as an event's SourceSpan says
/// UTF-8, one element a line. Empty where libevtx cannot write the record, though we may have read it. Safe from any thread.
/// Cost: about 300 us, since libevtx opens the record's chunk.
std::string record_xml(std::span<const std::byte> file, std::uint64_t offset);

}  // namespace stemma
