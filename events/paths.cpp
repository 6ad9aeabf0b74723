#include "events/paths.hpp"

#include <cstring>

namespace stemma {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view after_last(std::string_view path, char separator) {
  if (path.empty()) return path;
  const void* found = memrchr(path.data(), separator, path.size());
  if (found == nullptr) return path;
  return path.substr(static_cast<std::size_t>(static_cast<const char*>(found) - path.data()) + 1);
}

}  // namespace

std::string_view windows_base_name(std::string_view path) {
  return after_last(path, '\\');
}

std::string_view posix_base_name(std::string_view path) {
  return after_last(path, '/');
}

std::string_view base_name(std::string_view path) {
  return after_last(path, path.find('\\') != std::string_view::npos ? '\\' : '/');
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

bool ascii_iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace stemma
