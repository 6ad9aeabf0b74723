// What a condition needs: leaf clauses of which one must be true for it to be true, leaves that
// must not be, and the texts that a leaf can be true of. For whoever looks for events that many
// conditions may match (detection/match/rule_index). All of it is necessary, none of it is enough.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detection/eql/program.hpp"

namespace stemma::eql {

/// Leaves by their numbers, in the order of the text.
struct Needs {
  /// Of each list, ascending, at least one leaf must be true. Leaves of a list that stands for one
  /// field name that field alone; at most one list a field, and one list over several fields: the
  /// ones that say most.
  std::vector<std::vector<std::uint32_t>> any_of;
  /// None of these may be true, ascending.
  std::vector<std::uint32_t> none_of;

  /// A part of the condition, as condition_holds() counts them, that the lists say all of. It is
  /// true where the field's list above has a true leaf, and all the field's values are texts, and
  /// none of its leaves in `none_of` is true.
  struct Told {
    std::uint32_t part = 0;
    FieldId field;
  };
  std::vector<Told> told;
};

/// Only leaves about the values of exactly one field are named, never null tests, lineage or
/// calculations: a leaf that is named is not true where its field is absent. O(condition × fields).
Needs needs_of(const Program& program);

/// A pattern and a text that stands in all that it matches.
struct PatternNeed {
  std::string literal;  ///< A–Z folded; may be empty: nothing is known
  Wildcard::Literal::Where where = Wildcard::Literal::Where::anywhere;
  const Wildcard* pattern =
      nullptr;  ///< owned by the program; null: a regular expression of the leaf
};

/// The texts that a leaf can be true of.
struct LeafTexts {
  /// Whether the leaf is true only of texts, and only of those below.
  bool complete = false;
  bool insensitive = false;
  std::vector<std::string_view> equal;  ///< whole texts, folded where `insensitive`; the program's
  std::vector<PatternNeed> patterns;
};

/// Of a leaf that needs_of() names. O(constants of the leaf); compiles its regular expressions once
/// more.
LeafTexts leaf_texts(const Program& program, std::uint32_t leaf);

/// Whether some regular expression of the leaf, an in_regex one, matches.
bool leaf_regex_matches(const Program& program, std::uint32_t leaf, std::string_view text);

/// Equal for leaves of any two programs that are the same test of the same field.
std::string leaf_identity(const Program& program, std::uint32_t leaf);

/// The field of a leaf that needs_of() names.
FieldId leaf_field(const Program& program, std::uint32_t leaf);

}  // namespace stemma::eql
