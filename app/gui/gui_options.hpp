// GuiOptions: what the window was started with.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stemma {

struct GuiOptions {
  std::vector<std::filesystem::path> rules;     ///< the analyst's own, beside those that ship
  std::vector<std::filesystem::path> channels;  ///< the same
  std::vector<std::string> automation;          ///< files that declare known automation: its runs and their findings are told apart
  std::vector<std::string> exceptions;          ///< files of the analyst's: findings that they are about are counted, not listed
  bool any_index = false;                       ///< rules run on all evidence
  bool all_channels = false;                    ///< also runs of channels that start processes all day
  unsigned threads = 0;                         ///< 0: as many as the machine has
  bool show_secrets = false;
  std::filesystem::path cases;                  ///< folder for case files without a name; empty: annotations are not kept
};

}  // namespace stemma
