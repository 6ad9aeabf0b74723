// Anchors: whether a text can name anything of a channel at all, by the longest literal piece of
// each pattern. Not the patterns themselves (path_pattern.hpp): nearly every text of a log has no
// anchor, and then none of them need be tried.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detection/channels/channel.hpp"
#include "detection/match/literal_scanner.hpp"

namespace stemma {

/// What patterns are about; a set of bits.
using AnchorSet = std::uint8_t;
inline constexpr AnchorSet kScriptAnchor = 1;   ///< Channel::scripts and command_lines
inline constexpr AnchorSet kHandlerAnchor = 2;  ///< Channel::handlers
inline constexpr AnchorSet kFolderAnchor = 4;   ///< Channel::working_directories

/// Immutable, safe from many threads. Borrows nothing.
class Anchors {
 public:
  explicit Anchors(const ChannelSet& channels);

  /// Whose anchors stand in a text, in any letter case and with either slash: a pattern about
  /// something else finds nothing in it. One walk over the text.
  [[nodiscard]] AnchorSet in(std::string_view text) const;

 private:
  void add(const PathPattern& pattern, AnchorSet of);

  LiteralScanner scanner_;
  std::vector<AnchorSet> of_;  // by literal
  AnchorSet always_ = 0;       // those with an anchor that is too short to be looked for
};

}  // namespace stemma
