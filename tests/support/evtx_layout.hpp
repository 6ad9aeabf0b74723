// Names for the places of an EVTX file that the writer made: `chunk[1].record[3].size` instead of
// an offset. Damage is described with them, and tests read where things lie. Not made by parsing:
// the writer notes each place as it writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::support {

struct Place {
  std::uint64_t offset = 0;  ///< in the file
  std::uint32_t size = 0;    ///< bytes
  bool operator==(const Place&) const = default;
};

/// The places there are:
///   file.{signature, first_chunk, last_chunk, next_record_id, header_size, minor_version,
///   major_version, header_block_size,
///         chunk_count, flags, crc}
///   chunk[c], and of it .{signature, first_record_number, last_record_number, first_record_id,
///   last_record_id, header_size,
///         last_record_offset, free_space, data_crc, flags, header_crc, string_bucket[b],
///         template_bucket[b]}
///   chunk[c].record[r] (live records) and chunk[c].stale[r] (behind the free space offset), and of
///   them
///         .{signature, size, id, time, binxml, eof, size_copy}, and INSTANCE fields
///   chunk[c].name[n] in the order of first use, and of it .{next, hash, count, characters}
///   INSTANCE: .{template_id, definition_offset, value_count, value[i], value[i].size,
///   value[i].type}, where it is defined
///         .definition, .definition.{next, guid, size, body}; the payload's instance is named
///         .payload.…
///   An element outside a template: .element[e].{token, size, name_offset, attribute_size}, in
///   document order, per record; inside a definition the same behind .definition or
///   .payload.definition.
class Layout {
 public:
  void add(std::string name, std::uint64_t offset, std::uint64_t size) {
    places_[std::move(name)] = {offset, static_cast<std::uint32_t>(size)};
  }
  /// Throws std::out_of_range with the name where there is no such place: a test that names one
  /// must not go on.
  [[nodiscard]] const Place& at(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const {
    return places_.find(name) != places_.end();
  }
  [[nodiscard]] const std::map<std::string, Place, std::less<>>& places() const { return places_; }

 private:
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace stemma::support
