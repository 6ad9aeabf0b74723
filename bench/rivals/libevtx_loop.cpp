// The bare libevtx loop as a program: libevtx_loop FILE…  Says `records N`.
#include "bench/rivals/libevtx_loop.hpp"

#include <fmt/format.h>

int main(int argc, char** argv) {
  const auto total = stemma::bench::libevtx_loop(std::vector<std::string>(argv + 1, argv + argc));
  fmt::print("records {} refused {} bytes {}\n", total.records, total.refused, total.xml_bytes);
  return total.records == 0 ? 1 : 0;
}
