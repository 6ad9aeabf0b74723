#include "reports/json.hpp"

#include <gtest/gtest.h>

namespace stemma {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(Json, StringsAreValidForAnyBytes) {
  EXPECT_EQ(json_string("plain"), "\"plain\"");
  EXPECT_EQ(json_string("q\"b\\n\n"), "\"q\\\"b\\\\n\\n\"");
  EXPECT_EQ(json_string(std::string_view("\0\x1b\x7f", 3)), "\"\\u0000\\u001b\\u007f\"");
  EXPECT_EQ(json_string("a\xFF"
                        "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(json_string("\xE2\x80\xAE"), "\"\\u202e\"");
  EXPECT_EQ(json_string("\xF3\xA0\x81\x81"), "\"\\udb40\\udc41\"");
  EXPECT_EQ(json_string("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST(Json, DottedNamesNest) {
  JsonDocument document;
  document.text("process.parent.name", "p");
  document.integer("process.pid", 7);
  document.text("@timestamp", "t");
  document.text("process.name", "n");
  const std::vector<std::string> list{"a", "b"};
  document.texts("process.parent.args", list);
  std::string out;
  document.write(out);
  EXPECT_EQ(
      out,
      R"({"@timestamp":"t","process":{"name":"n","parent":{"args":["a","b"],"name":"p"},"pid":7}})");
}

TEST(Json, ANameThatIsValueAndParentKeepsBoth) {
  JsonDocument document;
  document.text("a.b.c", "deep");
  document.text("a.b", "flat");
  document.text("a-b", "other");
  document.text("a.b", "last one counts");
  std::string out;
  document.write(out);
  EXPECT_EQ(out, R"({"a":{"b":"last one counts","b.c":"deep"},"a-b":"other"})");
}

TEST(Json, ValuesByKind) {
  JsonDocument document;
  const Value date = Value::of(Timestamp{1'500'000'000}, 1);
  document.values("d", Multiplicity::one, std::span(&date, 1));
  const Value list[] = {Value::of(std::int64_t{-1}), Value::of_boolean(true), Value::of_real(0.5)};
  document.values("l", Multiplicity::one, list);
  document.values("m", Multiplicity::many, std::span(list, 1));
  std::string out;
  document.write(out);
  EXPECT_EQ(out, R"({"d":"1970-01-01T00:00:01.5Z","l":[-1,true,0.5],"m":[-1]})");
}

}  // namespace
}  // namespace stemma
