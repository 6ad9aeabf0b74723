#include "parsers/common/whole_records.hpp"

namespace stemma {

void append_units(std::uint32_t artifact, std::uint64_t size, std::span<const std::size_t> cuts,
                  std::vector<Unit>& units) {
  std::uint64_t begin = 0;
  for (const std::size_t cut : cuts) {
    units.push_back({artifact, begin, cut - begin});
    begin = cut;
  }
  if (begin < size) units.push_back({artifact, begin, size - begin});
}

Result<SourceSpan> span_within(std::span<const ArtifactBytes> artifacts,
                               std::span<const SourceSpan> spans) {
  if (artifacts.empty() || spans.empty() || spans[0].offset >= artifacts[0].bytes.size() ||
      spans[0].length > artifacts[0].bytes.size() - spans[0].offset) {
    return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
  }
  return spans[0];
}

}  // namespace stemma
