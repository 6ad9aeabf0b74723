// Text of evidence through every rendering and export of an incident: none of it becomes active.
// Held structurally: what surrounds the text must be the same for a payload as for a plain word.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "events/text.hpp"
#include "reports/document_formats.hpp"
#include "reports/html_report.hpp"
#include "reports/markdown_report.hpp"
#include "tests/support/document_fixture.hpp"

namespace stemma {
namespace {

std::vector<std::string> payloads() {
  std::vector<std::string> all;
  const auto add = [&](std::initializer_list<std::string> list) {
    all.insert(all.end(), list.begin(), list.end());
  };
  add({"<script>alert(1)</script>",
       "</script><script>alert(1)</script>",
       "<img src=x onerror=alert(1)>",
       "<svg onload=alert(1)>",
       "<svg><script>alert(1)</script></svg>",
       "\"><script>alert(1)</script>",
       "'><img src=x onerror=alert(1)>",
       "<iframe src=javascript:alert(1)>",
       "<a href=javascript:alert(1)>x</a>",
       "<body onload=alert(1)>",
       "<math><mi xlink:href=javascript:alert(1)>",
       "<!--",
       "-->",
       "<!-- --><b>",
       "<![CDATA[",
       "]]>",
       "<?xml version=1?>",
       "<style>*{display:none}</style>",
       "</style><b>",
       "</title><b>",
       "</pre><b>",
       "</code><b>",
       "</details><b>",
       "</svg><b>",
       "</table><b>",
       "</section></main></body></html>",
       "<base href=http://evil.example/>",
       "<meta http-equiv=refresh content=0;url=http://evil.example>",
       "<link rel=stylesheet href=http://evil.example/x.css>",
       "<object data=x>",
       "<embed src=x>",
       "<form action=http://evil.example><input>",
       "<video src=x onerror=alert(1)>",
       "<details ontoggle=alert(1)>",
       "<x onclick=alert(1)>",
       "\" onmouseover=\"alert(1)",
       "' onmouseover='alert(1)",
       "` onmouseover=`alert(1)",
       "&lt;script&gt;",
       "&#60;script&#62;",
       "&amp;",
       "&",
       "<",
       ">",
       "\"",
       "'",
       "<<SCRIPT>alert(1);//<</SCRIPT>",
       "<ScRiPt>alert(1)</ScRiPt>",
       "<scr\0ipt>",
       "<img/src=`x`onerror=alert(1)>",
       "{{title}}",
       "{{runs}}",
       "{{{{",
       "}}"});
  add({"[x](javascript:alert(1))",
       "![x](http://evil.example/x.png)",
       "[x]: http://evil.example",
       "<http://evil.example>",
       "http://evil.example/",
       "https://evil.example",
       "www.evil.example",
       "ftp://evil.example",
       "mailto:a@evil.example",
       "a@evil.example",
       "@everyone",
       "#1",
       "# heading",
       "## heading",
       "- item",
       "* item",
       "+ item",
       "1. item",
       "> quote",
       "```",
       "````",
       "`x`",
       "~~~",
       "**bold**",
       "__bold__",
       "_it_",
       "~~gone~~",
       "| a | b |",
       "|",
       "a|b",
       "---",
       "===",
       "***",
       "\\",
       "\\*",
       "    code",
       "\tcode",
       "<details>",
       "[^1]",
       "[ ] task",
       ":smile:",
       "$x$",
       "$$x$$",
       "\\(x\\)",
       "line\n# heading",
       "line\n\n<b>",
       "x\n| a | b |\n|---|---|",
       "&nbsp;",
       "&colon;",
       "javascript:alert(1)"});
  add({"=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0",
       "=HYPERLINK(\"http://evil.example\",\"x\")", "\t=1+1", "\r=1+1", "\n=1+1", "a,b", "a\"b",
       "a\r\nb", "\"=1+1\"", ";=1+1", "=IMPORTXML(\"http://evil.example\")", "|calc"});
  add({"\x1b[31mred",
       "\x1b]0;title\x07",
       "\x1b[2J",
       "\x1b]8;;http://evil.example\x1b\\x",
       "\x07\x08\x7f",
       "\x9b"
       "31m",
       "\xC2\x9b"
       "31m",
       "\r\n",
       "\xE2\x80\xAE"
       "exe.txt",
       "\xE2\x81\xA6x\xE2\x81\xA9",
       "\xE2\x80\x8B",
       "\xEF\xBB\xBF=1+1",
       "\xE2\x80\xA8",
       "\xE2\x80\xA9",
       "\xF3\xA0\x81\x81",
       "\xFF\xFE",
       "\xC3",
       "\xED\xA0\x80",
       "\xC0\xBC",
       "a\xCC\x80"});
  add({"\"]; a -> b; \"",
       "\"] --> x",
       "end",
       "subgraph x",
       "%%{init: {}}%%",
       "click a \"http://evil.example\"",
       "#quot;",
       "#lt;script#gt;",
       "x\"]\n  click r1p0 href \"javascript:alert(1)\"",
       "\\l\\n\\N",
       "}",
       "{",
       "[",
       "]",
       "(",
       ")",
       "'] OR [file:name = 'x",
       "\\'",
       "$(id)",
       "`id`",
       "%n%s",
       "../../etc/passwd",
       "file:///etc/passwd",
       "\\\\srv\\share"});
  return all;
}

std::string written(const IncidentDocument& document, std::string_view format) {
  std::string out;
  append_document(document, format, html_skeleton(), out);
  return out;
}

// Every tag, comment and character reference's frame: all that is not text.
std::string tags(const std::string& page) {
  std::string out;
  bool inside = false;
  for (const char c : page) {
    if (c == '<') inside = true;
    if (inside) out += c;
    if (c == '>') inside = false;
  }
  // Geometry depends on how wide a text is, nothing else may.
  static const std::regex kPlace("(x|width)=\"[0-9]+\"");
  return std::regex_replace(out, kPlace, "$1");
}

// No control character but line feeds (and what ends a line of CSV), no bidi control, valid UTF-8.
void expect_visible(const std::string& text, bool carriage_returns, const std::string& payload) {
  std::string_view rest = text;
  if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);  // a spreadsheet's mark
  while (!rest.empty()) {
    const CodePoint point = next_code_point(rest);
    ASSERT_TRUE(point.valid) << payload;
    const bool line = point.value == '\n' || (carriage_returns && point.value == '\r');
    ASSERT_TRUE(line || !is_invisible(point.value))
        << payload << " " << static_cast<unsigned>(point.value);
    rest.remove_prefix(point.bytes);
  }
}

// RFC 4180.
std::vector<std::vector<std::string>> cells(std::string_view text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& cell = rows.back().back();
    if (quoted) {
      if (text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
        cell += text[++i];
      else if (text[i] == '"')
        quoted = false;
      else
        cell += text[i];
    } else if (text[i] == '"') {
      quoted = true;
    } else if (text[i] == ',') {
      rows.back().emplace_back();
    } else if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
      rows.push_back({""});
    } else {
      cell += text[i];
    }
  }
  rows.pop_back();
  return rows;
}

// Keys and kinds of values, not texts.
std::string frame(const nlohmann::json& json) {
  if (json.is_object()) {
    std::string out = "{";
    for (const auto& [key, value] : json.items()) out += key + ":" + frame(value) + ",";
    return out + "}";
  }
  if (json.is_array()) {
    std::string out = "[";
    for (const auto& value : json) out += frame(value) + ",";
    return out + "]";
  }
  return json.is_string() ? "s" : json.dump();
}

TEST(Injection, ThereAreEnoughPayloads) {
  EXPECT_GE(payloads().size(), 150u);
}

TEST(Injection, HtmlHasTheSameTagsForAnyText) {
  const std::string plain = tags(written(support::document_of("word"), "html"));
  for (const std::string& payload : payloads()) {
    const std::string page = written(support::document_of(payload), "html");
    ASSERT_EQ(tags(page), plain) << payload;
    expect_visible(page, false, payload);
  }
}

TEST(Injection, MarkdownHasNothingActive) {
  for (const std::string& payload : payloads()) {
    const std::string page = written(support::document_of(payload), "md");
    expect_visible(page, false, payload);
    // Blocks and code are text; what is left is read by a renderer.
    std::string rest;
    std::string fence;
    std::size_t fences = 0;
    for (std::size_t at = 0; at < page.size();) {
      const std::size_t end = page.find('\n', at);
      const std::string line = page.substr(at, end - at);
      at = end + 1;
      if (fence.empty() && line.size() > 6 && line.compare(0, 3, "```") == 0 &&
          line.find("text") == line.find_first_not_of('`')) {
        fence = line.substr(0, line.find('t'));
        ++fences;
      } else if (!fence.empty()) {
        if (line == fence) fence.clear();
      } else {
        rest += line + "\n";
      }
    }
    EXPECT_TRUE(fence.empty()) << payload;
    EXPECT_EQ(fences, 8u) << payload;  // script, output, errors, processes of two runs
    std::string text;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] != '\n') {
        text += ' ';  // an escaped character is a text
        ++i;
        continue;
      }
      if (rest[i] != '`') {
        text += rest[i];
        continue;
      }
      std::size_t ticks = i;
      while (ticks < rest.size() && rest[ticks] == '`') ++ticks;
      const std::string mark = rest.substr(i, ticks - i);
      std::size_t close = ticks;
      for (;;) {
        close = rest.find(mark, close);
        ASSERT_NE(close, std::string::npos) << payload;
        std::size_t behind = close;
        while (behind < rest.size() && rest[behind] == '`') ++behind;
        if (behind - close == mark.size()) break;
        close = behind;
      }
      ASSERT_EQ(rest.substr(ticks, close - ticks).find('\n'), std::string::npos) << payload;
      i = close + mark.size() - 1;
    }
    for (const char* active : {"<", "](", "://", "www.", "![", "[x", "__", "~~", "$"})
      ASSERT_EQ(text.find(active), std::string::npos)
          << payload << " in " << active << ": "
          << text.substr(text.find(active) - std::min<std::size_t>(text.find(active), 40), 80);
    std::size_t at = 0;
    while ((at = text.find("@", at)) != std::string::npos) FAIL() << payload;
  }
}

TEST(Injection, TablesHaveTheSameCellsAndNoFormula) {
  for (const char* format : {"csv", "xlsx-csv", "timesketch-csv", "misp"}) {
    const auto plain = cells(written(support::document_of("word"), format));
    for (const std::string& payload : payloads()) {
      const std::string text = written(support::document_of(payload), format);
      expect_visible(text, true, payload);
      const auto found = cells(text);
      ASSERT_EQ(found.size(), plain.size()) << format << payload;
      for (std::size_t row = 0; row < found.size(); ++row) {
        ASSERT_EQ(found[row].size(), plain[row].size()) << format << payload;
        for (std::size_t cell = 0; cell < found[row].size(); ++cell) {
          const std::string& each = found[row][cell];
          if (each == plain[row][cell]) continue;  // a number of our own may be negative
          ASSERT_TRUE(each.empty() ||
                      std::string_view("=+-@\t\r").find(each[0]) == std::string_view::npos)
              << format << " " << payload << " gives " << each;
        }
      }
    }
  }
}

TEST(Injection, JsonKeepsItsFrame) {
  for (const char* format : {"json", "stix", "sarif", "navigator"}) {
    const std::string plain =
        frame(nlohmann::json::parse(written(support::document_of("word"), format)));
    for (const std::string& payload : payloads()) {
      const std::string text = written(support::document_of(payload), format);
      expect_visible(text, false, payload);
      const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
      ASSERT_FALSE(json.is_discarded()) << format << payload;
      if (std::string_view(format) == "stix") continue;  // equal values are one object there
      // Field names of evidence are keys of an event.
      nlohmann::json stripped = json;
      if (stripped.contains("events"))
        for (auto& event : stripped["events"]) event["fields"] = nlohmann::json::object();
      nlohmann::json plain_json =
          nlohmann::json::parse(written(support::document_of("word"), format));
      if (plain_json.contains("events"))
        for (auto& event : plain_json["events"]) event["fields"] = nlohmann::json::object();
      ASSERT_EQ(frame(stripped), frame(plain_json)) << format << payload;
    }
  }
  for (const char* format : {"jsonl", "bulk", "timesketch-jsonl", "splunk"}) {
    const std::string plain = written(support::document_of("word"), format);
    for (const std::string& payload : payloads()) {
      const std::string text = written(support::document_of(payload), format);
      expect_visible(text, false, payload);
      ASSERT_EQ(std::count(text.begin(), text.end(), '\n'),
                std::count(plain.begin(), plain.end(), '\n'))
          << payload;
      std::istringstream lines(text);
      std::string line;
      while (std::getline(lines, line))
        ASSERT_FALSE(nlohmann::json::parse(line, nullptr, false).is_discarded()) << line;
    }
  }
}

TEST(Injection, GraphsHaveTheSameLines) {
  static const std::regex kLabel("\"([^\"\\\\]|\\\\.)*\"");
  for (const char* format : {"mermaid", "dot"}) {
    const std::string plain =
        std::regex_replace(written(support::document_of("word"), format), kLabel, "L");
    for (const std::string& payload : payloads()) {
      const std::string text = written(support::document_of(payload), format);
      expect_visible(text, false, payload);
      ASSERT_EQ(std::regex_replace(text, kLabel, "L"), plain) << format << payload;
    }
  }
}

TEST(Injection, MarkdownTextIsEscaped) {
  EXPECT_EQ(markdown("a*b_c [x](http://e.x) @me <b> |"),
            "a\\*b\\_c \\[x\\]\\(http&#58;//e\\.x\\) &#64;me &lt;b&gt; \\|");
  EXPECT_EQ(markdown_code("a`b"), "``a`b``");
  EXPECT_EQ(markdown_code("`"), "`` ` ``");
}

}  // namespace
}  // namespace stemma
