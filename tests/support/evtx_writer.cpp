#include "tests/support/evtx_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <stdexcept>

namespace stemma::support {

namespace {

constexpr std::size_t kFileFlagsAt = 120;
constexpr std::size_t kFileCrcAt = 124;

void put_le_at(std::string& file, std::size_t at, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) file[at + i] = static_cast<char>(value >> (8 * i));
}

void put_file_crc(std::string& file) {
  put_le_at(file, kFileCrcAt, 4, crc32_of(std::string_view{file}.substr(0, kFileFlagsAt)));
}

std::string file_header(const EvtxOptions& options, std::size_t first_chunk, std::size_t last_chunk,
                        std::uint64_t next_id, std::size_t chunk_count, std::uint32_t flags) {
  std::string out = "ElfFile";
  out.push_back('\0');
  append_le(out, std::uint64_t{first_chunk});
  append_le(out, std::uint64_t{last_chunk});
  append_le(out, next_id);
  append_le(out, std::uint32_t{128});
  append_le(out, options.minor_version);
  append_le(out, std::uint16_t{3});
  append_le(out, static_cast<std::uint16_t>(kFileHeaderSize));
  append_le(out, static_cast<std::uint16_t>(chunk_count));
  out.resize(kFileFlagsAt, '\0');
  append_le(out, flags);
  append_le(out, std::uint32_t{0});
  out.resize(kFileHeaderSize, '\0');
  put_file_crc(out);
  return out;
}

void add_header_places(Layout& layout) {
  layout.add("file.signature", 0, 8);
  layout.add("file.first_chunk", 8, 8);
  layout.add("file.last_chunk", 16, 8);
  layout.add("file.next_record_id", 24, 8);
  layout.add("file.header_size", 32, 4);
  layout.add("file.minor_version", 36, 2);
  layout.add("file.major_version", 38, 2);
  layout.add("file.header_block_size", 40, 2);
  layout.add("file.chunk_count", 42, 2);
  layout.add("file.flags", kFileFlagsAt, 4);
  layout.add("file.crc", kFileCrcAt, 4);
}

[[noreturn]] void does_not_fit() {
  throw std::length_error("a record must fit into one chunk of 65536 bytes");
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

const Place& Layout::at(std::string_view name) const {
  const auto found = places_.find(name);
  if (found == places_.end()) throw std::out_of_range("no such place: " + std::string(name));
  return found->second;
}

EvtxWriter::EvtxWriter(EvtxOptions options)
    : options_(options),
      next_id_(options.first_record_number),
      next_number_(options.first_record_number) {}

EvtxWriter& EvtxWriter::add(const WinRecord& record) {
  const std::uint64_t id = record.record_id != 0 ? record.record_id : next_id_;
  if (open_ && open_->has_stale()) close();
  if (!open_) chunk();
  if (!open_->add(record, id)) {
    close();
    chunk();
    if (!open_->add(record, id)) does_not_fit();
  }
  next_id_ = id + 1;
  return *this;
}

EvtxWriter& EvtxWriter::add(const std::vector<WinRecord>& records) {
  for (const WinRecord& each : records) add(each);
  return *this;
}

EvtxWriter& EvtxWriter::chunk() {
  close();
  open_ = std::make_unique<ChunkBuilder>(next_number_, true);
  return *this;
}

EvtxWriter& EvtxWriter::stale(const WinRecord& record) {
  if (!open_) chunk();
  const std::uint64_t id = record.record_id != 0 ? record.record_id : 1;
  if (!open_->add_stale(record, id)) does_not_fit();
  return *this;
}

EvtxWriter& EvtxWriter::wrap(std::size_t chunks_in_front) {
  wrapped_ = chunks_in_front;
  return *this;
}

EvtxWriter& EvtxWriter::corrupt(std::string_view place, std::uint64_t value) {
  damages_.push_back({Damage::Kind::value, std::string(place), value, {}});
  return *this;
}

EvtxWriter& EvtxWriter::overwrite(std::string_view place, std::string bytes) {
  damages_.push_back({Damage::Kind::bytes, std::string(place), 0, std::move(bytes)});
  return *this;
}

EvtxWriter& EvtxWriter::zero_chunk(std::size_t index) {
  damages_.push_back({Damage::Kind::zero, fmt::format("chunk[{}]", index), 0, {}});
  return *this;
}

EvtxWriter& EvtxWriter::preallocate(std::size_t chunks) {
  preallocated_ += chunks;
  return *this;
}

EvtxWriter& EvtxWriter::dirty() {
  dirty_ = true;
  return *this;
}

EvtxWriter& EvtxWriter::keep_crc() {
  keep_crc_ = true;
  return *this;
}

EvtxWriter& EvtxWriter::truncate(std::size_t size) {
  kept_size_ = size;
  return *this;
}

void EvtxWriter::close() {
  if (!open_) return;
  next_number_ = open_->next_number();
  Chunk done;
  done.bytes = open_->finish();
  done.places = open_->places();
  chunks_.push_back(std::move(done));
  open_.reset();
}

std::vector<EvtxWriter::Chunk> EvtxWriter::all_chunks() const {
  std::vector<Chunk> out = chunks_;
  if (open_) {
    ChunkBuilder copy = *open_;
    Chunk last;
    last.bytes = copy.finish();
    last.places = copy.places();
    out.push_back(std::move(last));
  }
  // A log that wrapped: the newest chunks have taken the place of the oldest at the front.
  if (wrapped_ > 0 && wrapped_ < out.size())
    std::rotate(out.begin(), out.end() - static_cast<std::ptrdiff_t>(wrapped_), out.end());
  return out;
}

std::string EvtxWriter::assemble(Layout& layout) const {
  const std::vector<Chunk> chunks = all_chunks();
  const bool wrapped = wrapped_ > 0 && wrapped_ < chunks.size();
  const std::size_t first = wrapped ? wrapped_ : 0;
  const std::size_t last = wrapped ? wrapped_ - 1 : chunks.empty() ? 0 : chunks.size() - 1;
  std::string file = file_header(options_, first, last, next_id_, chunks.size(), dirty_ ? 1U : 0U);
  add_header_places(layout);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::size_t at = file.size();
    const std::string name = fmt::format("chunk[{}]", i);
    layout.add(name, at, kChunkSize);
    for (const auto& [what, place] : chunks[i].places)
      layout.add(name + '.' + what, at + place.offset, place.size);
    file += chunks[i].bytes;
  }
  file.append(preallocated_ * kChunkSize, '\0');
  return file;
}

void EvtxWriter::damage(std::string& file, const Layout& layout) const {
  const auto is_crc = [](const Damage& each) {
    return ends_with(each.place, "_crc") || each.place == "file.crc";
  };
  const auto apply = [&](const Damage& each) {
    const Place& place = layout.at(each.place);
    const auto at = static_cast<std::size_t>(place.offset);
    if (each.kind == Damage::Kind::zero) {
      std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(at), place.size, '\0');
    } else if (each.kind == Damage::Kind::bytes) {
      if (each.bytes.size() > file.size() - at)
        throw std::length_error("damage past the file's end");
      file.replace(at, each.bytes.size(), each.bytes);
    } else {
      if (place.size > 8) throw std::length_error("place wider than a number: " + each.place);
      put_le_at(file, at, place.size, each.value);
    }
  };
  for (const Damage& each : damages_)
    if (!is_crc(each)) apply(each);
  if (!keep_crc_) {
    put_file_crc(file);
    for (std::size_t i = 0; layout.has(fmt::format("chunk[{}]", i)); ++i) {
      const std::string name = fmt::format("chunk[{}]", i);
      const bool zeroed =
          std::any_of(damages_.begin(), damages_.end(), [&name](const Damage& each) {
            return each.kind == Damage::Kind::zero && each.place == name;
          });
      if (zeroed) continue;
      const auto at = static_cast<std::size_t>(layout.at(name).offset);
      std::uint32_t end = 0;
      for (unsigned b = 0; b < 4; ++b)
        end |= std::uint32_t{static_cast<unsigned char>(file[at + 48 + b])} << (8 * b);
      if (end < kChunkHeaderSize || end > kChunkSize) end = kChunkSize;
      put_chunk_crcs(file, at, end);
    }
  }
  for (const Damage& each : damages_)
    if (is_crc(each)) apply(each);
}

std::string EvtxWriter::bytes() const {
  Layout layout;
  std::string file = assemble(layout);
  if (!damages_.empty()) damage(file, layout);
  if (kept_size_ < file.size()) file.resize(kept_size_);
  return file;
}

Layout EvtxWriter::layout() const {
  Layout layout;
  assemble(layout);
  return layout;
}

EvtxStream::EvtxStream(std::ostream& out, EvtxOptions options)
    : out_(out), options_(options), next_id_(options.first_record_number) {
  out_ << std::string(kFileHeaderSize, '\0');
}

EvtxStream& EvtxStream::add(const WinRecord& record) {
  const std::uint64_t id = record.record_id != 0 ? record.record_id : next_id_;
  const std::uint64_t number = options_.first_record_number + records_;
  if (!open_) open_ = std::make_unique<ChunkBuilder>(number, false);
  if (!open_->add(record, id)) {
    close();
    open_ = std::make_unique<ChunkBuilder>(number, false);
    if (!open_->add(record, id)) does_not_fit();
  }
  next_id_ = id + 1;
  ++records_;
  return *this;
}

bool EvtxStream::add_to_chunk(const WinRecord& record) {
  const std::uint64_t id = record.record_id != 0 ? record.record_id : next_id_;
  if (!open_ || !open_->add(record, id)) return false;
  next_id_ = id + 1;
  ++records_;
  return true;
}

void EvtxStream::close() {
  if (!open_) return;
  const std::string bytes = open_->finish();
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ++chunks_;
  open_.reset();
}

void EvtxStream::finish() {
  close();
  out_.seekp(0);
  const std::string header =
      file_header(options_, 0, chunks_ == 0 ? 0 : chunks_ - 1, next_id_, chunks_, 0);
  out_.write(header.data(), static_cast<std::streamsize>(header.size()));
  out_.seekp(0, std::ios::end);
  out_.flush();
}

}  // namespace stemma::support
