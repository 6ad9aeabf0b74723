#include "tests/parsers/auditd/audit_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "parsers/auditd/auditd_parser.hpp"

namespace stemma::auditd_test {
namespace {

std::string value_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return std::string(value.text);
    case Value::Kind::integer:
      return fmt::format("{}", value.integer);
    case Value::Kind::boolean:
      return value.boolean ? "true" : "false";
    case Value::Kind::date:
      return format_time(value.time(), value.digits);
    case Value::Kind::real:
      return fmt::format("{}", value.real);
  }
  return {};
}

Seen look(Event& event, ShapeTable& shapes) {
  Seen seen;
  const EventView view = event.view(shapes);
  const auto fields = view.shape().fields();
  for (std::uint32_t slot = 0; slot < fields.size(); ++slot) {
    const std::string name(field_name(fields[slot]));
    for (const Value& value : view.at(slot)) seen.fields[name].push_back(value_text(value));
    seen.origins[name] = view.origin(slot);
  }
  seen.process = event.process;
  seen.source = event.source;
  seen.more_pieces = event.more_pieces;
  seen.sequence = event.sequence;
  seen.time = event.time;
  seen.hash = event.content_hash();
  return seen;
}

class Collector : public EventSink {
 public:
  explicit Collector(std::vector<Seen>& events) : events_(events) {}
  void on_event(Event& event) override { events_.push_back(look(event, shapes_)); }

 private:
  std::vector<Seen>& events_;
  ShapeTable shapes_;
};

void check_again(const Parser& parser, const std::vector<ArtifactBytes>& artifacts,
                 const Seen& seen, const Projection& projection) {
  std::vector<SourceSpan> spans = {seen.source};
  spans.insert(spans.end(), seen.more_pieces.begin(), seen.more_pieces.end());
  std::vector<ArtifactBytes> own;
  for (const SourceSpan& span : spans) {
    ASSERT_GE(span.artifact.value, 1u);
    ASSERT_LE(span.artifact.value, artifacts.size());
    own.push_back(artifacts[span.artifact.index()]);
    ASSERT_LE(span.offset, own.back().bytes.size());
    ASSERT_LE(span.length, own.back().bytes.size() - span.offset);
  }
  Event event;
  const Result<void> result = parser.decode_event(own, spans, projection, event);
  ASSERT_TRUE(result.has_value()) << describe(result.error());
  ShapeTable shapes;
  const Seen again = look(event, shapes);
  EXPECT_EQ(again.fields, seen.fields);
  EXPECT_EQ(again.hash, seen.hash);
  EXPECT_EQ(again.source, seen.source);
  EXPECT_EQ(again.more_pieces, seen.more_pieces);
  EXPECT_EQ(again.process.act, seen.process.act);
  EXPECT_EQ(again.process.child_pid, seen.process.child_pid);
}

std::vector<ArtifactBytes> artifacts_of(const std::vector<std::string>& texts,
                                        const std::vector<std::string>& default_hosts) {
  std::vector<ArtifactBytes> artifacts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    artifacts.push_back({ArtifactId::from_index(i), std::as_bytes(std::span(texts[i])),
                         default_hosts.empty() ? std::string_view("testhost")
                                               : std::string_view(default_hosts[i])});
  }
  return artifacts;
}

}  // namespace

std::string Seen::operator[](std::string_view field) const {
  const auto found = fields.find(std::string(field));
  if (found == fields.end()) return "-";
  std::string all;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    if (i > 0) all += '|';
    all += found->second[i];
  }
  return all;
}

std::string Parsed::serials() const {
  std::string all;
  for (const Seen& event : events) {
    if (!all.empty()) all += ' ';
    all += std::to_string(event.sequence);
  }
  return all;
}

std::string Parsed::defects(std::size_t artifact) const {
  std::string all;
  for (const auto& [defect, entry] : logs[artifact].defects()) {
    for (const DefectPlace& place : entry.first_places) {
      all += fmt::format("{} @{}: {}\n", defect_name(defect), place.offset, place.detail);
    }
    if (entry.count > entry.first_places.size())
      all += fmt::format("{} … {}\n", defect_name(defect), entry.count);
  }
  return all;
}

std::string Parsed::records(std::size_t artifact) const {
  return fmt::format("{}/{}", logs[artifact].records.parsed, logs[artifact].records.refused);
}

bool Seen::operator==(const Seen& other) const {
  return fields == other.fields && origins == other.origins && process.act == other.process.act &&
         process.child_pid == other.process.child_pid &&
         process.child_has_callers_parent == other.process.child_has_callers_parent &&
         source == other.source && more_pieces == other.more_pieces && sequence == other.sequence &&
         time == other.time && hash == other.hash;
}

namespace {

Parsed run_projected(const std::vector<std::string>& texts,
                     const std::vector<std::string>& default_hosts, std::uint64_t block_bytes,
                     const Projection& projection) {
  const auto parser = block_bytes == 0 ? make_auditd_parser() : auditd::make_parser(block_bytes);
  const std::vector<ArtifactBytes> artifacts = artifacts_of(texts, default_hosts);
  Parsed result;
  result.units = parser->split(artifacts);
  result.logs.resize(texts.size());
  std::vector<std::uint64_t> covered(texts.size(), 0);
  Collector collector(result.events);
  for (const Unit& unit : result.units) {
    ImportLog log;
    parser->decode(artifacts, unit, Wanted{&projection, nullptr}, collector, log);
    EXPECT_EQ(unit.offset, covered[unit.artifact]) << "artifact " << unit.artifact;
    covered[unit.artifact] += unit.length;
    EXPECT_EQ(log.bytes.sum(), unit.length) << "artifact " << unit.artifact;
    EXPECT_EQ(log.bytes.recovered, 0u);
    result.logs[unit.artifact].add(log);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(covered[i], texts[i].size());
  for (const Seen& seen : result.events) check_again(*parser, artifacts, seen, projection);
  return result;
}

}  // namespace

Parsed run(const std::vector<std::string>& texts, const std::vector<std::string>& default_hosts,
           std::uint64_t block_bytes) {
  return run_projected(texts, default_hosts, block_bytes, Projection::all());
}

Parsed run_with(const std::string& text, const Projection& projection) {
  return run_projected({text}, {}, 0, projection);
}

std::vector<Seen> run_only(const std::vector<std::string>& texts, std::size_t artifact,
                           const std::vector<std::uint64_t>& offsets, std::uint64_t block_bytes) {
  const auto parser = auditd::make_parser(block_bytes);
  const std::vector<ArtifactBytes> artifacts = artifacts_of(texts, {});
  const Projection projection = Projection::all();
  std::vector<Seen> events;
  Collector collector(events);
  for (const Unit& unit : parser->split(artifacts)) {
    if (unit.artifact != artifact) continue;
    ImportLog log;
    parser->decode(artifacts, unit, Wanted{&projection, &offsets}, collector, log);
    EXPECT_EQ(log, ImportLog{});
  }
  return events;
}

bool recognized(std::string_view text) {
  return make_auditd_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(text.data(), text.size())), {}});
}

std::string corpus() {
  const char* root = std::getenv("STEMMA_ROOT");
  if (root == nullptr) return {};
  const std::filesystem::path path =
      std::filesystem::path(root) / ".." / "shared" / "corpus" / "auditd";
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path.string() : std::string();
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace stemma::auditd_test
