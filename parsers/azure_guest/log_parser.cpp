// Parser for the text logs of Azure's guest agents and script handlers. Books: a record with the
// lines that go on with it is parsed, a record whose time cannot be read is refused, all else is
// unused.
#include "events/text.hpp"
#include "parsers/azure_guest/guest_event.hpp"
#include "parsers/azure_guest/log_record.hpp"
#include "parsers/azure_guest/log_text.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {
namespace {

using namespace azure_guest;

/// Size of a unit. A log is cut where a record begins, so that no unit looks beyond its end.
constexpr std::uint64_t kUnitBytes = 8u << 20;

class AzureGuestLogParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "azure_guest_log"; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    return holds_records(artifact.text());
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      for (std::uint64_t at = 0; at < text.size();) {
        const std::uint64_t end =
            text.size() - at <= kUnitBytes ? text.size() : next_record(text, at + kUnitBytes);
        units.push_back({i, at, end - at});
        at = end;
      }
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    const Place place = read_place(artifact.path);
    const std::uint64_t end = unit.offset + unit.length;
    Event event;
    LogPiece piece;
    if (wanted.only_at != nullptr) {
      for (const std::uint64_t offset : *wanted.only_at) {
        if (offset < unit.offset || offset >= end) continue;
        LogReader reader(artifact.text(), offset, end);
        if (reader.next(piece) && piece.kind == LogPiece::Kind::record) {
          fill(artifact, place, piece, *wanted.projection, event);
          sink.on_event(event);
        }
      }
      return;
    }
    LogReader reader(artifact.text(), unit.offset, end);
    while (reader.next(piece)) {
      switch (piece.kind) {
        case LogPiece::Kind::unused:
          log.bytes.unused += piece.bytes;
          continue;
        case LogPiece::Kind::refused:
          log.bytes.refused += piece.bytes;
          ++log.records.refused;
          log.note({piece.bytes > kMaxLine ? Defect::limit_exceeded : Defect::bad_line,
                    piece.offset, piece.bytes > kMaxLine ? piece.bytes : 0,
                    piece.bytes > kMaxLine ? kMaxLine : 0, piece.problem});
          continue;
        case LogPiece::Kind::record:
          break;
      }
      log.bytes.parsed += piece.bytes;
      ++log.records.parsed;
      if (!fill(artifact, place, piece, *wanted.projection, event))
        log.note(Defect::event_incomplete, piece.offset, "the line ends inside a value");
      if (piece.capped)
        log.note({Defect::limit_exceeded, piece.offset + piece.bytes, 0, kMaxRecord,
                  "lines that go on with a record"});
      if (!is_valid_utf8(piece.whole)) log.note(Defect::invalid_utf8, piece.offset);
      if (piece.head.host.empty() && artifact.default_host.empty())
        log.note(Defect::unknown_host, piece.offset);
      sink.on_event(event);
    }
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty() || spans[0].offset >= artifacts[0].bytes.size())
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    LogReader reader(artifacts[0].text(), spans[0].offset, artifacts[0].bytes.size());
    LogPiece piece;
    if (!reader.next(piece) || piece.kind != LogPiece::Kind::record)
      return tl::unexpected(Fault{Defect::bad_line, spans[0].offset, 0, 0, "no record"});
    fill(artifacts[0], read_place(artifacts[0].path), piece, projection, event);
    return {};
  }

 private:
  /// False where the record's text ends inside a value.
  static bool fill(const ArtifactBytes& artifact, const Place& place, const LogPiece& piece,
                   const Projection& projection, Event& event) {
    const bool agent = piece.head.kind == LogKind::waagent || is_windows_agent(place);
    begin_event(event, projection, artifact, place, agent ? dataset::kWaagent : dataset::kHandler,
                piece.head.host);
    event.source = {artifact.id, static_cast<std::uint32_t>(piece.whole.size()), piece.offset};
    // Lines of one text within one second are not copies of each other; the same line of a log
    // that was collected twice is.
    event.sequence = piece.offset;
    return map_record(piece, place, event);
  }

  static bool is_windows_agent(const Place& place) {
    return place.file_name.rfind("WaAppAgent", 0) == 0 ||
           place.file_name.rfind("TransparentInstaller", 0) == 0;
  }
};

}  // namespace

std::unique_ptr<Parser> make_azure_guest_log_parser() {
  return std::make_unique<AzureGuestLogParser>();
}

}  // namespace stemma
