#include "app/casefile/evidence_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace stemma {
namespace {

EvidenceEntry file(std::string path, char digest) {
  return {std::move(path), 100, std::string(64, digest)};
}

std::string compared(const std::vector<EvidenceEntry>& then,
                     const std::vector<EvidenceEntry>& now) {
  std::string out;
  for (const EvidenceMatch& match : compare_evidence(then, now)) {
    out += std::string(evidence_state_name(match.state)) + " ";
    if (match.state == EvidenceState::moved ||
        (match.state == EvidenceState::changed && match.then.path != match.now.path))
      out += match.then.path + " -> ";
    out += (match.state == EvidenceState::missing ? match.then.path : match.now.path) + "\n";
  }
  return out;
}

TEST(EvidenceList, EachFileIsSaidOnce) {
  EXPECT_EQ(
      compared({file("/c/a", 'a'), file("/c/b", 'b'), file("/c/d", 'd'), file("/c/e", 'e')},
               {file("/c/a", 'a'), file("/c/b", 'x'), file("/c/f", 'f'), file("/c/g/e", 'e')}),
      "same /c/a\nchanged /c/b\nmissing /c/d\nnew /c/f\nmoved /c/e -> /c/g/e\n");
  EXPECT_EQ(compared({}, {}), "");
  EXPECT_EQ(compared({}, {file("a", 'a')}), "new a\n");
  EXPECT_EQ(compared({file("a", 'a')}, {}), "missing a\n");
}

TEST(EvidenceList, ACollectionThatLiesElsewhereIsKnownByWhatStayedTheSame) {
  EXPECT_EQ(
      compared({file("case/h/a.evtx", 'a'), file("case/h/b.evtx", 'b'), file("case/h/c.evtx", 'c')},
               {file("/mnt/x/case/h/a.evtx", 'a'), file("/mnt/x/case/h/b.evtx", 'B'),
                file("/mnt/x/case/h/d.evtx", 'd')}),
      "moved case/h/a.evtx -> /mnt/x/case/h/a.evtx\nchanged case/h/b.evtx -> "
      "/mnt/x/case/h/b.evtx\nnew /mnt/x/case/h/d.evtx\nmissing case/h/c.evtx\n");
  // Half a name is no folder.
  EXPECT_EQ(compared({file("/1/xa.log", 'a'), file("/1/xb.log", 'b')},
                     {file("/2/ya.log", 'a'), file("/2/yb.log", 'B')}),
            "missing /1/xb.log\nmoved /1/xa.log -> /2/ya.log\nnew /2/yb.log\n");
}

TEST(EvidenceList, EqualFilesAreEachKnownByTheirPlace) {
  EXPECT_EQ(
      compared({file("/1/h1/settings", 's'), file("/1/h2/settings", 's'),
                file("/1/h3/settings", 's'), file("/1/h1/log", 'a'), file("/1/h2/log", 'b')},
               {file("/2/h2/settings", 's'), file("/2/h3/settings", 's'), file("/2/h1/log", 'a'),
                file("/2/h2/log", 'b')}),
      "missing /1/h1/settings\nmoved /1/h1/log -> /2/h1/log\nmoved /1/h2/log -> /2/h2/log\nmoved "
      "/1/h2/settings -> /2/h2/settings\nmoved /1/h3/settings -> /2/h3/settings\n");
  EXPECT_EQ(compared({file("/a", 's')}, {file("/a", 's'), file("/b", 's')}), "same /a\nnew /b\n");
}

TEST(EvidenceList, AFileInThePlaceOfAnotherIsAMoveAndALoss) {
  EXPECT_EQ(compared({file("/a", 'a'), file("/b", 'b')}, {file("/a", 'b')}),
            "missing /a\nmoved /b -> /a\n");
}

TEST(EvidenceList, OrderOfTheListsDoesNotMatter) {
  std::mt19937 random(3);
  std::vector<EvidenceEntry> then, now;
  for (int i = 0; i < 60; ++i)
    then.push_back(
        file("/c/" + std::to_string(random() % 40), static_cast<char>('a' + random() % 6)));
  for (int i = 0; i < 60; ++i)
    now.push_back(
        file("/d/" + std::to_string(random() % 40), static_cast<char>('a' + random() % 6)));
  const std::string first = compared(then, now);
  std::shuffle(then.begin(), then.end(), random);
  std::shuffle(now.begin(), now.end(), random);
  EXPECT_EQ(compared(then, now), first);
}

TEST(EvidenceList, TheLineCountsWhatDiffers) {
  EXPECT_EQ(difference_line({5, 2, 0, 0, 0}), "");
  EXPECT_EQ(difference_line({5, 2, 1, 2, 3}),
            "the evidence is not what the case was made from: 1 file changed, 2 missing, 3 new");
  EXPECT_EQ(difference_line({5, 0, 0, 2, 0}),
            "the evidence is not what the case was made from: 2 files missing");
}

}  // namespace
}  // namespace stemma
