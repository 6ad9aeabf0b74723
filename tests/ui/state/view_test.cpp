#include "ui/state/view.hpp"

#include <gtest/gtest.h>

namespace stemma::ui {
namespace {

View selecting(std::uint32_t event) {
  View view;
  view.selection.event = EventId{event};
  return view;
}

TEST(ViewHistory, WhatTheProgramChoseIsNoStep) {
  ViewHistory history;
  View view;
  view.root = EntityId{3};
  EXPECT_TRUE(history.set(view));
  View zoomed = view;
  zoomed.zoom = TimeRange{{1}, {2}};
  EXPECT_TRUE(history.amend(zoomed));
  EXPECT_FALSE(history.amend(zoomed));
  EXPECT_EQ(history.now(), zoomed);
  EXPECT_TRUE(history.undo());
  EXPECT_EQ(history.now(), View{});
  EXPECT_FALSE(history.undo());
  EXPECT_TRUE(history.redo());
  EXPECT_EQ(history.now(), zoomed);
}

TEST(ViewHistory, GoesBackAndForth) {
  ViewHistory history;
  EXPECT_FALSE(history.can_undo());
  EXPECT_TRUE(history.set(selecting(1)));
  EXPECT_TRUE(history.set(selecting(2)));
  EXPECT_TRUE(history.undo());
  EXPECT_EQ(history.now(), selecting(1));
  EXPECT_TRUE(history.can_redo());
  EXPECT_TRUE(history.redo());
  EXPECT_EQ(history.now(), selecting(2));
  EXPECT_FALSE(history.redo());
  EXPECT_TRUE(history.undo());
  EXPECT_TRUE(history.undo());
  EXPECT_EQ(history.now(), View{});
  EXPECT_FALSE(history.undo());
}

TEST(ViewHistory, WhatIsTheSameIsNoStep) {
  ViewHistory history;
  history.set(selecting(1));
  EXPECT_FALSE(history.set(selecting(1)));
  history.undo();
  EXPECT_FALSE(history.can_undo());
}

TEST(ViewHistory, AGestureIsOneStep) {
  ViewHistory history;
  history.set(selecting(1));
  for (std::uint32_t event = 2; event < 50; ++event) history.set(selecting(event), "walk");
  EXPECT_TRUE(history.undo());
  EXPECT_EQ(history.now(), selecting(1));
  history.redo();
  EXPECT_EQ(history.now(), selecting(49));
  // After an undo or redo, and after end_gesture(), the same gesture is a new one.
  history.set(selecting(50), "walk");
  history.end_gesture();
  history.set(selecting(51), "walk");
  history.undo();
  EXPECT_EQ(history.now(), selecting(50));
  history.undo();
  EXPECT_EQ(history.now(), selecting(49));
}

TEST(ViewHistory, ANewStepForgetsWhatWasUndone) {
  ViewHistory history;
  history.set(selecting(1));
  history.set(selecting(2));
  history.undo();
  history.set(selecting(3));
  EXPECT_FALSE(history.can_redo());
  history.undo();
  EXPECT_EQ(history.now(), selecting(1));
}

TEST(ViewHistory, KeepsTheLastSteps) {
  ViewHistory history;
  for (std::uint32_t event = 1; event <= 2 * ViewHistory::kMaxSteps; ++event) {
    history.set(selecting(event));
  }
  std::size_t steps = 0;
  while (history.undo()) ++steps;
  EXPECT_EQ(steps, ViewHistory::kMaxSteps);
  EXPECT_EQ(history.now(), selecting(ViewHistory::kMaxSteps));
}

}  // namespace
}  // namespace stemma::ui
