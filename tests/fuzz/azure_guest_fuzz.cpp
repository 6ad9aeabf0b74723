// Whatever the bytes, and wherever they lay, the books of agents' files balance, each event is
// found again at its span, alone and in a list of places, and where a log is cut changes nothing.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "parsers/azure_guest/log_record.hpp"
#include "parsers/common/parser.hpp"

namespace {

using namespace stemma;

struct Seen {
  SourceSpan span;
  std::uint64_t hash;
};

class Sink : public EventSink {
 public:
  void on_event(Event& event) override { all.push_back({event.source, event.content_hash()}); }
  std::vector<Seen> all;
};

const Projection& known() {
  static const Projection kKnown = [] {
    Projection fields;
    for (std::uint32_t id = 1; id <= kKnownFieldCount; ++id) fields.want(FieldId{id});
    return fields;
  }();
  return kKnown;
}

void check(const Parser& parser, const ArtifactBytes& artifact) {
  static_cast<void>(parser.recognizes(artifact));
  Sink sink;
  std::uint64_t covered = 0;
  const std::vector<Unit> units = parser.split({&artifact, 1});
  for (const Unit& unit : units) {
    covered += unit.length;
    ImportLog log;
    parser.decode({&artifact, 1}, unit, {&known(), nullptr}, sink, log);
    if (log.bytes.sum() != unit.length) std::abort();
  }
  if (covered != artifact.bytes.size()) std::abort();
  std::vector<std::uint64_t> places;
  for (const Seen& seen : sink.all) {
    Event event;
    if (!parser.decode_event({&artifact, 1}, {&seen.span, 1}, known(), event) ||
        event.source != seen.span || event.content_hash() != seen.hash)
      std::abort();
    if (!places.empty() && places.back() >= seen.span.offset) std::abort();
    places.push_back(seen.span.offset);
  }
  Sink again;
  ImportLog log;
  for (const Unit& unit : units)
    parser.decode({&artifact, 1}, unit, {&known(), &places}, again, log);
  if (again.all.size() != sink.all.size()) std::abort();
}

// Pieces of a log read in one go, and in two stretches cut at any record.
void check_cut(std::string_view text, std::uint64_t cut) {
  using azure_guest::LogPiece;
  using azure_guest::LogReader;
  const auto records = [&](std::uint64_t begin, std::uint64_t end,
                           std::vector<std::uint64_t>& out) {
    LogReader reader(text, begin, end);
    LogPiece piece;
    while (reader.next(piece)) {
      if (piece.kind == LogPiece::Kind::unused) continue;
      out.push_back(piece.offset);
      out.push_back(piece.bytes);
    }
  };
  std::vector<std::uint64_t> whole, parts;
  records(0, text.size(), whole);
  const std::uint64_t at = azure_guest::next_record(text, cut);
  records(0, at, parts);
  records(at, text.size(), parts);
  if (whole != parts) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<Parser> kParsers[] = {
      make_azure_guest_log_parser(), make_azure_guest_document_parser(),
      make_azure_guest_archive_parser(), make_script_files_parser()};
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The first line serves as the path, too.
  const std::string_view path = text.substr(0, text.find('\n'));
  for (const auto& parser : kParsers) check(*parser, {ArtifactId{1}, bytes, "host", path});
  check_cut(text, size / 3);
  return 0;
}
