// Reads one document into an Event: parses it whole, walks its values, and gives each to the field
// of its dotted name as it is. Where a document has a Windows event's data and none of ECS yet,
// parsers/winlog adds what it says of the event. Not where documents lie.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "events/fault.hpp"

namespace stemma::ecs {

/// What is wrong with a document that was read nevertheless.
struct DocumentNotes {
  bool invalid_utf8 = false;   ///< bytes that are no UTF-8 were read as U+FFFD
  bool invalid_utf16 = false;  ///< the same for `\ud800` without its other half
  bool no_time = false;        ///< no @timestamp, and nothing that stands for it
  bool no_host = false;
  bool long_name = false;    ///< a key beyond kMaxFieldNameLength; it is left out
  std::string repeated_key;  ///< the first key that an object has twice
};

/// One thread. Keeps what it learned of documents for the next reader of the thread.
class DocumentReader {
 public:
  /// @param projection borrowed. @param texts with Texts::borrowed the event's texts are the
  /// reader's, good until the next read().
  DocumentReader(const Projection& projection, Texts texts);
  ~DocumentReader();
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  /// Reads text[begin, end), which is one whole object. `event` is reset; its source stays to be
  /// set by the caller. False where the object is no event. A hit of a search (`_source`, `fields`)
  /// is read as the document in it. Faults (offset `begin`): bad_value, limit_exceeded,
  /// undecodable_record. Whether there is one does not hang on the projection. O(bytes).
  Result<bool> read(std::string_view text, std::size_t begin, std::size_t end,
                    std::string_view default_host, Event& event, DocumentNotes& notes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma::ecs
