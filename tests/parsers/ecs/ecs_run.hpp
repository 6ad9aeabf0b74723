// Reads a text as an artifact of Elastic documents, in blocks of any size, and keeps what came out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/common/parser.hpp"
#include "parsers/ecs/limits.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma::ecs_test {

struct Read {
  std::vector<golden::Document> events;  ///< all fields, as text
  std::vector<SourceSpan> spans;
  std::vector<SourceKind> kinds;
  std::vector<ProcessAct> acts;
  std::vector<std::string> times;
  ImportLog log;
  std::size_t units = 0;
  bool recognized = false;
};

/// Decodes `file` whole, and every event again by its span and by its place; both are held against
/// the first. The books must balance.
Read read(const std::string& file, std::size_t block = ecs::kBlockBytes,
          std::string_view default_host = "box");

/// `parsed 3 refused 1: 10 + 0 + 2 + 1 bytes; bad_line @0x4f brackets …`
std::string books(const ImportLog& log);

}  // namespace stemma::ecs_test
