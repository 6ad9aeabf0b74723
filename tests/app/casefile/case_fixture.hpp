// Case files of any size for tests, always the same, and SQL on them from outside.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "app/casefile/case_file.hpp"

namespace stemma::support {

inline Annotation annotation(std::size_t number, std::size_t comment_bytes = 40) {
  Annotation out;
  out.target = {static_cast<TargetKind>(number % 4), "key" + std::to_string(number)};
  if (out.target.kind == TargetKind::event)
    out.place = TargetPlace{std::string(64, 'a'), number, {static_cast<std::int64_t>(number)}};
  out.verdict = static_cast<Verdict>(number % 5);
  out.severity = number % 7 == 0 ? "high" : "";
  out.pinned = number % 3 == 0;
  if (number % 2 == 0) out.tags = {"lateral", "tag" + std::to_string(number % 10)};
  out.comment = "note " + std::to_string(number) + " ";
  while (out.comment.size() < comment_bytes) out.comment += "Ünicode* ";
  out.author = "A. Nalyst";
  out.created = {1'000'000 + static_cast<std::int64_t>(number)};
  out.changed = {2'000'000};
  return out;
}

inline CaseContents contents(std::size_t annotations, std::size_t comment_bytes = 40) {
  CaseContents out;
  for (std::size_t i = 0; i < annotations; ++i)
    EXPECT_TRUE(out.annotations.set(annotation(i, comment_bytes)));
  for (char c : {'a', 'b', 'c'})
    out.evidence.push_back({std::string("/case/") + c + ".evtx", 69'632, std::string(64, c)});
  out.settings = {{"window", "layout\nof two lines"}, {"zone", "Europe/Vienna"}, {"empty", ""}};
  return out;
}

/// A new case file with them.
inline void write_case(const std::string& path, const CaseContents& what) {
  auto file = CaseFile::create(path);
  ASSERT_TRUE(file) << file.error().message;
  const auto saved = file->save(what);
  ASSERT_TRUE(saved) << saved.error().message;
}

/// What opening says: empty where it succeeds.
inline std::string opening(const std::string& path, const CaseOptions& options = {}) {
  const auto file = CaseFile::open(path, options);
  return file ? std::string() : file.error().message;
}

/// Runs SQL on a file as another program would, without any of our checks.
inline void sql(const std::string& path, const std::string& text) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, &message), SQLITE_OK)
      << (message != nullptr ? message : "");
  sqlite3_free(message);
  sqlite3_close(db);
}

}  // namespace stemma::support
