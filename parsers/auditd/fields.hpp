// The fields of a record: key=value pairs in place, and how their values decode. Knows the quoting
// of the kernel and of user-space messages; does not know what a key means for an event
// (event_mapper.hpp).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "parsers/auditd/text_scan.hpp"

namespace stemma::auditd {

/// Cap on the fields that are read of one record. A kernel record has some fifty; EXECVE records
/// have readers of their own.
inline constexpr std::size_t kMaxFieldsPerRecord = 1'024;

/// Cap on a key's length. The longest key in use is below 30.
inline constexpr std::size_t kMaxKeyLength = 64;

enum class Quote : std::uint8_t {
  none,    ///< bare: a number, a word, or hexadecimal of an encodable key
  quoted,  ///< between double quotes: text as it is
  nested,  ///< between single quotes: a message with fields of its own
  braces,  ///< `{ … }` of an interpreted socket address
};

struct Field {
  std::string_view key;
  std::string_view value;  ///< without its quotes
  Quote quote = Quote::none;
  bool enriched = false;    ///< an interpretation that auditd added: `UID="root"`
  bool in_message = false;  ///< from inside msg='…'
  std::string_view
      before{};  ///< bare words between the last field and this one: `avc:  denied  { read } for`
};

/// Up to eight characters as one number, so that keys can stand in a switch. Longer keys give 0.
constexpr std::uint64_t packed(std::string_view key) {
  if (key.size() > 8) return 0;
  if constexpr (std::endian::native == std::endian::little) {
    if (!std::is_constant_evaluated() && key.size() < 4) {
      if (key.empty()) return 0;
      // First, middle and last, of which two may be the same.
      const auto byte = [&](std::size_t at) -> std::uint64_t {
        return static_cast<unsigned char>(key[at]);
      };
      return byte(0) << 8 * (key.size() - 1) | byte(key.size() / 2) << 8 * ((key.size() - 1) / 2) |
             byte(key.size() - 1);
    }
    if (!std::is_constant_evaluated()) {
      // Two loads that overlap.
      std::uint32_t first = 0;
      std::uint32_t last = 0;
      std::memcpy(&first, key.data(), 4);
      std::memcpy(&last, key.data() + key.size() - 4, 4);
      return static_cast<std::uint64_t>(__builtin_bswap32(first)) << 8 * (key.size() - 4) |
             __builtin_bswap32(last);
    }
  }
  std::uint64_t number = 0;
  for (const char c : key) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

/// What a reader does by itself with common fields of a name. Forgets a name where two fall into
/// one place, so its answer may be `give` for a name that has another, and never the other way
/// round.
class FieldActions {
 public:
  static constexpr std::uint8_t kGive = 0;  ///< give it to the caller
  static constexpr std::uint8_t kSkip = 1;  ///< step over it
  /// From here on: keep the value in a slot, counted from 0, where that is still empty; only fields
  /// of the record itself, neither in a message nor interpretations.
  static constexpr std::uint8_t kFirstSlot = 2;

  void set(std::string_view key, bool enriched, std::uint8_t action) {
    const std::uint64_t number = packed(key);
    if (number != 0) rows(enriched)[place(number)] = {number, action};
  }
  [[nodiscard]] std::uint8_t of(std::string_view key, bool enriched) const {
    const std::uint64_t number = packed(key);
    const Row& row = rows(enriched)[place(number)];
    return number != 0 && row.number == number ? row.action : kGive;
  }

 private:
  struct Row {
    std::uint64_t number = 0;
    std::uint8_t action = kGive;
  };
  using Rows = std::array<Row, 1'024>;
  static std::size_t place(std::uint64_t number) { return (number * 0x9E3779B97F4A7C15u) >> 54; }
  Rows& rows(bool enriched) { return enriched ? enriched_ : plain_; }
  [[nodiscard]] const Rows& rows(bool enriched) const { return enriched ? enriched_ : plain_; }
  Rows plain_{};
  Rows enriched_{};
};

/// The names that the last record of some type had, in their order: the next one has most often the
/// same, and a name that is expected is known by one comparison. Remembers, decides nothing.
class FieldLayout {
 public:
  struct Name {
    std::uint64_t bytes = 1;  // the name and its `=`
    std::uint64_t mask = 0;   // 0: nothing is expected, and nothing is equal
    std::uint32_t length = 0;
    bool upper = false;  // begins with a capital
    std::uint8_t action = FieldActions::kGive, enriched_action = FieldActions::kGive;
  };
  Name& at(std::size_t index) { return names_[index % names_.size()]; }

 private:
  std::array<Name, 64> names_{};
};

/// Where a reader keeps what it takes by itself.
struct FieldSlots {
  const FieldActions* actions = nullptr;
  std::string_view* slots = nullptr;
  std::size_t taken = 0;                    ///< fields stepped over or kept
  std::size_t limit = kMaxFieldsPerRecord;  ///< how many may be
};

/// Walks over the fields of a record's body. Allocates nothing; views into the body. O(body).
///
/// Enriched fields follow a 0x1D byte. The syslog plug-in turns it into a blank and some copies
/// lose it, so that `key=(null)ARCH=x86_64` and `res=successUID="root"` occur: these are split
/// again at the first known interpretation name.
class FieldReader {
 public:
  /// @param layout borrowed; null or that of the record's type
  explicit FieldReader(std::string_view body, FieldLayout* layout = nullptr)
      : rest_(body), layout_(layout) {}

  /// The next field. msg='…' is entered: its fields come with in_message set. False at the end.
  bool next(Field& field);

  /// The next field, where it is a common one: a key and a bare or quoted value with nothing odd
  /// between them. False where it is not, or where there is none: next() has the answer then. What
  /// comes out of both in turn is what comes out of next() alone.
  /// With `slots`, fields are taken as its actions say before one is given.
  bool next_common(Field& field, FieldSlots* slots = nullptr);

  /// Bare words after the last field.
  [[nodiscard]] std::string_view trailing() const { return trailing_; }

 private:
  bool next_in(std::string_view& text, Field& field);

  std::string_view rest_;
  std::string_view message_;  // what is left of msg='…'
  std::string_view trailing_;
  FieldLayout* layout_;
  std::size_t layout_at_ = 0;
  bool in_message_ = false;
  bool enriched_ = false;
};

/// True for keys whose bare value is hexadecimal text (audit_log_untrustedstring): comm, exe, cwd,
/// name, proctitle, … Arguments of EXECVE are not asked here, since a0–a3 of SYSCALL are numbers
/// under the same names.
bool is_encodable(std::string_view key);

/// True for upper-case hexadecimal of even, non-zero length.
bool is_hex(std::string_view text);

/// Appends the bytes that `hex` (see is_hex) stands for.
void append_decoded(std::string& out, std::string_view hex);

/// True for values that say "nothing": `?`, `(null)` without quotes.
bool is_absent(const Field& field);

/// The field's value as bytes: decoded where the key is encodable, the value is bare and is_hex.
/// The view lives in the field's body or in `scratch`, which is overwritten.
std::string_view decoded_value(const Field& field, std::string& scratch);

/// True for ids that mean "not set": 4294967295, -1, unset.
bool is_unset_id(std::string_view value);

/// is_valid_utf8 with a short way for ASCII, which nearly all values are.
bool is_utf8(std::string_view text);

}  // namespace stemma::auditd
