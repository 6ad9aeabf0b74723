#include "detection/eql/wildcard.hpp"

#include <algorithm>
#include <cstring>

#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma::eql {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// `literal` is folded already where insensitive.
bool same(const char* text, std::string_view literal, bool insensitive) {
  if (!insensitive) return std::memcmp(text, literal.data(), literal.size()) == 0;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (lower(text[i]) != literal[i]) return false;
  }
  return true;
}

std::size_t point_size(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) < 0x80 ? 1u : next_code_point(text.substr(at)).bytes;
}

bool contains_folded(std::string_view text, std::string_view literal) {
  const std::size_t last = text.size() - literal.size();
  const char first = literal[0];
  for (std::size_t i = 0; i <= last; ++i) {
    if (lower(text[i]) == first && same(text.data() + i, literal, true)) return true;
  }
  return false;
}

// Place of the first byte of `text` at or after `from` that `c`, folded already where insensitive,
// stands for.
std::size_t find_byte(std::string_view text, std::size_t from, char c, bool insensitive) {
  if (!insensitive || c < 'a' || c > 'z') return text.find(c, from);
  while (from < text.size() && lower(text[from]) != c) ++from;
  return from < text.size() ? from : std::string_view::npos;
}

}  // namespace

Wildcard::Wildcard(std::string_view pattern, bool insensitive) : insensitive_(insensitive) {
  for (const char c : pattern) {
    if (c == '*' && !pattern_.empty() && pattern_.back() == '*') continue;
    pattern_ += insensitive ? lower(c) : c;
  }
  if (pattern_ == "*") {
    form_ = Form::anything;
    return;
  }
  const std::size_t last = pattern_.find_last_of("*?");
  if (last != std::string::npos) {
    head_ = pattern_.find_first_of("*?");
    tail_ = pattern_.size() - last - 1;
  }
  const bool starts = !pattern_.empty() && pattern_.front() == '*';
  const bool ends = pattern_.size() > 1 && pattern_.back() == '*';
  if (!starts && !ends) return;
  literal_ = pattern_.substr(starts ? 1 : 0);
  if (ends) literal_.pop_back();
  if (has_wildcards(literal_)) {
    literal_.clear();
    return;
  }
  form_ = starts && ends ? Form::contains : starts ? Form::suffix : Form::prefix;
}

Wildcard::Literal Wildcard::literal() const {
  constexpr std::size_t kTelling = 5;  // bytes that are rare enough anywhere
  const std::string_view pattern = pattern_;
  Literal longest;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::string_view run = pattern.substr(at, pattern.find_first_of("*?", at) - at);
    if (run.size() > longest.text.size()) longest.text = run;
    at += run.size() + 1;
  }
  if (longest.text.empty() || longest.text.size() >= kTelling) return longest;
  const std::string_view head = pattern.substr(0, pattern.find_first_of("*?"));
  const std::string_view tail = pattern.substr(pattern.find_last_of("*?") + 1);
  if (head.size() == longest.text.size()) return {head, Literal::Where::begin};
  if (tail.size() == longest.text.size()) return {tail, Literal::Where::end};
  return longest;
}

bool Wildcard::matches(std::string_view text) const {
  if (form_ == Form::anything) return true;
  if (form_ == Form::general) return may_match_general(text) && matches_general(text);
  if (text.size() < literal_.size()) return false;
  switch (form_) {
    case Form::prefix:
      return same(text.data(), literal_, insensitive_);
    case Form::suffix:
      return same(text.data() + text.size() - literal_.size(), literal_, insensitive_);
    default:
      return insensitive_ ? contains_folded(text, literal_)
                          : text.find(literal_) != std::string_view::npos;
  }
}

// What a match asks of both ends: cheap, and enough for nearly every text.
bool Wildcard::may_match_general(std::string_view text) const {
  if (text.size() < head_ || text.size() < tail_) return false;
  const std::string_view pattern = pattern_;
  return (head_ == 0 || same(text.data(), pattern.substr(0, head_), insensitive_)) &&
         (tail_ == 0 || same(text.data() + (text.size() - tail_),
                             pattern.substr(pattern.size() - tail_), insensitive_));
}

// Walks both; where they part, the last `*` takes one more code point. Only the last star is ever
// retried: an earlier one could only move the same later text further along.
bool Wildcard::matches_general(std::string_view text) const {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = kNone;
  std::size_t star_text = 0;
  char sought = 0;  // the letter behind the last star; 0 where there is none, or it is not ASCII
  // Where the last star's run may end next. An ASCII byte never lies inside a code point, so all
  // places without the letter that must follow are passed at once.
  const auto skip = [&](std::size_t from) {
    return sought == 0 ? from : find_byte(text, from, sought, insensitive_);
  };
  while (t < text.size()) {
    if (p < pattern_.size() && pattern_[p] == '*') {
      star = ++p;
      if (p == pattern_.size()) return true;
      sought = pattern_[p] != '?' && static_cast<unsigned char>(pattern_[p]) < 0x80 ? pattern_[p]
                                                                                    : char{0};
      star_text = skip(t);
      if (star_text == kNone) return false;
      t = star_text;
      continue;
    }
    if (p < pattern_.size() && pattern_[p] == '?') {
      ++p;
      t += point_size(text, t);
      continue;
    }
    if (p < pattern_.size() && pattern_[p] == (insensitive_ ? lower(text[t]) : text[t])) {
      ++p;
      ++t;
      continue;
    }
    if (star == kNone) return false;
    p = star;
    star_text = skip(star_text + point_size(text, star_text));
    if (star_text == kNone) return false;
    t = star_text;
  }
  while (p < pattern_.size() && pattern_[p] == '*') ++p;
  return p == pattern_.size();
}

void TextSet::add(std::string_view text, bool wildcards) {
  if (wildcards && Wildcard::has_wildcards(text)) {
    patterns_.emplace_back(text, insensitive_);
  } else {
    exact_.push_back(insensitive_ ? ascii_lower(text) : std::string(text));
  }
}

void TextSet::seal() {
  std::sort(exact_.begin(), exact_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  exact_.erase(std::unique(exact_.begin(), exact_.end()), exact_.end());
}

bool TextSet::contains(std::string_view text) const {
  // Order of a stored text against `text`, which is folded on the way.
  const auto order = [&](const std::string& stored) {
    if (stored.size() != text.size()) return stored.size() < text.size() ? -1 : 1;
    if (!insensitive_) {
      return stored.empty() ? 0 : std::memcmp(stored.data(), text.data(), text.size());
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto a = static_cast<unsigned char>(stored[i]);
      const auto b = static_cast<unsigned char>(lower(text[i]));
      if (a != b) return a < b ? -1 : 1;
    }
    return 0;
  };
  const auto found = std::partition_point(exact_.begin(), exact_.end(),
                                          [&](const std::string& s) { return order(s) < 0; });
  if (found != exact_.end() && order(*found) == 0) return true;
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Wildcard& p) { return p.matches(text); });
}

}  // namespace stemma::eql
