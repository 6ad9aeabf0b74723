// --case: what the analyst said of the evidence, read from a case file, for whatever a command writes.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/casefile/case_file.hpp"
#include "app/casefile/targets.hpp"
#include "app/cli/command.hpp"

namespace stemma {

/// Adds --case.
void add_case_option(CLI::App& command, Options& options);

struct OpenCase {
  CaseContents contents;
  std::vector<std::string> digests;       ///< of the artifacts, by ArtifactId, where they were needed
  std::vector<PlacedAnnotation> placed;   ///< points into contents
  std::vector<std::string> sentences;     ///< for a report: where the notes are from, and whether the evidence is the case's

  OpenCase() = default;
  OpenCase(const OpenCase&) = delete;
  OpenCase& operator=(const OpenCase&) = delete;
};

/// Reads the file of --case; nothing where none was given. False, with a message, where it cannot be read.
bool read_case(const Options& options, OpenCase& out);

/// Finds what the case speaks of in the open evidence, and says on standard error what it does not find and where the evidence is not
/// what the case was made from. Takes the digests of all files where the case names files.
void place_case(const Options& options, const Session& session, std::span<const Finding> findings, std::span<const Invocation> runs, OpenCase& out);

/// Files that differ, a line each, at most `most`.
std::vector<std::string> differing_files(const std::vector<EvidenceMatch>& matches, std::size_t most);

}  // namespace stemma
