#include "parsers/azure_guest/json_text.hpp"

#include <algorithm>
#include <charconv>

#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma::azure_guest {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A UTF-8 sequence that the end of the text cuts off is dropped.
void drop_cut_sequence(std::string& text) {
  std::size_t back = 0;
  while (back < 3 && back < text.size() &&
         (static_cast<unsigned char>(text[text.size() - 1 - back]) & 0xC0u) == 0x80u)
    ++back;
  if (back == text.size()) return;
  const auto lead = static_cast<unsigned char>(text[text.size() - 1 - back]);
  const std::size_t needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (needs > back + 1) text.resize(text.size() - 1 - back);
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
  }

  JsonDocument read() {
    JsonDocument document;
    value(document.root, 0);
    document.used = at_;
    document.problem = problem_;
    return document;
  }

 private:
  bool fail(JsonProblem problem) {
    if (problem_ == JsonProblem::none) problem_ = problem;
    return false;
  }
  // Past the end it is cut, else something else stands there.
  bool fail_here() {
    return fail(at_ >= text_.size() ? JsonProblem::ends_early : JsonProblem::malformed);
  }

  void blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool value(Json& out, std::size_t depth) {
    blanks();
    out.begin = out.end = at_;
    bool whole = false;
    if (depth > kMaxJsonDepth) {
      fail(JsonProblem::too_deep);
    } else if (++values_ > kMaxJsonValues) {
      fail(JsonProblem::too_many);
    } else if (at_ >= text_.size()) {
      fail_here();
    } else {
      whole = typed_value(out, depth);
    }
    out.end = at_;
    out.cut = !whole;
    return whole;
  }

  bool typed_value(Json& out, std::size_t depth) {
    switch (text_[at_]) {
      case '{':
        out.kind = Json::Kind::object;
        return object(out, depth);
      case '[':
        out.kind = Json::Kind::array;
        return array(out, depth);
      case '"':
        out.kind = Json::Kind::text;
        return string(out.text);
      case 't':
        out.kind = Json::Kind::boolean;
        out.boolean = true;
        return word("true");
      case 'f':
        out.kind = Json::Kind::boolean;
        return word("false");
      case 'n':
        return word("null");
      default:
        out.kind = Json::Kind::number;
        return number(out.text);
    }
  }

  bool word(std::string_view expected) {
    for (const char c : expected) {
      if (!take(c)) return fail_here();
    }
    return true;
  }

  bool number(std::string& out) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '-' || text_[at_] == '+' ||
                                  text_[at_] == '.' || text_[at_] == 'e' || text_[at_] == 'E'))
      ++at_;
    out = text_.substr(begin, at_ - begin);
    if (std::none_of(out.begin(), out.end(), is_digit)) return fail_here();
    return true;
  }

  bool object(Json& out, std::size_t depth) {
    ++at_;
    blanks();
    if (take('}')) return true;
    while (true) {
      blanks();
      if (at_ >= text_.size() || text_[at_] != '"') return fail_here();
      std::string name;
      if (!string(name)) return false;
      blanks();
      if (!take(':')) return fail_here();
      JsonMember& member = out.members.emplace_back();
      member.name = std::move(name);
      if (!value(member.value, depth + 1)) return false;
      blanks();
      if (take('}')) return true;
      if (!take(',')) return fail_here();
    }
  }

  bool array(Json& out, std::size_t depth) {
    ++at_;
    blanks();
    if (take(']')) return true;
    while (true) {
      if (!value(out.members.emplace_back().value, depth + 1)) {
        const Json& last = out.members.back().value;
        if (last.begin == last.end) out.members.pop_back();  // nothing of it was there
        return false;
      }
      blanks();
      if (take(']')) return true;
      if (!take(',')) return fail_here();
    }
  }

  bool string(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      const std::size_t stop = std::min(text_.find_first_of("\"\\", at_), text_.size());
      out += text_.substr(at_, stop - at_);
      at_ = stop;
      if (at_ == text_.size()) break;
      if (take('"')) return true;
      if (!escape(out)) return false;
    }
    drop_cut_sequence(out);
    return fail(JsonProblem::ends_early);
  }

  bool escape(std::string& out) {
    const std::size_t begin = at_++;
    if (at_ >= text_.size()) return fail(JsonProblem::ends_early);
    const char c = text_[at_++];
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = kNames.find(c); i != std::string_view::npos) {
      out += kValues[i];
      return true;
    }
    if (c != 'u') {
      at_ = begin;
      return fail(JsonProblem::malformed);
    }
    const auto high = four_digits();
    if (!high) return false;
    std::uint32_t code = *high;
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t before = at_;
      at_ += 2;
      const auto low = four_digits();
      if (!low) return false;
      if (*low >= 0xDC00 && *low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
      } else {
        at_ = before;  // unpaired: the next escape stands for itself
      }
    }
    append_utf8(out, static_cast<char32_t>(code));
    return true;
  }

  std::optional<std::uint32_t> four_digits() {
    std::uint32_t code = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    const auto read = static_cast<std::size_t>(end - digits.data());
    if (digits.size() == 4 && error == std::errc() && read == 4) {
      at_ += 4;
      return code;
    }
    fail(digits.size() < 4 && (error == std::errc() || digits.empty()) && read == digits.size()
             ? JsonProblem::ends_early
             : JsonProblem::malformed);
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  JsonProblem problem_ = JsonProblem::none;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const JsonMember& m) { return m.name == name; });
  return kind == Kind::object && found != members.rend() ? &found->value : nullptr;
}

const Json* Json::find_any_case(std::string_view name) const {
  if (const Json* exact = find(name)) return exact;
  const auto found = std::find_if(members.rbegin(), members.rend(),
                                  [&](const JsonMember& m) { return ascii_iequals(m.name, name); });
  return kind == Kind::object && found != members.rend() ? &found->value : nullptr;
}

std::string_view Json::text_of(std::string_view name) const {
  const Json* member = find_any_case(name);
  return member != nullptr && member->kind == Kind::text ? std::string_view(member->text)
                                                         : std::string_view{};
}

std::optional<std::int64_t> Json::integer() const {
  if ((kind != Kind::number && kind != Kind::text) || cut) return std::nullopt;
  std::int64_t number = 0;
  const char* const stop = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), stop, number);
  if (error != std::errc() || after != stop || text.empty()) return std::nullopt;
  return number;
}

JsonDocument read_json(std::string_view text) {
  return JsonReader(text).read();
}

}  // namespace stemma::azure_guest
