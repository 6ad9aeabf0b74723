// Decoders side by side: the records of a file as text, one decoder's beside another's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "parsers/evtx/chunk_decoder.hpp"

namespace stemma::testing_evtx {

/// A decoded record as lines `name: value`, in the order of the record. Items without text are left
/// out: whether an element that is empty is there at all, readers see differently.
std::string text_of(const WinEvent& event);

/// A record as two decoders see it.
struct Pair {
  std::uint64_t offset = 0;  ///< in the file
  bool live = true;
  bool left_read = false, right_read = false;
  std::string left, right;  ///< text_of(), or the fault's field
};

/// Decodes every record of `file`, live and stale, with both.
void compare(std::string_view file, evtx::ChunkDecoder& left, evtx::ChunkDecoder& right,
             const std::function<void(const Pair&)>& each);

}  // namespace stemma::testing_evtx
