// What holds of a parser of cloud logs whatever the bytes: the books balance, blocks of any size
// say the same, each event is found again at its place and its span, and what a pass wants changes
// nothing but the fields that it gets.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma::fuzz {

class Spans : public EventSink {
 public:
  void on_event(Event& event) override {
    all.push_back(event.source);
    times.push_back(event.time);
    hosts.emplace_back(event.pseudo_host);
  }
  std::vector<SourceSpan> all;
  std::vector<Timestamp> times;
  std::vector<std::string> hosts;
  bool operator==(const Spans& other) const {
    return all == other.all && times == other.times && hosts == other.hosts;
  }
};

struct Run {
  Spans spans;
  ImportLog log;
};

inline Run run(const Parser& parser, const ArtifactBytes& artifact, const Projection& projection) {
  Run run;
  std::uint64_t covered = 0;
  for (const Unit& unit : parser.split({&artifact, 1})) {
    if (unit.offset != covered) std::abort();
    covered += unit.length;
    ImportLog log;
    const std::size_t before = run.spans.all.size();
    parser.decode({&artifact, 1}, unit, {&projection, nullptr}, run.spans, log);
    if (log.bytes.sum() != unit.length) std::abort();
    run.log.add(log);
    std::vector<std::uint64_t> places;
    for (std::size_t i = before; i < run.spans.all.size(); ++i)
      places.push_back(run.spans.all[i].offset);
    Spans again;
    ImportLog no_log;
    parser.decode({&artifact, 1}, unit, {&projection, &places}, again, no_log);
    if (again.all.size() != places.size()) std::abort();
  }
  if (covered != artifact.bytes.size() || run.log.records.parsed != run.spans.all.size())
    std::abort();
  return run;
}

/// @param make gives a parser for blocks of a size
template <class Make>
void check(const std::uint8_t* data, std::size_t size, Make make, std::size_t usual_block) {
  // Names that a run makes up would fill the table of names for good.
  static const Projection kKnown = [] {
    Projection known;
    for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) known.want(FieldId{id});
    return known;
  }();
  static const Projection kFew = [] {
    Projection few;
    few.want(field::event_action);
    return few;
  }();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(data, size)), "host"};
  const auto parser = make(usual_block);
  static_cast<void>(parser->recognizes(artifact));
  const Run whole = run(*parser, artifact, kKnown);
  for (const std::size_t block : {std::size_t{1}, std::size_t{300}}) {
    const Run cut = run(*make(block), artifact, block == 1 ? kKnown : kFew);
    if (!(cut.spans == whole.spans) || cut.log != whole.log) std::abort();
  }
  for (std::size_t i = 0; i < whole.spans.all.size(); ++i) {
    Event event;
    const SourceSpan& span = whole.spans.all[i];
    if (!parser->decode_event({&artifact, 1}, {&span, 1}, kKnown, event) || event.source != span ||
        event.time != whole.spans.times[i] || event.pseudo_host != whole.spans.hosts[i])
      std::abort();
  }
}

}  // namespace stemma::fuzz
