// Parser for AWS CloudTrail: `{"Records":[…]}` as the service delivers it, one record a line, an
// array of them, or `{"Events":[{"CloudTrailEvent":"{…}"}]}` as `aws cloudtrail lookup-events`
// prints it. Books: a record that became an event is parsed, with the brackets around records; one
// that should have is refused; objects that are no records and blanks are unused.
#include "parsers/aws_cloudtrail/parser.hpp"

#include <algorithm>

#include "parsers/aws_cloudtrail/trail_mapper.hpp"
#include "parsers/common/record_books.hpp"
#include "parsers/common/whole_records.hpp"

namespace stemma::cloudtrail {
namespace {

using json::Member;
using json::Piece;

class TrailWrapping final : public json::Wrapping {
 public:
  [[nodiscard]] bool is_wrapper(std::string_view text, std::size_t at,
                                const Member& first) const override {
    static_cast<void>(first);
    return json::has_way(text, at, *this);
  }
  [[nodiscard]] bool is_way(std::string_view text, const Member& member) const override {
    return text[member.value] == '[' && (member.key == "Records" || member.key == "Events");
  }
};

const TrailWrapping kWrapping;

bool looks_like_record(std::string_view text, std::size_t at) {
  KeyTaste taste;
  json::while_member(text.substr(0, std::min(text.size(), at + json::kMaxDocument)), at,
                     [&](const Member& member) {
                       taste.key(member.key);
                       return true;
                     });
  return taste.is_record();
}

class RecordReader {
 public:
  RecordReader(std::string_view text, const Projection& projection, Texts texts)
      : text_(text), mapper_(projection, texts) {}

  Result<bool> read(std::size_t begin, std::size_t end, Event& event, RecordNotes& notes) {
    notes.clear();
    json::Repairs repairs;
    const auto object = parser_.object(text_, begin, end, repairs);
    if (!object) return tl::unexpected(object.error());
    const Result<bool> mapped = mapper_.map(*object, begin, event, notes);
    if (!mapped || !*mapped) return mapped;
    if (repairs.utf8) notes.add(Defect::invalid_utf8, {});
    if (repairs.utf16) notes.add(Defect::invalid_utf16, {});
    return true;
  }

 private:
  std::string_view text_;
  json::DocumentParser parser_;
  TrailMapper mapper_;
};

class CloudTrailParser final : public Parser {
 public:
  explicit CloudTrailParser(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  [[nodiscard]] std::string_view format() const override { return "aws_cloudtrail"; }
  [[nodiscard]] bool shares_files() const override { return false; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    return json::has_document(artifact.text(), kWrapping, looks_like_record);
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      append_units(i, text.size(), json::unit_cuts(text, block_bytes_, kWrapping), units);
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    const std::string_view text = artifact.text();
    RecordReader reader(text, *wanted.projection, Texts::borrowed);
    RecordNotes notes;
    Event event;
    const auto read = [&](std::size_t begin, std::size_t end) {
      const Result<bool> is_record = reader.read(begin, end, event, notes);
      event.source = {artifact.id, static_cast<std::uint32_t>(end - begin), begin};
      return is_record;
    };
    if (wanted.only_at != nullptr) {
      for (const std::uint64_t begin : *wanted.only_at) {
        if (begin < unit.offset || begin - unit.offset >= unit.length || text[begin] != '{')
          continue;
        const json::ValueEnd end = json::end_of_value(text, begin);
        if (end.kind != json::ValueEnd::Kind::whole) continue;
        const Result<bool> is_record = read(begin, end.at);
        if (is_record && *is_record) sink.on_event(event);
      }
      return;
    }
    json::for_each_piece(text, unit.offset, unit.offset + unit.length,
                         json::layout_of(text, kWrapping), kWrapping, [&](const Piece& piece) {
                           book(
                               piece, notes, log,
                               [&](const Piece& record) { return read(record.begin, record.end); },
                               [&] { sink.on_event(event); });
                           return true;
                         });
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    const Result<SourceSpan> span = span_within(artifacts, spans);
    if (!span) return tl::unexpected(span.error());
    RecordReader reader(artifacts[0].text(), projection, Texts::copied);
    RecordNotes notes;
    const Result<bool> read = reader.read(span->offset, span->offset + span->length, event, notes);
    if (!read) return tl::unexpected(read.error());
    if (!*read)
      return tl::unexpected(Fault{Defect::undecodable_record, span->offset, 0, 0, "no record"});
    event.source = {artifacts[0].id, span->length, span->offset};
    return {};
  }

 private:
  std::size_t block_bytes_;
};

}  // namespace

std::unique_ptr<Parser> make_parser(std::size_t block_bytes) {
  return std::make_unique<CloudTrailParser>(block_bytes);
}

}  // namespace stemma::cloudtrail

namespace stemma {

std::unique_ptr<Parser> make_aws_cloudtrail_parser() {
  return cloudtrail::make_parser();
}

}  // namespace stemma
