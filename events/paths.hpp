// Names out of paths, for both families of operating systems. Pure functions on text; nothing
// touches a file system.
#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// Text after the last `\`; the whole text where there is none (`Registry`, `System`).
std::string_view windows_base_name(std::string_view path);

/// Text after the last `/`; the whole text where there is none.
std::string_view posix_base_name(std::string_view path);

/// base name by whichever separator the path uses: `\` where it has one, else `/`.
std::string_view base_name(std::string_view path);

/// Lower-cases A–Z only; other bytes stay.
std::string ascii_lower(std::string_view text);

/// Equality that ignores the case of A–Z.
bool ascii_iequals(std::string_view a, std::string_view b);

}  // namespace stemma
