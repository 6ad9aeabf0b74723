#include "parsers/common/json_parse.hpp"

#include <new>

#include "parsers/common/json_repair.hpp"

namespace stemma::json {

namespace dom = simdjson::dom;

Fault fault_of(simdjson::error_code error, std::uint64_t offset) {
  switch (error) {
    case simdjson::DEPTH_ERROR:
      return {Defect::limit_exceeded, offset, kMaxDepth + 1, kMaxDepth, "levels"};
    case simdjson::CAPACITY:
      return {Defect::limit_exceeded, offset, 0, kMaxDocument, "document length"};
    case simdjson::NUMBER_ERROR:
      return {Defect::bad_value, offset, 0, 0, "a number that cannot be kept"};
    case simdjson::STRING_ERROR:
      return {Defect::bad_value, offset, 0, 0, "an escape in a text"};
    case simdjson::UNESCAPED_CHARS:
      return {Defect::bad_value, offset, 0, 0, "a control character in a text"};
    case simdjson::UTF8_ERROR:
      return {Defect::bad_value, offset, 0, 0, "text that is no UTF-8"};
    default:
      return {Defect::undecodable_record, offset, 0, 0, "JSON of a document"};
  }
}

DocumentParser::DocumentParser() {
  if (parser_.allocate(kUsualDocument, kMaxDepth + 1) != simdjson::SUCCESS) throw std::bad_alloc();
}

Result<dom::element> DocumentParser::value(std::string_view text, std::size_t begin,
                                           std::size_t end, Repairs& repairs) {
  repairs = {};
  dom::element root;
  if (const auto error = parse(text, begin, end, root, repairs))
    return tl::unexpected(fault_of(error, begin));
  return root;
}

Result<dom::object> DocumentParser::object(std::string_view text, std::size_t begin,
                                           std::size_t end, Repairs& repairs) {
  const Result<dom::element> root = value(text, begin, end, repairs);
  if (!root) return tl::unexpected(root.error());
  dom::object object;
  if (root->get_object().get(object) != simdjson::SUCCESS)
    return tl::unexpected(fault_of(simdjson::INCORRECT_TYPE, begin));
  return object;
}

// The bytes behind the document serve the parser as room to read ahead, where there are enough.
simdjson::error_code DocumentParser::parse(std::string_view text, std::size_t begin,
                                           std::size_t end, dom::element& root, Repairs& repairs) {
  if (end - begin > kMaxDocument) return simdjson::CAPACITY;
  simdjson::error_code error;
  if (text.size() - end >= simdjson::SIMDJSON_PADDING) {
    error = parser_.parse(text.data() + begin, end - begin, false).get(root);
  } else {
    padded_.assign(text, begin, end - begin);
    error = parse_padded(root);
  }
  if (error == simdjson::UTF8_ERROR) {
    padded_.clear();
    append_valid_utf8(text.substr(begin, end - begin), padded_);
    repairs.utf8 = true;
    error = parse_padded(root);
  } else if (error == simdjson::STRING_ERROR) {
    padded_.assign(text, begin, end - begin);
  }
  if (error == simdjson::STRING_ERROR && replace_lone_surrogates(padded_)) {
    repairs.utf16 = true;
    error = parse_padded(root);
  }
  return error;
}

simdjson::error_code DocumentParser::parse_padded(dom::element& root) {
  padded_.reserve(padded_.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(padded_.data(), padded_.size(), false).get(root);
}

}  // namespace stemma::json
