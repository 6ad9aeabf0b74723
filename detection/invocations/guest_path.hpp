// The path that a collected file had on its machine, as far as the collection's folders tell.
#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// `/case/vm1/C/Windows/x` → `C:\Windows\x`, `/case/vm1/var/log/x` → `/var/log/x`; percent-encoded
/// drive folders (`C%3A`) as collectors write them. Empty where no folder tells. Pure text.
std::string guest_path(std::string_view collected);

}  // namespace stemma
