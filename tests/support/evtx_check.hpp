// A slow, obvious reader of EVTX that holds a file against every rule of the format that real logs
// keep, and gives the records as plain lines. It knows nothing of the writer and nothing of the
// product's decoder, so that both can be compared with it. Not tolerant: what breaks a rule is a
// violation, and the record that breaks it is not read on.
//
// The rules are those of the format page (libevtx documentation, measurements on public logs):
// exact element, attribute-list and definition sizes, dependency ids only in definitions, name
// hashes, every name and template reachable through its bucket, template id = first dword of the
// GUID, value count = highest index + 1, record sizes multiples of 8, trailer copies, checksums,
// header counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::support {

struct CheckedRecord {
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t id = 0;
  std::uint64_t filetime = 0;
  bool template_instance = false;
  /// The document in order: `Event/System/Provider@Name=…` for an attribute,
  /// `Event/EventData/Data=…` for the text of an element that has no child, whatever its text.
  /// Values as Windows shows them: GUIDs in upper case, hex unpadded, times with seven decimals.
  std::vector<std::string> lines;
};

struct CheckedFile {
  std::vector<CheckedRecord> records;   ///< live ones, in file order
  std::vector<std::string> violations;  ///< `chunk 0 @0x218: what is wrong`
  std::size_t names = 0;
  std::size_t definitions = 0;
};

/// `header`: also hold the file header and checksums against the content; real logs are often
/// dirty.
CheckedFile check_evtx(std::string_view file, bool header = true);

}  // namespace stemma::support
