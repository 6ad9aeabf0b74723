// The fields of a record: key=value pairs in place, and how their values decode. Knows the quoting
// of the kernel and of user-space messages; does not know what a key means for an event
// (event_mapper.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

/// Walks over the fields of a record's body. Allocates nothing; views into the body. O(body).
///
/// Enriched fields follow a 0x1D byte. The syslog plug-in turns it into a blank and some copies
/// lose it, so that `key=(null)ARCH=x86_64` and `res=successUID="root"` occur: these are split
/// again at the first known interpretation name.
class FieldReader {
 public:
  explicit FieldReader(std::string_view body) : rest_(body) {}

  /// The next field. msg='…' is entered: its fields come with in_message set. False at the end.
  bool next(Field& field);

  /// Bare words after the last field.
  [[nodiscard]] std::string_view trailing() const { return trailing_; }

 private:
  bool next_in(std::string_view& text, Field& field);

  std::string_view rest_;
  std::string_view message_;  // what is left of msg='…'
  std::string_view trailing_;
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

/// Up to eight characters as one number, so that keys can stand in a switch. Longer keys give 0.
constexpr std::uint64_t packed(std::string_view key) {
  if (key.size() > 8) return 0;
  std::uint64_t number = 0;
  for (const char c : key) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace stemma::auditd
