#include "app/gui/case_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/casefile/evidence_list.hpp"
#include "app/session/digest.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

// Differences that are told one by one.
constexpr std::size_t kMostDifferences = 50;

}  // namespace

ui::CaseNotes CaseNotesFile::open(const std::string& path) {
  ui::CaseNotes out;
  const auto session = import_ ? import_->session() : nullptr;
  if (!session) return out;
  for (std::uint32_t i = 1; i <= session->snapshot().artifacts.size(); ++i) digests_.push_back(import_->digest(*session, {i}));
  contents_.evidence = evidence_of(*session, digests_);
  path_ = path.empty() ? default_path() : path;
  std::error_code ignored;
  if (path_.empty() || !std::filesystem::exists(path_, ignored)) {
    out.path = path_;
    out.writable = !path_.empty();
    return out;
  }
  auto opened = CaseFile::open(path_);
  if (!opened) {
    out.notes.push_back(visible(opened.error().message));
    if (opened.error().kind == CaseError::Kind::damaged) salvage(out);
    if (!file_) return out;
  } else {
    file_ = std::make_unique<CaseFile>(std::move(*opened));
  }
  const CaseContents& then = file_->contents();
  out.path = file_->path();
  out.writable = file_->writable();
  out.annotations = then.annotations;
  out.settings = then.settings;
  out.exists = true;
  if (!file_->note().empty()) out.notes.push_back(visible(file_->note()));
  for (const std::string& line : file_->left_out()) out.notes.push_back(visible(line));
  if (!then.evidence.empty()) {
    const auto matches = compare_evidence(then.evidence, contents_.evidence);
    const std::string line = difference_line(count(matches));
    if (!line.empty()) out.notes.push_back(visible(line));
    for (const EvidenceMatch& match : matches) {
      if (match.state == EvidenceState::same || match.state == EvidenceState::moved || out.notes.size() > kMostDifferences) continue;
      out.notes.push_back(fmt::format("{}: {}", evidence_state_name(match.state), match.now.path.empty() ? match.then.path : match.now.path));
    }
  }
  return out;
}

std::string CaseNotesFile::save(Annotations annotations, std::map<std::string, std::string> settings) {
  if (path_.empty()) return "there is no folder for case files: nothing was saved";
  if (!file_) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
    auto made = CaseFile::create(path_);
    if (!made) return visible(made.error().message);
    file_ = std::make_unique<CaseFile>(std::move(*made));
  }
  if (!file_->writable()) return "the case file is open to read only: nothing was saved";
  CaseContents next = file_->contents();
  next.annotations = std::move(annotations);
  next.settings = std::move(settings);
  if (next.evidence.empty()) next.evidence = contents_.evidence;
  const auto saved = file_->save(next);
  return saved ? std::string() : visible(saved.error().message);
}

 
// What a damaged file still holds goes on in a new one beside it; the damaged one stays as it is.
void CaseNotesFile::salvage(ui::CaseNotes& out) {
  const std::string to = path_ + ".salvaged";
  auto salvaged = salvage_case(path_, to);
  if (!salvaged) {
    out.notes.push_back(visible(salvaged.error().message));
    return;
  }
  for (const std::string& line : salvaged->lost) out.notes.push_back(visible(line));
  out.notes.push_back(fmt::format("what could be read is in {}; {} stays as it is", visible(to), visible(path_)));
  auto opened = CaseFile::open(to);
  if (!opened) return;
  path_ = to;
  file_ = std::make_unique<CaseFile>(std::move(*opened));
}

// Named by what the evidence is, so that the same collection finds its notes wherever it lies.
std::string CaseNotesFile::default_path() const {
  if (folder_.empty()) return {};
  std::vector<std::string> sorted = digests_;
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const std::string& digest : sorted) text += digest + "\n";
  return (folder_ / (sha256_hex(text).substr(0, 32) + ".stemma")).string();
}

}  // namespace stemma
