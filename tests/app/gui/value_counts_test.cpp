#include "app/gui/value_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "events/fields.hpp"

namespace stemma {
namespace {

std::unique_ptr<Session> samples(unsigned threads) {
  SessionOptions options;
  options.threads = threads;
  return Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, options);
}

std::map<std::string, std::uint64_t> as_map(const ui::Stack& stack) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& one : stack.values) out[one.raw] = one.count;
  return out;
}

// The slow way, event by event.
std::map<std::string, std::uint64_t> by_hand(const Session& session, FieldId field, std::uint64_t& without) {
  std::map<std::string, std::uint64_t> out;
  Event event;
  for (std::size_t i = 0; i < session.snapshot().events.size(); ++i) {
    EXPECT_TRUE(session.decode(EventId::from_index(i), Projection::all(), event));
    bool any = false;
    event.for_each_text(field, [&](std::string_view text) {
      any = true;
      ++out[std::string(text)];
    });
    if (!any) ++without;
  }
  return out;
}

TEST(ValueCounts, AreThoseOfCountingByHand) {
  const auto session = samples(2);
  const std::atomic<bool> dropped{false};
  for (const char* name : {"process.name", "user.name", "event.category", "event.code", "winlog.channel"}) {
    const FieldId field = *find_field(name);
    std::uint64_t without = 0;
    const auto expected = by_hand(*session, field, without);
    const ui::Stack stack = value_counts(*session, nullptr, field, Secrets::redacted, dropped);
    EXPECT_EQ(as_map(stack), expected) << name;
    EXPECT_EQ(stack.without, without) << name;
    for (std::size_t i = 1; i < stack.values.size(); ++i) {
      EXPECT_TRUE(stack.values[i - 1].count > stack.values[i].count ||
                  (stack.values[i - 1].count == stack.values[i].count && stack.values[i - 1].raw < stack.values[i].raw))
          << name;
    }
  }
}

TEST(ValueCounts, CountOnlyTheEventsGiven) {
  const auto session = samples(1);
  const std::atomic<bool> dropped{false};
  const std::vector<EventId> some{EventId{1}, EventId{2}, EventId{3}};
  std::uint64_t total = 0;
  const ui::Stack stack = value_counts(*session, &some, field::host_name, Secrets::redacted, dropped);
  for (const auto& one : stack.values) total += one.count;
  EXPECT_EQ(total + stack.without, 3u);
}

TEST(ValueCounts, BlotOutSecretsInWhatIsShown) {
  const auto session = samples(2);
  const std::atomic<bool> dropped{false};
  const ui::Stack stack = value_counts(*session, nullptr, field::process_command_line, Secrets::redacted, dropped);
  bool blotted = false;
  for (const auto& one : stack.values) blotted = blotted || one.shown.find("[redacted]") != std::string::npos;
  EXPECT_TRUE(blotted);
}

}  // namespace
}  // namespace stemma
