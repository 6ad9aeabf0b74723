// A file that is part of the program, made by cmake/EmbedFiles.cmake.
#pragma once

#include <string_view>

namespace stemma {

struct EmbeddedFile {
  std::string_view name;  ///< azure_run_command_child.toml
  std::string_view text;
};

}  // namespace stemma
