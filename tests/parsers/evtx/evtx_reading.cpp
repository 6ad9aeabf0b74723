#include "tests/parsers/evtx/evtx_reading.hpp"

#include <fmt/format.h>

namespace stemma::testing_evtx {
namespace {

class Collector : public EventSink {
 public:
  Collector(std::vector<Seen>& events, const std::function<void(Event&)>& each)
      : events_(events), each_(each) {}
  void on_event(Event& event) override {
    events_.push_back({event.sequence, event.source, event.recovered,
                       std::string(event.text(field::event_provider)),
                       std::string(event.text(field::event_code)),
                       std::string(event.text(field::host_name))});
    if (each_) each_(event);
  }

 private:
  std::vector<Seen>& events_;
  const std::function<void(Event&)>& each_;
};

}  // namespace

Reading read(const std::string& file, const std::function<void(Event&)>& each, EvtxReader reader) {
  static const Projection kAll = Projection::all();
  const auto parser = make_evtx_parser(reader);
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), {}};
  Reading reading;
  Collector sink(reading.events, each);
  std::uint64_t covered = 0;
  for (const Unit& unit : parser->split({&artifact, 1})) {
    if (unit.offset != covered) reading.balanced = false;
    covered = unit.offset + unit.length;
    ImportLog log;
    parser->decode({&artifact, 1}, unit, {&kAll, nullptr}, sink, log);
    if (log.bytes.sum() != unit.length) reading.balanced = false;
    reading.log.add(log);
  }
  if (covered != file.size()) reading.balanced = false;
  parser->close(artifact, reading.log);
  return reading;
}

std::string notes(const ImportLog& log) {
  std::string all;
  for (const auto& [defect, entry] : log.defects()) {
    for (const DefectPlace& place : entry.first_places) {
      all += fmt::format("@0x{:x} {}{}{}\n", place.offset, defect_name(defect),
                         place.detail.empty() ? "" : ": ", place.detail);
    }
    if (entry.count > entry.first_places.size())
      all += fmt::format("{} x{}\n", defect_name(defect), entry.count);
  }
  return all;
}

std::string ids(const Reading& reading) {
  std::string live, recovered;
  for (const Seen& seen : reading.events) {
    std::string& list = seen.recovered ? recovered : live;
    list += (list.empty() ? "" : " ") + std::to_string(seen.id);
  }
  return recovered.empty() ? live : live + " | " + recovered;
}

}  // namespace stemma::testing_evtx
