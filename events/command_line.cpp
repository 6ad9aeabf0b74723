#include "events/command_line.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stemma {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The first blank or quote at or after `at`; the text's size where there is none.
std::size_t find_blank_or_quote(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  const __m128i blank = _mm_set1_epi8(' ');
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i quote = _mm_set1_epi8('"');
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, blank), _mm_cmpeq_epi8(bytes, tab)),
                     _mm_cmpeq_epi8(bytes, quote));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + static_cast<std::size_t>(__builtin_ctz(mask));
  }
#endif
  while (at < text.size() && !is_blank(text[at]) && text[at] != '"') ++at;
  return at;
}

// Reads one argument at `at`, which is no blank, into `argument`; returns where it ends.
std::size_t take_argument(std::string_view text, std::size_t at, std::string& argument) {
  bool quoted = false;
  while (at < text.size() && (quoted || !is_blank(text[at]))) {
    std::size_t slashes = 0;
    while (at < text.size() && text[at] == '\\') {
      ++slashes;
      ++at;
    }
    if (at < text.size() && text[at] == '"') {
      argument.append(slashes / 2, '\\');
      if (slashes % 2 == 1) {
        argument += '"';
      } else {
        if (quoted && at + 1 < text.size() && text[at + 1] == '"') {
          argument += '"';
          ++at;
        }
        quoted = !quoted;
      }
      ++at;
      continue;
    }
    argument.append(slashes, '\\');
    if (at < text.size() && slashes == 0) argument += text[at++];
  }
  return at;
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view text) {
  std::vector<std::string> args;
  std::size_t at = 0;
  while (args.size() < kMaxArguments) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at == text.size()) break;
    at = take_argument(text, at, args.emplace_back());
  }
  return args;
}

bool ArgumentReader::next() {
  while (at_ < whole_.size() && is_blank(whole_[at_])) ++at_;
  if (at_ == whole_.size() || count_ == kMaxArguments) return false;
  ++count_;
  made_ = false;
  // Without a quote, a backslash is a backslash.
  const std::size_t end = find_blank_or_quote(whole_, at_);
  if (end == whole_.size() || whole_[end] != '"') {
    text_ = whole_.substr(at_, end - at_);
    at_ = end;
    return true;
  }
  // Quoted from end to end, with nothing inside that a quote could mean otherwise.
  if (end == at_) {
    const std::size_t close = whole_.find('"', at_ + 1);
    if (close != std::string_view::npos && whole_[close - 1] != '\\' &&
        (close + 1 == whole_.size() || is_blank(whole_[close + 1]))) {
      text_ = whole_.substr(at_ + 1, close - at_ - 1);
      at_ = close + 1;
      return true;
    }
  }
  memory_.clear();
  at_ = take_argument(whole_, at_, memory_);
  text_ = memory_;
  made_ = true;
  return true;
}

}  // namespace stemma
