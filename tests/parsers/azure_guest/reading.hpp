// Reads a text as one file of a format, and holds what every test asserts: bytes balance, and each
// event is found again at its span.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "parsers/common/parser.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma::azure_guest_test {

using golden::Document;

struct Reading {
  std::vector<Document> documents;
  std::vector<SourceSpan> spans;
  std::vector<Timestamp> times;
  ImportLog log;
};

inline Reading read(const Parser& parser, const std::string& file, std::string_view path = {},
                    std::string_view host = "box") {
  class Sink : public EventSink {
   public:
    explicit Sink(Reading& reading) : reading_(reading) {}
    void on_event(Event& event) override {
      EXPECT_EQ(event.source_kind, SourceKind::guest_agent);
      reading_.spans.push_back(event.source);
      reading_.times.push_back(event.time);
      reading_.documents.push_back(golden::flatten(event));
    }

   private:
    Reading& reading_;
  };
  static const Projection kAll = Projection::all();
  Reading reading;
  Sink sink(reading);
  const ArtifactBytes artifact{ArtifactId{3}, std::as_bytes(std::span(file)), host, path};
  std::uint64_t length = 0;
  for (const Unit& unit : parser.split({&artifact, 1})) {
    EXPECT_EQ(unit.offset, length);
    ImportLog log;
    parser.decode({&artifact, 1}, unit, {&kAll, nullptr}, sink, log);
    EXPECT_EQ(log.bytes.sum(), unit.length);
    reading.log.add(log);
    length += unit.length;
  }
  EXPECT_EQ(length, file.size());
  for (std::size_t i = 0; i < reading.spans.size(); ++i) {
    Event event;
    EXPECT_TRUE(parser.decode_event({&artifact, 1}, {&reading.spans[i], 1}, kAll, event));
    EXPECT_EQ(event.source, reading.spans[i]);
    EXPECT_EQ(golden::flatten(event), reading.documents[i]);
  }
  return reading;
}

/// The one value of a field as text; empty where there is none.
inline std::string value(const Document& document, const std::string& field) {
  const auto found = document.find(field);
  return found == document.end() || found->second.empty() ? std::string{} : found->second.front();
}

/// `field=value` lines of the fields named, absent ones left out.
inline std::string shown(const Document& document, const std::vector<std::string>& fields) {
  std::string out;
  for (const std::string& field : fields) {
    const auto found = document.find(field);
    if (found == document.end()) continue;
    for (const std::string& one : found->second) out += field + "=" + one + "\n";
  }
  return out;
}

/// The notes of a log, `defect@offset detail` each.
inline std::vector<std::string> notes(const ImportLog& log) {
  std::vector<std::string> out;
  for (const auto& [defect, entry] : log.defects()) {
    for (const DefectPlace& place : entry.first_places) {
      out.push_back(std::string(defect_name(defect)) + "@" + std::to_string(place.offset) +
                    (place.detail.empty() ? "" : " " + place.detail));
    }
  }
  return out;
}

}  // namespace stemma::azure_guest_test
