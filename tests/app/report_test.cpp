// The report of the samples: the same for any number of threads, the same claims in every
// rendering, every reference leads somewhere, and no secret in it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "app/session/document.hpp"
#include "reports/document_formats.hpp"
#include "reports/html_report.hpp"
#include "reports/html_text.hpp"
#include "reports/markdown_report.hpp"

namespace stemma {
namespace {

IncidentDocument document_of(unsigned threads) {
  const char* root = std::getenv("STEMMA_ROOT");
  const auto samples =
      std::filesystem::path(root == nullptr ? "." : root) / "samples/azure-run-command";
  SessionOptions options;
  options.threads = threads;
  const auto session = Session::open({samples.string()}, options);
  const RuleSet rules = load_rules({}, true);
  const Detection detection = detect(*session, rules, nullptr);
  const LoadedChannels channels = load_channels({});
  const Incident incident = build_incident(*session, channels.set, detection.findings);
  return make_document(*session, rules, channels.set, detection, incident, {});
}

const IncidentDocument& document() {
  static const IncidentDocument kDocument = document_of(2);
  return kDocument;
}

std::string written(const IncidentDocument& of, std::string_view format) {
  std::string out;
  append_document(of, format, html_skeleton(), out);
  return out;
}

TEST(Report, SameBytesForAnyNumberOfThreads) {
  const IncidentDocument other = document_of(5);
  for (const DocumentFormat& format : document_formats())
    EXPECT_EQ(written(document(), format.name), written(other, format.name)) << format.name;
}

// The clauses that held, with what they saw: as `rules explain` has them, of every finding.
TEST(Report, EveryFindingSaysWhichClausesHeld) {
  for (const DocumentFinding& finding : document().findings)
    EXPECT_FALSE(finding.why.empty()) << finding.id;
  const DocumentFinding& first = document().findings.front();
  EXPECT_EQ(
      first.why,
      (std::vector<std::string>{
          "event.type in (\"start\", \"process_started\") (event.type is \"start\")",
          "process.parent.name == \"powershell.exe\" (process.parent.name is "
          "\"powershell.exe\")",
          "process.parent.command_line like \"powershell  -ExecutionPolicy Unrestricted -File "
          "script?.ps1\" (process.parent.command_line is \"powershell  -ExecutionPolicy "
          "Unrestricted -File script3.ps1\")"}));
  const std::string markdown = written(document(), "md");
  EXPECT_NE(
      markdown.find("  - because `event.type in (\"start\", \"process_started\") (event.type is "
                    "\"start\")`\n"),
      std::string::npos);
  EXPECT_NE(written(document(), "html")
                .find("<details><summary>3 clauses hold</summary><ul><li><code>event.type in"),
            std::string::npos);
}

// What is not the run's own, near it in time, on its machine; counted against the snapshot itself.
TEST(Report, TellsWhatElseHappenedOnTheMachineMeanwhile) {
  std::size_t told = 0, things = 0;
  for (const DocumentRun& run : document().runs) {
    if (!run.start) {
      EXPECT_TRUE(run.elsewhere.empty());
      continue;
    }
    ++told;
    ASSERT_EQ(run.elsewhere.size(), 3u);
    EXPECT_EQ(run.elsewhere[0].kind, "logons");
    EXPECT_EQ(run.elsewhere[1].kind, "processes");
    EXPECT_EQ(run.elsewhere[2].kind, "network");
    std::set<std::uint32_t> own;
    for (const DocumentProcess& process : run.processes)
      own.insert(process.evidence.events.begin(), process.evidence.events.end());
    for (const DocumentActivity& activity : run.elsewhere) {
      things += activity.in_all;
      EXPECT_FALSE(activity.at_least);
      EXPECT_EQ(activity.first.size(), std::min<std::size_t>(activity.in_all, 3));
      for (const DocumentMoment& moment : activity.first) {
        ASSERT_EQ(moment.evidence.events.size(), 1u);
        EXPECT_EQ(document().events[moment.evidence.events[0]].host, run.host);
        EXPECT_EQ(own.count(moment.evidence.events[0]), 0u);
        EXPECT_LE(run.start->time.ns - moment.time.time.ns, 60 * kNsPerSecond);
      }
    }
    EXPECT_EQ(run.elsewhere_command.rfind("stemma timeline --all --from ", 0), 0u);
    EXPECT_NE(run.elsewhere_command.find(" --host " + run.host + " PATH…"), std::string::npos);
  }
  EXPECT_GT(told, 15u);
  EXPECT_GT(things, 5u);
}

TEST(Report, TellsTheRunsOfTheSamples) {
  EXPECT_GE(document().runs.size(), 20u);
  EXPECT_FALSE(document().findings.empty());
  EXPECT_FALSE(document().operations.empty());
  EXPECT_EQ(document().figures.runs, document().runs.size());
  EXPECT_FALSE(document().secrets.empty());
  for (const DocumentRun& run : document().runs) {
    EXPECT_FALSE(run.story.empty());
    EXPECT_FALSE(run.reasons.empty()) << run.title;
  }
  for (const DocumentArtifact& artifact : document().artifacts)
    EXPECT_EQ(artifact.sha256.size(), 64u);
}

TEST(Report, EveryRenderingMakesTheSameClaims) {
  const std::string page = written(document(), "html");
  const std::string text = written(document(), "md");
  const auto json = nlohmann::json::parse(written(document(), "json"));
  ASSERT_EQ(json["runs"].size(), document().runs.size());
  ASSERT_EQ(json["findings"].size(), document().findings.size());
  const auto in_both = [&](const std::string& claim) {
    EXPECT_NE(page.find(html(claim)), std::string::npos) << claim;
    EXPECT_NE(text.find(markdown(claim)), std::string::npos) << claim;
  };
  for (const auto& sentence : json["summary"]) in_both(sentence);
  for (const auto& run : json["runs"]) {
    in_both(run["title"]);
    for (const auto& sentence : run["story"]) in_both(sentence);
    for (const auto& reason : run["reasons"]) in_both(reason["text"]);
    for (const auto& unknown : run["unknowns"]) in_both(unknown);
  }
  for (const auto& finding : json["findings"]) in_both(finding["rule_name"]);
  for (const auto& indicator : json["indicators"]) in_both(indicator["defanged"]);
  for (const auto& host : json["hosts"])
    for (const auto& blind : host["blind"]) in_both(blind);
  for (const auto& artifact : json["artifacts"]) {
    EXPECT_NE(page.find(artifact["sha256"].get<std::string>()), std::string::npos);
    EXPECT_NE(text.find(artifact["sha256"].get<std::string>()), std::string::npos);
  }
}

TEST(Report, LinksLeadSomewhereAndNothingIsLoaded) {
  const std::string page = written(document(), "html");
  std::set<std::string> ids, targets;
  static const std::regex kId(" id=\"([^\"]+)\""), kHref(" href=\"([^\"]*)\"");
  for (std::sregex_iterator at(page.begin(), page.end(), kId), end; at != end; ++at)
    EXPECT_TRUE(ids.insert((*at)[1]).second) << "twice: " << (*at)[1];
  for (std::sregex_iterator at(page.begin(), page.end(), kHref), end; at != end; ++at)
    targets.insert((*at)[1]);
  EXPECT_GT(targets.size(), 100u);
  for (const std::string& target : targets) {
    ASSERT_EQ(target.front(), '#') << target;
    EXPECT_EQ(ids.count(target.substr(1)), 1u) << target;
  }
  for (const char* loading : {"<script", " src=", "<link", "<img", "<iframe", "url(", "@import"})
    EXPECT_EQ(page.find(loading), std::string::npos) << loading;
}

TEST(Report, HoldsNoSecret) {
  for (const DocumentFormat& format : document_formats()) {
    const std::string text = written(document(), format.name);
    EXPECT_EQ(text.find("not-a-real-password"), std::string::npos) << format.name;
    EXPECT_EQ(text.find("Sp-7fQ2w9xL"), std::string::npos) << format.name;
  }
}

TEST(Report, ATemplateIsChecked) {
  EXPECT_EQ(check_skeleton(html_skeleton()), "");
  EXPECT_EQ(check_skeleton("{{title}}"), "the placeholder {{summary}} is missing");
  EXPECT_EQ(check_skeleton("{{nonsense}}"), "no placeholder is called {{nonsense}}");
  EXPECT_EQ(check_skeleton("{{title"), "a placeholder is not closed by }}");
}

// Many runs: rows up to one cap, stories up to another, and the document says so.
TEST(Report, ManyRunsAreCappedAndCounted) {
  const CaseSnapshot snapshot;
  const RuleSet rules;
  Incident incident;
  Channel channel;
  channel.id = "one";
  channel.name = "One";
  incident.channels.channels.push_back(channel);
  constexpr std::size_t kRuns = 12'000;
  for (std::size_t i = 0; i < kRuns; ++i) {
    Invocation run;
    run.id = std::to_string(i);
    run.host = "h" + std::to_string(i % 50);
    run.start = {Timestamp{static_cast<std::int64_t>(i) * kNsPerSecond}, TimeSource::process};
    run.confidence = i % 100 == 0 ? Confidence::confirmed : Confidence::possible;
    run.reasons.push_back({"a reason", false, {}, {}});
    incident.invocations.push_back(std::move(run));
  }
  const IncidentDocument made = build_document(
      {snapshot, rules, {}, incident, {}, {}, {}, {}, {}, {}}, [](auto, const auto&) {});
  EXPECT_EQ(made.figures.runs, kRuns);
  EXPECT_EQ(made.runs.size(), kMaxRunsListed);
  std::size_t told = 0, confirmed = 0;
  for (const DocumentRun& run : made.runs) {
    told += run.told ? 1u : 0u;
    EXPECT_TRUE(run.told || run.confidence != Confidence::confirmed) << run.number;
    confirmed += run.confidence == Confidence::confirmed ? 1u : 0u;
  }
  EXPECT_EQ(told, kMaxRunsTold);
  EXPECT_EQ(confirmed, kRuns / 100);
  EXPECT_EQ(made.timeline.size(), kMaxTimelineTold);
  std::string caps;
  for (const std::string& cap : made.caps) caps += cap + "\n";
  EXPECT_NE(caps.find("10,000 of 12,000 runs are listed, the surest."), std::string::npos) << caps;
  EXPECT_NE(caps.find("1,000 of 12,000 runs are told in full"), std::string::npos) << caps;
  EXPECT_LT(written(made, "html").size(), 16u << 20);
}

}  // namespace
}  // namespace stemma
