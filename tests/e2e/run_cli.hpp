// Runs the program as its user does: arguments in, standard output, standard error and exit code
// out.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace stemma::support {

struct Outcome {
  int code = -1;
  std::string out, err;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline Outcome stemma(const std::string& arguments) {
  const char* bin = std::getenv("STEMMA_BIN");
  EXPECT_NE(bin, nullptr);
  const TempDir dir;
  const std::string command = std::string(bin != nullptr ? bin : ".") + "/stemma " + arguments +
                              " >" + (dir / "out") + " 2>" + (dir / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(dir / "out"),
          read_file(dir / "err")};
}

}  // namespace stemma::support
