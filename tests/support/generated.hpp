// How many generated cases a test makes: as many as a suite's run can bear, and ten times more
// where CTest runs it under the label `slow` (scripts/test --slow).
#pragma once

#include <cstddef>
#include <cstdlib>

namespace stemma::support {

inline std::size_t generated_cases(std::size_t usual) {
  const char* factor = std::getenv("STEMMA_GENERATED");
  return factor == nullptr ? usual : usual * static_cast<std::size_t>(std::atoll(factor));
}

}  // namespace stemma::support
