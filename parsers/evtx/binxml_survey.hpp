// Walks a record's binary XML before libevtx does and says whether that is safe and what it would
// cost. Builds no XML.
//
// Why it is there (each point was met with libevtx 20181227 of Debian 12, see
// tests/parsers/evtx/hostile_test.cpp):
//  - libevtx follows template definitions and nested values without a limit: a definition that
//  instantiates itself recurses until
//    the stack ends; elements nested a few thousand deep do the same.
//  - a value may be substituted any number of times, and hold XML that does so again: 64 KiB can
//  ask for more output than there is
//    memory. The walk counts what would be written.
//  - libevtx stops at an unpaired surrogate and loses the record, and cuts a text at an embedded
//  zero. The walk replaces both by
//    U+FFFD in the decoder's own copy of the chunk and counts them.
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

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/fault.hpp"

namespace stemma::evtx {

/// Cap on nesting of elements, template instances and nested values together. Real records
/// reach 12.
inline constexpr std::uint32_t kMaxBinXmlDepth = 64;

/// Cap on tokens met while walking one record with all its substitutions. Real records have below
/// 5,000.
inline constexpr std::uint64_t kMaxBinXmlTokens = 100'000;

/// Cap on the XML that one record may grow to, estimated from above. The largest real record (64
/// KiB of script) needs 400 KiB.
inline constexpr std::uint64_t kMaxBinXmlOutput = 4u << 20;

struct Survey {
  std::uint64_t tokens = 0;
  std::uint64_t output = 0;  ///< estimate from above, bytes
  std::uint32_t replaced_surrogates = 0;
  std::uint32_t replaced_zeros = 0;
};

/// Surveys records, reusing memory. One thread.
class BinXmlSurvey {
 public:
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
  std::uint32_t element_size_ = 0;  // of the innermost element: an array repeats it
  Survey survey_;
  Fault fault_;
};

}  // namespace stemma::evtx
