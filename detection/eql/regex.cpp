#include "detection/eql/regex.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "events/text.hpp"

namespace stemma::eql {
namespace {

constexpr std::int64_t kRegexMemory = 2 << 20;  // bytes for one pattern's program and automaton
constexpr std::size_t kMaxRepeat = 1000;        // RE2's own limit
constexpr std::size_t kMaxStackedRepeats = 8;   // x*?{2}…: each one is a group of its own for RE2

bool is_lower(char32_t c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char32_t c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char32_t c) {
  return is_lower(c) || is_upper(c);
}

void append_point(std::string& out, char32_t c) {
  out += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(c));
}

class Translator {
 public:
  Translator(std::string_view pattern, bool insensitive)
      : in_(pattern), insensitive_(insensitive) {}

  TranslatedRegex run() {
    std::vector<std::size_t> groups;
    while (at_ < in_.size() && out_.problem.empty()) {
      const char c = in_[at_];
      switch (c) {
        case '(':
          if (groups.size() >= kMaxRegexDepth) {
            fail(at_, fmt::format("groups nest deeper than {}", kMaxRegexDepth));
            break;
          }
          groups.push_back(out_.re2.size());
          out_.re2 += "(?:";
          ++at_;
          atom_ = kNoAtom;
          break;
        case ')':
          if (groups.empty()) {
            fail(at_, "`)` closes nothing");
            break;
          }
          out_.re2 += ')';
          ++at_;
          atom_ = groups.back();
          stacked_ = 0;
          groups.pop_back();
          break;
        case '|':
          out_.re2 += '|';
          ++at_;
          atom_ = kNoAtom;
          break;
        case '*':
        case '+':
        case '?':
          repeat(std::string(1, c), 1);
          break;
        case '{':
          counted();
          break;
        case '[':
          char_class();
          break;
        case '.':
          begin_atom();
          out_.re2 += '.';
          ++at_;
          break;
        case '@':
          begin_atom();
          out_.re2 += "(?:.*)";
          ++at_;
          break;
        case '#':
          begin_atom();
          out_.re2 += "[^\\x{0}-\\x{10ffff}]";
          ++at_;
          break;
        case '"':
          quoted_text();
          break;
        case '~':
          refuse("the complement `~`");
          break;
        case '&':
          refuse("the intersection `&`");
          break;
        case '<':
          refuse("the interval `<…>`");
          break;
        case '\\': {
          begin_atom();
          const std::size_t begin = at_;
          ++at_;
          if (at_ == in_.size()) {
            fail(begin, "the pattern ends with a lone backslash");
            break;
          }
          note_letter(in_[at_]);
          literal(next_point());
          break;
        }
        default:
          begin_atom();
          literal(next_point());
      }
    }
    if (out_.problem.empty() && !groups.empty()) fail(in_.size(), "`(` is never closed");
    if (!out_.problem.empty()) out_.re2.clear();
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kNoAtom = std::string::npos;

  void fail(std::size_t at, std::string problem) {
    if (!out_.problem.empty()) return;
    out_.problem = std::move(problem);
    out_.problem_at = at;
  }
  void refuse(std::string_view what) {
    fail(at_,
         fmt::format("{} of Lucene's dialect is not supported (write `\\{}` for the character)",
                     what, in_[at_]));
    out_.unsupported = true;
  }
  void begin_atom() {
    atom_ = out_.re2.size();
    stacked_ = 0;
  }

  char32_t next_point() {
    const CodePoint point = next_code_point(in_.substr(at_));
    at_ += point.bytes;
    return point.value;
  }

  // Elastic's authors write \s, \w and \d as other dialects read them; Lucene reads letters.
  void note_letter(char c) {
    if (std::string_view("dDsSwWbBntrfv").find(c) == std::string_view::npos) return;
    if (out_.escaped_letters.find(c) == std::string::npos) out_.escaped_letters += c;
  }

  void literal(char32_t c) {
    if (insensitive_ && is_letter(c)) {
      const char lower = static_cast<char>(c | 0x20u);
      out_.re2 += '[';
      out_.re2 += lower;
      out_.re2 += static_cast<char>(lower - ('a' - 'A'));
      out_.re2 += ']';
    } else {
      append_point(out_.re2, c);
    }
  }

  // Every repetition becomes a group, so that x*? and x** mean what Lucene says.
  void repeat(const std::string& op, std::size_t bytes) {
    if (atom_ == kNoAtom) {
      fail(at_, fmt::format("`{}` repeats nothing", op[0]));
      return;
    }
    if (++stacked_ > kMaxStackedRepeats) {
      fail(at_, fmt::format("more than {} repetitions of one another", kMaxStackedRepeats));
      return;
    }
    out_.re2.insert(atom_, "(?:");
    out_.re2 += op;
    out_.re2 += ')';
    at_ += bytes;
  }

  void counted() {
    std::size_t i = at_ + 1;
    const auto number = [&](std::size_t& value) {
      const std::size_t begin = i;
      value = 0;
      while (i < in_.size() && in_[i] >= '0' && in_[i] <= '9' && value <= kMaxRepeat) {
        value = value * 10 + static_cast<std::size_t>(in_[i] - '0');
        ++i;
      }
      return i > begin;
    };
    std::size_t low = 0;
    std::size_t high = 0;
    bool open = false;
    bool good = number(low);
    high = low;
    if (good && i < in_.size() && in_[i] == ',') {
      ++i;
      open = !number(high);
    }
    good = good && i < in_.size() && in_[i] == '}';
    if (!good) {
      fail(at_, low > kMaxRepeat || high > kMaxRepeat
                    ? fmt::format("a repetition counts to more than {}", kMaxRepeat)
                    : "`{` begins a repetition such as {2,4}: write `\\{` for the character");
      return;
    }
    if (low > kMaxRepeat || (!open && high > kMaxRepeat)) {
      fail(at_, fmt::format("a repetition counts to more than {}", kMaxRepeat));
      return;
    }
    if (!open && high < low) {
      fail(at_, "a repetition's upper count is below its lower one");
      return;
    }
    repeat(open ? fmt::format("{{{},}}", low) : fmt::format("{{{},{}}}", low, high), i + 1 - at_);
  }

  void quoted_text() {
    const std::size_t close = in_.find('"', at_ + 1);
    if (close == std::string_view::npos) {
      fail(at_, "`\"` opens literal text that is never closed: write `\\\"` for the character");
      return;
    }
    begin_atom();
    out_.re2 += "(?:";
    ++at_;
    while (at_ < close) literal(next_point());
    out_.re2 += ')';
    at_ = close + 1;
  }

  // A character of a class, escape resolved.
  bool class_point(char32_t& out) {
    if (in_[at_] == '\\') {
      ++at_;
      if (at_ == in_.size()) return false;
      note_letter(in_[at_]);
    }
    out = next_point();
    return true;
  }

  void char_class() {
    const std::size_t begin = at_;
    begin_atom();
    std::string set = "[";
    ++at_;
    if (at_ < in_.size() && in_[at_] == '^') {
      set += '^';
      ++at_;
    }
    bool any = false;
    while (at_ < in_.size() && in_[at_] != ']') {
      char32_t low = 0;
      if (!class_point(low)) break;
      char32_t high = low;
      // A hyphen before the closing bracket is a hyphen.
      if (at_ + 1 < in_.size() && in_[at_] == '-' && in_[at_ + 1] != ']') {
        ++at_;
        if (!class_point(high)) break;
      }
      if (high < low) {
        fail(begin, "a range of a class runs backwards");
        return;
      }
      append_range(set, low, high);
      any = true;
    }
    if (at_ >= in_.size()) {
      fail(begin, "`[` is never closed");
      return;
    }
    if (!any) {
      fail(begin, "a class holds no character");
      return;
    }
    ++at_;
    out_.re2 += set + "]";
  }

  void append_range(std::string& set, char32_t low, char32_t high) const {
    append_point(set, low);
    set += '-';
    append_point(set, high);
    if (!insensitive_) return;
    const auto overlap = [&](char32_t first, char32_t last, std::int32_t shift) {
      const char32_t from = std::max(low, first);
      const char32_t to = std::min(high, last);
      if (from > to) return;
      append_point(set, static_cast<char32_t>(static_cast<std::int32_t>(from) + shift));
      set += '-';
      append_point(set, static_cast<char32_t>(static_cast<std::int32_t>(to) + shift));
    };
    overlap('a', 'z', 'A' - 'a');
    overlap('A', 'Z', 'a' - 'A');
  }

  std::string_view in_;
  bool insensitive_;
  std::size_t at_ = 0;
  std::size_t atom_ = kNoAtom;  // where the last atom begins in the output
  std::size_t stacked_ = 0;     // repetitions of it so far
  TranslatedRegex out_;
};

std::string replace_invalid(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = next_code_point(text);
    append_utf8(out, point.value);
    text.remove_prefix(point.bytes);
  }
  return out;
}

}  // namespace

TranslatedRegex translate_regex(std::string_view pattern, bool insensitive) {
  if (pattern.size() > kMaxRegexBytes) {
    TranslatedRegex out;
    out.problem = fmt::format("the pattern has {} bytes, more than the {} that are read",
                              pattern.size(), kMaxRegexBytes);
    return out;
  }
  return Translator(pattern, insensitive).run();
}

RegexSet::RegexSet() = default;
RegexSet::~RegexSet() = default;
RegexSet::RegexSet(RegexSet&&) noexcept = default;
RegexSet& RegexSet::operator=(RegexSet&&) noexcept = default;

std::string RegexSet::add(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_max_mem(kRegexMemory);
  auto compiled = std::make_unique<re2::RE2>(pattern, options);
  if (!compiled->ok()) return compiled->error();
  patterns_.push_back(std::move(compiled));
  return {};
}

bool RegexSet::matches(std::string_view text) const {
  std::string mended;
  if (!is_valid_utf8(text)) {
    mended = replace_invalid(text);
    text = mended;
  }
  const re2::StringPiece piece(text.data(), text.size());
  for (const auto& pattern : patterns_) {
    if (re2::RE2::FullMatch(piece, *pattern)) return true;
  }
  return false;
}

}  // namespace stemma::eql
