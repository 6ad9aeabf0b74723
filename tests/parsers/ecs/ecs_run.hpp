// Reads a text as an artifact of Elastic documents, in blocks of any size, and keeps what came out.
#pragma once

#include <string>
#include <string_view>

#include "parsers/ecs/limits.hpp"
#include "tests/parsers/common/parser_run.hpp"

namespace stemma::ecs_test {

using Read = test::ParserRun;
using test::books;

/// run_parser() with the parser of documents.
Read read(const std::string& file, std::size_t block = ecs::kBlockBytes,
          std::string_view default_host = "box");

}  // namespace stemma::ecs_test
