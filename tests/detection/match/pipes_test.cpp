// Pipes over rows whose events are written in the test.
#include "detection/match/pipes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace stemma {
namespace {

struct Person {
  const char* name;  // null: absent
  std::int64_t age;
};

const std::vector<Person> kPeople = {{"bob", 3}, {"amy", 9}, {"bob", 1}, {nullptr, 5}, {"Amy", 10}};

bool decode(EventId id, const Projection& projection, Event& event) {
  const Projection own = projection;  // gone when the event is looked at, as a session's is
  event.reset(own);
  const Person& person = kPeople[id.index()];
  if (person.name != nullptr) event.set(intern_field("name"), std::string_view(person.name));
  event.set(intern_field("age"), person.age);
  return true;
}

std::string piped(const std::string& pipes) {
  const eql::CompiledQuery compiled = eql::compile_query("any where true " + pipes);
  if (compiled.query == nullptr) return eql::render(compiled.diagnostics.front());
  std::vector<ResultRow> rows;
  for (std::size_t i = 0; i < kPeople.size(); ++i) {
    ResultRow row;
    row.events = {EventId::from_index(i)};
    rows.push_back(std::move(row));
  }
  std::string out;
  for (const ResultRow& row : run_pipes(compiled.query->pipes, std::move(rows), decode)) {
    if (!out.empty()) out += " ";
    out += row.events.empty() ? row.key : fmt::format("{}", row.first().index());
    if (row.total != 0) out += fmt::format("={}/{}", row.count, row.total);
  }
  return out;
}

TEST(Pipes, HeadAndTail) {
  EXPECT_EQ(piped("| head 2"), "0 1");
  EXPECT_EQ(piped("| tail 2"), "3 4");
  EXPECT_EQ(piped("| head 3 | tail 1"), "2");
  EXPECT_EQ(piped("| head 0"), "");
  EXPECT_EQ(piped("| head 99"), "0 1 2 3 4");
}

TEST(Pipes, Filter) {
  EXPECT_EQ(piped("| filter age > 4"), "1 3 4");
  EXPECT_EQ(piped("| filter name != \"bob\""), "1 4");
}

TEST(Pipes, SortIsStableNumbersAsNumbersAbsentFirst) {
  EXPECT_EQ(piped("| sort age"), "2 0 3 1 4");
  EXPECT_EQ(piped("| sort name"), "3 4 1 0 2");
  EXPECT_EQ(piped("| sort name, age"), "3 4 1 2 0");
  EXPECT_EQ(piped("| sort name age"), "3 4 1 2 0");
}

TEST(Pipes, UniqueKeepsTheFirst) {
  EXPECT_EQ(piped("| unique name"), "0 1 3 4");
  EXPECT_EQ(piped("| unique age > 4"), "0 1");
}

TEST(Pipes, Counts) {
  EXPECT_EQ(piped("| count"), "totals=5/5");
  EXPECT_EQ(piped("| count name"), "null=1/5 Amy=1/5 amy=1/5 bob=2/5");
  EXPECT_EQ(piped("| unique_count name"), "0=2/5 1=1/5 3=1/5 4=1/5");
  EXPECT_EQ(piped("| unique_count name | filter count > 1"), "0=2/5");
  EXPECT_EQ(piped("| filter age > 99 | count"), "totals");
}

}  // namespace
}  // namespace stemma
