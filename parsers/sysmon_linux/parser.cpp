// Parser for Sysmon for Linux: one unit a file, one event a line. Books: a line that became an
// event is parsed, one that should have is refused, everything else in the file is other programs'
// and unused.
#include "parsers/common/parser.hpp"

#include <cstring>

#include "parsers/common/binary_content.hpp"
#include "parsers/common/byte_search.hpp"
#include "parsers/sysmon_linux/sysmon_line.hpp"
#include "parsers/winlog/event_xml.hpp"
#include "parsers/winlog/mapping.hpp"

namespace stemma {
namespace {

using sysmon_linux::kMaxLine;
using sysmon_linux::kProvider;
using sysmon_linux::SysmonLine;

// A line of the file: where it starts, its text without line end, and how many bytes it takes with
// it.
struct Line {
  std::uint64_t offset = 0;
  std::string_view text;
  std::uint64_t length = 0;
};

bool next_line(std::string_view file, std::uint64_t end, std::uint64_t& at, Line& line) {
  if (at >= end) return false;
  const void* found = std::memchr(file.data() + at, '\n', end - at);
  const std::uint64_t stop =
      found != nullptr ? static_cast<std::uint64_t>(static_cast<const char*>(found) - file.data())
                       : end;
  line.offset = at;
  line.text = file.substr(at, stop - at);
  line.length = stop - at + (found != nullptr ? 1 : 0);
  if (!line.text.empty() && line.text.back() == '\r') line.text.remove_suffix(1);
  at += line.length;
  return true;
}

class LineReader {
 public:
  LineReader(const ArtifactBytes& artifact, const Projection& projection)
      : artifact_(artifact), projection_(projection) {}

  [[nodiscard]] SysmonLine look(std::string_view text) {
    return sysmon_linux::read_sysmon_line(text, scratch_, host_);
  }

  /// Decodes what look() found in `line`.
  Result<void> decode(const Line& line, const SysmonLine& found, Event& event) {
    if (found.kind != SysmonLine::Kind::event) {
      return tl::unexpected(Fault{Defect::bad_line, line.offset, 0, 0, "no event in the line"});
    }
    if (Result<void> read = reader_.read_lenient(found.xml, win_event_); !read) {
      Fault fault = read.error();
      if (fault.what == Defect::undecodable_record) fault.what = Defect::bad_line;
      fault.offset = line.offset;
      return tl::unexpected(fault);
    }
    if (win_event_.provider_name != kProvider) {
      return tl::unexpected(
          Fault{Defect::bad_line, line.offset, 0, 0, "the event is of another provider"});
    }
    event.reset(projection_);
    mapper_.map(win_event_, event, found.host.empty() ? artifact_.default_host : found.host);
    event.source = {artifact_.id, static_cast<std::uint32_t>(line.text.size()), line.offset};
    return {};
  }

  [[nodiscard]] const WinEvent& win_event() const { return win_event_; }
  [[nodiscard]] bool knows_host(const SysmonLine& found) const {
    return !is_absent(win_event_.computer) || !found.host.empty() ||
           !artifact_.default_host.empty();
  }

 private:
  const ArtifactBytes& artifact_;
  const Projection& projection_;
  EventXmlReader reader_;
  WinlogMapper mapper_;
  WinEvent win_event_;
  std::string scratch_, host_;
};

class SysmonLinuxParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "sysmon_linux"; }

  // The first lines that name the provider decide; a log of another program may speak of it in
  // passing.
  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    const std::string_view file = artifact.text();
    if (is_binary(file) || is_all_audit(file)) return false;
    std::string scratch, host;
    std::size_t at = 0;
    while ((at = find(file, at)) != std::string_view::npos) {
      const std::size_t before = file.rfind('\n', at);
      const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
      std::size_t end = file.find('\n', at);
      if (end == std::string_view::npos) end = file.size();
      if (end - begin <= kMaxLine &&
          sysmon_linux::read_sysmon_line(file.substr(begin, end - begin), scratch, host).kind ==
              SysmonLine::Kind::event) {
        return true;
      }
      at = end;
    }
    return false;
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      if (!artifacts[i].bytes.empty()) units.push_back({i, 0, artifacts[i].bytes.size()});
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    LineReader reader(artifact, *wanted.projection);
    Event event;
    Line line;
    if (wanted.only_at != nullptr) {
      for (const std::uint64_t offset : *wanted.only_at) {
        std::uint64_t at = offset;
        if (offset < unit.offset ||
            !next_line(artifact.text(), unit.offset + unit.length, at, line))
          continue;
        if (line.text.empty() || line.text.size() > kMaxLine) continue;
        if (reader.decode(line, reader.look(line.text), event)) sink.on_event(event);
      }
      return;
    }
    std::uint64_t at = unit.offset;
    while (next_line(artifact.text(), unit.offset + unit.length, at, line)) {
      if (line.text.size() > kMaxLine) {
        if (line.text.find(kProvider) == std::string_view::npos) {
          log.bytes.unused += line.length;
        } else {
          refuse(line,
                 {Defect::limit_exceeded, line.offset, line.text.size(), kMaxLine, "line length"},
                 log);
        }
        continue;
      }
      const SysmonLine found = line.text.empty() ? SysmonLine{} : reader.look(line.text);
      if (found.kind == SysmonLine::Kind::other) {
        log.bytes.unused += line.length;
        continue;
      }
      if (const Result<void> decoded = reader.decode(line, found, event); !decoded) {
        refuse(line, decoded.error(), log);
        continue;
      }
      log.bytes.parsed += line.length;
      ++log.records.parsed;
      if (reader.win_event().incomplete)
        log.note(Defect::event_incomplete, line.offset, "the line ends inside the event");
      if (!reader.win_event().time_created)
        log.note(Defect::time_out_of_range, line.offset, "SystemTime cannot be read");
      if (!reader.knows_host(found)) log.note(Defect::unknown_host, line.offset);
      sink.on_event(event);
    }
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty() || spans[0].offset >= artifacts[0].bytes.size()) {
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    }
    LineReader reader(artifacts[0], projection);
    std::uint64_t at = spans[0].offset;
    Line line;
    if (!next_line(artifacts[0].text(), artifacts[0].bytes.size(), at, line) || line.text.empty() ||
        line.text.size() > kMaxLine) {
      return tl::unexpected(Fault{Defect::bad_line, spans[0].offset, 0, 0, "no line"});
    }
    return reader.decode(line, reader.look(line.text), event);
  }

 private:
  static std::size_t find(std::string_view file, std::size_t at) {
    return find_word(file, kProvider, kProvider.find('x'), at);
  }

  // A log that auditd wrote itself may have 50 GB, which nobody wants to read twice, the first time
  // on one thread. Lines here and there over all of it tell, so that a log which somebody put
  // together of several is looked through, unless the other part is less than a sixty-fourth of it:
  // then its lines are no records of the audit log, and its bytes unused.
  static bool is_all_audit(std::string_view file) {
    constexpr std::size_t kLarge = 4u << 20, kPlaces = 64;
    if (file.size() < kLarge) return false;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      std::size_t begin = file.size() / kPlaces * i;
      if (i != 0) begin = std::min(file.find('\n', begin), file.size() - 1) + 1;
      const std::string_view line = file.substr(begin, file.substr(begin, kMaxLine).find('\n'));
      const std::string_view head = line.substr(0, 512);
      if (!head.starts_with("type=") && !head.starts_with("node=")) return false;
      if (head.find("msg=audit(") == std::string_view::npos) return false;
    }
    return true;
  }

  static void refuse(const Line& line, const Fault& fault, ImportLog& log) {
    log.bytes.refused += line.length;
    ++log.records.refused;
    log.note(fault);
  }
};

}  // namespace

std::unique_ptr<Parser> make_sysmon_linux_parser() {
  return std::make_unique<SysmonLinuxParser>();
}

}  // namespace stemma
