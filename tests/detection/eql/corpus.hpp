// Where the oracle corpus lies, for tests that read it. It is not part of the project, so tests
// skip where it is absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace stemma::test {

inline std::filesystem::path corpus_file(const std::string& name) {
  const char* root = std::getenv("STEMMA_ROOT");
  return std::filesystem::path(root == nullptr ? "." : root) / ".." / "shared" / "corpus" / "eql" /
         name;
}

inline std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace stemma::test
