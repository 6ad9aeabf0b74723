// The parser with blocks of a size to choose, for tests: nothing of what it says may hang on it.
#pragma once

#include <cstddef>
#include <memory>

#include "parsers/aws_cloudtrail/limits.hpp"
#include "parsers/common/parser.hpp"

namespace stemma::cloudtrail {

std::unique_ptr<Parser> make_parser(std::size_t block_bytes = kBlockBytes);

}  // namespace stemma::cloudtrail
