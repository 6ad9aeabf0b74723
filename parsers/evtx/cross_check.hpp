// Two decoders side by side: whether the native one and libevtx see the same in a file, record by
// record. Not a reader of its own: no books, no events.
//
// Differences that are known, and why the native decoder is right about them, are counted by
// reason:
//   - FILETIME values: seven decimals, all that there are (libevtx writes nine)
//   - size_t values in hexadecimal, as Windows shows them
//   - int32 values: libevtx writes negative ones as a sign and the lower 31 bits
//   - texts that are XML: libevtx writes them as elements of the event
//   - hexadecimal numbers without padding
//   - a text that is one line end: it gets lost in XML
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/layout.hpp"

namespace stemma::evtx {

/// A decoded record as lines `name: value`, in the order of the record; invisible characters
/// escaped. Items without text are left out: whether an element that is empty is there at all,
/// readers see differently.
std::string text_of(const WinEvent& event);

/// A record as two decoders see it.
struct RecordPair {
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t id = 0;
  bool live = true;
  bool left_read = false, right_read = false;
  std::string left, right;  ///< text_of(), or the fault's field
};

/// Decodes every record of the slots of `file` that begin in [begin, end), live and stale, with
/// both decoders. `begin` is the start of a slot. One thread.
void compare_decoders(Bytes file, std::uint64_t begin, std::uint64_t end, ChunkDecoder& left,
                      ChunkDecoder& right, const std::function<void(const RecordPair&)>& each);

/// What a comparison of the native decoder with libevtx comes to.
struct CrossCheck {
  /// Cap on differences that are kept in words; all are counted.
  static constexpr std::size_t kMaxShown = 20;

  std::uint64_t equal = 0;      ///< records that both read and show alike
  std::uint64_t explained = 0;  ///< records that both read, with differences that are known
  std::uint64_t different = 0;  ///< records that both read, with others
  std::uint64_t native_only = 0, libevtx_only = 0;  ///< live records that one of them reads
  std::uint64_t recovered_native_only = 0, recovered_libevtx_only = 0;  ///< the same of stale ones
  std::map<std::string, std::uint64_t> reasons;  ///< values that differ, by reason
  std::vector<std::string> shown;                ///< `@offset record 7: native a: 1, libevtx a: 2`

  void add(const RecordPair& pair);
  void add(const CrossCheck& other);
};

/// Compares a whole file. Costs what libevtx costs: some 100 us a record.
CrossCheck cross_check(Bytes file);

}  // namespace stemma::evtx
