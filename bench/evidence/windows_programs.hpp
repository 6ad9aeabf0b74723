// What runs on the generated Windows host, and what it touches: programs with who starts them and
// how, modules, registry values, files, names that are looked up. Texts have the lengths and the
// look of real ones; `#` stands for a digit, `@` for a hexadecimal digit, `~` for a word.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/evidence/random.hpp"

namespace stemma::bench {

/// Who is there: SYSTEM, the two service accounts, two people and a service user of the domain.
struct Person {
  std::string_view name, domain, sid;
  std::uint64_t logon_id;
};
std::span<const Person> people();
inline constexpr std::size_t kSystem = 0;
inline constexpr std::size_t kAlice = 3;

struct Program {
  std::string_view image;
  std::string_view description;
  std::string_view company;
  bool as_system;  ///< runs as SYSTEM whoever starts it; else as its parent's user
  std::vector<std::string_view> command_lines;
  std::vector<std::string_view> children;  ///< base names of what it starts; repeated: more often
};

/// All programs. The first ones are those that run from boot on.
std::span<const Program> programs();
inline constexpr std::size_t kBootPrograms = 8;

/// Index of the program whose image ends with `\name`.
std::size_t program_index(std::string_view name);

struct Module {
  std::string_view path;
  std::string_view description;
  std::string_view company;
};
std::span<const Module> modules();

std::span<const std::string_view> registry_values();
std::span<const std::string_view> registry_details();
std::span<const std::string_view> files();
std::span<const std::string_view> domain_names();
std::span<const std::string_view> script_lines();

/// `text` with its placeholders filled in.
std::string filled_in(std::string_view text, Random& random);

/// Behind the last backslash.
std::string_view base_name(std::string_view path);

}  // namespace stemma::bench
