// Fuzz target of archives that are read as folders: any bytes as a ZIP, a tar, or one in gzip.
// Every member has a name that stays within the archive, bytes or a reason, and no more bytes than
// the caps allow; reading twice gives the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/archive_reader.hpp"

namespace {

using namespace stemma;

// What one input may unpack: more of it would only cost time.
constexpr std::size_t kEnough = 64u << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

bool stays_within(std::string_view name) {
  if (name.empty() || name.front() == '/') return false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    if (name.substr(at, end - at) == "..") return false;
    at = end + 1;
  }
  return true;
}

std::vector<ArchiveMember> members(std::span<const std::byte> bytes, std::string& ended) {
  std::vector<ArchiveMember> out;
  std::size_t held = 0;
  ended = read_archive(
      bytes, [&](std::string_view) { return held < kEnough && out.size() < 2000; },
      [&](ArchiveMember member) {
        held += member.bytes.size();
        out.push_back(std::move(member));
      });
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (!is_archive(bytes)) return 0;
  std::string ended, again;
  const std::vector<ArchiveMember> first = members(bytes, ended);
  for (const ArchiveMember& member : first) {
    require(member.name.size() <= kMaxMemberName);
    if (member.refused.empty()) require(stays_within(member.name));
    require(member.bytes.size() <= kMaxMemberBytes);
    require(member.bytes.size() <=
            std::max<std::uint64_t>(kMemberRatioFrom, kMaxMemberRatio * size) + (1u << 20));
  }
  const std::vector<ArchiveMember> second = members(bytes, again);
  require(ended == again && first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i)
    require(first[i].name == second[i].name && first[i].bytes == second[i].bytes &&
            first[i].refused == second[i].refused);
  return 0;
}
