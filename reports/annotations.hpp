// What an analyst says of the evidence: pins, tags, verdicts and comments on findings, processes,
// events and runs. Values only: no clock (times are the caller's), no file (app/casefile keeps
// them), and nothing of the evidence's content. Not the rules' exceptions, which are conditions.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "events/time.hpp"

namespace stemma {

/// Caps of annotations. A case file can come from somebody else, so all of them hold for what is
/// read as well as for what is typed.
inline constexpr std::size_t kMaxAnnotations = 200'000;         ///< a night's work is some hundred
inline constexpr std::size_t kMaxAnnotationBytes = 256u << 20;  ///< texts of all of them together
inline constexpr std::size_t kMaxComment = 64u << 10;           ///< bytes: a comment, not a report
inline constexpr std::size_t kMaxTags = 32;                     ///< of one annotation
inline constexpr std::size_t kMaxTag = 64;                      ///< bytes
inline constexpr std::size_t kMaxAuthor = 200;                  ///< bytes: a name and an address
inline constexpr std::size_t kMaxTargetKey = 512;               ///< bytes: an id and a host's name

enum class TargetKind : std::uint8_t { finding, process, event, run };
/// `finding`, `process`, `event`, `run`: as case files and reports have them.
std::string_view target_kind_name(TargetKind kind);
std::optional<TargetKind> target_kind_of(std::string_view name);

enum class Verdict : std::uint8_t { none, false_positive, benign, suspicious, malicious };
/// `none`, `false_positive`, `benign`, `suspicious`, `malicious`.
std::string_view verdict_name(Verdict verdict);
/// The same for people: `false positive`; empty for none.
std::string_view verdict_words(Verdict verdict);
std::optional<Verdict> verdict_of(std::string_view name);

/// Whether `name` is `low`, `medium`, `high` or `critical`, as rules have them.
bool is_severity(std::string_view name);

/// What an annotation is about. The key is the same whenever the same evidence is opened, whatever
/// its files are called (app/casefile/targets.hpp makes them).
struct Target {
  TargetKind kind = TargetKind::finding;
  std::string key;
  auto operator<=>(const Target&) const = default;
};

/// Where the target of an event's annotation lay when it was made: the quick way back to it, and
/// what is left to say where its key is not met again.
struct TargetPlace {
  std::string sha256;        ///< of the artifact, lower-case hex; empty where not known
  std::uint64_t offset = 0;  ///< in the artifact as parsers see it
  Timestamp time;            ///< of the event
  bool operator==(const TargetPlace&) const = default;
};
/// In words: `record at byte 4096 of the file with SHA-256 9f…, 2026-11-24T03:10:51.000000000Z`.
std::string place_text(const TargetPlace& place);

struct Annotation {
  Target target;
  std::optional<TargetPlace> place;  ///< of events only
  Verdict verdict = Verdict::none;
  std::string severity;  ///< the analyst's instead of the rule's; empty: the rule's
  bool pinned = false;
  std::vector<std::string> tags;  ///< each once, by their bytes
  std::string comment;            ///< Markdown, UTF-8; shown as text
  std::string author;             ///< may be empty
  Timestamp created, changed;     ///< given by the caller

  /// Whether it says anything: without verdict, severity, pin, tags and comment it does not.
  [[nodiscard]] bool says_something() const;
  bool operator==(const Annotation&) const = default;
};

/// Annotations of a case, each target's once, by kind and key: the same order whatever the order in
/// which they were made. Not shared between threads.
class Annotations {
 public:
  using Map = std::map<Target, Annotation>;

  /// Null where nothing is said of the target. O(log n).
  [[nodiscard]] const Annotation* find(const Target& target) const;

  /// Puts it in the place of what was said of the target; one that says nothing erases. Tags are
  /// trimmed, sorted and made unique. Fails with a whole sentence, and changes nothing, where a cap
  /// is exceeded or a text is no UTF-8.
  tl::expected<void, std::string> set(Annotation annotation);

  /// Whether something was there.
  bool erase(const Target& target);
  void clear();

  [[nodiscard]] std::size_t size() const { return by_target_.size(); }
  [[nodiscard]] bool empty() const { return by_target_.empty(); }
  [[nodiscard]] Map::const_iterator begin() const { return by_target_.begin(); }
  [[nodiscard]] Map::const_iterator end() const { return by_target_.end(); }
  /// Bytes of texts, as kMaxAnnotationBytes counts them.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// All tags that are used, by their bytes, with how often. For completion. O(n).
  [[nodiscard]] std::map<std::string, std::size_t> tags() const;

  bool operator==(const Annotations&) const = default;

 private:
  Map by_target_;
  std::size_t bytes_ = 0;
};

/// `malicious, high, pinned, #c2`: a judgement in a few words; empty where there is none. As it was
/// typed: not yet harmless for any format.
std::string judgement(Verdict verdict, const std::string& severity, bool pinned,
                      const std::vector<std::string>& tags);
/// The same of an annotation, `noted` where only a comment was left.
std::string in_brief(const Annotation& annotation);

/// What is wrong with an annotation's texts and numbers, as a sentence; empty where nothing is.
std::string check_annotation(const Annotation& annotation);

}  // namespace stemma
