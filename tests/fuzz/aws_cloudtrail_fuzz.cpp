// AWS CloudTrail in any form: see cloud_log_fuzz.hpp.
#include "parsers/aws_cloudtrail/parser.hpp"
#include "tests/fuzz/cloud_log_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stemma::fuzz::check(data, size, stemma::cloudtrail::make_parser, stemma::cloudtrail::kBlockBytes);
  return 0;
}
