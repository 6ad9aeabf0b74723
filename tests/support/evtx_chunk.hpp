// One EVTX chunk while it is being written: records as BinXML with template instances exactly as
// Windows stores them, names and templates defined at first use, buckets and chains, header and
// checksums. Not the file around it (evtx_writer.hpp).
//
// Source of the format: libyal/libevtx "Windows XML Event Log (EVTX)" and [MS-EVEN6] 2.2.12; the
// bytes were compared with those of real logs (tests/support/evtx_writer_test.cpp checks both by
// the same rules).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/support/evtx_layout.hpp"
#include "tests/support/evtx_record.hpp"

namespace stemma::support {

inline constexpr std::size_t kChunkSize = 65'536;
inline constexpr std::size_t kChunkHeaderSize = 512;
inline constexpr std::size_t kFileHeaderSize = 4'096;

class ChunkBuilder {
 public:
  /// `first_number`: record number of the first record that will be added. `with_places`: note
  /// where things lie; costs most of the writing time, so streams go without.
  ChunkBuilder(std::uint64_t first_number, bool with_places);

  /// Writes the record with that id; false and nothing changed where it does not fit any more.
  bool add(const WinRecord& record, std::uint64_t id);
  /// Writes a record behind the end of the live ones; no live record can follow. Same result.
  bool add_stale(const WinRecord& record, std::uint64_t id);

  [[nodiscard]] bool empty() const { return numbers_ == 0 && stale_ == 0; }
  [[nodiscard]] bool has_stale() const { return stale_ != 0; }
  [[nodiscard]] std::uint64_t next_number() const { return first_number_ + numbers_; }

  /// Fills in the header and pads to kChunkSize. The builder is done with then.
  std::string finish();

  /// Places relative to the chunk, named without the chunk: `record[0].size`.
  [[nodiscard]] const std::vector<std::pair<std::string, Place>>& places() const { return places_; }

 private:
  struct Mark;  // what is needed to undo a record that did not fit

  bool write(const WinRecord& record, std::uint64_t id, const std::string& label);
  void put_record(const WinRecord& record, std::uint64_t id, const std::string& label);
  template <class MakeTemplate>
  void put_instance_head(std::string key, const MakeTemplate& make, const std::string& label);
  void put_descriptors(const TypedValue* const* values, std::size_t count,
                       const std::string& label);
  void put_payload(const WinRecord& record, const std::string& label);
  void put_element(const Element& element, bool in_definition, const std::string& label);
  void put_content(const std::vector<Node>& nodes, bool in_definition, const std::string& label);
  void put_name(const std::string& name);
  void undo(const Mark& mark);
  void note(const std::string& label, const char* what, std::size_t offset, std::size_t size);
  template <class Number>
  void put(Number number) {
    append_le(bytes_, number);
  }
  void put_u32_at(std::size_t at, std::size_t value);

  struct Defined {
    std::string key;
    std::uint32_t bucket = 0;
    std::uint32_t previous_head = 0;
  };

  std::string bytes_;
  std::uint64_t first_number_;
  std::uint64_t numbers_ = 0;
  std::uint64_t stale_ = 0;
  std::uint64_t first_id_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint32_t last_record_offset_ = 0;
  std::uint32_t free_space_ = kChunkHeaderSize;
  std::uint32_t string_buckets_[64] = {};
  std::uint32_t template_buckets_[32] = {};
  std::unordered_map<std::string, std::uint32_t> names_;
  std::unordered_map<std::string, std::uint32_t>
      templates_;  // key: what makes the template what it is
  std::vector<Defined> names_defined_;
  std::vector<Defined> templates_defined_;
  std::size_t element_number_ = 0;
  bool with_places_;
  std::vector<std::pair<std::string, Place>> places_;
};

/// CRC-32 as EVTX has it (zlib's), independent of the code under test.
std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0);

/// Recomputes both checksums of the chunk at `at` in `file`, or only the header's where
/// `header_only`. The data's covers [512, end); pass the end that is meant.
void put_chunk_crcs(std::string& file, std::size_t at, std::size_t data_end);

}  // namespace stemma::support
