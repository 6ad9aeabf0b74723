// Parser for the Azure Activity Log in every form that exports have: objects of JSON one a line, in
// arrays, in `value` or `records`; the tables of a Log Analytics answer; CSV. Books: a record that
// became an event is parsed, with the brackets, columns and headers around records; one that should
// have is refused; objects that are no records, other members of answers and blanks are unused.
#include "parsers/azure_activity/parser.hpp"

#include <algorithm>

#include "parsers/azure_activity/activity_mapper.hpp"
#include "parsers/azure_activity/csv_stream.hpp"
#include "parsers/azure_activity/raw_record.hpp"
#include "parsers/azure_activity/table_stream.hpp"
#include "parsers/common/record_books.hpp"
#include "parsers/common/whole_records.hpp"

namespace stemma::azure {
namespace {

namespace dom = simdjson::dom;
using json::Member;
using json::Piece;

// `{"records":[…]}`, `{"value":[…],"nextLink":…}`, in any order of members.
class ActivityWrapping final : public json::Wrapping {
 public:
  [[nodiscard]] bool is_wrapper(std::string_view text, std::size_t at,
                                const Member& first) const override {
    static_cast<void>(first);
    return json::has_way(text, at, *this);
  }
  [[nodiscard]] bool is_way(std::string_view text, const Member& member) const override {
    return text[member.value] == '[' && (member.key == "records" || member.key == "value");
  }
};

const ActivityWrapping kWrapping;

bool looks_like_record(std::string_view text, std::size_t at) {
  KeySet keys;
  json::while_member(text.substr(0, std::min(text.size(), at + json::kMaxDocument)), at,
                     [&](const Member& member) {
                       const Key key = key_of(member.key);
                       if (key != Key::none) keys.set(static_cast<std::size_t>(key));
                       return true;
                     });
  return is_activity(keys);
}

enum class Form : std::uint8_t { objects, tables, csv };

// What a file is, and the columns of its tables or its header.
struct FileForm {
  Form form = Form::objects;
  std::vector<Key> table;
  CsvColumns csv;
};

FileForm form_of(std::string_view text) {
  FileForm found;
  const std::size_t begin = json::skip_blanks(text, json::text_begin(text));
  if (begin < text.size() && (text[begin] == '{' || text[begin] == '[')) {
    found.table = first_columns(text);
    if (!found.table.empty()) found.form = Form::tables;
    return found;
  }
  found.csv = csv_columns(text);
  if (!found.csv.keys.empty()) found.form = Form::csv;
  return found;
}

// Reads records of one file, whichever form they have.
class RecordReader {
 public:
  RecordReader(std::string_view text, const FileForm& form, const Projection& projection,
               Texts texts)
      : text_(text), form_(form), mapper_(projection, texts) {}

  /// @param columns those of the table that the record lies in
  Result<bool> read(std::size_t begin, std::size_t end, const std::vector<Key>& columns,
                    Event& event, RecordNotes& notes) {
    raw_.clear();
    notes.clear();
    repeated_ = {};
    json::Repairs repairs;
    Result<void> filled;
    switch (form_.form) {
      case Form::objects:
        filled = fill_from_object(begin, end, repairs);
        break;
      case Form::tables:
        filled = fill_from_row(begin, end, columns, repairs, notes);
        break;
      case Form::csv:
        filled = fill_from_csv(begin, end, repairs, notes);
        break;
    }
    if (!filled) return tl::unexpected(filled.error());
    const Result<bool> mapped = mapper_.map(raw_, begin, form_.csv.local_time, event, notes);
    if (!mapped || !*mapped) return mapped;
    if (repairs.utf8) notes.add(Defect::invalid_utf8, {});
    if (repairs.utf16) notes.add(Defect::invalid_utf16, {});
    if (!repeated_.empty()) notes.add(Defect::duplicate_key, std::string(repeated_));
    return true;
  }

 private:
  Result<void> fill_from_object(std::size_t begin, std::size_t end, json::Repairs& repairs) {
    const Result<dom::object> object = parser_.object(text_, begin, end, repairs);
    if (!object) return tl::unexpected(object.error());
    for (const auto& [name, value] : *object) {
      if (!raw_.set(key_of(name), value) && repeated_.empty()) repeated_ = name;
    }
    return {};
  }

  Result<void> fill_from_row(std::size_t begin, std::size_t end, const std::vector<Key>& columns,
                             json::Repairs& repairs, RecordNotes& notes) {
    const Result<dom::element> root = parser_.value(text_, begin, end, repairs);
    if (!root) return tl::unexpected(root.error());
    dom::array row;
    if (root->get_array().get(row) != simdjson::SUCCESS) return no_row(begin, 0, columns, notes);
    if (row.size() != columns.size()) return no_row(begin, row.size(), columns, notes);
    std::size_t column = 0;
    for (const dom::element value : row) raw_.set(columns[column++], value);
    return {};
  }

  Result<void> fill_from_csv(std::size_t begin, std::size_t end, json::Repairs& repairs,
                             RecordNotes& notes) {
    const std::string_view row = text_.substr(begin, end - begin);
    repairs.utf8 = !simdjson::validate_utf8(row.data(), row.size());
    scratch_.reset();
    split_row(row, scratch_, values_);
    if (values_.size() != form_.csv.keys.size())
      return no_row(begin, values_.size(), form_.csv.keys, notes);
    for (std::size_t i = 0; i < values_.size(); ++i) raw_.set(form_.csv.keys[i], values_[i]);
    return {};
  }

  static Result<void> no_row(std::size_t begin, std::size_t have, const std::vector<Key>& columns,
                             RecordNotes& notes) {
    notes.refusal = "row of " + std::to_string(have) + " values where the columns are " +
                    std::to_string(columns.size());
    return tl::unexpected(Fault{Defect::bad_line, begin, columns.size(), have, "values of a row"});
  }

  std::string_view text_;
  const FileForm& form_;
  ActivityMapper mapper_;
  json::DocumentParser parser_;
  RawRecord raw_;
  std::string_view repeated_;
  TextArena scratch_;
  std::vector<std::string_view> values_;
};

// Calls `visit(piece, columns)` for the pieces of a unit, which begins at a record or at 0; stops
// where it gives false.
template <class Visit>
void walk(std::string_view text, std::size_t begin, std::size_t end, const FileForm& form,
          Visit visit) {
  Piece piece;
  switch (form.form) {
    case Form::objects:
      json::for_each_piece(text, begin, end, json::layout_of(text, kWrapping), kWrapping,
                           [&](const Piece& one) { return visit(one, form.table); });
      break;
    case Form::tables: {
      TableStream stream =
          begin == 0 ? TableStream(text, end) : TableStream(text, begin, end, form.table);
      while (stream.next(piece) && visit(piece, stream.columns())) {
      }
      break;
    }
    case Form::csv: {
      CsvStream stream(text, begin, end);
      while (stream.next(piece) && visit(piece, form.table)) {
      }
      break;
    }
  }
}

class AzureActivityParser final : public Parser {
 public:
  explicit AzureActivityParser(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  [[nodiscard]] std::string_view format() const override { return "azure_activity"; }
  [[nodiscard]] bool shares_files() const override { return false; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    const std::string_view text = artifact.text();
    return form_of(text).form != Form::objects ||
           json::has_document(text, kWrapping, looks_like_record);
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      append_units(i, text.size(), cuts(text), units);
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    const std::string_view text = artifact.text();
    const FileForm form = form_of(text);
    RecordReader reader(text, form, *wanted.projection, Texts::borrowed);
    RecordNotes notes;
    Event event;
    const auto read = [&](const Piece& piece, const std::vector<Key>& columns) {
      const Result<bool> is_record = reader.read(piece.begin, piece.end, columns, event, notes);
      event.source = {artifact.id, static_cast<std::uint32_t>(piece.end - piece.begin),
                      piece.begin};
      return is_record;
    };
    const std::size_t end = unit.offset + unit.length;
    if (wanted.only_at == nullptr) {
      walk(text, unit.offset, end, form, [&](const Piece& piece, const std::vector<Key>& columns) {
        book(
            piece, notes, log, [&](const Piece& record) { return read(record, columns); },
            [&] { sink.on_event(event); });
        return true;
      });
      return;
    }
    // Records are passed over up to the last place: which columns a row has, only the walk tells.
    auto next = std::lower_bound(wanted.only_at->begin(), wanted.only_at->end(), unit.offset);
    const auto last = std::lower_bound(next, wanted.only_at->end(), end);
    if (next == last) return;
    walk(text, unit.offset, end, form, [&](const Piece& piece, const std::vector<Key>& columns) {
      while (next != last && *next < piece.begin) ++next;
      if (next == last) return false;
      if (piece.kind == Piece::Kind::document && *next == piece.begin) {
        const Result<bool> is_record = read(piece, columns);
        for (; next != last && *next == piece.begin; ++next) {
          if (is_record && *is_record) sink.on_event(event);
        }
      }
      return next != last;
    });
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    const Result<SourceSpan> span = span_within(artifacts, spans);
    if (!span) return tl::unexpected(span.error());
    const std::string_view text = artifacts[0].text();
    const FileForm form = form_of(text);
    const std::size_t begin = span->offset;
    std::vector<Key> columns = form.table;
    if (form.form == Form::tables) {  // a later table of the file has its own
      walk(text, 0, begin + span->length, form,
           [&](const Piece& piece, const std::vector<Key>& own) {
             columns = own;
             return piece.end <= begin;
           });
    }
    RecordReader reader(text, form, projection, Texts::copied);
    RecordNotes notes;
    const Result<bool> read = reader.read(begin, begin + span->length, columns, event, notes);
    if (!read) return tl::unexpected(read.error());
    if (!*read) return tl::unexpected(Fault{Defect::undecodable_record, begin, 0, 0, "no record"});
    event.source = {artifacts[0].id, span->length, begin};
    return {};
  }

 private:
  // Where units begin but the first: at records.
  [[nodiscard]] std::vector<std::size_t> cuts(std::string_view text) const {
    if (text.size() <= block_bytes_) return {};
    const FileForm form = form_of(text);
    if (form.form == Form::objects) return json::unit_cuts(text, block_bytes_, kWrapping);
    std::vector<std::size_t> cuts;
    std::size_t begin = 0;
    const auto visit = [&](const Piece& piece) {
      if (piece.kind == Piece::Kind::document && piece.begin - begin >= block_bytes_)
        cuts.push_back(begin = piece.begin);
    };
    Piece piece;
    if (form.form == Form::csv) {
      CsvStream stream(text, 0, text.size());
      while (stream.next(piece)) visit(piece);
      return cuts;
    }
    // Only rows of the first table begin units: theirs are the columns that each unit knows.
    TableStream stream(text, text.size());
    while (stream.tables() < 2 && stream.next(piece)) visit(piece);
    return cuts;
  }

  std::size_t block_bytes_;
};

}  // namespace

std::unique_ptr<Parser> make_parser(std::size_t block_bytes) {
  return std::make_unique<AzureActivityParser>(block_bytes);
}

}  // namespace stemma::azure

namespace stemma {

std::unique_ptr<Parser> make_azure_activity_parser() {
  return azure::make_parser();
}

}  // namespace stemma
