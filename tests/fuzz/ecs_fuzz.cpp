// Whatever the bytes, the books of documents balance, blocks of any size say the same, each event
// is found again at its span, and what a pass wants changes nothing but the fields that it gets.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "parsers/ecs/parser.hpp"

namespace {

using namespace stemma;

class Spans : public EventSink {
 public:
  void on_event(Event& event) override {
    all.push_back(event.source);
    acts.push_back(event.process.act);
    times.push_back(event.time);
  }
  std::vector<SourceSpan> all;
  std::vector<ProcessAct> acts;
  std::vector<Timestamp> times;
  bool operator==(const Spans& other) const {
    return all == other.all && acts == other.acts && times == other.times;
  }
};

struct Run {
  Spans spans;
  ImportLog log;
};

Run run(const ArtifactBytes& artifact, std::size_t block, const Projection& projection) {
  const auto parser = ecs::make_parser(block);
  Run run;
  std::uint64_t covered = 0;
  for (const Unit& unit : parser->split({&artifact, 1})) {
    if (unit.offset != covered) std::abort();
    covered += unit.length;
    ImportLog log;
    parser->decode({&artifact, 1}, unit, {&projection, nullptr}, run.spans, log);
    if (log.bytes.sum() != unit.length) std::abort();
    run.log.add(log);
  }
  if (covered != artifact.bytes.size() || run.log.records.parsed != run.spans.all.size())
    std::abort();
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Names that a run makes up would fill the table of names for good.
  static const Projection kKnown = [] {
    Projection known;
    for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) known.want(FieldId{id});
    return known;
  }();
  static const Projection kFew = [] {
    Projection few;
    few.want(field::process_entity_id);
    return few;
  }();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(data, size)), "host"};
  static_cast<void>(ecs::make_parser()->recognizes(artifact));
  const Run whole = run(artifact, ecs::kBlockBytes, kKnown);
  for (const std::size_t block : {std::size_t{1}, std::size_t{300}}) {
    const Run cut = run(artifact, block, block == 1 ? kKnown : kFew);
    if (!(cut.spans == whole.spans) || cut.log != whole.log) std::abort();
  }
  const auto parser = ecs::make_parser();
  for (const SourceSpan& span : whole.spans.all) {
    Event event;
    if (!parser->decode_event({&artifact, 1}, {&span, 1}, kKnown, event) || event.source != span)
      std::abort();
  }
  return 0;
}
