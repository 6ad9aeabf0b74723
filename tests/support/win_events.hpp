// Windows events decoded once and kept: what the tests and the benchmark of the mapping run over,
// without a container's reader in between.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma {

/// Events that own their texts. Views stay valid as long as the collection.
class WinEvents {
 public:
  /// Copies `event` with all its texts.
  void keep(const WinEvent& event);
  /// Decodes every live record of the .evtx files at or below `path` (a file or a folder), in the
  /// order of their names; what cannot be decoded is left out.
  void read(const std::string& path);

  [[nodiscard]] const std::vector<WinEvent>& all() const { return events_; }

 private:
  std::string_view copy(std::string_view text);

  std::vector<WinEvent> events_;
  std::map<std::string, std::string_view> names_;  // one copy a name, as decoders keep them
  TextArena texts_;
};

}  // namespace stemma
