// What an Elastic document looks like by its keys, and what exports put around documents.
//
//     {"@timestamp":…}⏎{"@timestamp":…}⏎                     documents, one a line or spread over
//     lines [ {…}, {…} ]                                          an array of them
//     {"took":3,…,"hits":{"total":…,"hits":[{"_id":…,"_source":{…}},…]},…}   a search response
//     {"expected":[ {…}, {…} ]}                             any object that begins with an array of
//     them
//     {"index":{"_index":…}}⏎{…}⏎                           a bulk file: an action, then its
//     document
//
// Source: Elasticsearch reference, "Search API", "Multi search API", "Async search", "Bulk API".
#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/common/json_stream.hpp"

namespace stemma::ecs {

/// The wrappers drawn above.
const json::Wrapping& wrapping();

/// Whether the object at `at` looks like an event: an Elastic document, a hit that holds one, or a
/// Windows event as flat JSON. Looks at its keys alone. O(bytes of the object).
bool looks_like_event(std::string_view text, std::size_t at);

/// The same for what looks_like_event() asks: told key by key, in any order.
class KeyTaste {
 public:
  void key(std::string_view name);
  [[nodiscard]] bool is_event() const;

 private:
  std::uint32_t seen_ = 0;
};

}  // namespace stemma::ecs
