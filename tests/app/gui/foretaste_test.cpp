#include "app/gui/foretaste.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace stemma {
namespace {

using std::chrono::milliseconds;

class ForetasteTest : public testing::Test {
 protected:
  void at(int ms, std::uint32_t event) {
    now_ = Foretaste::Clock::time_point{} + milliseconds(ms);
    const Match match{0, EventId{event}};
    foretaste_.found({&match, 1});
  }

  Foretaste::Clock::time_point now_{};
  milliseconds takes_{0};
  std::vector<std::size_t> told_;  // how many matches, each time
  Foretaste foretaste_{[this](const std::vector<Match>& so_far) {
                         told_.push_back(so_far.size());
                         now_ += takes_;
                       },
                       milliseconds(500), [this] { return now_; }};
};

TEST_F(ForetasteTest, NothingIsToldOfAShortPass) {
  at(100, 1);
  at(499, 2);
  EXPECT_TRUE(told_.empty());
}

TEST_F(ForetasteTest, AllThatWasFoundIsToldAndEachTimeTakesTwiceAsLong) {
  at(100, 1);
  at(500, 2);
  at(700, 3);
  at(999, 4);
  at(1000, 5);
  at(1999, 6);
  at(2000, 7);
  EXPECT_EQ(told_, (std::vector<std::size_t>{2, 5, 7}));
}

TEST_F(ForetasteTest, WhatTakesLongIsToldLessOften) {
  takes_ = milliseconds(200);
  at(500, 1);  // until 700, then ten times 200
  at(2699, 2);
  at(2700, 3);
  EXPECT_EQ(told_, (std::vector<std::size_t>{1, 3}));
}

TEST(Foretaste, NothingIsLostBetweenThreads) {
  std::atomic<int> at_once{0}, most_at_once{0};
  std::size_t last = 0;
  Foretaste foretaste(
      [&](const std::vector<Match>& so_far) {
        most_at_once = std::max(most_at_once.load(), ++at_once);
        EXPECT_GE(so_far.size(), last);
        last = so_far.size();
        --at_once;
      },
      milliseconds(0), [] { return Foretaste::Clock::time_point{}; });
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t t = 0; t < 4; ++t)
      threads.emplace_back([&foretaste, t] {
        for (std::uint32_t i = 0; i < 500; ++i) {
          const Match match{t, EventId{i + 1}};
          foretaste.found({&match, 1});
        }
      });
  }
  const Match one{0, EventId{1}};
  foretaste.found({&one, 1});
  EXPECT_EQ(most_at_once, 1);
  EXPECT_EQ(last, 2001u);
}

}  // namespace
}  // namespace stemma
