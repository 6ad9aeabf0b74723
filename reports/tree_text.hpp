// The process tree as text: one process a line, children indented below it, findings marked. For
// terminals and tests alike.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/case_snapshot.hpp"
#include "reports/redaction.hpp"

namespace stemma {

struct TreeTextOptions {
  std::function<std::string(EntityId)>
      mark;                 ///< text put before a process that is part of a finding; empty for none
  std::size_t width = 0;    ///< columns to cut lines to; 0 does not cut
  bool names_only = false;  ///< nothing but names: for tests
  Secrets secrets = Secrets::redacted;
  std::function<bool(EntityId)>
      show;  ///< which processes to print; their ancestors are printed too. Empty: all
};

/// Appends the tree below `roots`, host by host. Evidence text is made visible, never raw.
void append_tree(const CaseSnapshot& snapshot, const std::vector<EntityId>& roots,
                 const TreeTextOptions& options, std::string& out);

/// How one process reads in one line: `cmd.exe pid 4120, 09:14:03.120, "cmd.exe" /c whoami`.
/// Secrets in it are blotted out unless they are asked for.
std::string process_line(const CaseSnapshot& snapshot, EntityId id,
                         Secrets secrets = Secrets::redacted);

/// Its parents' names up to the root, outermost first, `a → b → c`.
std::string chain_text(const CaseSnapshot& snapshot, EntityId id);

}  // namespace stemma
