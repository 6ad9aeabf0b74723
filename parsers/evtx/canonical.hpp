// Canonical binary XML: a fragment checked from end to end and freed from its place in the chunk.
// Names stand where they are used, offsets and sizes are gone. Two chunks that define one template
// give the same canonical bytes, so a template is compiled once for a whole collection and known
// again by its content, never by its GUID alone. Knows no values (expansion.hpp puts them in) and
// no event schema (event_program.hpp).
//
//     token                          in canonical form
//     open element                   01, u16 substitution it depends on (FFFF: none), name
//     attribute                      06, name; the value's tokens follow
//     end of start tag, empty, end   02, 03, 04
//     text, CDATA                    05, u16 count, UTF-16
//     character reference            08, u16
//     entity reference               09, name
//     substitution                   0D, u16 index        (optional or not makes no difference)
//     text as UTF-8                  21, u32 size, bytes  (only where a value was put in)
//
// A name is u16 count and UTF-16. Processing instructions are dropped.
//
// The check is strict: sizes of elements and attribute lists must be exact, as they are in 135,326
// of 135,326 real elements; a name lies at its use or before it; nesting stays below
// kMaxBinXmlDepth. Sources: libyal/libevtx's format document; [MS-EVEN6] 2.2.12; figures measured
// on public sample files.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "events/fault.hpp"
#include "parsers/evtx/definition_recipe.hpp"
#include "parsers/evtx/layout.hpp"

namespace stemma::evtx {

namespace token {
inline constexpr std::uint8_t kEnd = 0x00, kOpenElement = 0x01, kCloseStart = 0x02,
                              kCloseEmpty = 0x03, kEndElement = 0x04, kText = 0x05,
                              kAttribute = 0x06, kCData = 0x07, kCharacter = 0x08, kEntity = 0x09,
                              kPiTarget = 0x0A, kPiData = 0x0B, kTemplate = 0x0C,
                              kSubstitution = 0x0D, kOptionalSubstitution = 0x0E,
                              kFragmentHeader = 0x0F;
inline constexpr std::uint8_t kMore = 0x40;      ///< flag: more of the same, or has attributes
inline constexpr std::uint8_t kUtf8Text = 0x21;  ///< canonical form only
}  // namespace token

inline constexpr std::uint16_t kNoDependency = 0xFFFF;

/// Cap on the canonical form of one record or definition. Names are written out at every use, so a
/// forged definition could ask for thousands of times its size; real ones reach 40 KiB.
inline constexpr std::size_t kMaxCanonical = 4u << 20;

/// Bytes that are appended to, without the cost of a string's checks.
class CanonicalBytes {
 public:
  void clear() { size_ = 0; }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The last `size` bytes, to be written over.
  char* tail(std::size_t size) { return bytes_.data() + size_ - size; }

  void byte(std::uint8_t value) {
    ensure(1);
    bytes_[size_++] = static_cast<char>(value);
  }
  void word(std::uint16_t value) {
    ensure(2);
    std::memcpy(bytes_.data() + size_, &value, 2);
    size_ += 2;
  }
  void append(const void* from, std::size_t size) {
    ensure(size);
    std::memcpy(bytes_.data() + size_, from, size);
    size_ += size;
  }

 private:
  void ensure(std::size_t more) {
    if (more > bytes_.size() - size_) bytes_.resize((size_ + more) * 2 + 4096);
  }
  std::string bytes_;
  std::size_t size_ = 0;
};

struct CanonicalEnd {
  bool at_instance = false;  ///< a template instance is next
  bool names_match = true;   ///< every name has the hash that is stored beside it, or nobody asked
};

struct CanonicalOptions {
  bool definition = false;  ///< elements carry a dependency id, and substitutions are allowed
  bool check_names = false;
  DefinitionRecipe* recipe = nullptr;  ///< where set: written down, after a clear()
};

/// Appends the canonical form of the binary XML at [begin, end) of `chunk`. `at` is set behind the
/// fragment: behind its end token, or to `end`. A template instance is not looked into: outside
/// definitions the walk stops at it (`at` is its place), inside it is a fault. Names whose hash is
/// wrong are taken all the same: where a record is not live it means that they were overwritten
/// (49,888 of 49,888 live ones match). Faults: undecodable_record, limit_exceeded; offsets count in
/// the chunk.
/// @param depth  how deep the fragment lies already
/// O(bytes + names). Touches only its arguments.
Result<CanonicalEnd> append_canonical(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                                      CanonicalOptions options, std::uint32_t depth,
                                      CanonicalBytes& out, std::uint32_t& at);

}  // namespace stemma::evtx
