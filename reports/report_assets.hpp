// The skeleton and the style of the HTML report, which are part of the program: `skeleton.html`,
// `style.css`.
#pragma once

#include <span>

#include "detection/embedded_file.hpp"

namespace stemma {

std::span<const EmbeddedFile> report_assets();

}  // namespace stemma
