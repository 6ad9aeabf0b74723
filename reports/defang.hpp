// Indicators written so that nothing makes a link of them: `hxxp`, `[.]`, `[@]`. The usual way of
// reports that are mailed around.
#pragma once

#include <string>
#include <string_view>

#include "detection/invocations/invocation.hpp"

namespace stemma {

/// IPs, domains and URLs; hashes, paths, accounts and registry keys stay as they are, but for an
/// account's `@`.
std::string defang(Indicator::Kind kind, std::string_view value);

}  // namespace stemma
