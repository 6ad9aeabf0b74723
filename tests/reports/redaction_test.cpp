#include "reports/redaction.hpp"

#include <gtest/gtest.h>

#include "events/fields.hpp"

namespace stemma {
namespace {

TEST(Redaction, ATextKeepsAllButItsSecrets) {
  EXPECT_EQ(redact("bash -c echo pw | sudo -S -u a /x.sh --token=t1"),
            "bash -c echo [redacted] | sudo -S -u a /x.sh --token=[redacted]");
  EXPECT_EQ(redact("nothing here"), "nothing here");
  EXPECT_EQ(redact("--password x", Secrets::shown), "--password x");
}

TEST(Redaction, TwiceIsOnce) {
  for (const char* text :
       {"echo pw | sudo -S -u a x", "?sig=abcdefgh1234&x", "--password \"a b\"",
        "net user a b /add", "{\"protectedSettings\":\"MII\"}", "https://a:b@c/",
        "Bearer abcdefgh1234", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"}) {
    const std::string once = redact(text);
    EXPECT_NE(once, text);
    EXPECT_EQ(redact(once), once);
  }
}

TEST(Redaction, AnEventsTextsAndArguments) {
  const Projection all = Projection::all();
  Event event;
  event.reset(all);
  event.set(field::process_name, "tool");
  event.set(field::process_command_line, "tool --password hunter2 -v");
  for (const char* argument : {"tool", "--password", "hunter2", "-v"})
    event.add(field::process_args, argument);
  event.set(field::process_pid, std::int64_t{7});
  EXPECT_TRUE(redact(event));
  EXPECT_EQ(event.text(field::process_command_line), "tool --password [redacted] -v");
  EXPECT_EQ(event.texts(field::process_args),
            (std::vector<std::string_view>{"tool", "--password", "[redacted]", "-v"}));
  EXPECT_EQ(event.integer(field::process_pid), 7);
  EXPECT_FALSE(redact(event));
}

TEST(Redaction, ArgumentsAsAList) {
  const std::vector<std::string_view> arguments{"net", "user", "bob", "P 4", "/add"};
  EXPECT_EQ(redact_arguments(arguments),
            (std::vector<std::string>{"net", "user", "bob", "[redacted]", "/add"}));
}

}  // namespace
}  // namespace stemma
