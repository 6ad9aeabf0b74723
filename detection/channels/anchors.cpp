#include "detection/channels/anchors.hpp"

namespace stemma {
namespace {

// As PathPattern compares, in a loop that a compiler makes one of many bytes at once.
std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = static_cast<char>(c ^ (c >= 'A' && c <= 'Z' ? 0x20 : 0));
    c = c == '\\' ? '/' : c;
  }
  return out;
}

}  // namespace

Anchors::Anchors(const ChannelSet& channels) {
  for (const Channel& channel : channels.channels) {
    for (const ScriptPlace& place : channel.scripts) add(place.pattern, kScriptAnchor);
    for (const PathPattern& pattern : channel.command_lines) add(pattern, kScriptAnchor);
    for (const PathPattern& pattern : channel.handlers) add(pattern, kHandlerAnchor);
    for (const PathPattern& pattern : channel.working_directories) add(pattern, kFolderAnchor);
  }
  scanner_.seal();
}

void Anchors::add(const PathPattern& pattern, AnchorSet of) {
  if (pattern.anchor().size() < LiteralScanner::min_size(LiteralScanner::Where::anywhere)) {
    always_ |= of;
    return;
  }
  const std::uint32_t literal = scanner_.add(pattern.anchor());
  if (literal == of_.size()) of_.push_back(0);
  of_[literal] |= of;
}

AnchorSet Anchors::in(std::string_view text) const {
  AnchorSet found = always_;
  scanner_.scan(folded(text), [&](std::uint32_t literal) { found |= of_[literal]; });
  return found;
}

}  // namespace stemma
