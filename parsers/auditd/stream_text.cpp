#include "parsers/auditd/stream_text.hpp"

#include <algorithm>
#include <cstring>

namespace stemma::auditd {

StreamText::StreamText(std::span<const ArtifactBytes> artifacts, const Unit& unit) {
  std::uint64_t start = 0;
  const auto add = [&](std::uint32_t artifact) {
    if (artifact == unit.artifact) own_ = files_.size();
    files_.push_back(artifacts[artifact].text());
    ids_.push_back(artifacts[artifact].id);
    starts_.push_back(start);
    start += files_.back().size();
  };
  if (unit.stream.empty()) add(unit.artifact);
  for (const std::uint32_t artifact : unit.stream) add(artifact);
}

StreamPlace StreamText::back(StreamPlace from, std::uint64_t lines, std::uint64_t bytes) const {
  const std::uint64_t end = position(from);
  StreamPlace at = from;
  while (lines > 0 && end - position(at) < bytes) {
    while (at.offset == 0) {
      if (at.file == 0) return at;
      --at.file;
      at.offset = files_[at.file].size();
    }
    // The line's own end is not what its beginning lies behind.
    const char* const text = files_[at.file].data();
    const void* const newline = memrchr(text, '\n', at.offset - 1);
    at.offset = newline == nullptr
                    ? 0
                    : static_cast<std::uint64_t>(static_cast<const char*>(newline) - text) + 1;
    --lines;
  }
  return at;
}

}  // namespace stemma::auditd
