// Azure Activity Log in any form: see cloud_log_fuzz.hpp.
#include "parsers/azure_activity/parser.hpp"
#include "tests/fuzz/cloud_log_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stemma::fuzz::check(data, size, stemma::azure::make_parser, stemma::azure::kBlockBytes);
  return 0;
}
