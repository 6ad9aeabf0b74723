// Names of files that lie in archives: `case.zip!var/log/audit/audit.log`. Not archives themselves
// (app/session/archive_reader.hpp).
#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// What stands between an archive's name and a member's.
inline constexpr char kMemberMark = '!';

/// `case.zip!var/log/x` → `case.zip/var/log/x`: the place of a member as if its archive were a
/// folder. Marks behind other names than those of archives stay.
std::string place_of_member(std::string_view path);

/// A file's name without the ending that says that it is an archive: `.zip`, `.tar`, `.tar.gz`,
/// `.tgz`, in any case; whole where it has none.
std::string_view without_archive_ending(std::string_view name);

}  // namespace stemma
