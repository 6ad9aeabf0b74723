// "Did you mean": the nearest name by edits. For messages only.
#pragma once

#include <span>
#include <string_view>

namespace stemma::eql {

/// The name that is nearest to `name`: equal but for case, else at most two edits away (one for
/// names of up to 5 bytes). Empty where none is near. Of equally near ones the first wins. O(names
/// × length²) for names of up to 64 bytes; longer ones have none.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names);

}  // namespace stemma::eql
