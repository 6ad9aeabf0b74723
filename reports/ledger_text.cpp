#include "reports/ledger_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "events/text.hpp"
#include "reports/json.hpp"
#include "reports/redaction.hpp"

namespace stemma {
namespace {

// People look for paths; ids follow content.
std::vector<std::size_t> by_path(const CaseSnapshot& snapshot) {
  std::vector<std::size_t> order(snapshot.artifacts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return snapshot.artifacts[a].path < snapshot.artifacts[b].path;
  });
  return order;
}

std::string megabytes(std::uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{} bytes", grouped(bytes));
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

LedgerTotals ledger_totals(const CaseSnapshot& snapshot) {
  LedgerTotals totals;
  for (const Artifact& artifact : snapshot.artifacts) {
    ++totals.artifacts;
    totals.read += artifact.content_size;
    totals.bytes += artifact.log.bytes;
    totals.records += artifact.log.records;
    if (artifact.log.bytes.sum() != artifact.content_size) ++totals.unbalanced;
  }
  return totals;
}

std::string ledger_line(const CaseSnapshot& snapshot) {
  const LedgerTotals totals = ledger_totals(snapshot);
  std::string line = fmt::format(
      "{} artifact{}, {}: {} records read, {} recovered, {} refused", totals.artifacts,
      totals.artifacts == 1 ? "" : "s", megabytes(totals.read), grouped(totals.records.parsed),
      grouped(totals.records.recovered), grouped(totals.records.refused));
  std::size_t copies = 0;
  for (const Artifact& artifact : snapshot.artifacts) copies += artifact.copies.size();
  if (copies != 0)
    line += fmt::format("; {} second cop{} not read again", copies, copies == 1 ? "y" : "ies");
  if (!snapshot.skipped.empty())
    line += fmt::format("; {} file{} skipped", snapshot.skipped.size(),
                        snapshot.skipped.size() == 1 ? "" : "s");
  if (totals.unbalanced != 0)
    line += fmt::format("; {} ARTIFACTS DO NOT BALANCE", totals.unbalanced);
  return line;
}

void append_ledger(const CaseSnapshot& snapshot, std::span<const std::string> digests,
                   std::string& out) {
  for (const std::size_t i : by_path(snapshot)) {
    const Artifact& artifact = snapshot.artifacts[i];
    const ByteCount& bytes = artifact.log.bytes;
    const RecordCount& records = artifact.log.records;
    out += fmt::format("{}\n", visible(artifact.path));
    out += fmt::format("  format    {}{}\n", artifact.format,
                       artifact.decoders.empty() ? "" : " in " + artifact.decoders);
    if (i < digests.size()) out += fmt::format("  sha256    {}\n", digests[i]);
    out +=
        fmt::format("  bytes     {} read = {} parsed + {} recovered + {} refused + {} unused{}\n",
                    grouped(artifact.content_size), grouped(bytes.parsed), grouped(bytes.recovered),
                    grouped(bytes.refused), grouped(bytes.unused),
                    bytes.sum() == artifact.content_size ? "" : "  DOES NOT BALANCE");
    if (artifact.size != artifact.content_size)
      out += fmt::format("  on disk   {} bytes\n", grouped(artifact.size));
    out += fmt::format("  records   {} parsed, {} recovered, {} refused\n", grouped(records.parsed),
                       grouped(records.recovered), grouped(records.refused));
    for (const std::string& copy : artifact.copies)
      out += fmt::format("  copy      {}\n", visible(copy));
    for (const auto& [defect, entry] : artifact.log.defects()) {
      out += fmt::format("  {} {}\n", is_refusal(defect) ? "refused  " : "note     ",
                         fmt::format("{} × {}", grouped(entry.count), defect_name(defect)));
      for (const DefectPlace& place : entry.first_places) {
        out += fmt::format("              @0x{:x}{}{}\n", place.offset,
                           place.detail.empty() ? "" : "  ", visible(redact(place.detail)));
      }
    }
  }
  if (!snapshot.skipped.empty()) {
    out += "skipped\n";
    for (const auto& [path, reason] : snapshot.skipped)
      out += fmt::format("  {}  ({})\n", visible(path), reason);
  }
  out += ledger_line(snapshot) + "\n";
}

void append_ledger_lines(const CaseSnapshot& snapshot, std::span<const std::string> digests,
                         std::string& out) {
  JsonDocument document;
  for (const std::size_t i : by_path(snapshot)) {
    const Artifact& artifact = snapshot.artifacts[i];
    document.text("artifact.path", artifact.path);
    document.text("artifact.format", artifact.format);
    if (!artifact.decoders.empty()) document.text("artifact.decoders", artifact.decoders);
    document.integer("artifact.size", static_cast<std::int64_t>(artifact.size));
    if (i < digests.size()) document.text("artifact.sha256", digests[i]);
    if (!artifact.copies.empty()) document.texts("artifact.copies", artifact.copies);
    const ByteCount& bytes = artifact.log.bytes;
    const auto number = [&](std::string_view name, std::uint64_t value) {
      document.integer(name, static_cast<std::int64_t>(value));
    };
    number("bytes.read", artifact.content_size);
    number("bytes.parsed", bytes.parsed);
    number("bytes.recovered", bytes.recovered);
    number("bytes.refused", bytes.refused);
    number("bytes.unused", bytes.unused);
    number("records.parsed", artifact.log.records.parsed);
    number("records.recovered", artifact.log.records.recovered);
    number("records.refused", artifact.log.records.refused);
    std::string defects = "[";
    for (const auto& [defect, entry] : artifact.log.defects()) {
      if (defects.size() > 1) defects += ',';
      JsonDocument one;
      one.text("name", defect_name(defect));
      one.integer("count", static_cast<std::int64_t>(entry.count));
      one.boolean("refusal", is_refusal(defect));
      std::string places = "[";
      for (const DefectPlace& place : entry.first_places) {
        if (places.size() > 1) places += ',';
        JsonDocument where;
        where.integer("offset", static_cast<std::int64_t>(place.offset));
        where.text("detail", redact(place.detail));
        where.write(places);
      }
      one.raw("first_places", places + "]");
      one.write(defects);
    }
    document.raw("defects", defects + "]");
    document.write(out);
    out += '\n';
  }
  for (const auto& [path, reason] : snapshot.skipped) {
    document.text("skipped.path", path);
    document.text("skipped.reason", reason);
    document.write(out);
    out += '\n';
  }
}

}  // namespace stemma
