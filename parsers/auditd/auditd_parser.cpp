// The Parser for Linux audit logs: streams of files into lines, lines into events, events into
// fields, and the books of it all. Sources of the format: linux-audit/audit-userspace (libaudit.h,
// auditd, auparse), kernel/auditsc.c; each part names its own.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/event_mapper.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "parsers/auditd/streams.hpp"
#include "parsers/auditd/tables.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {
namespace {

using namespace auditd;  // NOLINT(google-build-using-namespace): this file is the door of that
                         // namespace

void note_values(const MappingNotes& notes, const AssembledEvent& assembled, std::uint64_t offset,
                 ImportLog& log) {
  if (assembled.incomplete != nullptr) {
    log.note(Defect::event_incomplete, offset,
             fmt::format("serial {}: {}", assembled.serial, assembled.incomplete));
  }
  if (assembled.clock_fell_by != 0) {
    log.note(Defect::clock_went_back, offset,
             fmt::format("serial {}: by {} ms", assembled.serial, assembled.clock_fell_by));
  }
  if (notes.arguments_missing != 0) {
    log.note(Defect::argument_missing, offset,
             fmt::format("serial {}: {} of {} arguments, first a{}", assembled.serial,
                         notes.arguments_missing, notes.arguments_claimed, notes.first_missing));
  }
  if (notes.too_many_arguments) {
    log.note(Defect::limit_exceeded, offset,
             fmt::format("serial {}: more than {} arguments", assembled.serial, kMaxExecArguments));
  }
  if (notes.too_many_fields) {
    log.note(Defect::limit_exceeded, offset,
             fmt::format("serial {}: more fields or keys than are read", assembled.serial));
  }
  if (notes.invalid_utf8)
    log.note(Defect::invalid_utf8, offset, fmt::format("serial {}", assembled.serial));
}

/// Where an event's lines lie: one span per file.
void set_spans(const AssembledEvent& assembled, std::span<const ArtifactBytes> artifacts,
               const std::vector<std::uint32_t>& stream, Event& event) {
  std::size_t first = 0;
  while (first < assembled.lines.size()) {
    const std::uint16_t file = assembled.lines[first].file;
    std::size_t last = first;
    while (last + 1 < assembled.lines.size() && assembled.lines[last + 1].file == file) ++last;
    const std::uint64_t start = assembled.lines[first].offset;
    const std::uint64_t end = assembled.lines[last].offset + assembled.lines[last].length;
    const SourceSpan span{artifacts[stream[file]].id, static_cast<std::uint32_t>(end - start),
                          start};
    static_assert(kMaxEventSpan + kMaxLine < std::numeric_limits<std::uint32_t>::max());
    if (first == 0) {
      event.source = span;
    } else {
      event.more_pieces.push_back(span);
    }
    first = last + 1;
  }
}

class AuditdParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "auditd"; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    return holds_records(artifact.text());
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (const std::vector<std::uint32_t>& stream : group_streams(artifacts)) {
      for (const std::uint32_t i : stream) {
        if (!artifacts[i].bytes.empty()) units.push_back({i, 0, artifacts[i].bytes.size(), stream});
      }
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& books) const override {
    Event event;
    EventMapper mapper(*wanted.projection);
    const bool keeps_books = wanted.only_at == nullptr;
    bool host_noted = false;
    const std::vector<std::uint32_t> alone = {unit.artifact};
    const std::vector<std::uint32_t>& stream = unit.stream.empty() ? alone : unit.stream;

    Assembler assembler([&](const AssembledEvent& assembled) {
      const EventLine& first = assembled.lines.front();
      if (stream[first.file] != unit.artifact) return;
      if (!keeps_books &&
          !std::binary_search(wanted.only_at->begin(), wanted.only_at->end(), first.offset))
        return;
      const std::string_view default_host = artifacts[unit.artifact].default_host;
      event.reset(*wanted.projection);
      set_spans(assembled, artifacts, stream, event);
      const MappingNotes notes = mapper.fill(assembled, default_host, event);
      if (keeps_books) {
        note_values(notes, assembled, first.offset, books);
        if (default_host.empty() && assembled.node.empty() && assembled.syslog_host.empty() &&
            !host_noted) {
          host_noted = true;  // once a file: it holds for nearly every event of it
          books.note(Defect::unknown_host, first.offset, "no node and no syslog host");
        }
      }
      sink.on_event(event);
    });

    std::uint64_t stream_position = 0;
    // The whole stream is read for each of its files; only the file's own events and lines count.
    for (std::size_t file = 0; file < stream.size(); ++file) {
      const std::string_view text = artifacts[stream[file]].text();
      ImportLog elsewhere;
      ImportLog& log = stream[file] == unit.artifact ? books : elsewhere;
      LineReader lines(text);
      ReadLine line;
      while (lines.next(line)) {
        log.bytes.unused += line.skipped;
        if (line.verdict.kind == LineKind::other) {
          log.bytes.unused += line.bytes;
          continue;
        }
        bool kept = line.verdict.kind == LineKind::record;
        if (kept) {
          kept = assembler.add(line.record, static_cast<std::uint16_t>(file), line.offset,
                               line.length, stream_position + line.offset);
          if (!kept && keeps_books) {
            log.note(Defect::limit_exceeded, line.offset,
                     fmt::format("serial {}: more than {} lines", line.record.serial,
                                 kMaxLinesPerEvent));
          }
        } else if (keeps_books) {
          log.note(line.too_long ? Defect::limit_exceeded : Defect::bad_line, line.offset,
                   fmt::format("{} ({} bytes)", line.verdict.problem, line.bytes));
        }
        (kept ? log.bytes.parsed : log.bytes.refused) += line.bytes;
        ++(kept ? log.records.parsed : log.records.refused);
      }
      stream_position += text.size();
    }
    assembler.finish();
    if (!keeps_books) books = ImportLog{};
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    const auto fault = [](Defect what, std::uint64_t offset, std::uint64_t need, std::uint64_t have,
                          const char* field_name) {
      return tl::unexpected<Fault>(Fault{what, offset, need, have, field_name});
    };
    if (spans.empty() || artifacts.size() < spans.size())
      return fault(Defect::bad_value, 0, spans.size(), artifacts.size(), "spans");
    std::vector<EventLine> own;
    RecordLine key;
    for (std::size_t i = 0; i < spans.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      const SourceSpan& span = spans[i];
      if (span.offset > text.size() || span.length > text.size() - span.offset) {
        return fault(Defect::changed_while_read, span.offset, span.length, text.size(), "span");
      }
      LineReader lines(text.substr(0, span.offset + span.length), span.offset);
      ReadLine line;
      while (lines.next(line)) {
        if (line.verdict.kind != LineKind::record) {
          if (own.empty()) return fault(Defect::bad_line, line.offset, 0, 0, line.verdict.problem);
          continue;
        }
        const RecordLine& record = line.record;
        if (own.empty()) key = record;
        const bool mine = record.serial == key.serial && record.milliseconds == key.milliseconds &&
                          record.node == key.node && record.syslog_host == key.syslog_host &&
                          record.type != record_type::kEoe;
        if (!mine || own.size() >= kMaxLinesPerEvent) continue;
        own.push_back({record.body, record.type_name, line.offset, line.length, record.type,
                       static_cast<std::uint16_t>(i)});
      }
    }
    if (own.empty()) return fault(Defect::truncated, spans[0].offset, 1, 0, "record");
    AssembledEvent assembled;
    assembled.lines = own;
    assembled.node = key.node;
    assembled.syslog_host = key.syslog_host;
    assembled.milliseconds = key.milliseconds;
    assembled.serial = key.serial;
    event.reset(projection);
    event.source = spans[0];
    event.more_pieces.assign(spans.begin() + 1, spans.end());
    EventMapper mapper(projection);
    mapper.fill(assembled, artifacts[0].default_host, event);
    return {};
  }
};

}  // namespace

std::unique_ptr<Parser> make_auditd_parser() {
  return std::make_unique<AuditdParser>();
}

}  // namespace stemma
