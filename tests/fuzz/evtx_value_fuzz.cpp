// Whatever a value's bytes and type, its text is valid UTF-8 without controls of its own making,
// and an array's items cover it. Input: u8 type, then the value.
#include <cstdint>
#include <cstdlib>

#include "events/text.hpp"
#include "parsers/evtx/value_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemma;
  using namespace stemma::evtx;
  if (size == 0 || size > 65'536) return 0;
  RawValue value{data[0], std::as_bytes(std::span(data + 1, size - 1))};
  TextBuffer out;
  DecodeNotes notes;
  std::string_view text;
  const auto check = [&](const RawValue& one) {
    out.reset();
    if (!append_value(one, out, notes, text)) std::abort();  // no value alone passes the cap
    if (!is_valid_utf8(text)) std::abort();
    if (one.type == kStringType && text.find('\0') != std::string_view::npos) std::abort();
    if (const auto number = number_of(one); number && text.empty()) std::abort();
  };
  if (!value.is_array()) {
    check(value);
    return 0;
  }
  RawValue item;
  std::size_t left = value.bytes.size();
  while (take_item(value, item)) {
    if (value.bytes.size() >= left) std::abort();  // each item takes something
    left = value.bytes.size();
    if (item.is_array()) std::abort();
    check(item);
  }
  return 0;
}
