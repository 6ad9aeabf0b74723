// Whatever the bytes, a Sysmon for Linux log's books balance, and each event is found again at its
// span.
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
  static const std::unique_ptr<Parser> kParser = make_sysmon_linux_parser();
  static const Projection kKnown = [] {
    Projection known;
    for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) known.want(FieldId{id});
    return known;
  }();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(data, size)), "host"};
  const bool recognized = kParser->recognizes(artifact);
  Spans spans;
  std::uint64_t covered = 0;
  for (const Unit& unit : kParser->split({&artifact, 1})) {
    covered += unit.length;
    ImportLog log;
    kParser->decode({&artifact, 1}, unit, {&kKnown, nullptr}, spans, log);
    if (log.bytes.sum() != unit.length || log.records.parsed != spans.all.size()) std::abort();
  }
  if (covered != size) std::abort();
  if (!spans.all.empty() && !recognized) std::abort();
  for (const SourceSpan& span : spans.all) {
    Event event;
    if (!kParser->decode_event({&artifact, 1}, {&span, 1}, kKnown, event) || event.source != span)
      std::abort();
  }
  return 0;
}
