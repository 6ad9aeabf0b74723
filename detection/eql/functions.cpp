#include "detection/eql/functions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "detection/eql/cidr.hpp"
#include "detection/eql/suggest.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma::eql {
namespace {

constexpr std::uint8_t kMany = kManyArguments;
constexpr Type kText = Type::text;
constexpr Type kNumber = Type::number;
constexpr Type kBoolean = Type::boolean;
constexpr Type kAny = Type::any;

constexpr Function kFunctions[] = {
    {FunctionId::add, "add", 2, 2, false, {kNumber, kNumber, kNumber, kNumber}, kNumber},
    {FunctionId::between, "between", 3, 4, true, {kText, kText, kText, kBoolean}, kText},
    {FunctionId::cidr_match, "cidrMatch", 2, kMany, false, {kText, kText, kText, kText}, kBoolean},
    {FunctionId::concat, "concat", 1, kMany, false, {kAny, kAny, kAny, kAny}, kText},
    {FunctionId::divide, "divide", 2, 2, false, {kNumber, kNumber, kNumber, kNumber}, kNumber},
    {FunctionId::ends_with, "endsWith", 2, 2, true, {kText, kText, kText, kText}, kBoolean},
    {FunctionId::index_of, "indexOf", 2, 3, true, {kText, kText, kNumber, kNumber}, kNumber},
    {FunctionId::length, "length", 1, 1, false, {kText, kText, kText, kText}, kNumber},
    {FunctionId::modulo, "modulo", 2, 2, false, {kNumber, kNumber, kNumber, kNumber}, kNumber},
    {FunctionId::multiply, "multiply", 2, 2, false, {kNumber, kNumber, kNumber, kNumber}, kNumber},
    {FunctionId::number, "number", 1, 2, false, {kText, kNumber, kNumber, kNumber}, kNumber},
    {FunctionId::starts_with, "startsWith", 2, 2, true, {kText, kText, kText, kText}, kBoolean},
    {FunctionId::string, "string", 1, 1, false, {kAny, kAny, kAny, kAny}, kText},
    {FunctionId::string_contains,
     "stringContains",
     2,
     2,
     true,
     {kText, kText, kText, kText},
     kBoolean},
    {FunctionId::substring, "substring", 2, 3, false, {kText, kNumber, kNumber, kNumber}, kText},
    {FunctionId::subtract, "subtract", 2, 2, false, {kNumber, kNumber, kNumber, kNumber}, kNumber},
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same(std::string_view a, std::string_view b, bool insensitive) {
  return insensitive ? equals_ignoring_case(a, b) : a == b;
}

// Byte position of `what` at or after `from`. Insensitive search folds both sides first, so that it
// stays as fast as std::search.
std::size_t find_text(std::string_view in, std::string_view what, std::size_t from,
                      bool insensitive) {
  if (!insensitive) return in.find(what, from);
  if (from > in.size()) return std::string_view::npos;
  return ascii_lower(in).find(ascii_lower(what), from);
}

std::size_t find_last(std::string_view in, std::string_view what, bool insensitive) {
  return insensitive ? ascii_lower(in).rfind(ascii_lower(what)) : in.rfind(what);
}

std::size_t count_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    i += static_cast<unsigned char>(text[i]) < 0x80 ? 1u : next_code_point(text.substr(i)).bytes;
  }
  return count;
}

// Byte offset of the code point with that number, or of the end.
std::size_t offset_of(std::string_view text, std::size_t points) {
  std::size_t i = 0;
  for (; points > 0 && i < text.size(); --points) {
    i += static_cast<unsigned char>(text[i]) < 0x80 ? 1u : next_code_point(text.substr(i)).bytes;
  }
  return i;
}

Scalar built(std::string_view text, Scratch& scratch) {
  if (text.size() > kMaxBuiltText - std::min(scratch.used, kMaxBuiltText)) return Scalar::null();
  scratch.used += text.size() + 1;
  return Scalar::of_text(scratch.arena.copy(text));
}

Scalar between(std::span<const Scalar> a, bool insensitive) {
  const std::string_view source = a[0].text;
  const bool greedy = a.size() > 3 && !a[3].is_null() && a[3].boolean;
  const std::size_t left = find_text(source, a[1].text, 0, insensitive);
  if (left == std::string_view::npos) return Scalar::of_text({});
  const std::string_view rest = source.substr(left + a[1].text.size());
  const std::size_t right =
      greedy ? find_last(rest, a[2].text, insensitive) : find_text(rest, a[2].text, 0, insensitive);
  if (right == std::string_view::npos) return Scalar::of_text({});
  return Scalar::of_text(rest.substr(0, right));
}

Scalar cidr_match(std::span<const Scalar> a) {
  const std::optional<IpAddress> address = parse_ip(a[0].text);
  if (!address) return Scalar::null();
  for (const Scalar& text : a.subspan(1)) {
    const std::optional<IpNetwork> network = parse_network(text.text);
    if (!network) return Scalar::null();
    if (network->contains(*address)) return Scalar::of_boolean(true);
  }
  return Scalar::of_boolean(false);
}

Scalar concat(std::span<const Scalar> a, Scratch& scratch) {
  std::string out;
  for (const Scalar& part : a) {
    if (part.kind == Scalar::Kind::text) {
      if (part.text.size() > kMaxBuiltText - out.size()) return Scalar::null();
      out += part.text;
    } else {
      out += to_text(part);
      if (out.size() > kMaxBuiltText) return Scalar::null();
    }
  }
  return built(out, scratch);
}

Scalar index_of(std::span<const Scalar> a, bool insensitive) {
  std::size_t start = 0;
  if (a.size() > 2) {
    if (a[2].kind != Scalar::Kind::integer) return Scalar::null();
    start = a[2].integer < 0 ? 0 : static_cast<std::size_t>(a[2].integer);
  }
  const std::string_view source = a[0].text;
  if (start > source.size() || start > count_points(source)) return Scalar::null();
  const std::size_t at = find_text(source, a[1].text, offset_of(source, start), insensitive);
  if (at == std::string_view::npos) return Scalar::null();
  return Scalar::of_integer(static_cast<std::int64_t>(count_points(source.substr(0, at))));
}

Scalar number(std::span<const Scalar> a) {
  std::string_view text = a[0].text;
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  bool has_base = a.size() > 1 && !a[1].is_null();
  std::int64_t base = 10;
  if (has_base) {
    if (a[1].kind != Scalar::Kind::integer || a[1].integer < 2 || a[1].integer > 36)
      return Scalar::null();
    base = a[1].integer;
  }
  std::string digits;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    if (text[0] == '-') digits = "-";
    text.remove_prefix(1);
  }
  if (text.size() > 2 && text[0] == '0' && lower(text[1]) == 'x' && (!has_base || base == 16)) {
    base = 16;
    has_base = true;
    text.remove_prefix(2);
  }
  if (text.empty() || text[0] == '+' || text[0] == '-') return Scalar::null();
  constexpr std::size_t kLongestNumber =
      400;  // a double in plain decimals has at most 309 digits before the point
  if (text.size() > kLongestNumber) return Scalar::null();
  digits += text;
  const char* const end = digits.data() + digits.size();
  std::int64_t integer = 0;
  auto parsed = std::from_chars(digits.data(), end, integer, static_cast<int>(base));
  if (parsed.ec == std::errc() && parsed.ptr == end) return Scalar::of_integer(integer);
  if (base != 10) return Scalar::null();
  if (text[0] != '.' && (text[0] < '0' || text[0] > '9'))
    return Scalar::null();  // from_chars would read inf and nan
  double real = 0;
  parsed = std::from_chars(digits.data(), end, real);
  if (parsed.ec != std::errc() || parsed.ptr != end) return Scalar::null();
  return Scalar::of_real(real);
}

Scalar substring(std::span<const Scalar> a) {
  const std::string_view source = a[0].text;
  const auto length = static_cast<std::int64_t>(count_points(source));
  const auto position = [&](const Scalar& at) {
    if (at.integer >= 0) return std::min(at.integer, length);
    return at.integer < -length ? std::int64_t{0} : length + at.integer;
  };
  std::int64_t begin = 0;
  std::int64_t end = length;
  if (!a[1].is_null()) {
    if (a[1].kind != Scalar::Kind::integer) return Scalar::null();
    begin = position(a[1]);
  }
  if (a.size() > 2 && !a[2].is_null()) {
    if (a[2].kind != Scalar::Kind::integer) return Scalar::null();
    end = position(a[2]);
  }
  if (begin >= end) return Scalar::of_text({});
  const std::size_t from = offset_of(source, static_cast<std::size_t>(begin));
  const std::string_view rest = source.substr(from);
  return Scalar::of_text(rest.substr(0, offset_of(rest, static_cast<std::size_t>(end - begin))));
}

bool null_is_a_default(FunctionId id, std::size_t argument) {
  return (id == FunctionId::between && argument == 3) ||
         (id == FunctionId::number && argument == 1) ||
         (id == FunctionId::substring && argument >= 1);
}

bool fits(const Scalar& value, Type type) {
  switch (type) {
    case Type::text:
      return value.kind == Scalar::Kind::text;
    case Type::number:
      return value.is_number();
    case Type::boolean:
      return value.kind == Scalar::Kind::boolean;
    default:
      return true;
  }
}

Scalar integer_arithmetic(char op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case '+':
      return __builtin_add_overflow(a, b, &result) ? Scalar::null() : Scalar::of_integer(result);
    case '-':
      return __builtin_sub_overflow(a, b, &result) ? Scalar::null() : Scalar::of_integer(result);
    case '*':
      return __builtin_mul_overflow(a, b, &result) ? Scalar::null() : Scalar::of_integer(result);
    case '/':
      if (b == 0 || (a == INT64_MIN && b == -1)) return Scalar::null();
      return Scalar::of_integer(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));
    default:
      if (b == 0) return Scalar::null();
      return Scalar::of_integer(b == -1 ? 0 : a % b);
  }
}

}  // namespace

const Function* find_function(std::string_view name) {
  for (const Function& function : kFunctions) {
    if (ascii_iequals(function.name, name)) return &function;
  }
  return nullptr;
}

const Function& function_info(FunctionId id) {
  return kFunctions[static_cast<std::size_t>(id)];
}

std::string_view nearest_function(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Function& function : kFunctions) names.push_back(function.name);
  return nearest_name(name, names);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

Scalar arithmetic(char op, const Scalar& a, const Scalar& b) {
  if (!a.is_number() || !b.is_number()) return Scalar::null();
  if (a.kind == Scalar::Kind::integer && b.kind == Scalar::Kind::integer)
    return integer_arithmetic(op, a.integer, b.integer);
  const double x = a.kind == Scalar::Kind::integer ? static_cast<double>(a.integer) : a.real;
  const double y = b.kind == Scalar::Kind::integer ? static_cast<double>(b.integer) : b.real;
  switch (op) {
    case '+':
      return Scalar::of_real(x + y);
    case '-':
      return Scalar::of_real(x - y);
    case '*':
      return Scalar::of_real(x * y);
    case '/':
      return Scalar::of_real(x / y);
    default:
      return Scalar::of_real(std::fmod(x, y));
  }
}

Scalar call(FunctionId id, std::span<const Scalar> a, bool insensitive, Scratch& scratch) {
  const Function& function = function_info(id);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].is_null()) {
      if (!null_is_a_default(id, i)) return Scalar::null();
    } else if (!fits(a[i], function.parameters[std::min<std::size_t>(i, 3)])) {
      return Scalar::null();
    }
  }
  switch (id) {
    case FunctionId::add:
      return arithmetic('+', a[0], a[1]);
    case FunctionId::subtract:
      return arithmetic('-', a[0], a[1]);
    case FunctionId::multiply:
      return arithmetic('*', a[0], a[1]);
    case FunctionId::divide:
      return arithmetic('/', a[0], a[1]);
    case FunctionId::modulo:
      return arithmetic('%', a[0], a[1]);
    case FunctionId::between:
      return between(a, insensitive);
    case FunctionId::cidr_match:
      return cidr_match(a);
    case FunctionId::concat:
      return concat(a, scratch);
    case FunctionId::ends_with:
      return Scalar::of_boolean(
          a[1].text.size() <= a[0].text.size() &&
          same(a[0].text.substr(a[0].text.size() - a[1].text.size()), a[1].text, insensitive));
    case FunctionId::starts_with:
      return Scalar::of_boolean(
          same(a[0].text.substr(0, a[1].text.size()), a[1].text, insensitive));
    case FunctionId::string_contains:  // the reference: an empty text is contained in nothing
      return Scalar::of_boolean(!a[1].text.empty() &&
                                find_text(a[0].text, a[1].text, 0, insensitive) !=
                                    std::string_view::npos);
    case FunctionId::index_of:
      return index_of(a, insensitive);
    case FunctionId::length:
      return Scalar::of_integer(static_cast<std::int64_t>(count_points(a[0].text)));
    case FunctionId::number:
      return number(a);
    case FunctionId::string:
      return a[0].kind == Scalar::Kind::text ? a[0] : built(to_text(a[0]), scratch);
    case FunctionId::substring:
      return substring(a);
  }
  return Scalar::null();
}

}  // namespace stemma::eql
