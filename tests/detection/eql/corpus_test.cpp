// Elastic's public rules: every one must compile, or say precisely why it does not.
#include "tests/detection/eql/corpus.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "detection/eql/query.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

TEST(PublicRules, EveryQueryCompiles) {
  const auto path = test::corpus_file("rules/detection-rules-eql.part.ndjson");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the rule corpus is not here";
  std::istringstream lines(test::read_all(path));
  std::map<std::string, int> refused;
  std::map<std::string, int> warned;
  std::string failures;
  int compiled_count = 0;
  int total = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto rule = nlohmann::json::parse(line);
    ++total;
    const eql::CompiledQuery compiled = eql::compile_query(rule["query"].get<std::string>());
    for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
      if (diagnostic.severity == eql::Severity::warning) {
        ++warned[diagnostic.code];
        continue;
      }
      ++refused[diagnostic.code];
      if (!eql::is_unsupported(diagnostic.code))
        failures += rule["path"].get<std::string>() + "\n" + render(diagnostic) + "\n";
    }
    if (compiled.query) ++compiled_count;
  }
  std::ostringstream summary;
  for (const auto& [code, count] : refused) summary << code << ' ' << count << '\n';
  EXPECT_EQ(failures, "");
  EXPECT_EQ(total, 511);
  EXPECT_EQ(compiled_count, 511);
  EXPECT_EQ(summary.str(), "");
  // One rule writes \\w in a regular expression; the unknown fields are those of other products.
  EXPECT_EQ(warned["EQL042"], 1);
  EXPECT_EQ(warned["EQL041"], 0);
  EXPECT_EQ(warned["EQL043"], 0);
}

}  // namespace
}  // namespace stemma
