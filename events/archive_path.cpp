#include "events/archive_path.hpp"

#include "events/paths.hpp"

namespace stemma {

std::string_view without_archive_ending(std::string_view name) {
  for (const std::string_view ending : {".tar.gz", ".zip", ".tar", ".tgz"}) {
    if (name.size() > ending.size() &&
        ascii_iequals(name.substr(name.size() - ending.size()), ending))
      return name.substr(0, name.size() - ending.size());
  }
  return name;
}

std::string place_of_member(std::string_view path) {
  std::string place(path);
  for (std::size_t at = 0; (at = place.find(kMemberMark, at)) != std::string::npos; ++at) {
    const std::string_view before = std::string_view(place).substr(0, at);
    if (without_archive_ending(before).size() != before.size()) place[at] = '/';
  }
  return place;
}

}  // namespace stemma
