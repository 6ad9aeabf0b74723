// Parser for Elastic documents. A unit is a run of lines where every document is a line, else a run
// of documents with what lies between them. Books: a document that became an event is parsed, with
// the brackets and actions around documents; one that should have is refused; objects that are no
// events, other members of responses and blanks are unused.
#include "parsers/ecs/parser.hpp"

#include <algorithm>

#include "parsers/common/whole_records.hpp"
#include "parsers/ecs/document_reader.hpp"
#include "parsers/ecs/recognition.hpp"

namespace stemma::ecs {
namespace {

using json::end_of_value;
using json::Piece;
using json::ValueEnd;

class UnitDecoder {
 public:
  UnitDecoder(const ArtifactBytes& artifact, const Projection& projection, EventSink& sink,
              ImportLog& log)
      : artifact_(artifact),
        text_(artifact.text()),
        reader_(projection, Texts::borrowed),
        sink_(sink),
        log_(log) {}

  void run(std::size_t begin, std::size_t end) {
    const json::Layout layout = json::layout_of(text_, wrapping());
    if (layout == json::Layout::values) return pieces(begin, end, layout);
    while (begin < end) {
      const std::size_t line_end = std::min(text_.find('\n', begin), end - 1) + 1;
      if (!whole_line(begin, line_end)) pieces(begin, line_end, layout);
      begin = line_end;
    }
  }

  // The document at a place where one is known to begin.
  void document_at(std::size_t begin) {
    const ValueEnd end = end_of_value(text_, begin);
    if (begin >= text_.size() || text_[begin] != '{' || end.kind != ValueEnd::Kind::whole) return;
    const Result<bool> read = read_document(begin, end.at);
    if (read && *read) sink_.on_event(event_);
  }

 private:
  void pieces(std::size_t begin, std::size_t end, json::Layout layout) {
    json::for_each_piece(text_, begin, end, layout, wrapping(), [&](const Piece& piece) {
      book(piece);
      return true;
    });
  }

  // The usual line, which is a document and nothing else, needs no search for the document's end:
  // that it can be parsed whole tells. False, and nothing booked, for all others.
  bool whole_line(std::size_t begin, std::size_t line_end) {
    std::size_t end = line_end;
    while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
    if (end - begin < 2 || text_[begin] != '{' || text_[end - 1] != '}') return false;
    const std::string_view line = text_.substr(0, end);
    const std::size_t inside = json::skip_blanks(line, begin + 1);
    json::Member first;
    if (line[inside] != '"' || !json::read_member(line, inside, first) ||
        wrapping().end_of_action(line, first) != 0 || wrapping().is_wrapper(line, begin, first))
      return false;
    const Result<bool> read = read_document(begin, end);
    if (!read) return false;
    book_document(begin, end, read);
    log_.bytes.unused += line_end - end;
    return true;
  }

  void book(const Piece& piece) {
    const std::uint64_t bytes = piece.end - piece.begin;
    switch (piece.kind) {
      case Piece::Kind::structure:
        log_.bytes.parsed += bytes;
        break;
      case Piece::Kind::blank:
      case Piece::Kind::other:
        log_.bytes.unused += bytes;
        break;
      case Piece::Kind::broken:
        refuse(bytes, piece.fault);
        break;
      case Piece::Kind::document:
        book_document(piece.begin, piece.end, read_document(piece.begin, piece.end));
        break;
    }
  }

  void book_document(std::size_t begin, std::size_t end, const Result<bool>& read) {
    const std::uint64_t bytes = end - begin;
    if (!read) {
      refuse(bytes, read.error());
      return;
    }
    if (!*read) {
      log_.bytes.unused += bytes;
      return;
    }
    log_.bytes.parsed += bytes;
    ++log_.records.parsed;
    const auto note = [&](bool so, Defect defect, std::string_view detail = {}) {
      if (so) log_.note(defect, begin, detail);
    };
    note(notes_.invalid_utf8, Defect::invalid_utf8);
    note(notes_.invalid_utf16, Defect::invalid_utf16);
    note(notes_.no_time, Defect::time_out_of_range, "@timestamp is missing or cannot be read");
    note(notes_.no_host, Defect::unknown_host);
    note(notes_.long_name, Defect::limit_exceeded, "field name length");
    note(!notes_.repeated_key.empty(), Defect::duplicate_key, notes_.repeated_key);
    sink_.on_event(event_);
  }

  Result<bool> read_document(std::size_t begin, std::size_t end) {
    Result<bool> read = reader_.read(text_, begin, end, artifact_.default_host, event_, notes_);
    if (read && *read)
      event_.source = {artifact_.id, static_cast<std::uint32_t>(end - begin), begin};
    return read;
  }

  void refuse(std::uint64_t bytes, const Fault& fault) {
    log_.bytes.refused += bytes;
    ++log_.records.refused;
    log_.note(fault);
  }

  const ArtifactBytes& artifact_;
  std::string_view text_;
  DocumentReader reader_;
  DocumentNotes notes_;
  Event event_;
  EventSink& sink_;
  ImportLog& log_;
};

class EcsParser final : public Parser {
 public:
  explicit EcsParser(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  [[nodiscard]] std::string_view format() const override { return "ecs"; }
  // Raw lines in `event.original` and `message` are the document's, not another log's.
  [[nodiscard]] bool shares_files() const override { return false; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    return json::has_document(artifact.text(), wrapping(), looks_like_event);
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      append_units(i, text.size(), json::unit_cuts(text, block_bytes_, wrapping()), units);
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    UnitDecoder decoder(artifact, *wanted.projection, sink, log);
    if (wanted.only_at != nullptr) {
      for (const std::uint64_t offset : *wanted.only_at) {
        if (offset >= unit.offset && offset - unit.offset < unit.length)
          decoder.document_at(offset);
      }
    } else {
      decoder.run(unit.offset, unit.offset + unit.length);
    }
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    const Result<SourceSpan> span = span_within(artifacts, spans);
    if (!span) return tl::unexpected(span.error());
    DocumentReader reader(projection, Texts::copied);
    DocumentNotes notes;
    const Result<bool> read =
        reader.read(artifacts[0].text(), span->offset, span->offset + span->length,
                    artifacts[0].default_host, event, notes);
    if (!read) return tl::unexpected(read.error());
    if (!*read)
      return tl::unexpected(Fault{Defect::undecodable_record, span->offset, 0, 0, "no event"});
    event.source = {artifacts[0].id, span->length, span->offset};
    return {};
  }

 private:
  std::size_t block_bytes_;
};

}  // namespace

std::unique_ptr<Parser> make_parser(std::size_t block_bytes) {
  return std::make_unique<EcsParser>(block_bytes);
}

}  // namespace stemma::ecs

namespace stemma {

std::unique_ptr<Parser> make_ecs_parser() {
  return ecs::make_parser();
}

}  // namespace stemma
