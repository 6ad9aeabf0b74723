#include "detection/match/rule_index.hpp"

#include <algorithm>
#include <map>

#include "detection/eql/partial.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

// Rules of a test: a list where they are few, so that a thousand tests do not take a thousand
// rules' bits each.
struct RuleList {
  std::vector<std::uint32_t> numbers;
  RuleBits bits;

  void add(std::uint32_t rule) {
    if (numbers.empty() || numbers.back() != rule) numbers.push_back(rule);
  }
  void seal(std::size_t words) {
    if (numbers.size() <= words) return;
    bits.assign(words, 0);
    for (const std::uint32_t rule : numbers) add_rule(bits, rule);
    numbers.clear();
    numbers.shrink_to_fit();
  }
  void add_to(RuleBits& to) const {
    for (const std::uint32_t rule : numbers) add_rule(to, rule);
    std::uint64_t* const words = to.data();
    for (std::size_t i = 0, n = bits.size(); i < n; ++i) words[i] |= bits[i];
  }
  [[nodiscard]] bool meets(const RuleBits& others) const {
    for (const std::uint32_t rule : numbers) {
      if (has_rule(others, rule)) return true;
    }
    for (std::size_t i = 0, n = bits.size(); i < n; ++i) {
      if ((bits[i] & others[i]) != 0) return true;
    }
    return false;
  }
  void take_from(RuleBits& to) const {
    for (const std::uint32_t rule : numbers) to[rule / 64] &= ~(std::uint64_t{1} << (rule % 64));
    std::uint64_t* const words = to.data();
    for (std::size_t i = 0, n = bits.size(); i < n; ++i) words[i] &= ~bits[i];
  }
};

// A leaf clause that one rule or many have.
struct Test {
  const eql::Program* program = nullptr;  // one that has it
  std::uint32_t leaf = 0;
  RuleList grants;  // rules of which one test of this field must be true, this being one of them
  RuleList across;  // the same where tests of other fields may be
  RuleList forbids;

  [[nodiscard]] bool concerns(const RuleBits& rules) const {
    return grants.meets(rules) || forbids.meets(rules) || across.meets(rules);
  }
};

// A text that makes a test true.
struct Equal {
  std::uint32_t test = 0;
  std::string exact;  // where letter case counts
  bool insensitive = false;
};

// A pattern, or the regular expressions of a leaf, to be tried where a literal stands.
struct Try {
  std::uint32_t test = 0;
  const eql::Wildcard* pattern = nullptr;
};

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// A–Z to a–z, in a loop that a compiler makes one of many bytes at once.
void fold(std::string_view text, std::string& out) {
  out.resize(text.size());
  const char* const from = text.data();
  char* const to = out.data();
  for (std::size_t i = 0, n = text.size(); i < n; ++i) {
    const char c = from[i];
    to[i] = static_cast<char>(c ^ (c >= 'A' && c <= 'Z' ? 0x20 : 0));
  }
}

LiteralScanner::Where place_of(eql::Wildcard::Literal::Where where) {
  switch (where) {
    case eql::Wildcard::Literal::Where::begin:
      return LiteralScanner::Where::begin;
    case eql::Wildcard::Literal::Where::end:
      return LiteralScanner::Where::end;
    default:
      return LiteralScanner::Where::anywhere;
  }
}

constexpr std::size_t kLengths = 64;

constexpr std::size_t kFewFields = 3;
static_assert(kFewValues * kFewValues * kFewValues <= eql::kMaxChoices);

}  // namespace

class RuleIndex::Field {
 public:
  FieldId id;
  std::vector<Test> tests;
  std::unordered_map<std::string, std::vector<Equal>, Hash, std::equal_to<>> equal;  // by folded
  std::uint64_t lengths = 0;  // of the texts in `equal`, the last bit for all longer ones
  LiteralScanner scanner;
  std::vector<std::vector<Try>> tries;  // by literal
  std::vector<std::uint32_t> direct;    // tests that are evaluated as they are
  RuleBits base;         // rules that pass whatever the values are, but for what they must not be
  RuleBits base_unsure;  // the same where direct tests are not evaluated
  RuleBits concerned;
  RuleBits across;
  RuleBits across_unsure;  // rules that a direct test may give what they need
  RuleBits unsure;         // rules with a direct test
  std::unordered_map<std::string, std::uint32_t> known;  // tests by identity, while building

  std::uint32_t test_of(const eql::Program& program, std::uint32_t leaf) {
    const auto [at, is_new] =
        known.emplace(eql::leaf_identity(program, leaf), static_cast<std::uint32_t>(tests.size()));
    if (!is_new) return at->second;
    const std::uint32_t number = at->second;
    tests.push_back({&program, leaf, {}, {}, {}});
    const eql::LeafTexts texts = eql::leaf_texts(program, leaf);
    const bool literal =
        texts.complete &&
        std::all_of(
            texts.patterns.begin(), texts.patterns.end(), [](const eql::PatternNeed& pattern) {
              return pattern.literal.size() >= LiteralScanner::min_size(place_of(pattern.where));
            });
    if (!literal) {
      direct.push_back(number);
      return number;
    }
    for (const std::string_view text : texts.equal) {
      equal[ascii_lower(text)].push_back(
          {number, texts.insensitive ? std::string() : std::string(text), texts.insensitive});
      lengths |= length_bit(text);
    }
    for (const eql::PatternNeed& pattern : texts.patterns) {
      const std::uint32_t found = scanner.add(pattern.literal, place_of(pattern.where));
      if (found == tries.size()) tries.emplace_back();
      tries[found].push_back({number, pattern.pattern});
    }
    return number;
  }

  static std::uint64_t length_bit(std::string_view text) {
    return std::uint64_t{1} << std::min(text.size(), kLengths - 1);
  }

  void seal(std::size_t rules, std::size_t words) {
    known = {};
    scanner.seal();
    base.assign(words, ~std::uint64_t{0});
    if (rules % 64 != 0) base.back() = (std::uint64_t{1} << (rules % 64)) - 1;
    concerned.assign(words, 0);
    across.assign(words, 0);
    for (Test& test : tests) {
      test.grants.seal(words);
      test.across.seal(words);
      test.forbids.seal(words);
      test.grants.take_from(base);
      test.across.add_to(across);
      test.grants.add_to(concerned);
      test.forbids.add_to(concerned);
      test.across.add_to(concerned);
    }
    base_unsure = base;
    across_unsure.assign(words, 0);
    unsure.assign(words, 0);
    for (const std::uint32_t number : direct) {
      const Test& test = tests[number];
      test.grants.add_to(base_unsure);
      test.across.add_to(across_unsure);
      for (const RuleList* list : {&test.grants, &test.across, &test.forbids}) list->add_to(unsure);
    }
    const auto none = [](const RuleBits& bits) {
      return std::all_of(bits.begin(), bits.end(), [](std::uint64_t word) { return word == 0; });
    };
    if (none(across)) across.clear();
  }
};

RuleIndex::RuleIndex(std::span<const eql::Program* const> programs, const eql::EvalOptions& options)
    : options_(options),
      rules_(programs.size()),
      across_(words(), 0),
      calculating_(words(), 0),
      always_(words(), 0) {
  std::map<FieldId, std::unique_ptr<Field>> fields;
  const auto field_of = [&](const eql::Program& program, std::uint32_t leaf) -> Field& {
    const FieldId id = eql::leaf_field(program, leaf);
    std::unique_ptr<Field>& field = fields[id];
    if (field == nullptr) {
      field = std::make_unique<Field>();
      field->id = id;
    }
    return *field;
  };
  std::vector<eql::Needs> needs;
  for (std::uint32_t rule = 0; rule < programs.size(); ++rule) {
    const eql::Program& program = *programs[rule];
    needs.push_back(eql::needs_of(program));
    for (const eql::LeafUse& use : eql::leaf_uses(program)) {
      if (!use.general) continue;
      add_rule(calculating_, rule);
      if (use.fields.size() > kFewFields) add_rule(always_, rule);
      calculated_.insert(calculated_.end(), use.fields.begin(), use.fields.end());
    }
    for (const std::vector<std::uint32_t>& leaves : needs.back().any_of) {
      const FieldId first = eql::leaf_field(program, leaves[0]);
      const bool one_field = std::all_of(leaves.begin(), leaves.end(), [&](std::uint32_t leaf) {
        return eql::leaf_field(program, leaf) == first;
      });
      if (!one_field) add_rule(across_, rule);
      for (const std::uint32_t leaf : leaves) {
        Field& field = field_of(program, leaf);
        Test& test = field.tests[field.test_of(program, leaf)];
        (one_field ? test.grants : test.across).add(rule);
      }
    }
    for (const std::uint32_t leaf : needs.back().none_of) {
      Field& field = field_of(program, leaf);
      field.tests[field.test_of(program, leaf)].forbids.add(rule);
    }
  }
  std::sort(calculated_.begin(), calculated_.end());
  calculated_.erase(std::unique(calculated_.begin(), calculated_.end()), calculated_.end());
  for (auto& [id, field] : fields) {
    field->seal(rules_, words());
    fields_.push_back(std::move(field));
  }
  told_begin_.push_back(0);
  for (std::uint32_t rule = 0; rule < programs.size(); ++rule) {
    for (const eql::Needs::Told& told : needs[rule].told) {
      const auto at = std::lower_bound(
          fields_.begin(), fields_.end(), told.field,
          [](const std::unique_ptr<Field>& field, FieldId id) { return field->id < id; });
      const auto number = static_cast<std::size_t>(at - fields_.begin());
      // A rule that is asked whatever its rows say has passed none, nor has one whose test was not
      // evaluated.
      if (number < 64 && !has_rule(calculating_, rule) && !has_rule(fields_[number]->unsure, rule))
        told_.push_back({static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(told.part)});
    }
    told_begin_.push_back(static_cast<std::uint32_t>(told_.size()));
  }
}

RuleIndex::~RuleIndex() = default;

FieldId RuleIndex::id_of(const Field& field) {
  return field.id;
}
const RuleBits& RuleIndex::concerned(const Field& field) {
  return field.concerned;
}
const RuleBits& RuleIndex::across(const Field& field) {
  return field.across;
}

std::uint32_t RuleIndex::begin(const Field& field, Room& room) {
  if (room.tests.size() < field.tests.size()) room.tests.resize(field.tests.size(), 0);
  if (room.literals.size() < field.scanner.size()) room.literals.resize(field.scanner.size(), 0);
  room.found.clear();
  // Rounds ascend from row to row and from value to value; an event has fewer values than are left.
  if (room.round > ~std::uint32_t{0} / 2) {
    std::fill(room.tests.begin(), room.tests.end(), 0);
    std::fill(room.literals.begin(), room.literals.end(), 0);
    room.round = 0;
  }
  return room.round + 1;
}

void RuleIndex::look_up(const Field& field, std::string_view text, const RuleBits* among,
                        std::uint32_t begun, Room& room) {
  const auto is_true = [&](std::uint32_t test) { return room.tests[test] >= begun; };
  const auto set_true = [&](std::uint32_t test) {
    room.tests[test] = room.round;
    room.found.push_back(test);
  };
  ++room.round;
  fold(text, room.folded);
  if ((field.lengths & Field::length_bit(text)) != 0) {
    const auto found = field.equal.find(std::string_view(room.folded));
    if (found != field.equal.end()) {
      for (const Equal& equal : found->second) {
        if (!is_true(equal.test) && (equal.insensitive || equal.exact == text))
          set_true(equal.test);
      }
    }
  }
  field.scanner.scan(room.folded, [&](std::uint32_t literal) {
    if (room.literals[literal] == room.round) return;
    room.literals[literal] = room.round;
    for (const Try& one : field.tries[literal]) {
      if (is_true(one.test)) continue;
      const Test& test = field.tests[one.test];
      if (among != nullptr && !test.concerns(*among)) continue;
      if (one.pattern != nullptr ? one.pattern->matches(text)
                                 : eql::leaf_regex_matches(*test.program, test.leaf, text))
        set_true(one.test);
    }
  });
}

bool RuleIndex::says_nothing(const Field& field, std::string_view text, Room& room) {
  if (!field.direct.empty()) return false;
  look_up(field, text, nullptr, begin(field, room), room);
  return room.found.empty();
}

void RuleIndex::row(const Field& field, std::span<const Value> values, const RuleBits* among,
                    Room& room, RuleRow& out) const {
  const std::uint32_t begun = begin(field, room);  // tests seen since then are true
  for (const Value& value : values) {
    if (value.kind == Value::Kind::text) look_up(field, value.text, among, begun, room);
  }
  const bool thorough = among == nullptr;
  if (thorough) {
    for (const std::uint32_t number : field.direct) {
      const Test& test = field.tests[number];
      if (eql::leaf_verdict(*test.program, test.leaf, values, room.context, options_) ==
          eql::Tri::yes)
        room.found.push_back(number);
    }
  }
  out.pass = thorough ? field.base : field.base_unsure;
  for (const std::uint32_t test : room.found) field.tests[test].grants.add_to(out.pass);
  for (const std::uint32_t test : room.found) field.tests[test].forbids.take_from(out.pass);
  out.across.clear();
  if (field.across.empty()) return;
  if (thorough) {
    out.across.assign(words(), 0);
  } else {
    out.across = field.across_unsure;
  }
  for (const std::uint32_t test : room.found) field.tests[test].across.add_to(out.across);
}

}  // namespace stemma
