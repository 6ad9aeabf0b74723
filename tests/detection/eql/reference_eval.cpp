#include "tests/detection/eql/reference_eval.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <regex>

#include "events/time.hpp"

namespace stemma::test {
namespace {

using eql::Node;
using eql::NodeId;
using eql::NodeKind;
using eql::Operator;
using Kind = RefValue::Kind;
using Truth = std::optional<bool>;
using Points = std::vector<int>;
__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): __extension__ takes no alias

RefValue null() {
  return {};
}
RefValue boolean(bool value) {
  RefValue out;
  out.kind = Kind::boolean;
  out.boolean = value;
  return out;
}
RefValue integer(std::int64_t value) {
  RefValue out;
  out.kind = Kind::integer;
  out.integer = value;
  return out;
}
RefValue real(double value) {
  RefValue out;
  if (std::isnan(value) || std::isinf(value)) return out;
  out.kind = Kind::real;
  out.real = value;
  return out;
}
RefValue text(std::string value) {
  RefValue out;
  out.kind = Kind::text;
  out.text = std::move(value);
  return out;
}
RefValue from(Truth truth) {
  return truth ? boolean(*truth) : null();
}
Truth truth_of(const RefValue& value) {
  return value.kind == Kind::boolean ? Truth(value.boolean) : std::nullopt;
}
Truth opposite(Truth truth) {
  return truth ? Truth(!*truth) : std::nullopt;
}

// Code points; a byte that is no UTF-8 is itself plus a million, so that it equals nothing else.
Points points(const std::string& text) {
  Points out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    const unsigned lead = byte(i);
    int length = lead < 0x80                   ? 1
                 : lead >= 0xC2 && lead < 0xE0 ? 2
                 : lead >= 0xE0 && lead < 0xF0 ? 3
                 : lead >= 0xF0 && lead < 0xF5 ? 4
                                               : 0;
    int value = static_cast<int>(length == 1   ? lead
                                 : length == 2 ? lead & 31u
                                 : length == 3 ? lead & 15u
                                               : lead & 7u);
    for (int k = 1; k < length; ++k) {
      if ((byte(i + static_cast<std::size_t>(k)) & 0xC0u) != 0x80u) length = 0;
      value = value * 64 + static_cast<int>(byte(i + static_cast<std::size_t>(k)) & 63u);
    }
    if (length == 3 && (value < 0x800 || (value >= 0xD800 && value < 0xE000))) length = 0;
    if (length == 4 && (value < 0x10000 || value > 0x10FFFF)) length = 0;
    if (length == 0) {
      out.push_back(1'000'000'000 + static_cast<int>(lead));
      ++i;
    } else {
      out.push_back(value);
      i += static_cast<std::size_t>(length);
    }
  }
  return out;
}

std::string bytes(const Points& list) {
  std::string out;
  for (const int point : list) {
    const auto put = [&](int byte) { out += static_cast<char>(byte); };
    if (point >= 1'000'000'000) {
      put(point - 1'000'000'000);
    } else if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 + point / 64), put(0x80 + point % 64);
    } else if (point < 0x10000) {
      put(0xE0 + point / 4096), put(0x80 + point / 64 % 64), put(0x80 + point % 64);
    } else {
      put(0xF0 + point / 262144), put(0x80 + point / 4096 % 64), put(0x80 + point / 64 % 64),
          put(0x80 + point % 64);
    }
  }
  return out;
}

Points folded(Points list) {
  for (int& point : list) {
    if (point >= 'A' && point <= 'Z') point += 32;
  }
  return list;
}

Points points(const std::string& text, bool insensitive) {
  return insensitive ? folded(points(text)) : points(text);
}

bool wildcard(const Points& text, std::size_t t, const Points& pattern, std::size_t p) {
  if (p == pattern.size()) return t == text.size();
  if (pattern[p] == '*') {
    for (std::size_t next = t; next <= text.size(); ++next) {
      if (wildcard(text, next, pattern, p + 1)) return true;
    }
    return false;
  }
  if (t == text.size()) return false;
  return (pattern[p] == '?' || pattern[p] == text[t]) && wildcard(text, t + 1, pattern, p + 1);
}

std::optional<std::size_t> position_of(const Points& in, const Points& what, std::size_t from) {
  for (std::size_t at = from; at + what.size() <= in.size(); ++at) {
    if (std::equal(what.begin(), what.end(), in.begin() + static_cast<std::ptrdiff_t>(at)))
      return at;
  }
  return std::nullopt;
}

bool number_like(const RefValue& v) {
  return v.kind == Kind::integer || v.kind == Kind::real || v.kind == Kind::date;
}
// x86's long double holds every 64-bit integer and every double exactly.
long double as_number(const RefValue& v) {
  return v.kind == Kind::real ? v.real : static_cast<long double>(v.integer);
}

std::optional<int> order(const RefValue& a, const RefValue& b) {
  if (a.kind == Kind::text && b.kind == Kind::text) {
    const Points x = points(a.text);
    const Points y = points(b.text);
    (void)x, (void)y;
    return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  }
  if (!number_like(a) || !number_like(b)) return std::nullopt;
  return as_number(a) < as_number(b) ? -1 : as_number(a) > as_number(b) ? 1 : 0;
}

Truth same(const RefValue& a, const RefValue& b) {
  if (a.kind == Kind::boolean && b.kind == Kind::boolean) return a.boolean == b.boolean;
  const auto by = order(a, b);
  return by ? Truth(*by == 0) : std::nullopt;
}

RefValue calculate(Operator op, const RefValue& a, const RefValue& b) {
  const bool numbers = (a.kind == Kind::integer || a.kind == Kind::real) &&
                       (b.kind == Kind::integer || b.kind == Kind::real);
  if (!numbers) return null();
  if (a.kind == Kind::integer && b.kind == Kind::integer) {
    const Wide x = a.integer;
    const Wide y = b.integer;
    if ((op == Operator::divide || op == Operator::modulo) && y == 0) return null();
    Wide result = 0;
    if (op == Operator::plus) result = x + y;
    if (op == Operator::minus) result = x - y;
    if (op == Operator::times) result = x * y;
    if (op == Operator::modulo) result = x % y;
    if (op == Operator::divide) {
      result = x / y;
      if (result * y != x && (x < 0) != (y < 0)) --result;
    }
    if (result > INT64_MAX || result < INT64_MIN) return null();
    return integer(static_cast<std::int64_t>(result));
  }
  const double x = a.kind == Kind::real ? a.real : static_cast<double>(a.integer);
  const double y = b.kind == Kind::real ? b.real : static_cast<double>(b.integer);
  if (op == Operator::plus) return real(x + y);
  if (op == Operator::minus) return real(x - y);
  if (op == Operator::times) return real(x * y);
  if (op == Operator::divide) return real(x / y);
  return real(std::fmod(x, y));
}

std::string written(const RefValue& v) {
  if (v.kind == Kind::boolean) return v.boolean ? "true" : "false";
  if (v.kind == Kind::integer) return std::to_string(v.integer);
  if (v.kind == Kind::text) return v.text;
  if (v.kind == Kind::date) return format_time(Timestamp{v.integer}, 9);
  std::string out = fmt::format("{}", v.real);
  return out.find('.') == std::string::npos && out.find('e') == std::string::npos ? out + ".0"
                                                                                  : out;
}

class Reference {
 public:
  Reference(const eql::Tree& tree, const RefEvent& event, const RefLineage& lineage,
            bool two_valued, const std::function<bool(const std::string&)>& is_date)
      : tree_(tree), event_(event), lineage_(lineage), two_valued_(two_valued), is_date_(is_date) {}

  Truth condition(NodeId id) {
    const Node& node = tree_.node(id);
    switch (node.kind) {
      case NodeKind::logical_or:
      case NodeKind::logical_and: {
        const bool is_or = node.kind == NodeKind::logical_or;
        Truth result = !is_or;
        for (const auto& child : tree_.children_of(node)) {
          const Truth part = condition(child.node);
          if (part == Truth(is_or)) return is_or;
          if (!part) result = std::nullopt;
        }
        return result;
      }
      case NodeKind::logical_not:
        return opposite(condition(tree_.children[node.first].node));
      case NodeKind::comparison:
        if (node.op == Operator::not_equal) return opposite(leaf(id, true));
        break;
      case NodeKind::membership:
        if (node.negated) return opposite(leaf(id, true));
        break;
      default:
        break;
    }
    return leaf(id, false);
  }

 private:
  // `positive`: evaluate `!=` as `==`, `not in` as `in`.
  Truth leaf(NodeId id, bool positive) {
    std::vector<std::string> names;
    collect(id, names);
    chosen_.clear();
    const Truth result = choose(id, positive, names, 0);
    return !result && two_valued_ ? Truth(false) : result;
  }

  void collect(NodeId id, std::vector<std::string>& names) const {
    const Node& node = tree_.node(id);
    if (node.kind == NodeKind::field &&
        std::find(names.begin(), names.end(), node.text) == names.end())
      names.push_back(node.text);
    for (const auto& child : tree_.children_of(node)) collect(child.node, names);
  }

  Truth choose(NodeId id, bool positive, const std::vector<std::string>& names, std::size_t next) {
    if (next == names.size()) {
      const RefValue value = evaluate(id);
      return positive ? opposite(truth_of(value)) : truth_of(value);
    }
    const auto found = event_.find(names[next]);
    if (found == event_.end() || found->second.empty()) {
      chosen_[names[next]] = null();
      return choose(id, positive, names, next + 1);
    }
    Truth result = false;
    for (const RefValue& value : found->second) {
      chosen_[names[next]] = value;
      const Truth one = choose(id, positive, names, next + 1);
      if (one == Truth(true)) return true;
      if (!one) result = std::nullopt;
    }
    return result;
  }

  RefValue evaluate(NodeId id) {
    const Node& node = tree_.node(id);
    const auto children = tree_.children_of(node);
    switch (node.kind) {
      case NodeKind::null:
        return null();
      case NodeKind::boolean:
        return boolean(node.boolean);
      case NodeKind::integer:
        return integer(node.integer);
      case NodeKind::real:
        return real(node.real);
      case NodeKind::text:
        return text(node.text);
      case NodeKind::field:
        return chosen_[node.text];
      case NodeKind::logical_or:
      case NodeKind::logical_and: {
        const bool is_or = node.kind == NodeKind::logical_or;
        bool unknown = false;
        for (const auto& child : children) {
          const Truth part = truth_of(evaluate(child.node));
          if (part == Truth(is_or)) return boolean(is_or);
          unknown = unknown || !part;
        }
        return unknown ? null() : boolean(!is_or);
      }
      case NodeKind::logical_not:
        return from(opposite(truth_of(evaluate(children[0].node))));
      case NodeKind::comparison:
        return comparison(node);
      case NodeKind::match:
        return match(node);
      case NodeKind::membership:
        return membership(node);
      case NodeKind::sum:
      case NodeKind::product: {
        RefValue result = evaluate(children[0].node);
        for (std::size_t i = 1; i < children.size(); ++i)
          result = calculate(children[i].op, result, evaluate(children[i].node));
        return result;
      }
      case NodeKind::negate:
        return calculate(Operator::minus, integer(0), evaluate(children[0].node));
      case NodeKind::call:
        return call(node);
      case NodeKind::lineage:
        return boolean(lineage_(node.subquery, node.op == Operator::child_of));
    }
    return null();
  }

  // A string constant beside a date field is a date.
  RefValue beside(NodeId id, NodeId other) {
    const Node& node = tree_.node(id);
    const Node& neighbour = tree_.node(other);
    if (node.kind == NodeKind::text && neighbour.kind == NodeKind::field &&
        is_date_(neighbour.text)) {
      RefValue out = integer(parse_time(node.text)->time.ns);
      out.kind = Kind::date;
      return out;
    }
    return evaluate(id);
  }

  RefValue comparison(const Node& node) {
    const NodeId a = tree_.children[node.first].node;
    const NodeId b = tree_.children[node.first + 1].node;
    const bool equality = node.op == Operator::equal || node.op == Operator::not_equal;
    if (equality &&
        (tree_.node(a).kind == NodeKind::null || tree_.node(b).kind == NodeKind::null)) {
      const bool is_null =
          evaluate(tree_.node(b).kind == NodeKind::null ? a : b).kind == Kind::null;
      return boolean(is_null == (node.op == Operator::equal));
    }
    const RefValue left = beside(a, b);
    const RefValue right = beside(b, a);
    if (node.op == Operator::equal) return from(same(left, right));
    if (node.op == Operator::not_equal) return from(opposite(same(left, right)));
    const auto by = order(left, right);
    if (!by) return null();
    if (node.op == Operator::less) return boolean(*by < 0);
    if (node.op == Operator::less_equal) return boolean(*by <= 0);
    if (node.op == Operator::greater) return boolean(*by > 0);
    return boolean(*by >= 0);
  }

  RefValue match(const Node& node) {
    const auto children = tree_.children_of(node);
    const RefValue value = evaluate(children[0].node);
    if (value.kind != Kind::text) return null();
    for (std::size_t i = 1; i < children.size(); ++i) {
      const std::string& pattern = tree_.node(children[i].node).text;
      if (node.op == Operator::regex) {
        auto flags = std::regex::ECMAScript;
        if (node.insensitive) flags |= std::regex::icase;
        if (std::regex_match(value.text, std::regex(pattern, flags))) return boolean(true);
      } else if (wildcard(points(value.text, node.insensitive), 0,
                          points(pattern, node.insensitive), 0)) {
        return boolean(true);
      }
    }
    return boolean(false);
  }

  RefValue membership(const Node& node) {
    const auto children = tree_.children_of(node);
    const RefValue value = evaluate(children[0].node);
    Truth result = false;
    for (std::size_t i = 1; i < children.size(); ++i) {
      const RefValue element = beside(children[i].node, children[0].node);
      Truth one = same(value, element);
      if (node.insensitive && value.kind == Kind::text && element.kind == Kind::text) {
        one = folded(points(value.text)) == folded(points(element.text));
      }
      if (one == Truth(true)) return boolean(!node.negated);
      if (!one) result = std::nullopt;
    }
    return from(node.negated ? opposite(result) : result);
  }

  RefValue call(const Node& node) {
    std::vector<RefValue> a;
    for (const auto& child : tree_.children_of(node)) a.push_back(evaluate(child.node));
    const std::string& name = node.text;
    const bool i = node.insensitive;
    const auto is = [&](std::size_t at, Kind kind) { return at < a.size() && a[at].kind == kind; };
    if (name == "add") return calculate(Operator::plus, a[0], a[1]);
    if (name == "subtract") return calculate(Operator::minus, a[0], a[1]);
    if (name == "multiply") return calculate(Operator::times, a[0], a[1]);
    if (name == "divide") return calculate(Operator::divide, a[0], a[1]);
    if (name == "modulo") return calculate(Operator::modulo, a[0], a[1]);
    if (name == "concat") {
      std::string out;
      for (const RefValue& part : a) {
        if (part.kind == Kind::null) return null();
        out += written(part);
      }
      return text(out);
    }
    if (name == "string") return a[0].kind == Kind::null ? null() : text(written(a[0]));
    if (!is(0, Kind::text)) return null();
    const Points source = points(a[0].text, i);
    const Points plain = points(a[0].text);
    if (name == "length") return integer(static_cast<std::int64_t>(plain.size()));
    if (name == "number") return number(a);
    if (name == "substring") return substring(plain, a);
    if (name == "cidrMatch") return cidr(a);
    if (!is(1, Kind::text)) return null();
    const Points what = points(a[1].text, i);
    const auto length = static_cast<std::ptrdiff_t>(what.size());
    if (name == "startsWith") {
      return boolean(what.size() <= source.size() &&
                     std::equal(what.begin(), what.end(), source.begin()));
    }
    if (name == "endsWith")
      return boolean(what.size() <= source.size() &&
                     std::equal(what.begin(), what.end(), source.end() - length));
    if (name == "stringContains")
      return boolean(!what.empty() && position_of(source, what, 0).has_value());
    if (name == "indexOf") {
      std::int64_t start = 0;
      if (a.size() > 2) {
        if (a[2].kind != Kind::integer) return null();
        start = std::max<std::int64_t>(0, a[2].integer);
      }
      if (start > static_cast<std::int64_t>(source.size())) return null();
      const auto at = position_of(source, what, static_cast<std::size_t>(start));
      return at ? integer(static_cast<std::int64_t>(*at)) : null();
    }
    // between
    if (!is(2, Kind::text) ||
        (a.size() > 3 && a[3].kind != Kind::null && a[3].kind != Kind::boolean))
      return null();
    const auto left = position_of(source, what, 0);
    if (!left) return text("");
    const std::size_t begin = *left + what.size();
    const Points right = points(a[2].text, i);
    std::optional<std::size_t> end;
    for (std::size_t at = begin; at + right.size() <= source.size(); ++at) {
      if (!std::equal(right.begin(), right.end(), source.begin() + static_cast<std::ptrdiff_t>(at)))
        continue;
      end = at;
      if (!(a.size() > 3 && a[3].boolean)) break;
    }
    if (!end) return text("");
    return text(bytes(Points(plain.begin() + static_cast<std::ptrdiff_t>(begin),
                             plain.begin() + static_cast<std::ptrdiff_t>(*end))));
  }

  static RefValue number(const std::vector<RefValue>& a) {
    std::smatch parts;
    if (a.size() > 1 && a[1].kind != Kind::null && a[1].kind != Kind::integer) return null();
    const std::int64_t base = a.size() > 1 && a[1].kind == Kind::integer ? a[1].integer : 0;
    if (std::regex_match(a[0].text, parts, std::regex("\\s*([+-]?)0[xX]([0-9a-fA-F]+)\\s*")) &&
        (base == 0 || base == 16)) {
      return whole(parts[1], parts[2], 16);
    }
    if (base != 0 && (base < 2 || base > 36)) return null();
    if (base != 0 && base != 10) {
      if (!std::regex_match(a[0].text, parts, std::regex("\\s*([+-]?)([0-9a-zA-Z]+)\\s*")))
        return null();
      return whole(parts[1], parts[2], static_cast<int>(base));
    }
    if (std::regex_match(a[0].text, parts, std::regex("\\s*([+-]?)([0-9]+)\\s*"))) {
      const RefValue exact = whole(parts[1], parts[2], 10);
      return exact.kind == Kind::null ? real(std::stod(parts[1].str() + parts[2].str())) : exact;
    }
    if (std::regex_match(a[0].text, parts,
                         std::regex("\\s*([+-]?)([0-9]+\\.[0-9]*|\\.[0-9]+)\\s*"))) {
      return real(std::stod(parts[1].str() + parts[2].str()));
    }
    return null();
  }

  static RefValue whole(const std::string& sign, const std::string& digits, int base) {
    Wide value = 0;
    for (const char c : digits) {
      const int digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
      if (digit >= base) return null();
      value = value * base + digit;
      if (value > static_cast<Wide>(INT64_MAX) + 1) return null();
    }
    if (sign == "-") value = -value;
    if (value > INT64_MAX) return null();
    return integer(static_cast<std::int64_t>(value));
  }

  static RefValue substring(const Points& source, const std::vector<RefValue>& a) {
    const auto size = static_cast<std::int64_t>(source.size());
    std::int64_t bounds[2] = {0, size};
    for (std::size_t i = 1; i < a.size(); ++i) {
      if (a[i].kind == Kind::null) continue;
      if (a[i].kind != Kind::integer) return null();
      std::int64_t at = a[i].integer;
      if (at < 0) at = at < -size ? 0 : at + size;
      bounds[i - 1] = std::min(at, size);
    }
    if (bounds[0] >= bounds[1]) return text("");
    return text(bytes(Points(source.begin() + bounds[0], source.begin() + bounds[1])));
  }

  // IPv4 only, which is all that is generated.
  static std::optional<std::uint32_t> address(const std::string& text) {
    std::smatch parts;
    if (!std::regex_match(text, parts,
                          std::regex("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})")))
      return std::nullopt;
    std::uint32_t out = 0;
    for (std::size_t i = 1; i <= 4; ++i) {
      const int part = std::stoi(parts[i]);
      if (part > 255 || (parts[i].length() > 1 && parts[i].str()[0] == '0')) return std::nullopt;
      out = out * 256 + static_cast<std::uint32_t>(part);
    }
    return out;
  }

  static RefValue cidr(const std::vector<RefValue>& a) {
    for (const RefValue& part : a) {
      if (part.kind != Kind::text) return null();
    }
    const auto ip = address(a[0].text);
    if (!ip) return null();
    for (std::size_t i = 1; i < a.size(); ++i) {
      const std::size_t slash = a[i].text.find('/');
      const auto network = address(a[i].text.substr(0, slash));
      if (!network) return null();
      const int bits = slash == std::string::npos ? 32 : std::stoi(a[i].text.substr(slash + 1));
      const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
      if ((*ip & mask) == (*network & mask)) return boolean(true);
    }
    return boolean(false);
  }

  const eql::Tree& tree_;
  const RefEvent& event_;
  const RefLineage& lineage_;
  bool two_valued_;
  const std::function<bool(const std::string&)>& is_date_;
  std::map<std::string, RefValue> chosen_;
};

}  // namespace

bool reference_matches(const eql::Tree& tree, std::size_t query, const RefEvent& event,
                       const RefLineage& lineage, bool two_valued,
                       const std::function<bool(const std::string&)>& is_date) {
  const eql::EventQuery& source = tree.queries[query];
  if (!source.any) {
    const auto found = event.find("event.category");
    const bool has =
        found != event.end() &&
        std::any_of(found->second.begin(), found->second.end(), [&](const RefValue& v) {
          return v.kind == Kind::text && v.text == source.category;
        });
    if (!has) return false;
  }
  return Reference(tree, event, lineage, two_valued, is_date).condition(source.condition) ==
         Truth(true);
}

}  // namespace stemma::test
