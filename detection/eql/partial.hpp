// A condition judged before its event is decoded, by whoever knows some of the event's values.
// What is not known may be anything, so a "no" is final and a "yes" is only a perhaps.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "detection/eql/program.hpp"

namespace stemma::eql {

/// What a leaf clause looks at.
struct LeafUse {
  std::vector<FieldId> fields;
  bool lineage = false;  ///< asks the process tree, and nothing else
  bool general = false;  ///< more than a test of one field's values
};

/// Leaf clauses in the order of the text; their positions number them.
std::vector<LeafUse> leaf_uses(const Program& program);

/// What a leaf clause may say, as a set: a bit for each verdict that cannot be ruled out.
using Verdicts = std::uint8_t;
constexpr Verdicts only(Tri verdict) {
  return static_cast<Verdicts>(1u << static_cast<unsigned>(verdict));
}
inline constexpr Verdicts kAnyVerdict = 7;

/// Whether the condition can be true on an event of which `verdicts(leaf)` says what it knows: any
/// where that takes a value that is not at hand. Asked only for as many leaves as it takes, cheap
/// ones first. The category is not looked at.
bool may_match(const Program& program, const std::function<Verdicts(std::uint32_t leaf)>& verdicts);

/// What a leaf clause that is not general says of an event whose field has these values, all of
/// them; one that asks lineage is asked by `context`.
Tri leaf_verdict(const Program& program, std::uint32_t leaf, std::span<const Value> values,
                 EvalContext& context, const EvalOptions& options);

}  // namespace stemma::eql
