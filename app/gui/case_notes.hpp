// CaseNotesFile: the case file of the collection that is open, found by what the evidence is. One thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/casefile/case_file.hpp"
#include "app/gui/case_import.hpp"
#include "reports/annotations.hpp"
#include "ui/case_service.hpp"

namespace stemma {

class CaseNotesFile {
 public:
  /// @param folder  for case files without a name; empty: they are not kept
  CaseNotesFile(std::shared_ptr<CaseImport> import, std::filesystem::path folder) : import_(std::move(import)), folder_(std::move(folder)) {}

  /// Reads the notes, works out digests of all files. A damaged case file is salvaged into one beside it.
  /// @param path  of the case file; empty: named by the digests of the evidence
  ui::CaseNotes open(const std::string& path);

  /// Keeps these notes in the place of those that are there; makes the file where there is none.
  /// @return empty, else what went wrong
  std::string save(Annotations annotations, std::map<std::string, std::string> settings);

 private:
  void salvage(ui::CaseNotes& out);
  [[nodiscard]] std::string default_path() const;

  std::shared_ptr<CaseImport> import_;
  std::filesystem::path folder_;
  std::string path_;
  std::vector<std::string> digests_;
  CaseContents contents_;  // of what is open
  std::unique_ptr<CaseFile> file_;
};

}  // namespace stemma
