#include "tests/parsers/ecs/ecs_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "parsers/ecs/parser.hpp"

namespace stemma::ecs_test {
namespace {

class Sink : public EventSink {
 public:
  explicit Sink(Read& read) : read_(read) {}
  void on_event(Event& event) override {
    read_.events.push_back(golden::flatten(event));
    read_.spans.push_back(event.source);
    read_.kinds.push_back(event.source_kind);
    read_.acts.push_back(event.process.act);
    read_.times.push_back(format_time(event.time, event.time_digits));
  }

 private:
  Read& read_;
};

}  // namespace

Read read(const std::string& file, std::size_t block, std::string_view default_host) {
  static const Projection kAll = Projection::all();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), default_host};
  const auto parser = ecs::make_parser(block);
  Read out;
  out.recognized = parser->recognizes(artifact);
  Sink sink(out);
  std::uint64_t covered = 0;
  for (const Unit& unit : parser->split({&artifact, 1})) {
    EXPECT_EQ(unit.offset, covered);
    covered += unit.length;
    ++out.units;
    ImportLog log;
    const std::size_t before = out.events.size();
    parser->decode({&artifact, 1}, unit, {&kAll, nullptr}, sink, log);
    EXPECT_EQ(log.bytes.sum(), unit.length);
    out.log.add(log);
    std::vector<std::uint64_t> places;
    for (std::size_t i = before; i < out.spans.size(); ++i) places.push_back(out.spans[i].offset);
    Read again;
    Sink again_sink(again);
    ImportLog no_log;
    parser->decode({&artifact, 1}, unit, {&kAll, &places}, again_sink, no_log);
    EXPECT_EQ(again.spans,
              std::vector<SourceSpan>(out.spans.begin() + static_cast<std::ptrdiff_t>(before),
                                      out.spans.end()));
    EXPECT_EQ(no_log, ImportLog());
  }
  EXPECT_EQ(covered, file.size());
  EXPECT_EQ(out.log.records.parsed, out.events.size());
  for (std::size_t i = 0; i < out.events.size(); ++i) {
    Event event;
    EXPECT_TRUE(parser->decode_event({&artifact, 1}, {&out.spans[i], 1}, kAll, event));
    EXPECT_EQ(golden::flatten(event), out.events[i]);
    EXPECT_EQ(event.source, out.spans[i]);
  }
  return out;
}

std::string books(const ImportLog& log) {
  std::string text = fmt::format("{} parsed, {} refused: {} + {} + {} + {} bytes",
                                 log.records.parsed, log.records.refused, log.bytes.parsed,
                                 log.bytes.recovered, log.bytes.refused, log.bytes.unused);
  for (const auto& [defect, entry] : log.defects()) {
    text += fmt::format("\n{} × {}", entry.count, defect_name(defect));
    for (const DefectPlace& place : entry.first_places)
      text += fmt::format("\n  @{} {}", place.offset, place.detail);
  }
  return text;
}

}  // namespace stemma::ecs_test
