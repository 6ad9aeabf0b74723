#include "detection/channels/path_pattern.hpp"

#include <fmt/format.h>

namespace stemma {
namespace {

constexpr std::size_t kMaxSequenceDigits = 9;
constexpr std::size_t kUuidLength = 36;

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '\\' ? '/' : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Where a word of a command line ends. A slash is not among them: a path goes on.
bool is_boundary(char c) {
  return is_blank(c) || c == '"' || c == '\'' || c == ';' || c == '|' || c == '&' || c == '=' ||
         c == '(' || c == ')' || c == '<' || c == '>' || c == '`' || c == ',' || c == '\n' ||
         c == '\r' || c == '\0';
}

bool is_name_char(char c) {
  return c != '/' && c != '\\' && !is_boundary(c);
}

bool is_uuid(std::string_view text) {
  if (text.size() < kUuidLength) return false;
  for (std::size_t i = 0; i < kUuidLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

// One attempt after the other, longest stretches last: a text has few places where the first
// literal fits, and the steps are counted over all of them.
struct PathPattern::Search {
  const std::vector<Piece>& pieces;
  std::string_view text;
  bool whole;
  std::size_t steps = 0;
  PatternMatch found{};

  bool at_end(std::size_t at) const {
    if (whole) return at == text.size();
    return at == text.size() || is_boundary(text[at]);
  }

  bool literal(const std::string& wanted, std::size_t& at) const {
    for (const char c : wanted) {
      if (c == ' ') {
        if (at == text.size() || !is_blank(text[at])) return false;
        while (at < text.size() && is_blank(text[at])) ++at;
      } else {
        if (at == text.size() || folded(text[at]) != c) return false;
        ++at;
      }
    }
    return true;
  }

  bool run(std::size_t piece, std::size_t at, std::size_t begin) {
    if (++steps > kMaxPatternSteps) return false;
    if (piece == pieces.size()) {
      if (!at_end(at)) return false;
      found.all = text.substr(begin, at - begin);
      return true;
    }
    switch (pieces[piece].kind) {
      case Kind::literal:
        return literal(pieces[piece].literal, at) && run(piece + 1, at, begin);
      case Kind::any:
      case Kind::any_piece: {
        const bool within = pieces[piece].kind == Kind::any_piece;
        for (std::size_t end = at;; ++end) {
          if (run(piece + 1, end, begin)) return true;
          if (steps > kMaxPatternSteps || end == text.size()) return false;
          if (within && !is_name_char(text[end])) return false;
        }
      }
      case Kind::name: {
        std::size_t end = at;
        while (end < text.size() && is_name_char(text[end])) ++end;
        // Longest first: what follows is a separator nearly always.
        for (; end > at; --end) {
          if (run(piece + 1, end, begin)) {
            found.name = text.substr(at, end - at);
            return true;
          }
          if (steps > kMaxPatternSteps) return false;
        }
        return false;
      }
      case Kind::command_id:
        if (!is_uuid(text.substr(at)) || !run(piece + 1, at + kUuidLength, begin)) return false;
        found.command_id = text.substr(at, kUuidLength);
        return true;
      case Kind::sequence: {
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        if (end == at || end - at > kMaxSequenceDigits || !run(piece + 1, end, begin)) return false;
        std::uint64_t number = 0;
        for (std::size_t i = at; i < end; ++i)
          number = number * 10 + static_cast<std::uint64_t>(text[i] - '0');
        found.sequence = number;
        return true;
      }
    }
    return false;
  }
};

tl::expected<PathPattern, std::string> PathPattern::parse(std::string_view text) {
  if (text.empty()) return tl::unexpected<std::string>("an empty pattern");
  if (text.size() > kMaxPatternLength) {
    return tl::unexpected(
        fmt::format("a pattern of {} bytes, at most {} are read", text.size(), kMaxPatternLength));
  }
  PathPattern made;
  made.text_ = text;
  const auto add = [&](Kind kind) { made.pieces_.push_back({kind, {}}); };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '*') {
      const bool both = at + 1 < text.size() && text[at + 1] == '*';
      add(both ? Kind::any : Kind::any_piece);
      at += both ? 2 : 1;
    } else if (text[at] == '{') {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos)
        return tl::unexpected(fmt::format("'{{' at {} is not closed", at + 1));
      const std::string_view word = text.substr(at + 1, end - at - 1);
      if (word == "sequence") {
        add(Kind::sequence);
      } else if (word == "name") {
        add(Kind::name);
      } else if (word == "command_id") {
        add(Kind::command_id);
      } else {
        return tl::unexpected(fmt::format(
            "'{{{}}}' at {} is none of {{sequence}}, {{name}}, {{command_id}}", word, at + 1));
      }
      at = end + 1;
    } else {
      if (made.pieces_.empty() || made.pieces_.back().kind != Kind::literal) add(Kind::literal);
      std::string& literal = made.pieces_.back().literal;
      if (!is_blank(text[at])) {
        literal += folded(text[at]);
      } else if (literal.empty() || literal.back() != ' ') {
        literal += ' ';
      }
      ++at;
    }
  }
  if (made.pieces_.size() > kMaxPatternPieces) {
    return tl::unexpected(fmt::format("a pattern of {} pieces, at most {} are read",
                                      made.pieces_.size(), kMaxPatternPieces));
  }
  for (const Piece& piece : made.pieces_) {
    // A blank stands for a run of blanks, so a literal is searched for up to it.
    for (std::size_t at = 0; at < piece.literal.size();) {
      std::size_t end = piece.literal.find(' ', at);
      if (end == std::string::npos) end = piece.literal.size();
      if (end - at > made.anchor_.size()) made.anchor_ = piece.literal.substr(at, end - at);
      at = end + 1;
    }
  }
  if (made.anchor_.empty()) return tl::unexpected<std::string>("a pattern without any text");
  return made;
}

std::optional<PatternMatch> PathPattern::find(std::string_view text) const {
  Search search{pieces_, text, false};
  const bool anywhere = pieces_.front().kind == Kind::any;
  const char first = pieces_.front().kind == Kind::literal ? pieces_.front().literal.front() : '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (first != '\0' && folded(text[at]) != first && !(first == ' ' && is_blank(text[at])))
      continue;
    if (!anywhere && at > 0 && !is_boundary(text[at - 1])) continue;
    if (search.run(0, at, at)) return search.found;
    if (anywhere || search.steps > kMaxPatternSteps) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<PatternMatch> PathPattern::match(std::string_view text) const {
  Search search{pieces_, text, true};
  if (search.run(0, 0, 0)) return search.found;
  return std::nullopt;
}

}  // namespace stemma
