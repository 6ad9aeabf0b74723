// The Parser for Linux audit logs: streams of files into lines, lines into events, events into
// fields, and the books of it all. Sources of the format: linux-audit/audit-userspace (libaudit.h,
// auditd, auparse), kernel/auditsc.c; each part names its own.
#include "parsers/auditd/auditd_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/block_decoder.hpp"
#include "parsers/auditd/event_mapper.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "parsers/auditd/stream_text.hpp"
#include "parsers/auditd/streams.hpp"
#include "parsers/auditd/tables.hpp"
#include "parsers/common/binary_content.hpp"
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
void set_spans(const AssembledEvent& assembled, const StreamText& stream, Event& event) {
  std::size_t first = 0;
  while (first < assembled.lines.size()) {
    const std::uint16_t file = assembled.lines[first].file;
    std::size_t last = first;
    while (last + 1 < assembled.lines.size() && assembled.lines[last + 1].file == file) ++last;
    const std::uint64_t start = assembled.lines[first].offset;
    const std::uint64_t end = assembled.lines[last].offset + assembled.lines[last].length;
    const SourceSpan span{stream.id(file), static_cast<std::uint32_t>(end - start), start};
    static_assert(kMaxEventSpan + kMaxLine < std::numeric_limits<std::uint32_t>::max());
    if (first == 0) {
      event.source = span;
    } else {
      event.more_pieces.push_back(span);
    }
    first = last + 1;
  }
}

/// Notes once a file that its records name no machine, where the first ones do not: it holds for
/// nearly every event of it.
void note_unknown_host(const StreamText& stream, ImportLog& log) {
  LineReader lines(stream.text(stream.own_file()).substr(0, kSampleBytes));
  ReadLine line;
  while (lines.next(line)) {
    if (line.verdict.kind != LineKind::record || line.record.type == record_type::kEoe) continue;
    if (!line.record.host().empty()) continue;
    log.note(Defect::unknown_host, line.offset, "no node and no syslog host");
    return;
  }
}

/// Where the block ends that begins at `begin`: behind the first line end after `bytes` bytes.
std::uint64_t block_end(std::string_view text, std::uint64_t begin, std::uint64_t bytes) {
  if (text.size() - begin <= bytes) return text.size();
  const std::size_t newline = text.find('\n', begin + bytes - 1);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

class AuditdParser final : public Parser {
 public:
  explicit AuditdParser(std::uint64_t block_bytes) : block_bytes_(block_bytes) {}

  [[nodiscard]] std::string_view format() const override { return "auditd"; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    return !is_binary(artifact.text()) && holds_records(artifact.text());
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (const std::vector<std::uint32_t>& stream : group_streams(artifacts)) {
      for (const std::uint32_t i : stream) {
        const std::string_view text = artifacts[i].text();
        for (std::uint64_t begin = 0; begin < text.size();) {
          const std::uint64_t end = block_end(text, begin, block_bytes_);
          units.push_back({i, begin, end - begin, stream});
          begin = end;
        }
      }
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const StreamText stream(artifacts, unit);
    const BlockDecoder block(stream, unit);
    const std::string_view default_host = artifacts[unit.artifact].default_host;
    const bool keeps_books = wanted.only_at == nullptr;
    Event event;
    EventMapper mapper(*wanted.projection);
    const auto emit = [&](const AssembledEvent& assembled) {
      event.reset(*wanted.projection, Texts::borrowed);
      set_spans(assembled, stream, event);
      const MappingNotes notes = mapper.fill(assembled, default_host, event);
      if (keeps_books) note_values(notes, assembled, assembled.lines.front().offset, log);
      sink.on_event(event);
    };
    if (keeps_books) {
      if (unit.offset == 0 && default_host.empty()) note_unknown_host(stream, log);
      block.decode(emit, &log);
      return;
    }
    const std::vector<std::uint64_t>& all = *wanted.only_at;
    const auto first = std::lower_bound(all.begin(), all.end(), unit.offset);
    const auto last = std::lower_bound(first, all.end(), unit.offset + unit.length);
    if (first != last) block.decode_some({first, last}, emit);
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

 private:
  std::uint64_t block_bytes_;
};

}  // namespace

std::unique_ptr<Parser> auditd::make_parser(std::uint64_t block_bytes) {
  return std::make_unique<AuditdParser>(std::max<std::uint64_t>(block_bytes, 1));
}

std::unique_ptr<Parser> make_auditd_parser() {
  return auditd::make_parser(kBlockBytes);
}

}  // namespace stemma
