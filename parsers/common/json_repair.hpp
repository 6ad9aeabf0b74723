// Makes text of a document readable that a strict JSON parser would not take for its characters:
// one wrong byte must not hide an event.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stemma::json {

/// Appends `text` to `out` with U+FFFD for every byte that belongs to no UTF-8 character (Unicode
/// 15, table 3-7). O(bytes).
void append_valid_utf8(std::string_view text, std::string& out);

/// Turns every `\uD800`…`\uDFFF` in JSON that has no other half into `\uFFFD`; true where there was
/// one. In place. O(bytes).
bool replace_lone_surrogates(std::string& json);

}  // namespace stemma::json
