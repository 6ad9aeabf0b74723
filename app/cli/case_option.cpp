#include "app/cli/case_option.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/session/digest.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

// Files that a note names; `stemma case --check` lists them all.
constexpr std::size_t kFilesNamed = 5;

}  // namespace

void add_case_option(CLI::App& command, Options& options) {
  command.add_option("--case", options.case_file, "A case file: what the analyst said is shown with what it is about, false positives set apart")->type_name("FILE");
}

bool read_case(const Options& options, OpenCase& out) {
  if (options.case_file.empty()) return true;
  CaseOptions reading;
  reading.access = Connection::Access::read;
  auto file = CaseFile::open(options.case_file, reading);
  if (!file) {
    note("--case: " + file.error().message);
    return false;
  }
  for (const std::string& line : file->left_out()) note("--case: " + line);
  out.contents = file->contents();
  out.sentences.push_back(fmt::format("Notes of the analyst are from the case file {}.", options.case_file));
  return true;
}

std::vector<std::string> differing_files(const std::vector<EvidenceMatch>& matches, std::size_t most) {
  std::vector<std::string> out;
  std::size_t more = 0;
  for (const EvidenceMatch& match : matches) {
    if (match.state == EvidenceState::same || match.state == EvidenceState::moved) continue;
    if (out.size() == most)
      ++more;
    else
      out.push_back(fmt::format("{}: {}", visible(match.state == EvidenceState::missing ? match.then.path : match.now.path), evidence_state_name(match.state)));
  }
  if (more != 0) out.push_back(fmt::format("and {} more", more));
  return out;
}

void place_case(const Options& options, const Session& session, std::span<const Finding> findings, std::span<const Invocation> runs, OpenCase& out) {
  if (options.case_file.empty()) return;
  const Annotations& annotations = out.contents.annotations;
  const bool events = std::any_of(annotations.begin(), annotations.end(), [](const auto& entry) { return entry.first.kind == TargetKind::event; });
  if (!out.contents.evidence.empty() || events) out.digests = artifact_digests(session);
  out.placed = place_annotations({session, findings, runs, out.digests}, annotations);
  if (!out.contents.evidence.empty()) {
    const std::vector<EvidenceMatch> matches = compare_evidence(out.contents.evidence, evidence_of(session, out.digests));
    const std::string line = difference_line(count(matches));
    if (!line.empty()) {
      out.sentences.push_back(fmt::format("{}{}.", static_cast<char>(line[0] - 'a' + 'A'), line.substr(1)));
      if (!options.quiet) {
        note(fmt::format("{}: {}", visible(options.case_file), line));
        for (const std::string& file : differing_files(matches, kFilesNamed)) note("  " + file);
      }
    }
  }
  // Runs are not made by every command: only those that could be found are missed.
  std::size_t missed = 0;
  for (const PlacedAnnotation& one : out.placed) {
    if (!one.found() && (one.annotation->target.kind != TargetKind::run || !runs.empty())) ++missed;
  }
  if (missed != 0 && !options.quiet)
    note(fmt::format("{}: {} {} about what is not in this evidence", visible(options.case_file), missed, missed == 1 ? "note is" : "notes are"));
}

}  // namespace stemma
