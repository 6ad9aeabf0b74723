// The channels that are part of the program, by name of their files.
#pragma once

#include <span>

#include "detection/embedded_file.hpp"

namespace stemma {

std::span<const EmbeddedFile> shipped_channels();

}  // namespace stemma
