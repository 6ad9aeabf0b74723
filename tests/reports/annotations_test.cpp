#include "reports/annotations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace stemma {
namespace {

Annotation note(TargetKind kind, std::string key, std::string comment = "seen") {
  Annotation annotation;
  annotation.target = {kind, std::move(key)};
  annotation.comment = std::move(comment);
  return annotation;
}

std::string set(Annotations& annotations, Annotation annotation) {
  const auto done = annotations.set(std::move(annotation));
  return done ? std::string("done") : done.error();
}

TEST(Annotations, NamesAreReadBack) {
  for (const TargetKind kind :
       {TargetKind::finding, TargetKind::process, TargetKind::event, TargetKind::run})
    EXPECT_EQ(target_kind_of(target_kind_name(kind)), kind);
  for (const Verdict verdict : {Verdict::none, Verdict::false_positive, Verdict::benign,
                                Verdict::suspicious, Verdict::malicious})
    EXPECT_EQ(verdict_of(verdict_name(verdict)), verdict);
  EXPECT_FALSE(target_kind_of("findings"));
  EXPECT_FALSE(verdict_of("false positive"));
  EXPECT_EQ(verdict_words(Verdict::false_positive), "false positive");
  EXPECT_EQ(verdict_words(Verdict::none), "");
}

TEST(Annotations, OrderIsTheSameWhateverTheOrderOfMaking) {
  std::vector<Annotation> all;
  for (int i = 0; i < 200; ++i)
    all.push_back(note(static_cast<TargetKind>(i % 4), "key" + std::to_string(i / 4)));
  Annotations one;
  for (const Annotation& each : all) ASSERT_EQ(set(one, each), "done");
  std::shuffle(all.begin(), all.end(), std::mt19937(7));
  Annotations other;
  for (const Annotation& each : all) ASSERT_EQ(set(other, each), "done");
  EXPECT_EQ(one, other);
  EXPECT_TRUE(std::is_sorted(other.begin(), other.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; }));
  EXPECT_EQ(one.size(), 200u);
}

TEST(Annotations, SettingAgainReplacesAndSayingNothingErases) {
  Annotations annotations;
  const Target target{TargetKind::run, "r1"};
  EXPECT_EQ(set(annotations, note(TargetKind::run, "r1", "first")), "done");
  EXPECT_EQ(annotations.bytes(), 7u);
  EXPECT_EQ(set(annotations, note(TargetKind::run, "r1", "second")), "done");
  ASSERT_NE(annotations.find(target), nullptr);
  EXPECT_EQ(annotations.find(target)->comment, "second");
  EXPECT_EQ(annotations.find({TargetKind::event, "r1"}), nullptr);
  EXPECT_EQ(annotations.bytes(), 8u);
  Annotation author_only = note(TargetKind::run, "r1", "");
  author_only.author = "A. Nalyst";
  EXPECT_EQ(set(annotations, author_only), "done");
  EXPECT_TRUE(annotations.empty());
  EXPECT_EQ(annotations.bytes(), 0u);
  EXPECT_FALSE(annotations.erase(target));
}

TEST(Annotations, TagsAreTrimmedSortedAndUnique) {
  Annotations annotations;
  Annotation annotation = note(TargetKind::event, "e");
  annotation.tags = {" lateral ", "c2", "", "lateral", "  ", "Ä"};
  EXPECT_EQ(set(annotations, annotation), "done");
  EXPECT_EQ(annotations.begin()->second.tags, (std::vector<std::string>{"c2", "lateral", "Ä"}));
  Annotation other = note(TargetKind::event, "f");
  other.tags = {"c2"};
  EXPECT_EQ(set(annotations, other), "done");
  EXPECT_EQ(annotations.tags(),
            (std::map<std::string, std::size_t>{{"c2", 2}, {"lateral", 1}, {"Ä", 1}}));
}

TEST(Annotations, WhatIsNotKeptIsSaid) {
  Annotations annotations;
  const auto said = [&](auto change) {
    Annotation annotation = note(TargetKind::event, "e");
    change(annotation);
    return set(annotations, annotation);
  };
  EXPECT_EQ(said([](Annotation& a) { a.target.key = ""; }), "the target has no key");
  EXPECT_EQ(said([](Annotation& a) { a.target.key = std::string(513, 'k'); }),
            "the target's key has 513 bytes: at most 512 are kept");
  EXPECT_EQ(said([](Annotation& a) { a.target.key = "a\nb"; }),
            "the target's key is no text of one line");
  EXPECT_EQ(said([](Annotation& a) {
              a.severity =
                  "gr\x1b"
                  "ave";
            }),
            "gr\\x1bave is no severity (want low, medium, high or critical)");
  EXPECT_EQ(said([](Annotation& a) {
              a.tags = {
                  "a\xE2\x80\xAE"
                  "b"};
            }),
            "the tag a\\u{202e}b is no text of one line");
  EXPECT_EQ(said([](Annotation& a) { a.tags = {std::string(65, 't')}; }),
            "a tag has 65 bytes: at most 64 are kept");
  EXPECT_EQ(said([](Annotation& a) {
              for (int i = 0; i < 33; ++i) a.tags.push_back("t" + std::to_string(i));
            }),
            "33 tags: at most 32 are kept");
  EXPECT_EQ(said([](Annotation& a) { a.comment = "\xC3"; }), "the comment is no UTF-8");
  EXPECT_EQ(said([](Annotation& a) { a.comment = std::string(kMaxComment + 1, 'c'); }),
            "the comment has 65537 bytes: at most 65536 are kept");
  EXPECT_EQ(said([](Annotation& a) { a.author = std::string(201, 'a'); }),
            "the author's name has 201 bytes: at most 200 are kept");
  EXPECT_EQ(said([](Annotation& a) { a.author = "a\r"; }),
            "the author's name is no text of one line");
  EXPECT_EQ(said([](Annotation& a) {
              a.place = TargetPlace{"ABC", 1, {}};
            }),
            "the digest of the place is no SHA-256");
  EXPECT_EQ(said([](Annotation& a) {
              a.target.kind = TargetKind::run;
              a.place = TargetPlace{};
            }),
            "only events have a place");
  EXPECT_TRUE(annotations.empty());
}

TEST(Annotations, AllTextsTogetherAreCapped) {
  Annotations annotations;
  const std::string comment(kMaxComment, 'c');
  std::size_t kept = 0;
  std::string said = "done";
  while (said == "done" && kept <= kMaxAnnotationBytes / kMaxComment) {
    said = set(annotations, note(TargetKind::event, "e" + std::to_string(kept), comment));
    if (said == "done") ++kept;
  }
  EXPECT_EQ(said, "the annotations of a case may have 268435456 bytes at most");
  EXPECT_EQ(kept, kMaxAnnotationBytes / kMaxComment - 1);
  EXPECT_EQ(annotations.size(), kept);
  EXPECT_LE(annotations.bytes(), kMaxAnnotationBytes);
}

}  // namespace
}  // namespace stemma
