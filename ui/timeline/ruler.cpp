#include "ui/timeline/ruler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace stemma::ui::timeline {
namespace {

constexpr std::int64_t kSecond = kNsPerSecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// A step of the ruler: of nanoseconds up to days, of months from there on.
struct Step {
  std::int64_t ns = 0;
  std::int64_t months = 0;
  int digits = 0;      // decimals of a second in labels
  int characters = 0;  // of the widest label

  [[nodiscard]] WideNs shortest() const {
    if (months == 0) return ns;
    return months % 12 == 0 ? WideNs{months} / 12 * 365 * kDay : WideNs{months} * 28 * kDay;
  }
};

std::vector<Step> make_steps() {
  std::vector<Step> steps;
  std::int64_t unit = 1;
  for (int digits = 9; digits > 0; --digits, unit *= 10) {
    for (const int factor : {1, 2, 5}) {
      // Whole seconds among them say the time of day: eight characters.
      steps.push_back({factor * unit, 0, digits, std::max(8, 4 + digits)});
    }
  }
  for (const int seconds : {1, 2, 5, 10, 15, 30}) steps.push_back({seconds * kSecond, 0, 0, 8});
  for (const int minutes : {1, 2, 5, 10, 15, 30}) steps.push_back({minutes * kMinute, 0, 0, 5});
  for (const int hours : {1, 2, 3, 6, 12}) steps.push_back({hours * kHour, 0, 0, 5});
  for (const int days : {1, 2, 5, 10}) steps.push_back({days * kDay, 0, 0, 10});
  for (const int months : {1, 3, 6}) steps.push_back({0, months, 0, 7});
  for (const int years : {1, 2, 5, 10, 20, 50, 100}) steps.push_back({0, years * 12, 0, 4});
  return steps;
}

// Labels stand apart by this many characters at least.
constexpr int kGap = 3;

std::int64_t offset_at(const ZoneOffset& zone, Timestamp time) {
  // No zone is further off than a day; what says so is not believed.
  return zone ? std::clamp<std::int64_t>(zone(time), -86'400, 86'400) : 0;
}

Timestamp local_time(const ZoneOffset& zone, Timestamp time) {
  return clamp_time(WideNs{time.ns} + WideNs{offset_at(zone, time)} * kSecond);
}

// The time that a clock in the zone shows as `local`: where it is shown twice, one of both.
WideNs utc_of(const ZoneOffset& zone, WideNs local) {
  if (!zone) return local;
  const WideNs guess = local - WideNs{offset_at(zone, clamp_time(local))} * kSecond;
  return local - WideNs{offset_at(zone, clamp_time(guess))} * kSecond;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Months since year 0.
std::int64_t month_of(Timestamp local) {
  const std::string text = format_time(local, 0);
  return number(text.substr(0, 4)) * 12 + number(text.substr(5, 2)) - 1;
}

WideNs start_of_month(std::int64_t month) {
  return WideNs{days_from_civil(month / 12, static_cast<unsigned>(month % 12) + 1, 1)} * kDay;
}

WideNs floor_to(WideNs value, WideNs step) {
  const WideNs rest = value % step;
  return value - rest - (rest < 0 ? step : 0);
}

RulerMark label(const Step& step, Timestamp local, int x) {
  const std::string text = format_time(local, step.digits);  // 2026-03-14T03:10:51.250Z
  const bool midnight = text.compare(11, 8, "00:00:00") == 0;
  RulerMark mark;
  mark.x = x;
  if (step.months >= 12) {
    mark.label = text.substr(0, 4);
    mark.major = mark.label.back() == '0';
  } else if (step.months > 0) {
    mark.label = text.substr(0, 7);
    mark.major = text.compare(5, 2, "01") == 0;
  } else if (step.ns >= kDay) {
    mark.label = text.substr(0, 10);
    mark.major = text.compare(8, 2, "01") == 0;
  } else if (step.ns >= kMinute) {
    mark.label = midnight ? text.substr(5, 5) : text.substr(11, 5);
    mark.major = midnight;
  } else if (step.ns >= kSecond) {
    mark.label = midnight ? text.substr(5, 5) : text.substr(11, 8);
    mark.major = text.compare(17, 2, "00") == 0;
  } else {
    mark.major = local.ns % kSecond == 0;
    mark.label = mark.major ? text.substr(11, 8)
                            : text.substr(16, 4 + static_cast<std::size_t>(step.digits));
  }
  return mark;
}

}  // namespace

std::vector<RulerMark> ruler_marks(const TimeScale& scale, int pixels_per_character,
                                   const ZoneOffset& zone) {
  static const std::vector<Step> steps = make_steps();
  const int per_character = std::max(pixels_per_character, 1);
  const auto fits = [&](const Step& step) {
    return step.shortest() * scale.width() >=
           WideNs{(step.characters + kGap) * per_character} * scale.span();
  };
  const auto found = std::find_if(steps.begin(), steps.end(), fits);
  const Step& step = found == steps.end() ? steps.back() : *found;

  std::vector<RulerMark> marks;
  const auto add = [&](WideNs local) {
    const WideNs time = utc_of(zone, local);
    if (time < scale.range().from.ns || time > scale.range().to.ns) return;
    const Timestamp at = clamp_time(time);
    const int x = scale.x_of(at);
    // Where a clock is set back, its hours come twice.
    if (!marks.empty() && marks.back().x >= x) return;
    marks.push_back(label(step, local_time(zone, at), x));
  };
  const Timestamp first = local_time(zone, scale.range().from);
  const Timestamp last = local_time(zone, scale.range().to);
  if (step.months > 0) {
    std::int64_t month = month_of(first);
    month -= month % step.months;
    for (; start_of_month(month) <= last.ns; month += step.months) add(start_of_month(month));
    return marks;
  }
  if (step.ns > kDay) {
    // Days count from the first of their month, so that marks are the same wherever a view begins.
    for (std::int64_t month = month_of(first); start_of_month(month) <= last.ns; ++month) {
      const WideNs next = start_of_month(month + 1);
      // One that is closer to the next first than a step would stand in its label.
      for (WideNs at = start_of_month(month); at + step.ns <= next; at += step.ns) add(at);
    }
    return marks;
  }
  for (WideNs at = floor_to(first.ns, step.ns); at <= last.ns; at += step.ns) add(at);
  return marks;
}

std::string clock_text(Timestamp time, int digits, const ZoneOffset& zone) {
  if (!zone) return format_time(time, digits);
  std::string text = format_time(local_time(zone, time), digits);
  text[10] = ' ';
  text.pop_back();
  const std::int64_t minutes = offset_at(zone, time) / 60;
  return fmt::format("{} {}{:02}:{:02}", text, minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                     std::abs(minutes) % 60);
}

std::string span_text(WideNs ns) {
  if (ns < 0) return "-" + span_text(-ns);
  const auto trimmed = [](WideNs value, WideNs unit, const char* name) {
    std::string text = fmt::format("{}.{:09}", static_cast<std::uint64_t>(value / unit),
                                   static_cast<std::uint64_t>(value % unit * kSecond / unit));
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + " " + name;
  };
  const auto two = [](WideNs value, WideNs large, const char* large_name, WideNs small,
                      const char* small_name) {
    std::string text = fmt::format("{} {}", static_cast<std::uint64_t>(value / large), large_name);
    const auto rest = static_cast<std::uint64_t>(value % large / small);
    if (rest != 0) text += fmt::format(" {} {}", rest, small_name);
    return text;
  };
  constexpr WideNs kYear = WideNs{365} * kDay;
  if (ns < 1000) return trimmed(ns, 1, "ns");
  if (ns < 1'000'000) return trimmed(ns, 1000, "µs");
  if (ns < kSecond) return trimmed(ns, 1'000'000, "ms");
  if (ns < kMinute) return trimmed(ns, kSecond, "s");
  if (ns < kHour) return two(ns, kMinute, "min", kSecond, "s");
  if (ns < kDay) return two(ns, kHour, "h", kMinute, "min");
  if (ns < kYear) return two(ns, kDay, "d", kHour, "h");
  return two(ns, kYear, "y", kDay, "d");
}

int useful_digits(const TimeScale& scale) {
  int digits = 0;
  for (WideNs unit = kSecond; digits < 9 && unit * scale.width() > scale.span(); unit /= 10)
    ++digits;
  return digits;
}

}  // namespace stemma::ui::timeline
