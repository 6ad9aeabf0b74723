#include "parsers/auditd/streams.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <tuple>

#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "parsers/auditd/tables.hpp"
#include "parsers/common/byte_search.hpp"
#include "parsers/common/syslog_line.hpp"

namespace stemma::auditd {
namespace {

struct Moment {
  std::int64_t milliseconds = 0;
  std::uint32_t serial = 0;
  auto operator<=>(const Moment&) const = default;
};

/// What a file's two ends tell.
struct Ends {
  std::vector<std::string> hosts;  // sorted
  Moment first, last;
  std::uint16_t first_type = 0;
  bool any = false;
};

/// Where a record of this type stands within its event. Source: kernel/auditsc.c, audit_log_exit().
int rank(std::uint16_t type) {
  switch (type) {
    case record_type::kSyscall:
      return 1;
    case record_type::kCwd:
      return 3;
    case record_type::kPath:
      return 4;
    case record_type::kProctitle:
      return 5;
    default:
      return is_auxiliary(type) ? 2 : 0;
  }
}

void read_end(std::string_view text, std::uint64_t from, std::uint64_t to, Ends& ends,
              bool is_head) {
  LineReader lines(text.substr(0, to), from);
  ReadLine line;
  bool prompt_seen = false;
  bool seen = false;
  while (lines.next(line)) {
    if (line.verdict.kind != LineKind::record) continue;
    const RecordLine& record = line.record;
    const std::string_view host = record.host();
    const auto place = std::lower_bound(ends.hosts.begin(), ends.hosts.end(), host);
    if (!host.empty() && (place == ends.hosts.end() || *place != host) &&
        ends.hosts.size() < kMaxHosts) {
      ends.hosts.insert(place, std::string(host));
    }
    const bool daemon =
        record.type >= record_type::kFirstDaemon && record.type <= record_type::kLastDaemon;
    if (daemon && ends.any) continue;  // serials of their own
    const Moment moment{record.milliseconds, record.serial};
    const bool prompt = is_prompt(record.type, record.body);
    if (is_head) {
      // The first record whose stamp is the moment of its writing; the very first where there is
      // none.
      if (!seen || (prompt && !prompt_seen)) ends.first = moment;
      if (!seen) ends.first_type = record.type;
    }
    if (!ends.any || prompt || !prompt_seen) ends.last = moment;
    prompt_seen = prompt_seen || prompt;
    seen = true;
    ends.any = true;
  }
}

Ends ends_of(std::string_view text) {
  Ends ends;
  const std::size_t head = std::min(text.size(), kSampleBytes);
  read_end(text, 0, head, ends, true);
  if (text.size() > head) {
    std::size_t from = std::max(head, text.size() - kSampleBytes);
    const std::size_t newline = text.find('\n', from);
    from = newline == std::string_view::npos ? text.size() : newline + 1;
    read_end(text, from, text.size(), ends, false);
  }
  return ends;
}

bool share_host(const Ends& a, const Ends& b) {
  if (a.hosts.empty() || b.hosts.empty()) return a.hosts.empty() && b.hosts.empty();
  return std::any_of(a.hosts.begin(), a.hosts.end(), [&](const std::string& host) {
    return std::binary_search(b.hosts.begin(), b.hosts.end(), host);
  });
}

bool follows(const Ends& earlier, const Ends& later) {
  if (later.first >= earlier.last) return true;
  // Records of one moment may be out of order, but serials then still grow.
  return later.first.serial > earlier.last.serial &&
         earlier.last.milliseconds - later.first.milliseconds <= kMaxOverlapMs;
}

/// Lines that stand beside audit records in real carriers.
bool fits_a_log(std::string_view line) {
  if (line.empty() || line == "----" || line.substr(0, 6) == "time->" || line.front() == '\0' ||
      line == "\r")
    return true;
  if (line.front() == '[' || line.front() == '#')
    return true;  // kernel ring; comments of whoever cut the log
  const std::size_t equals = line.substr(0, 64).find('=');
  if (equals != std::string_view::npos && equals > 0) {
    // journal export
    const std::string_view key = line.substr(0, equals);
    if (std::all_of(key.begin(), key.end(), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        }))
      return true;
  }
  return parse_syslog_line(line).has_value();
}

}  // namespace

bool holds_records(std::string_view text) {
  constexpr std::string_view kStamp = "audit(";
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t found = find_word(text, kStamp, kStamp.size() - 1, at);
    if (found == std::string_view::npos) return false;
    // A window of lines around the stamp: prose that quotes a record has more of itself than of
    // records.
    const std::size_t farthest = std::max(at, found > kMaxLine ? found - kMaxLine : 0);
    std::size_t line_start = text.substr(farthest, found - farthest).rfind('\n');
    if (line_start != std::string_view::npos) {
      line_start += farthest + 1;
    } else if (found - farthest < kMaxLine) {
      line_start = farthest;
    } else {
      // A line this long is no record, and looking through it once is enough.
      const std::size_t newline = text.find('\n', found);
      if (newline == std::string_view::npos) return false;
      at = newline + 1;
      continue;
    }
    std::size_t from = std::max(at, found > kSampleBytes ? found - kSampleBytes : 0);
    if (from > at) {
      const std::size_t newline = text.substr(from, found - from).find('\n');
      from = newline == std::string_view::npos ? line_start : from + newline + 1;
    }
    const std::size_t to = std::min(text.size(), found + kSampleBytes);
    LineReader lines(text.substr(0, to), from);
    ReadLine line;
    std::size_t records = 0;
    std::size_t foreign = 0;
    while (lines.next(line)) {
      if (line.verdict.kind == LineKind::record) {
        ++records;
      } else if (line.verdict.kind == LineKind::other &&
                 !fits_a_log(text.substr(line.offset, line.length))) {
        ++foreign;
      }
      if (records > 0 && records >= foreign && line.offset >= found) return true;
    }
    if (records > 0 && records >= foreign) return true;
    at = to;
  }
  return false;
}

std::vector<std::vector<std::uint32_t>> group_streams(std::span<const ArtifactBytes> artifacts) {
  std::vector<Ends> ends;
  ends.reserve(artifacts.size());
  for (const ArtifactBytes& artifact : artifacts) ends.push_back(ends_of(artifact.text()));

  std::vector<std::uint32_t> order(artifacts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto key = [&](std::uint32_t i) {
      return std::make_tuple(ends[i].first, ends[i].last, rank(ends[i].first_type),
                             artifacts[i].bytes.size(), artifacts[i].default_host);
    };
    const auto left = key(a);
    const auto right = key(b);
    if (left != right) return left < right;
    const int content = std::memcmp(artifacts[a].bytes.data(), artifacts[b].bytes.data(),
                                    artifacts[a].bytes.size());
    return content != 0 ? content < 0
                        : a < b;  // equal files are equal units, whichever comes first
  });

  std::vector<std::vector<std::uint32_t>> streams;
  for (const std::uint32_t i : order) {
    std::vector<std::uint32_t>* best = nullptr;
    for (auto& stream : streams) {
      const std::uint32_t tail = stream.back();
      if (stream.size() >= kMaxStreamFiles || !ends[tail].any || !ends[i].any) continue;
      if (artifacts[tail].default_host != artifacts[i].default_host ||
          !share_host(ends[tail], ends[i]))
        continue;
      if (!follows(ends[tail], ends[i])) continue;
      if (best == nullptr || ends[best->back()].last < ends[tail].last) best = &stream;
    }
    if (best != nullptr) {
      best->push_back(i);
    } else {
      streams.push_back({i});
    }
  }
  return streams;
}

}  // namespace stemma::auditd
