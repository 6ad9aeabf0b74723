// make_samples FOLDER: writes the samples that ship. Same bytes every time; files that are no
// longer part of them are left alone.
#include <cstdio>
#include <exception>

#include "tests/support/samples/readme.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_samples FOLDER\n", stderr);
    return 2;
  }
  try {
    stemma::samples::all_samples().write(argv[1]);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "make_samples: %s\n", fault.what());
    return 1;
  }
  return 0;
}
