// Whatever the bytes, an EVTX file's units cover it once and their books balance; and each event is
// found again at its span.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "parsers/common/parser.hpp"

namespace {

using namespace stemma;

class Spans : public EventSink {
 public:
  void on_event(Event& event) override { all.push_back(event.source); }
  std::vector<SourceSpan> all;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxSize = 1u << 20;
  constexpr std::size_t kMaxAgain = 4;  // decoding one event again costs as much as opening a chunk
  if (size > kMaxSize) return 0;
  static const std::unique_ptr<Parser> kParser = make_evtx_parser();
  static const Projection kAll = Projection::all();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(data, size)), {}};
  if (!kParser->recognizes(artifact)) return 0;
  Spans spans;
  std::uint64_t covered = 0;
  for (const Unit& unit : kParser->split({&artifact, 1})) {
    if (unit.offset != covered) std::abort();
    covered += unit.length;
    ImportLog log;
    const std::size_t before = spans.all.size();
    kParser->decode({&artifact, 1}, unit, {&kAll, nullptr}, spans, log);
    if (log.bytes.sum() != unit.length) std::abort();
    if (log.records.parsed + log.records.recovered != spans.all.size() - before) std::abort();
  }
  if (covered != size) std::abort();
  for (std::size_t i = 0; i < spans.all.size() && i < kMaxAgain; ++i) {
    Event event;
    if (!kParser->decode_event({&artifact, 1}, {&spans.all[i], 1}, kAll, event)) std::abort();
    if (event.source != spans.all[i]) std::abort();
  }
  return 0;
}
