#include "events/text.hpp"

#include <gtest/gtest.h>

#include "events/command_line.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

TEST(Text, InvisibleCharactersBecomeVisible) {
  EXPECT_EQ(visible("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(visible("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(visible("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(visible("exe\xE2\x80\xAEgpj"), "exe\\u{202e}gpj");
  EXPECT_EQ(visible("a\xFF"
                    "b"),
            "a\\xffb");
  EXPECT_EQ(visible(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(visible("\xEF\xBB\xBF"), "\\u{feff}");
}

TEST(Text, Utf8IsReadStrictly) {
  EXPECT_TRUE(is_valid_utf8("\xF0\x9F\x98\x80"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80",
                          "\xF8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << visible(bad);
  }
}

TEST(Text, WidthsAndCuts) {
  EXPECT_EQ(display_width("\xE4\xB8\xAD"
                          "a"),
            3u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);
  EXPECT_EQ(fit("abcdef", 4), "abc\xE2\x80\xA6");
  EXPECT_EQ(fit("abcd", 4), "abcd");
  EXPECT_EQ(fit("\xE4\xB8\xAD\xE4\xB8\xAD", 3), "\xE4\xB8\xAD\xE2\x80\xA6");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Paths, BaseNames) {
  EXPECT_EQ(windows_base_name("C:\\Windows\\cmd.exe"), "cmd.exe");
  EXPECT_EQ(windows_base_name("Registry"), "Registry");
  EXPECT_EQ(posix_base_name("/usr/bin/bash"), "bash");
  EXPECT_EQ(base_name("/memfd:x (deleted)"), "memfd:x (deleted)");
  EXPECT_TRUE(ascii_iequals("CMD.exe", "cmd.EXE"));
  EXPECT_FALSE(ascii_iequals("cmd", "cmd.exe"));
}

// Table of reference section 6.1: what goes in, what comes out.
TEST(CommandLine, SplitsAsTheSysmonPipelineDoes) {
  using Args = std::vector<std::string>;
  EXPECT_EQ(split_command_line("powershell  -File\tx "), (Args{"powershell", "-File", "x"}));
  EXPECT_EQ(split_command_line("\"C:\\a b\\c.exe\" d"), (Args{"C:\\a b\\c.exe", "d"}));
  EXPECT_EQ(split_command_line("a \"\" b"), (Args{"a", "", "b"}));
  EXPECT_EQ(split_command_line("a\\\\\"b c\""), (Args{"a\\b c"}));
  EXPECT_EQ(split_command_line("a\\\\\\\"b c"), (Args{"a\\\"b", "c"}));
  EXPECT_EQ(split_command_line("\"a\"\"b c\""), (Args{"a\"b", "c"}));
  EXPECT_EQ(split_command_line("a\\b\\"), (Args{"a\\b\\"}));
  EXPECT_EQ(split_command_line(""), Args{});
  EXPECT_EQ(split_command_line("\"open"), (Args{"open"}));
  EXPECT_EQ(split_command_line(std::string(100'000, 'a') + std::string(100'000, ' ')).size(), 1u);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "x ";
  EXPECT_EQ(split_command_line(many).size(), kMaxArguments);
}

}  // namespace
}  // namespace stemma
