// The analyst's notes in HTML, Markdown and JSON: false positives apart and counted, comments as
// text, nothing where no case was given.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "reports/document_formats.hpp"
#include "reports/html_report.hpp"
#include "tests/support/document_fixture.hpp"

namespace stemma {
namespace {

std::string written(const IncidentDocument& document, std::string_view format) {
  std::string out;
  append_document(document, format, html_skeleton(), out);
  return out;
}

// From where `from` begins to where `to` begins behind it.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "no " + from;
  const std::size_t end = text.find(to, at + from.size());
  return end == std::string::npos ? "no " + to : text.substr(at, end - at);
}

TEST(Notes, InBriefTheyAreAFewWords) {
  DocumentNote note;
  EXPECT_EQ(note_in_brief(note), "noted");
  note.verdict = Verdict::false_positive;
  EXPECT_EQ(note_in_brief(note), "false positive");
  note.severity = "low";
  note.pinned = true;
  note.tags = {"c2", "lateral"};
  EXPECT_EQ(note_in_brief(note), "false positive, low, pinned, #c2, #lateral");
}

TEST(Notes, FalsePositivesStandApartInHtml) {
  const std::string page = written(support::document_of("word"), "html");
  const std::string findings = between(page, "<section id=\"findings\">", "</section>");
  const std::size_t apart = findings.find(
      "<h3 id=\"false-positives\">Marked false positive</h3>\n"
      "<p class=\"note\">1 of 2 findings are none, the analyst says. The rules found them all the "
      "same.</p>");
  ASSERT_NE(apart, std::string::npos);
  EXPECT_LT(findings.find("<tr id=\"F1\">"), apart);
  EXPECT_GT(findings.find("<tr id=\"F2\">"), apart);
  EXPECT_NE(findings.find("<a href=\"#N2\">Analyst</a>: false positive, #word, #word</div>", apart),
            std::string::npos);
  EXPECT_NE(page.find("<dt>marked false positive</dt><dd>1</dd>"), std::string::npos);
}

TEST(Notes, HtmlLeadsFromNotesToWhatTheyAreAboutAndBack) {
  const std::string page = written(support::document_of("word"), "html");
  EXPECT_NE(page.find("<li><a href=\"#notes\">Notes of the analyst</a> <small>5</small></li>"),
            std::string::npos);
  EXPECT_NE(page.find("<div class=\"said\" id=\"N2\"><b>N2. false positive, #word, #word</b> "
                      "<a href=\"#F2\">word</a> <span class=\"soft\">process · word, 2026-05-28 "
                      "20:26:40</span>"),
            std::string::npos);
  EXPECT_NE(page.find("<b>N4. suspicious, #word, #word</b> <a href=\"#run-1\">word</a>"),
            std::string::npos);
  EXPECT_NE(page.find("<div class=\"comment\">word\n\nword</div>"), std::string::npos);
  EXPECT_NE(page.find("What it is about is not in the evidence that was read."), std::string::npos);
}

TEST(Notes, CommentsAreTextNotMarkdown) {
  const std::string page = written(support::document_of("**bold** <b>x</b> [a](http://x)"), "md");
  const std::string notes = between(page, "## Notes of the analyst", "## Runs");
  EXPECT_NE(
      notes.find("> \\*\\*bold\\*\\* &lt;b&gt;x&lt;/b&gt; \\[a\\]\\(http&#58;//x\\)  \n>   \n> "),
      std::string::npos)
      << notes;
  const std::string plain = written(support::document_of("word"), "md");
  EXPECT_NE(plain.find("\n### Marked false positive\n\n1 of 2 findings are none, the analyst "
                       "says.\n\n- F2 "),
            std::string::npos);
  EXPECT_NE(plain.find("**N4. suspicious, \\#word, \\#word** run word, run 1, word, 2026-05-28 "
                       "20:26:40 (E1 A1)"),
            std::string::npos);
}

TEST(Notes, JsonHasThemAllAndWhereTheyBelong) {
  const auto json = nlohmann::json::parse(written(support::document_of("word"), "json"));
  ASSERT_EQ(json["analyst_notes"].size(), 5u);
  const auto& note = json["analyst_notes"][1];
  EXPECT_EQ(note["about"], "process");
  EXPECT_EQ(note["verdict"], "false_positive");
  EXPECT_EQ(note["comment"], "word\n\nword");
  EXPECT_EQ(note["changed"], "2026-05-28T20:26:40.000000000Z");
  EXPECT_EQ(note["finding"], 1);
  EXPECT_EQ(json["findings"][1]["note"], 1);
  EXPECT_EQ(json["findings"][1]["false_positive"], true);
  EXPECT_EQ(json["findings"][0]["false_positive"], false);
  EXPECT_EQ(json["runs"][0]["note"], 3);
  EXPECT_EQ(json["events"][0]["note"], 2);
  EXPECT_EQ(json["figures"]["false_positives"], 1);
  EXPECT_EQ(json["analyst_notes"][4]["found"], false);
}

TEST(Notes, WithoutACaseNothingIsSaidOfNotes) {
  IncidentDocument document = support::document_of("word");
  document.analyst_notes.clear();
  document.figures.notes = document.figures.false_positives = 0;
  document.findings.pop_back();
  document.timeline.pop_back();
  document.events[0].note.reset();
  document.runs[0].note.reset();
  document.runs[0].processes[1].note.reset();
  for (const char* format : {"html", "md"}) {
    const std::string page = written(document, format);
    EXPECT_EQ(page.find("nalyst"), std::string::npos) << format;
    EXPECT_EQ(page.find("alse positive"), std::string::npos) << format;
  }
}

}  // namespace
}  // namespace stemma
