// Parses one document of JSON whole. Text that a strict parser would not take for its characters is
// repaired first: one wrong byte must not hide an event. Not where documents lie (json_stream.hpp).
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "events/fault.hpp"
#include "parsers/common/json_scan.hpp"

namespace stemma::json {

/// Room for most documents; a parser grows with longer ones.
inline constexpr std::size_t kUsualDocument = 64u << 10;

/// What had to be changed for a document to be read.
struct Repairs {
  bool utf8 = false;   ///< bytes that are no UTF-8 were read as U+FFFD
  bool utf16 = false;  ///< the same for `\ud800` without its other half
};

/// What simdjson says, as a fault at `offset`.
Fault fault_of(simdjson::error_code error, std::uint64_t offset);

/// One thread. Owns what it has parsed until the next call.
class DocumentParser {
 public:
  /// Throws std::bad_alloc.
  DocumentParser();

  /// The value that text[begin, end) is; texts in it are the parser's. `repairs` is set. Faults
  /// (offset `begin`): bad_value, limit_exceeded (kMaxDocument, kMaxDepth), undecodable_record.
  /// O(bytes).
  Result<simdjson::dom::element> value(std::string_view text, std::size_t begin, std::size_t end,
                                       Repairs& repairs);
  /// The same, where it has to be an object.
  Result<simdjson::dom::object> object(std::string_view text, std::size_t begin, std::size_t end,
                                       Repairs& repairs);

 private:
  simdjson::error_code parse(std::string_view text, std::size_t begin, std::size_t end,
                             simdjson::dom::element& root, Repairs& repairs);
  simdjson::error_code parse_padded(simdjson::dom::element& root);

  simdjson::dom::parser parser_;
  std::string padded_;
};

}  // namespace stemma::json
