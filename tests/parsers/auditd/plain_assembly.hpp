// The rules of assembly (parsers/auditd/assembler.hpp) once more, over a whole log and in the
// plainest way: every question is answered by looking at all lines before. The oracle of Assembler
// and of BlockDecoder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::auditd_test {

struct PlainEvent {
  std::vector<std::uint64_t> lines;  ///< where they begin in the log
  std::string incomplete;
  std::int64_t clock_fell_by = 0;

  bool operator==(const PlainEvent&) const = default;
};

struct PlainAssembly {
  std::vector<PlainEvent> events;      ///< in the order of their first lines
  std::vector<std::uint64_t> refused;  ///< lines beyond the cap

  bool operator==(const PlainAssembly&) const = default;
};

PlainAssembly assemble_plainly(std::string_view log);

/// One event a line, for messages.
std::string text_of(const PlainAssembly& assembly);

}  // namespace stemma::auditd_test
