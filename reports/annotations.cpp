#include "reports/annotations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"

namespace stemma {
namespace {

constexpr std::string_view kKinds[] = {"finding", "process", "event", "run"};
constexpr std::string_view kVerdicts[] = {"none", "false_positive", "benign", "suspicious",
                                          "malicious"};
constexpr std::string_view kSeverities[] = {"low", "medium", "high", "critical"};

template <class Value, std::size_t n>
std::optional<Value> named(const std::string_view (&names)[n], std::string_view name) {
  const auto at = std::find(std::begin(names), std::end(names), name);
  if (at == std::end(names)) return std::nullopt;
  return static_cast<Value>(at - std::begin(names));
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// Letters of one line: a tag, a name. Format characters would make equal looking ones differ.
bool is_one_line(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = next_code_point(text);
    if (!point.valid || is_invisible(point.value)) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::size_t bytes_of(const Annotation& annotation) {
  std::size_t bytes = annotation.target.key.size() + annotation.comment.size() +
                      annotation.author.size() + annotation.severity.size();
  for (const std::string& tag : annotation.tags) bytes += tag.size();
  return bytes;
}

}  // namespace

std::string_view target_kind_name(TargetKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<TargetKind> target_kind_of(std::string_view name) {
  return named<TargetKind>(kKinds, name);
}

std::string_view verdict_name(Verdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}

std::string_view verdict_words(Verdict verdict) {
  if (verdict == Verdict::none) return {};
  return verdict == Verdict::false_positive ? "false positive" : verdict_name(verdict);
}

std::optional<Verdict> verdict_of(std::string_view name) {
  return named<Verdict>(kVerdicts, name);
}

bool is_severity(std::string_view name) {
  return std::find(std::begin(kSeverities), std::end(kSeverities), name) != std::end(kSeverities);
}

std::string place_text(const TargetPlace& place) {
  const std::string file = place.sha256.empty() ? "a file whose digest was not taken"
                                                : "the file with SHA-256 " + place.sha256;
  return fmt::format("record at byte {} of {}, {}", place.offset, file, format_time(place.time, 9));
}

std::string judgement(Verdict verdict, const std::string& severity, bool pinned,
                      const std::vector<std::string>& tags) {
  std::string out(verdict_words(verdict));
  const auto add = [&out](const std::string& word) { out += (out.empty() ? "" : ", ") + word; };
  if (!severity.empty()) add(severity);
  if (pinned) add("pinned");
  for (const std::string& tag : tags) add("#" + tag);
  return out;
}

std::string in_brief(const Annotation& annotation) {
  const std::string words =
      judgement(annotation.verdict, annotation.severity, annotation.pinned, annotation.tags);
  return words.empty() ? "noted" : words;
}

bool Annotation::says_something() const {
  return verdict != Verdict::none || !severity.empty() || pinned || !tags.empty() ||
         !comment.empty();
}

std::string check_annotation(const Annotation& annotation) {
  const auto too_long = [](std::string_view what, std::size_t size, std::size_t most) {
    return fmt::format("{} has {} bytes: at most {} are kept", what, size, most);
  };
  const std::string& key = annotation.target.key;
  if (key.empty()) return "the target has no key";
  if (key.size() > kMaxTargetKey) return too_long("the target's key", key.size(), kMaxTargetKey);
  if (!is_one_line(key)) return "the target's key is no text of one line";
  if (!annotation.severity.empty() && !is_severity(annotation.severity))
    return fmt::format("{} is no severity (want low, medium, high or critical)",
                       visible(std::string_view(annotation.severity).substr(0, 40)));
  if (annotation.tags.size() > kMaxTags)
    return fmt::format("{} tags: at most {} are kept", annotation.tags.size(), kMaxTags);
  for (const std::string& tag : annotation.tags) {
    if (tag.empty()) return "a tag is empty";
    if (tag.size() > kMaxTag) return too_long("a tag", tag.size(), kMaxTag);
    if (!is_one_line(tag)) return fmt::format("the tag {} is no text of one line", visible(tag));
  }
  if (annotation.comment.size() > kMaxComment)
    return too_long("the comment", annotation.comment.size(), kMaxComment);
  if (!is_valid_utf8(annotation.comment)) return "the comment is no UTF-8";
  if (annotation.author.size() > kMaxAuthor)
    return too_long("the author's name", annotation.author.size(), kMaxAuthor);
  if (!is_one_line(annotation.author)) return "the author's name is no text of one line";
  if (annotation.place) {
    if (annotation.target.kind != TargetKind::event) return "only events have a place";
    if (!annotation.place->sha256.empty() && !is_digest(annotation.place->sha256))
      return "the digest of the place is no SHA-256";
  }
  return {};
}

const Annotation* Annotations::find(const Target& target) const {
  const auto at = by_target_.find(target);
  return at == by_target_.end() ? nullptr : &at->second;
}

tl::expected<void, std::string> Annotations::set(Annotation annotation) {
  for (std::string& tag : annotation.tags) tag = trimmed(tag);
  std::erase(annotation.tags, std::string());
  std::sort(annotation.tags.begin(), annotation.tags.end());
  annotation.tags.erase(std::unique(annotation.tags.begin(), annotation.tags.end()),
                        annotation.tags.end());
  if (std::string wrong = check_annotation(annotation); !wrong.empty())
    return tl::unexpected(std::move(wrong));
  if (!annotation.says_something()) {
    erase(annotation.target);
    return {};
  }
  const auto at = by_target_.find(annotation.target);
  const std::size_t before = at == by_target_.end() ? 0 : bytes_of(at->second);
  const std::size_t after = bytes_of(annotation);
  if (at == by_target_.end() && by_target_.size() == kMaxAnnotations)
    return tl::unexpected(fmt::format("a case keeps at most {} annotations", kMaxAnnotations));
  if (bytes_ - before + after > kMaxAnnotationBytes)
    return tl::unexpected(
        fmt::format("the annotations of a case may have {} bytes at most", kMaxAnnotationBytes));
  bytes_ = bytes_ - before + after;
  if (at == by_target_.end()) {
    Target target = annotation.target;
    by_target_.emplace(std::move(target), std::move(annotation));
  } else {
    at->second = std::move(annotation);
  }
  return {};
}

bool Annotations::erase(const Target& target) {
  const auto at = by_target_.find(target);
  if (at == by_target_.end()) return false;
  bytes_ -= bytes_of(at->second);
  by_target_.erase(at);
  return true;
}

void Annotations::clear() {
  by_target_.clear();
  bytes_ = 0;
}

std::map<std::string, std::size_t> Annotations::tags() const {
  std::map<std::string, std::size_t> used;
  for (const auto& [target, annotation] : by_target_)
    for (const std::string& tag : annotation.tags) ++used[tag];
  return used;
}

}  // namespace stemma
