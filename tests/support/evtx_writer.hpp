// EvtxWriter: whole EVTX files in memory, for tests, samples and benchmarks, with damage described
// in words. Valid for libevtx and true to what Windows writes, so that a decoder tested with it has
// met the real structure. EvtxStream: the same to a stream, chunk by chunk, for files of millions
// of records. Not part of the product.
//
//   std::string file = EvtxWriter{}.add(one).chunk().add(two).corrupt("chunk[1].record[0].size",
//   4).bytes();
//
// Contract breaks (a place that does not exist, a record that fits no chunk) throw: a test that
// asks for them is wrong.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/evtx_chunk.hpp"
#include "tests/support/evtx_layout.hpp"
#include "tests/support/evtx_record.hpp"

namespace stemma::support {

struct EvtxOptions {
  std::uint16_t minor_version = 1;        ///< 2 on newer Windows 10 and 11
  std::uint64_t first_record_number = 1;  ///< also the id of the first record that names none
};

class EvtxWriter {
 public:
  explicit EvtxWriter(EvtxOptions options = {});

  // What the file holds.
  EvtxWriter& add(const WinRecord& record);
  EvtxWriter& add(const std::vector<WinRecord>& records);
  /// Ends the current chunk: the next record starts a new one. Twice in a row: an empty chunk lies
  /// between.
  EvtxWriter& chunk();
  /// A well-formed old record behind the live ones of the current chunk; no live record can follow
  /// in that chunk.
  EvtxWriter& stale(const WinRecord& record);
  /// As a log that has wrapped: the newest `chunks_in_front` chunks lie before the oldest. Places
  /// count chunks as they lie.
  EvtxWriter& wrap(std::size_t chunks_in_front);

  // What is wrong with it, done in this order when bytes() is asked for.
  /// Writes `value`, little endian, over the whole place. At most 8 bytes wide.
  EvtxWriter& corrupt(std::string_view place, std::uint64_t value);
  /// Writes `bytes` at the start of the place; they may run past its end.
  EvtxWriter& overwrite(std::string_view place, std::string bytes);
  /// Fills a chunk with zeros.
  EvtxWriter& zero_chunk(std::size_t index);
  /// Appends chunks of zeros, as preallocation leaves them; the header does not count them.
  EvtxWriter& preallocate(std::size_t chunks);
  /// Sets the dirty flag.
  EvtxWriter& dirty();
  /// Leaves checksums as they were before the damage. Else they are made right again, except where
  /// a place is itself a checksum.
  EvtxWriter& keep_crc();
  /// Keeps the first `size` bytes of the file.
  EvtxWriter& truncate(std::size_t size);

  /// The file. Can be asked for again, and after more was added.
  [[nodiscard]] std::string bytes() const;
  /// Where things lie in bytes(), before the damage.
  [[nodiscard]] Layout layout() const;

 private:
  struct Chunk {
    std::string bytes;
    std::vector<std::pair<std::string, Place>> places;
  };
  struct Damage {
    enum class Kind : std::uint8_t { value, bytes, zero } kind = Kind::value;
    std::string place;
    std::uint64_t value = 0;
    std::string bytes;
  };

  void close();
  [[nodiscard]] std::vector<Chunk> all_chunks() const;
  std::string assemble(Layout& layout) const;
  void damage(std::string& file, const Layout& layout) const;

  EvtxOptions options_;
  std::vector<Chunk> chunks_;
  std::unique_ptr<ChunkBuilder> open_;
  std::uint64_t next_id_;
  std::uint64_t next_number_;
  std::size_t wrapped_ = 0;
  std::vector<Damage> damages_;
  std::size_t preallocated_ = 0;
  bool dirty_ = false;
  bool keep_crc_ = false;
  std::size_t kept_size_ = SIZE_MAX;
};

/// Writes records to a seekable stream, holding one chunk at a time. finish() completes the file;
/// the stream must outlive it.
class EvtxStream {
 public:
  explicit EvtxStream(std::ostream& out, EvtxOptions options = {});
  EvtxStream& add(const WinRecord& record);
  /// The same, but only where the record fits the chunk that is being filled; else false, and
  /// nothing is done.
  bool add_to_chunk(const WinRecord& record);
  void finish();
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::size_t chunks() const { return chunks_; }

 private:
  void close();

  std::ostream& out_;
  EvtxOptions options_;
  std::unique_ptr<ChunkBuilder> open_;
  std::uint64_t next_id_;
  std::uint64_t records_ = 0;
  std::size_t chunks_ = 0;
};

}  // namespace stemma::support
