// Walks a record's binary XML before libevtx does and says whether that is safe and what it would
// cost. Builds no XML.
//
// Why it is there (behaviour of libevtx 20181227, which Debian 12 has;
// tests/parsers/evtx/hostile_test.cpp holds what we make of it):
//  - a value may be substituted any number of times, also one that holds XML that does so again,
//  and an array repeats its element:
//    64 KiB can ask for more output than there is memory. The walk counts what would be written.
//  - nothing limits nesting: libevtx calls itself as deep as a chunk has room for elements, some
//  6,000.
//  - libevtx loses the character behind an unpaired surrogate, and cuts a text at an embedded zero,
//  which is a way to hide the rest
//    of a command line. The walk replaces both by U+FFFD in the decoder's own copy of the chunk and
//    counts them.
//  - libevtx shows a paired surrogate 0x3FF too low (it subtracts DFFF from the second one for
//  DC00). The walk stores each pair 0x3FF
//    higher in the copy, once, so that the right character comes out; the last 0x3FF code points,
//    private use, become U+FFFD.
//  - stale records refer to definitions that newer records have overwritten. The template id must
//  be the first word of the
//    definition's GUID (true in 99,246 of 99,246 live instances); libevtx does not look, and gives
//    values under wrong names.
//
// The walk is strict: data sizes of elements and attribute lists must be exact, as they are in
// 135,326 of 135,326 real elements, so that no byte can mean one thing here and another to libevtx.
// Format facts: libyal/libevtx's format document; [MS-EVEN6] 2.2.12; figures measured on public
// sample files.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/fault.hpp"
#include "parsers/evtx/binxml_caps.hpp"

namespace stemma::evtx {

struct Survey {
  std::uint64_t tokens = 0;
  std::uint64_t output = 0;  ///< estimate from above, bytes
  std::uint32_t replaced_surrogates = 0;
  std::uint32_t replaced_zeros = 0;
  bool changed = false;  ///< something was mended that was not before
};

/// Surveys records, reusing memory. One thread.
class BinXmlSurvey {
 public:
  /// A new chunk, or a copy made anew, is surveyed from here on.
  void begin() { shifted_.reset(); }

  /// @param chunk  a whole chunk, from its signature on; texts in it are mended as said above
  /// @param begin, end  the record's binary XML in it, without the record's header and trailer;
  /// inside `chunk` Faults: undecodable_record, bad_value, limit_exceeded; offsets count in the
  /// chunk.
  Result<Survey> run(std::span<std::byte> chunk, std::uint32_t begin, std::uint32_t end);

 private:
  struct Value {
    std::uint32_t offset = 0;
    std::uint16_t size = 0;
    std::uint8_t type = 0;
  };
  /// Values of the template instance that is being walked: a range of values_. None outside
  /// definitions.
  struct Values {
    std::size_t first = 0;
    std::uint32_t count = 0;
    bool present = false;
  };

  bool fragment(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth);
  bool element(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth);
  bool attribute(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth);
  bool content(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth,
               bool in_attribute);
  bool template_instance(std::uint32_t& at, std::uint32_t end, std::uint32_t depth);
  bool substitution(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth);
  bool name(std::uint32_t offset, std::uint32_t& at, std::uint32_t end);
  bool text(std::uint32_t& at, std::uint32_t end);
  void mend(std::uint32_t offset, std::uint32_t units, bool array);

  [[nodiscard]] bool room(std::uint32_t at, std::uint32_t end, std::uint32_t bytes,
                          const char* field);
  bool fail(Defect what, std::uint32_t offset, const char* field, std::uint64_t need = 0,
            std::uint64_t have = 0);
  bool spend(std::uint32_t offset, std::uint64_t tokens, std::uint64_t output);
  template <class Number>
  [[nodiscard]] Number number(std::uint32_t at) const;

  std::span<std::byte> chunk_;
  std::vector<Value> values_;
  std::bitset<65536> shifted_;      // offsets of surrogate pairs that were mended already
  std::uint32_t element_size_ = 0;  // of the innermost element: an array repeats it
  Survey survey_;
  Fault fault_;
};

}  // namespace stemma::evtx
