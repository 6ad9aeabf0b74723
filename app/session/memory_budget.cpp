#include "app/session/memory_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace stemma {
namespace {

std::string message(std::uint64_t allowed, std::uint64_t needed, std::uint64_t events,
                    std::size_t units, std::size_t all_units, bool sampled) {
  if (sampled) {
    return fmt::format(
        "{} of memory cannot hold this evidence: it needs about {} (some {} events, by a sample of "
        "{} of {} units); give more, or fewer files",
        size_text(allowed), size_text(needed), events, units, all_units);
  }
  return fmt::format(
      "{} of memory is used up after {} of {} units: {} events need {}; give more, or fewer files",
      size_text(allowed), units, all_units, events, size_text(needed));
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  std::size_t digits = 0;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
    if (number > (kMost - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
  }
  if (digits == 0 || number == 0) return std::nullopt;
  text.remove_prefix(digits);
  if (text.empty()) return number;
  unsigned shift = 0;
  switch (text[0]) {
    case 'k':
    case 'K':
      shift = 10;
      break;
    case 'm':
    case 'M':
      shift = 20;
      break;
    case 'g':
    case 'G':
      shift = 30;
      break;
    case 't':
    case 'T':
      shift = 40;
      break;
    default:
      return std::nullopt;
  }
  text.remove_prefix(1);
  if (!text.empty() && text != "B" && text != "iB") return std::nullopt;
  if (number > kMost >> shift) return std::nullopt;
  return number << shift;
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  std::uint64_t scale = 1;
  while (unit + 1 < kUnits.size() && bytes / scale >= 1024) {
    scale *= 1024;
    ++unit;
  }
  if (unit < 3)
    return fmt::format("{} {}", bytes / scale + (bytes % scale != 0 ? 1 : 0), kUnits[unit]);
  const std::uint64_t tenths = bytes / scale * 10 + (bytes % scale * 10 + scale - 1) / scale;
  return tenths % 10 == 0 ? fmt::format("{} {}", tenths / 10, kUnits[unit])
                          : fmt::format("{}.{} {}", tenths / 10, tenths % 10, kUnits[unit]);
}

MemoryBudget::MemoryBudget(std::uint64_t allowed, unsigned threads, std::uint64_t unpacked,
                           std::size_t all_units)
    : allowed_(allowed),
      fixed_(kFixedMemory + threads * kMemoryPerThread + unpacked),
      all_units_(all_units) {}

void MemoryBudget::expect(const CaseCounts& sample, std::size_t units, std::uint64_t sampled_bytes,
                          std::uint64_t all_bytes) const {
  if (allowed_ == 0 || sampled_bytes == 0) return;
  const double times = static_cast<double>(all_bytes) / static_cast<double>(sampled_bytes);
  CaseCounts whole = sample;
  for (std::uint64_t* count :
       {&whole.events, &whole.records, &whole.starts, &whole.mentions, &whole.args})
    *count = static_cast<std::uint64_t>(static_cast<double>(*count) * times);
  const std::uint64_t needed = fixed_ + whole.most_memory();
  if (needed / 4 * 3 > allowed_)
    throw MemoryExceeded(allowed_, needed, whole.events, units, all_units_, true);
}

void MemoryBudget::hold(const CaseCounts& counts, std::uint64_t in_flight, std::size_t units) {
  const std::uint64_t needed = fixed_ + in_flight + counts.most_memory();
  most_ = std::max(most_, needed);
  if (allowed_ != 0 && needed > allowed_)
    throw MemoryExceeded(allowed_, needed, counts.events, units, all_units_, false);
}

MemoryExceeded::MemoryExceeded(std::uint64_t allowed_bytes, std::uint64_t needed_bytes,
                               std::uint64_t event_count, std::size_t unit_count,
                               std::size_t all_unit_count, bool by_sample)
    : std::runtime_error(
          message(allowed_bytes, needed_bytes, event_count, unit_count, all_unit_count, by_sample)),
      allowed(allowed_bytes),
      needed(needed_bytes),
      events(event_count),
      units(unit_count),
      all_units(all_unit_count),
      sampled(by_sample) {}

}  // namespace stemma
