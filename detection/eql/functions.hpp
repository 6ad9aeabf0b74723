// The functions of the language: names, arguments, results. Not where fields come from: arguments
// are values. Source: Elastic's EQL function reference; where it is silent, the Endgame fold tests.
// Positions and lengths count code points (Elastic counts UTF-16 units); an invalid byte counts as
// one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "detection/eql/scalar.hpp"
#include "events/event.hpp"

namespace stemma::eql {

enum class FunctionId : std::uint8_t {
  add,
  between,
  cidr_match,
  concat,
  divide,
  ends_with,
  index_of,
  length,
  modulo,
  multiply,
  number,
  starts_with,
  string,
  string_contains,
  substring,
  subtract,
};

/// What an argument or a result is. `any`: known only when an event is in hand.
enum class Type : std::uint8_t { null, boolean, number, text, date, any };

inline constexpr std::uint8_t kManyArguments = 255;

struct Function {
  FunctionId id;
  std::string_view name;  ///< as Elastic writes it
  std::uint8_t min_arguments;
  std::uint8_t max_arguments;  ///< kManyArguments: any number
  bool has_insensitive_form;   ///< name~
  Type parameters[4];          ///< the last one repeats
  Type result;
};

/// The function of that name, whatever its case; null where there is none.
const Function* find_function(std::string_view name);
const Function& function_info(FunctionId id);

/// A function's name at most two edits away, or empty.
std::string_view nearest_function(std::string_view name);

/// Cap on the bytes that one call may build. Command lines end at 32 KiB, script blocks at some
/// MiB; beyond it the result is null.
inline constexpr std::size_t kMaxBuiltText = 8u << 20;

/// Room for built text; forgotten with the leaf clause that built it.
struct Scratch {
  TextArena arena;
  std::size_t used = 0;  ///< bytes built since the last reset, capped by kMaxBuiltText in total

  void reset() {
    if (used == 0) return;
    arena.reset();
    used = 0;
  }
};

/// Calls a function. A null argument gives null, save for: between's 4th, number's 2nd, substring's
/// 2nd and 3rd, whose null is the default. An argument of a wrong kind gives null. Integers that
/// overflow and division by zero give null. divide rounds integer quotients down (towards negative
/// infinity), as Elastic documents; modulo keeps the sign of the dividend.
Scalar call(FunctionId id, std::span<const Scalar> arguments, bool insensitive, Scratch& scratch);

/// Binary arithmetic as the operators and functions share it. `op` is one of + - * / %.
Scalar arithmetic(char op, const Scalar& a, const Scalar& b);

/// Equality and containment that ignore the case of A–Z only, as Elastic's case-insensitive term
/// queries do.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace stemma::eql
