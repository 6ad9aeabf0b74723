// The incident as one document, in any of its formats: what `report` writes, and `scan` where other tools read it.
#pragma once

#include <string>
#include <string_view>

#include "app/cli/command.hpp"

namespace stemma {

struct DocumentOrder : Options {
  std::string command;  ///< `report`, `scan`: as the custody part names it
  std::string skeleton, title;
  bool created = false;
  bool all_channels = false;
};

/// Opens the evidence, detects, puts the runs together and writes the document. Messages go to standard error.
/// @param format  a name of document_formats()
ExitCode write_document(const DocumentOrder& options, std::string_view format);

}  // namespace stemma
