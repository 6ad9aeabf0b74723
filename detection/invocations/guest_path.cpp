#include "detection/invocations/guest_path.hpp"

#include <algorithm>
#include <vector>

#include "events/archive_path.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

std::vector<std::string_view> pieces_of(std::string_view path) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at <= path.size();) {
    std::size_t end = path.find('/', at);
    if (end == std::string_view::npos) end = path.size();
    if (end > at) pieces.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

// `C`, `C:`, `C%3A`, `c_drive`, and Velociraptor's `%5C%5C.%5CC%3A`
char drive_of(std::string_view piece) {
  const std::string lower = ascii_lower(piece);
  std::string_view text = lower;
  constexpr std::string_view kDevice = "%5c%5c.%5c";
  if (text.substr(0, kDevice.size()) == kDevice) text.remove_prefix(kDevice.size());
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return '\0';
  const std::string_view rest = text.substr(1);
  if (!rest.empty() && rest != ":" && rest != "%3a" && rest != "_drive") return '\0';
  return static_cast<char>(text[0] - 'a' + 'A');
}

constexpr std::string_view kLinuxTops[] = {"var", "home", "root", "etc", "opt", "usr", "tmp"};
constexpr std::string_view kWindowsTops[] = {"packages",    "windowsazure", "windows",
                                             "programdata", "users",        "program files"};

}  // namespace

std::string guest_path(std::string_view collected) {
  const std::string place = place_of_member(collected);
  const auto pieces = pieces_of(place);
  const auto join = [&](std::size_t from, std::string out, char slash) {
    for (std::size_t i = from; i < pieces.size(); ++i) {
      out += slash;
      out += pieces[i];
    }
    return out;
  };
  const auto top = [&](std::size_t i, const auto& tops) {
    return i < pieces.size() &&
           std::find(std::begin(tops), std::end(tops), ascii_lower(pieces[i])) != std::end(tops);
  };
  // The last place that fits: a collection may itself lie below /home or C:\cases.
  for (std::size_t i = pieces.size(); i-- > 0;) {
    // One letter alone may be any folder's name: what follows must be a Windows folder.
    if (const char drive = drive_of(pieces[i]); drive != '\0' && i + 1 < pieces.size() &&
                                                (pieces[i].size() > 1 || top(i + 1, kWindowsTops)))
      return join(i + 1, std::string{drive, ':'}, '\\');
    if (top(i, kWindowsTops) && ascii_lower(pieces[i]) != "windows" &&
        (i == 0 || drive_of(pieces[i - 1]) == '\0') && ascii_lower(pieces[i]) != "users")
      return join(i, "C:", '\\');
    const bool nested = i > 0 && top(i - 1, kLinuxTops);
    if (top(i, kLinuxTops) && !nested && i + 1 < pieces.size() &&
        (pieces[i] != "var" || pieces[i + 1] == "lib" || pieces[i + 1] == "log" ||
         pieces[i + 1] == "spool")) {
      return join(i, {}, '/');
    }
  }
  return {};
}

}  // namespace stemma
