// Reads a text as an artifact of one parser, and keeps what came out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/common/parser.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma::test {

struct ParserRun {
  std::vector<golden::Document> events;  ///< all fields, as text
  std::vector<SourceSpan> spans;
  std::vector<std::string> hosts;  ///< Event::pseudo_host
  std::vector<SourceKind> kinds;
  std::vector<ProcessAct> acts;
  std::vector<std::string> times;
  ImportLog log;
  std::size_t units = 0;
  bool recognized = false;
};

/// Decodes `file` whole, and every event again by its span and by its place; both are held against
/// the first, and a pass that wants one field against the same books. The books must balance.
ParserRun run_parser(const Parser& parser, const std::string& file,
                     std::string_view default_host = "box");

/// `2 parsed, 1 refused: 57 + 0 + 30 + 1 bytes`, then a line each kind of defect and each place.
std::string books(const ImportLog& log);

/// The first value of a field; `-` where there is none.
std::string one(const golden::Document& event, const std::string& field);

}  // namespace stemma::test
