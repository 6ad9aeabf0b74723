// Values of JSON as fields of an event; texts that are addresses.
#include "parsers/common/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/common/ip_text.hpp"
#include "parsers/common/json_parse.hpp"
#include "tests/parsers/common/parser_run.hpp"

namespace stemma::json {
namespace {

using testing::ElementsAre;

golden::Document fields(const std::string& text, const Projection& projection) {
  DocumentParser parser;
  Repairs repairs;
  const auto root = parser.value(text, 0, text.size(), repairs);
  EXPECT_TRUE(root);
  Event event;
  event.reset(projection);
  FieldWriter writer(projection);
  writer.add("x", *root, event);
  return golden::flatten(event);
}

TEST(JsonFields, ObjectsAndListsBecomeDottedNames) {
  const golden::Document all = fields(
      R"({"a":{"b":[1,{"c":"t"},2]},"d":null,"e":"","f":true,"g":1.5,"h":18446744073709551615,)"
      R"("i.j":-3})",
      Projection::all());
  EXPECT_THAT(all.at("x.a.b"), ElementsAre("1", "2"));
  EXPECT_THAT(all.at("x.a.b.c"), ElementsAre("t"));
  EXPECT_THAT(all.at("x.f"), ElementsAre("true"));
  EXPECT_THAT(all.at("x.g"), ElementsAre("1.5"));
  EXPECT_THAT(all.at("x.h"), ElementsAre("18446744073709551615"));
  EXPECT_THAT(all.at("x.i.j"), ElementsAre("-3"));
  EXPECT_EQ(all.size(), 6u);
}

TEST(JsonFields, OnlyWhatAPassWantsIsNamed) {
  Projection one;
  one.want(intern_field("x.wanted"));
  EXPECT_EQ(fields(R"({"wanted":1,"never_heard_of_before":2})", one).size(), 1u);
  EXPECT_FALSE(find_field("x.never_heard_of_before"));
  EXPECT_TRUE(FieldWriter(one).wants_below("x."));
  EXPECT_FALSE(FieldWriter(one).wants_below("y."));
  EXPECT_TRUE(FieldWriter(Projection::all()).wants_below("y."));
}

TEST(JsonFields, NamesBeyondTheCapAreLeftOut) {
  const std::string name(kMaxFieldNameLength, 'n');
  EXPECT_EQ(fields("{\"" + name + "\":1,\"a\":2}", Projection::all()).size(), 1u);
}

TEST(JsonFields, WhatFits) {
  const auto fits_with = [](std::size_t values) {
    std::string text = "{\"a\":[1";
    for (std::size_t i = 2; i < values; ++i) text += ",1";
    text += "]}";
    DocumentParser parser;
    Repairs repairs;
    return fits(*parser.object(text, 0, text.size(), repairs));
  };
  EXPECT_TRUE(fits_with(kMaxValues));
  EXPECT_FALSE(fits_with(kMaxValues + 1));
}

TEST(IpText, Addresses) {
  for (const char* text : {"192.0.2.7", "::1", "2001:db8::7", "::ffff:192.0.2.7"})
    EXPECT_TRUE(is_ip_address(text)) << text;
  for (const char* text :
       {"", "192.0.2", "192.0.2.7:80", "10.0.0.0/8", "ssm.amazonaws.com", "2001:db8::7::1",
        "192.0.2.256", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"})
    EXPECT_FALSE(is_ip_address(text)) << text;
  EXPECT_FALSE(is_ip_address(std::string_view("192.0.2.7\0", 10)));
}

}  // namespace
}  // namespace stemma::json
