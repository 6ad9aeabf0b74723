#include "tests/parsers/ecs/ecs_run.hpp"

#include "parsers/ecs/parser.hpp"

namespace stemma::ecs_test {

Read read(const std::string& file, std::size_t block, std::string_view default_host) {
  return test::run_parser(*ecs::make_parser(block), file, default_host);
}

}  // namespace stemma::ecs_test
