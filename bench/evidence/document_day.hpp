// A Windows machine as Elastic Defend reports it, document by document without end: process starts
// and ends, files, connections and registry values, one a line, with the fields and the size of
// such documents (about 2.5 KB a start). Pids rise and wrap; every parent lives. Same seed, same
// documents.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/evidence/random.hpp"
#include "tests/support/ecs_documents.hpp"

namespace stemma::bench {

class DocumentDay {
 public:
  explicit DocumentDay(std::uint64_t seed);

  /// The next document, on a line of its own.
  std::string next();

 private:
  struct Life {
    std::uint32_t pid = 0;
    std::string entity_id, executable, command_line;
    std::vector<std::string> ancestry;
  };

  support::Document start();
  support::Document end();
  support::Document other();
  [[nodiscard]] support::DefendProcess words(const Life& life) const;

  Random random_;
  std::vector<Life> live_;
  std::uint32_t last_pid_ = 1000;
  std::uint64_t sequence_ = 0;
  std::int64_t now_ = 1'778'577'000'000'000'000;
};

}  // namespace stemma::bench
