// ArgumentReader gives what split_command_line() gives.
#include "events/command_line.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace stemma {
namespace {

std::vector<std::string> read_all(std::string_view text) {
  const std::unique_ptr<char[]> own(new char[text.size()]);  // nothing behind its end
  std::copy(text.begin(), text.end(), own.get());
  const std::string_view copy(own.get(), text.size());
  std::vector<std::string> arguments;
  ArgumentReader reader(copy);
  while (reader.next()) {
    arguments.emplace_back(reader.text());
    if (!reader.made()) {
      EXPECT_GE(reader.text().data(), copy.data());
      EXPECT_LE(reader.text().data() + reader.text().size(), copy.data() + copy.size());
    }
  }
  EXPECT_FALSE(reader.next());
  return arguments;
}

TEST(ArgumentReader, RandomCommandLines) {
  std::mt19937 random(5);
  const std::vector<std::string> parts{
      "a",    "\"",   "\\",  " ",       "\t",
      "\"\"", "\\\"", "\" ", "cmd.exe", "\"C:\\Program Files\\x.exe\"",
      "/c ",  "\\\\"};
  for (int i = 0; i < 40000; ++i) {
    std::string text;
    for (std::size_t count = random() % 14; count > 0; --count)
      text += parts[random() % parts.size()];
    if (random() % 4 == 0) text += std::string(random() % 40, 'x');
    ASSERT_EQ(read_all(text), split_command_line(text)) << text;
  }
}

TEST(ArgumentReader, StopsAtTheCap) {
  std::string text;
  for (std::size_t i = 0; i < kMaxArguments + 10; ++i) text += "a ";
  EXPECT_EQ(read_all(text).size(), kMaxArguments);
  EXPECT_EQ(split_command_line(text).size(), kMaxArguments);
}

}  // namespace
}  // namespace stemma
