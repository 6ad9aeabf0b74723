#include "tests/parsers/common/parser_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stemma::test {
namespace {

class Sink : public EventSink {
 public:
  explicit Sink(ParserRun& run) : run_(run) {}
  void on_event(Event& event) override {
    run_.events.push_back(golden::flatten(event));
    run_.spans.push_back(event.source);
    run_.hosts.emplace_back(event.pseudo_host);
    run_.kinds.push_back(event.source_kind);
    run_.acts.push_back(event.process.act);
    run_.times.push_back(format_time(event.time, event.time_digits));
  }

 private:
  ParserRun& run_;
};

}  // namespace

ParserRun run_parser(const Parser& parser, const std::string& file, std::string_view default_host) {
  static const Projection kAll = Projection::all();
  static const Projection kOne = [] {
    Projection one;
    one.want(field::event_action);
    return one;
  }();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), default_host};
  ParserRun out;
  out.recognized = parser.recognizes(artifact);
  Sink sink(out);
  std::uint64_t covered = 0;
  for (const Unit& unit : parser.split({&artifact, 1})) {
    EXPECT_EQ(unit.offset, covered);
    covered += unit.length;
    ++out.units;
    ImportLog log;
    const std::size_t before = out.events.size();
    parser.decode({&artifact, 1}, unit, {&kAll, nullptr}, sink, log);
    EXPECT_EQ(log.bytes.sum(), unit.length);
    out.log.add(log);
    const std::vector<SourceSpan> own(out.spans.begin() + static_cast<std::ptrdiff_t>(before),
                                      out.spans.end());
    // Every other one, and places where nothing begins.
    std::vector<std::uint64_t> places;
    std::vector<SourceSpan> expected;
    for (std::size_t i = 0; i < own.size(); i += 2) {
      places.push_back(own[i].offset);
      places.push_back(own[i].offset + 1);
      expected.push_back(own[i]);
    }
    ParserRun again;
    Sink again_sink(again);
    ImportLog no_log;
    parser.decode({&artifact, 1}, unit, {&kAll, &places}, again_sink, no_log);
    EXPECT_EQ(again.spans, expected);
    EXPECT_EQ(no_log, ImportLog());
    ParserRun few;
    Sink few_sink(few);
    ImportLog few_log;
    parser.decode({&artifact, 1}, unit, {&kOne, nullptr}, few_sink, few_log);
    EXPECT_EQ(few_log, log);
    EXPECT_EQ(few.spans, own);
  }
  EXPECT_EQ(covered, file.size());
  EXPECT_EQ(out.log.records.parsed, out.events.size());
  for (std::size_t i = 0; i < out.events.size(); ++i) {
    Event event;
    EXPECT_TRUE(parser.decode_event({&artifact, 1}, {&out.spans[i], 1}, kAll, event));
    EXPECT_EQ(golden::flatten(event), out.events[i]);
    EXPECT_EQ(event.source, out.spans[i]);
    EXPECT_EQ(event.pseudo_host, out.hosts[i]);
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

std::string one(const golden::Document& event, const std::string& field) {
  const auto found = event.find(field);
  return found == event.end() || found->second.empty() ? "-" : found->second.front();
}

}  // namespace stemma::test
