// UUIDs made from a name (RFC 9562, version 5): the same name, the same id, everywhere.
#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// @param space  a UUID as text
/// @param name   bytes
std::string uuid5(std::string_view space, std::string_view name);

}  // namespace stemma
