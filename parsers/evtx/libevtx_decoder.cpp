// ChunkDecoder on libevtx. A chunk is given to libevtx as a file of its own, in memory: a made-up
// file header that counts one chunk, then a copy of the chunk. So a chunk is one domain of damage,
// chunks decode in parallel, and memory stays flat.
//
// libevtx lists the records it meets when it walks sizes from offset 512. So records are reached by
// runs: a run is records that follow one another without a gap. Where a run does not begin at 512,
// the header at 512 is made to reach right to it, and the run's records come second, third ... That
// writes over one record's header and over the four bytes before the run (libevtx wants both copies
// of a size to agree): bytes that nothing refers to in a sound chunk. The survey of a record
// (binxml_survey.hpp) comes after that, on the copy, so that it sees what libevtx will see; what
// libevtx must not see is refused there.
//
// Cost: libevtx takes about 100 us a record, and about 200 us to open a chunk.
#include <libbfio.h>
#include <libevtx.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "parsers/evtx/binxml_survey.hpp"
#include "parsers/evtx/record_xml.hpp"
#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/winlog/event_xml.hpp"

// The header declares it only where libbfio is announced by a macro; the library always has it.
extern "C" int libevtx_file_open_file_io_handle(libevtx_file_t* file,
                                                libbfio_handle_t* file_io_handle, int access_flags,
                                                libevtx_error_t** error);

namespace stemma::evtx {
namespace {

struct ErrorSlot {
  libevtx_error_t* error = nullptr;
  ErrorSlot() = default;
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;
  ~ErrorSlot() { clear(); }
  libevtx_error_t** out() {
    clear();
    return &error;
  }
  void clear() {
    if (error != nullptr) libevtx_error_free(&error);
  }
};

// libbfio and libevtx share one error type (libcerror), each under its own name.
libbfio_error_t** as_bfio(libevtx_error_t** error) {
  return reinterpret_cast<libbfio_error_t**>(error);
}

struct RecordHandle {
  libevtx_record_t* record = nullptr;
  RecordHandle() = default;
  RecordHandle(const RecordHandle&) = delete;
  RecordHandle& operator=(const RecordHandle&) = delete;
  ~RecordHandle() {
    if (record != nullptr) libevtx_record_free(&record, nullptr);
  }
};

/// A file in memory, open in libevtx.
class MemoryFile {
 public:
  MemoryFile() = default;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(); }

  /// `bytes` is borrowed until close().
  bool open(std::span<std::byte> bytes) {
    close();
    ErrorSlot error;
    if (libbfio_memory_range_initialize(&io_, as_bfio(error.out())) != 1 ||
        libbfio_memory_range_set(io_, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(),
                                 as_bfio(error.out())) != 1 ||
        libevtx_file_initialize(&file_, error.out()) != 1 ||
        libevtx_file_open_file_io_handle(file_, io_, LIBEVTX_OPEN_READ, error.out()) != 1) {
      close();
      return false;
    }
    open_ = true;
    return true;
  }

  void close() {
    if (open_) libevtx_file_close(file_, nullptr);
    if (file_ != nullptr) libevtx_file_free(&file_, nullptr);
    if (io_ != nullptr) libbfio_handle_free(&io_, nullptr);
    open_ = false;
  }

  [[nodiscard]] bool is_open() const { return open_; }

  /// XML of record `index`, with the terminating zero. The record must have the id `id` (libevtx
  /// 20181227 tells no offsets). False where libevtx cannot.
  bool xml(int index, std::uint64_t id, std::string& out) {
    ErrorSlot error;
    int count = 0;
    if (libevtx_file_get_number_of_records(file_, &count, error.out()) != 1 || index >= count)
      return false;
    RecordHandle handle;
    if (libevtx_file_get_record_by_index(file_, index, &handle.record, error.out()) != 1)
      return false;
    std::uint64_t found = 0;
    if (libevtx_record_get_identifier(handle.record, &found, error.out()) != 1 || found != id)
      return false;
    std::size_t size = 0;
    if (libevtx_record_get_utf8_xml_string_size(handle.record, &size, error.out()) != 1)
      return false;
    if (size == 0 || size > kMaxEventXml) return false;
    out.resize(size);
    return libevtx_record_get_utf8_xml_string(
               handle.record, reinterpret_cast<std::uint8_t*>(out.data()), size, error.out()) == 1;
  }

 private:
  libbfio_handle_t* io_ = nullptr;
  libevtx_file_t* file_ = nullptr;
  bool open_ = false;
};

constexpr std::uint32_t kRecordSignature = 0x0000'2A2A;

template <class Number>
void put(std::span<std::byte> bytes, std::size_t at, Number value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

bool is_padded_hex(std::string_view text) {
  if ((text.size() != 10 && text.size() != 18) || text[0] != '0' || text[1] != 'x' ||
      text[2] != '0')
    return false;
  return text.substr(2).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class LibevtxDecoder final : public ChunkDecoder {
 public:
  /// @param kept  where set, gets the XML of each record, with its terminating zero
  explicit LibevtxDecoder(std::string* kept = nullptr)
      : buffer_(kFileHeaderSize + kChunkSize), kept_(kept) {
    const std::span<std::byte> file(buffer_);
    std::memcpy(file.data(), "ElfFile", 8);
    put<std::uint64_t>(file, 24, 1);  // next record id: not looked at
    put<std::uint32_t>(file, 32, kFileHeaderUsed);
    put<std::uint16_t>(file, 36, 1);
    put<std::uint16_t>(file, 38, 3);
    put<std::uint16_t>(file, 40, kFileHeaderSize);
    put<std::uint16_t>(file, 42, 1);
    put<std::uint32_t>(file, 124, crc32(Bytes(buffer_).first(120)));
    copy_ = file.subspan(kFileHeaderSize);
  }

  void begin(const ChunkView& chunk) override {
    file_.close();
    view_ = chunk;
    entered_ = {};
    runs_.clear();
    const std::vector<RecordPlace>& live = chunk.scan->live;
    std::uint32_t end = 0;
    for (std::size_t i = 0; i < live.size(); ++i) {
      if (runs_.empty() || live[i].offset != end || !is_aligned(live[i])) runs_.push_back({i, 0});
      ++runs_.back().count;
      end = live[i].offset + live[i].size;
    }
  }

  Result<DecodeNotes> decode(const RecordPlace& place, WinEvent& event) override {
    event.clear();
    const std::span<const RecordPlace> run = run_of(place);
    if (!is_reachable(run)) {
      return refuse({Defect::undecodable_record, place.offset, kRecordUnit, place.size,
                     "record offset or size"});
    }
    if (entered_.data() != run.data() || entered_.size() != run.size() || place.recovered)
      enter(run);
    const std::uint32_t begin = place.offset + kRecordHeaderSize;
    const std::uint32_t end = place.offset + place.size - 4;
    const Result<Survey> surveyed = survey_.run(copy_, begin, end);
    if (!surveyed) return refuse(surveyed.error());
    if (surveyed->changed) {
      // libevtx keeps what it has read, so it must read the mended copy anew. And what was mended
      // must not have been anything but text: only a chunk whose parts overlap on purpose changes
      // again.
      file_.close();
      frame(run);
      const Result<Survey> again = survey_.run(copy_, begin, end);
      if (!again) return refuse(again.error());
      if (again->changed)
        return refuse({Defect::undecodable_record, place.offset, 0, 0, "texts that overlap"});
    }
    const auto index =
        static_cast<int>(&place_in(run, place) - run.data()) + (starts_at_front(run) ? 0 : 1);
    if ((!file_.is_open() && !file_.open(buffer_)) || !file_.xml(index, place.id, xml_)) {
      return refuse({Defect::undecodable_record, place.offset, 0, 0, "binary xml"});
    }
    if (kept_ != nullptr) *kept_ = xml_;
    const Result<void> parsed = reader_.read_in_place(xml_, event);
    if (!parsed) return refuse({parsed.error().what, place.offset, 0, 0, parsed.error().field});
    normalize(event);
    return DecodeNotes{surveyed->replaced_surrogates, surveyed->replaced_zeros};
  }

 private:
  struct Run {
    std::size_t first = 0;  ///< in scan->live
    std::size_t count = 0;
  };

  // Real records begin and end at multiples of 8. libevtx goes through a chunk in words of four
  // bytes, and reads past its end where it got out of step (seen with valgrind): such records are
  // not shown to it.
  static constexpr std::uint32_t kRecordUnit = 4;
  static bool is_aligned(const RecordPlace& place) {
    return place.offset % kRecordUnit == 0 && place.size % kRecordUnit == 0;
  }
  static bool starts_at_front(std::span<const RecordPlace> run) {
    return run.front().offset == kChunkHeaderSize;
  }
  static bool is_reachable(std::span<const RecordPlace> run) {
    return is_aligned(run.front()) &&
           (starts_at_front(run) || run.front().offset - kChunkHeaderSize >= kMinRecordSize);
  }

  // Faults of the chunk, told with offsets of the file.
  [[nodiscard]] tl::unexpected<Fault> refuse(Fault fault) const {
    fault.offset += view_.offset;
    return tl::unexpected(fault);
  }

  // The run that `place` belongs to; a stale record is a run of its own.
  [[nodiscard]] std::span<const RecordPlace> run_of(const RecordPlace& place) const {
    const std::span<const RecordPlace> live(view_.scan->live);
    for (const Run& run : runs_) {
      const std::span<const RecordPlace> records = live.subspan(run.first, run.count);
      if (place.recovered || place.offset < records.front().offset ||
          place.offset > records.back().offset)
        continue;
      if (place_in(records, place).offset == place.offset) return records;
    }
    return {&place, 1};
  }

  static const RecordPlace& place_in(std::span<const RecordPlace> run, const RecordPlace& place) {
    const auto found = std::lower_bound(
        run.begin(), run.end(), place.offset,
        [](const RecordPlace& entry, std::uint32_t offset) { return entry.offset < offset; });
    return found == run.end() ? run.back() : *found;
  }

  void enter(std::span<const RecordPlace> run) {
    file_.close();
    entered_ = run;
    survey_.begin();
    std::memcpy(copy_.data(), view_.bytes.data(), view_.bytes.size());
    std::memset(copy_.data() + view_.bytes.size(), 0, kChunkSize - view_.bytes.size());
    frame(run);
  }

  // Writes into the copy all that makes libevtx list the run and nothing else.
  void frame(std::span<const RecordPlace> run) {
    const auto front = static_cast<std::uint32_t>(kChunkHeaderSize);
    const std::uint32_t begin = run.front().offset;
    const std::uint32_t end = run.back().offset + run.back().size;
    const std::uint64_t before = starts_at_front(run) ? 0 : 1;
    for (const RecordPlace& place : run) {
      std::memcpy(copy_.data() + place.offset, view_.bytes.data() + place.offset,
                  kRecordHeaderSize);
      put<std::uint32_t>(copy_, place.offset + place.size - 4, place.size);
    }
    if (before != 0) {
      put<std::uint32_t>(copy_, front, kRecordSignature);
      put<std::uint32_t>(copy_, front + 4, begin - front);
      put<std::uint64_t>(copy_, front + 8, run.front().id - 1);
      put<std::uint32_t>(copy_, begin - 4, begin - front);
    }
    // What follows must not look like records: libevtx would go on to recover them, and may get out
    // of step over it.
    for (std::uint32_t at = end; at < kChunkSize; at += kRecordUnit) {
      if (le<std::uint32_t>(Bytes(copy_.data(), copy_.size()), at) == kRecordSignature)
        put<std::uint32_t>(copy_, at, 0);
    }
    // What libevtx reads of the chunk's header. Checksums are not made right: it only sets a flag.
    put<std::uint64_t>(copy_, 8, 1);
    put<std::uint64_t>(copy_, 16, run.size() + before);
    put<std::uint64_t>(copy_, 24, run.front().id - before);
    put<std::uint64_t>(copy_, 32, run.back().id);
    put<std::uint32_t>(copy_, 40, 128);
    put<std::uint32_t>(copy_, 44, run.back().offset);
    put<std::uint32_t>(copy_, 48, end);
  }

  // libevtx writes HexInt32 and HexInt64 with all their zeros, Windows without. Its XML does not
  // say which texts those are: in Sysmon's events they are two by name (others are strings that
  // look alike), elsewhere every such text is taken for one.
  void normalize(WinEvent& event) {
    if (event.time_created && event.time_created->digits == 9)
      event.time_created->digits = 7;  // FILETIME counts 100 ns
    const bool sysmon = event.provider_name == "Microsoft-Windows-Sysmon";
    for (WinDataItem& item : event.event_data) {
      if (!is_padded_hex(item.value)) continue;
      if (sysmon && item.name != "LogonId" && item.name != "GrantedAccess") continue;
      item.value = without_padding(item.value);
    }
    for (WinDataItem& item : event.user_data) {
      if (is_padded_hex(item.value)) item.value = without_padding(item.value);
    }
  }

  // Moves `0x` up to the first digit that counts, inside the XML that the text lies in.
  std::string_view without_padding(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of('0', 2), text.size() - 1);
    if (text.data() < xml_.data() || text.data() + text.size() > xml_.data() + xml_.size())
      return text;
    char* const start = xml_.data() + (text.data() - xml_.data()) + first - 2;
    start[0] = '0';
    start[1] = 'x';
    return {start, text.size() - first + 2};
  }

  std::vector<std::byte> buffer_;
  std::span<std::byte> copy_;  // the chunk in buffer_
  ChunkView view_;
  std::vector<Run> runs_;
  std::span<const RecordPlace> entered_;  // the run that the copy is arranged for
  MemoryFile file_;
  BinXmlSurvey survey_;
  std::string xml_;
  std::string* kept_;
  EventXmlReader reader_;
};

}  // namespace

std::unique_ptr<ChunkDecoder> make_libevtx_decoder() {
  return std::make_unique<LibevtxDecoder>();
}

}  // namespace stemma::evtx

namespace stemma {

std::string record_xml(std::span<const std::byte> file, std::uint64_t offset) {
  using namespace evtx;
  if (offset >= file.size()) return {};
  const Slot slot = slot_at(file, offset);
  if (!slot.chunk || slot.length < kChunkHeaderSize) return {};
  const Bytes chunk = file.subspan(slot.offset, slot.length);
  RecordPlace place;
  if (!read_record_place(chunk, static_cast<std::uint32_t>(offset - slot.offset), place)) return {};
  ChunkScan scan;
  scan_chunk(chunk, false, scan);
  place.recovered = std::none_of(scan.live.begin(), scan.live.end(), [&](const RecordPlace& live) {
    return live.offset == place.offset;
  });
  const FileHeader header = read_file_header(file);
  std::string xml;
  LibevtxDecoder decoder(&xml);
  decoder.begin({chunk, slot.offset, &header, &scan});
  WinEvent event;
  static_cast<void>(decoder.decode(place, event));
  while (!xml.empty() && xml.back() == '\0') xml.pop_back();
  return xml;
}

}  // namespace stemma
