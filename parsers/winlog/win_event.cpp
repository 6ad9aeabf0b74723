#include "parsers/winlog/win_event.hpp"

#include <charconv>

namespace stemma {

void WinEvent::clear() {
  std::vector<WinDataItem> data_memory = std::move(event_data);
  std::vector<WinDataItem> user_memory = std::move(user_data);
  data_memory.clear();
  user_memory.clear();
  *this = WinEvent{};
  event_data = std::move(data_memory);
  user_data = std::move(user_memory);
}

std::string_view WinEvent::data(std::string_view name) const {
  for (const WinDataItem& item : event_data) {
    if (item.name == name) return item.value;
  }
  return {};
}

std::string_view WinEvent::user(std::string_view path) const {
  for (const WinDataItem& item : user_data) {
    if (item.name == path) return item.value;
  }
  return {};
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  // Most are short decimal numbers.
  if (text.size() - 1 < 19) {
    std::uint64_t value = 0;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(text[i])) - '0';
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (i == text.size()) return value;
  }
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace stemma
