// zlib is given raw deflate data and the gzip frame is read here, so that a wrong checksum still
// leaves the bytes and each member's end is known exactly.
#include "parsers/common/gunzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace stemma {
namespace {

constexpr std::size_t kBlock = 256u << 10;  // unpacked bytes per step

constexpr unsigned kHasHeaderCrc = 2, kHasExtra = 4, kHasName = 8, kHasComment = 16,
                   kReserved = 0xE0;  // RFC 1952, FLG

unsigned byte_at(std::span<const std::byte> data, std::size_t at) {
  return std::to_integer<unsigned>(data[at]);
}

std::uint32_t little32(std::span<const std::byte> data, std::size_t at) {
  return byte_at(data, at) | (byte_at(data, at + 1) << 8) | (byte_at(data, at + 2) << 16) |
         (byte_at(data, at + 3) << 24);
}

Fault fault(Defect what, std::uint64_t offset, std::uint64_t need, std::uint64_t have,
            const char* field) {
  return Fault{what, offset, need, have, field};
}

/// Length of the member header at `at`, or what is wrong with it.
Result<std::size_t> header_length(std::span<const std::byte> data, std::size_t at) {
  constexpr std::size_t kFixed = 10;
  if (data.size() - at < kFixed)
    return tl::unexpected(fault(Defect::truncated, at, kFixed, data.size() - at, "gzip header"));
  const unsigned flags = byte_at(data, at + 3);
  if ((flags & kReserved) != 0)
    return tl::unexpected(fault(Defect::bad_compression, at + 3, 0, flags, "gzip flags"));
  std::size_t length = kFixed;
  const auto need = [&](std::size_t more) { return more <= data.size() - at - length; };
  if ((flags & kHasExtra) != 0) {
    if (!need(2))
      return tl::unexpected(
          fault(Defect::truncated, at, length + 2, data.size() - at, "gzip extra field"));
    const std::size_t extra = byte_at(data, at + length) | (byte_at(data, at + length + 1) << 8);
    length += 2;
    if (!need(extra))
      return tl::unexpected(
          fault(Defect::truncated, at, length + extra, data.size() - at, "gzip extra field"));
    length += extra;
  }
  for (const unsigned text : {kHasName, kHasComment}) {
    if ((flags & text) == 0) continue;
    const auto rest = data.subspan(at + length);
    const auto end = std::find(rest.begin(), rest.end(), std::byte{0});
    if (end == rest.end())
      return tl::unexpected(
          fault(Defect::truncated, at, length + rest.size() + 1, data.size() - at, "gzip name"));
    length += static_cast<std::size_t>(end - rest.begin()) + 1;
  }
  if ((flags & kHasHeaderCrc) != 0) {
    if (!need(2))
      return tl::unexpected(
          fault(Defect::truncated, at, length + 2, data.size() - at, "gzip header checksum"));
    length += 2;
  }
  return length;
}

/// A zlib stream of raw deflate data, ended when it goes.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, -MAX_WBITS) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

enum class Step { member_done, stop };

/// Unpacks one member's deflate data at result.packed_used and checks its trailer.
Step unpack_member(std::span<const std::byte> packed, std::size_t header,
                   const GunzipLimits& limits, Unpacked& result) {
  Inflater inflater;
  const std::uint64_t start = result.packed_used;
  if (!inflater.ready()) {
    result.fault = fault(Defect::bad_compression, start, 0, 0, "zlib has no memory");
    return Step::stop;
  }
  z_stream& stream = inflater.stream();
  std::size_t at = static_cast<std::size_t>(start) + header;
  const std::size_t member_start = result.bytes.size();
  uLong crc = crc32(0, nullptr, 0);
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    const std::uint64_t have = result.bytes.size();
    const std::uint64_t by_ratio = at > std::numeric_limits<std::uint64_t>::max() / limits.max_ratio
                                       ? limits.max_unpacked
                                       : limits.max_ratio * at;
    const std::uint64_t cap = std::min(
        limits.max_unpacked, std::max(by_ratio, std::min(kUnpackRatioFrom, limits.max_unpacked)));
    // One byte beyond the cap is asked for, to tell a stream that ends there from one that goes on.
    const auto room =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, cap - std::min(cap, have) + 1));
    result.bytes.resize(result.bytes.size() + room);
    const auto input = static_cast<uInt>(std::min<std::size_t>(packed.size() - at, 1u << 30));
    // zlib reads the input only; its interface predates const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + at));
    stream.avail_in = input;
    stream.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + have);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = room - stream.avail_out;
    const std::size_t used = input - stream.avail_in;
    at += used;
    result.bytes.resize(static_cast<std::size_t>(have) + got);
    crc = crc32(crc, reinterpret_cast<const Bytef*>(result.bytes.data() + have),
                static_cast<uInt>(got));
    if (result.bytes.size() > cap) {
      result.bytes.resize(static_cast<std::size_t>(cap));
      result.packed_used = at;
      result.fault = fault(Defect::limit_exceeded, at, cap + 1, cap,
                           cap == limits.max_unpacked ? "unpacked size" : "unpack ratio");
      return Step::stop;
    }
    if (state == Z_STREAM_END) break;
    const bool starved = at >= packed.size() && got == 0;
    if ((state == Z_OK || state == Z_BUF_ERROR) && !starved && (got > 0 || used > 0)) continue;
    result.packed_used = at;
    result.fault = starved && (state == Z_OK || state == Z_BUF_ERROR)
                       ? fault(Defect::truncated, at, 1, 0, "deflate data")
                       : fault(Defect::bad_compression, at, 0, 0, "deflate data");
    return Step::stop;
  }
  constexpr std::size_t kTrailer = 8;
  if (packed.size() - at < kTrailer) {
    result.packed_used = packed.size();
    result.fault = fault(Defect::truncated, at, kTrailer, packed.size() - at, "gzip trailer");
    return Step::stop;
  }
  const std::uint32_t stored_crc = little32(packed, at);
  const std::uint32_t stored_size = little32(packed, at + 4);
  const auto size = static_cast<std::uint32_t>(result.bytes.size() - member_start);
  if (!result.fault && stored_crc != crc)
    result.fault = fault(Defect::checksum_mismatch, at, stored_crc, crc, "gzip checksum");
  if (!result.fault && stored_size != size)
    result.fault = fault(Defect::checksum_mismatch, at + 4, stored_size, size, "gzip size");
  result.packed_used = at + kTrailer;
  ++result.members;
  return Step::member_done;
}

}  // namespace

bool is_gzip(std::span<const std::byte> packed) {
  return packed.size() >= 3 && byte_at(packed, 0) == 0x1F && byte_at(packed, 1) == 0x8B &&
         byte_at(packed, 2) == 0x08;
}

Unpacked gunzip(std::span<const std::byte> packed, const GunzipLimits& limits) {
  Unpacked result;
  if (!is_gzip(packed)) {
    result.fault = fault(Defect::bad_magic, 0, 3, packed.size(), "gzip header");
    return result;
  }
  while (result.packed_used < packed.size()) {
    const auto at = static_cast<std::size_t>(result.packed_used);
    if (!is_gzip(packed.subspan(at))) {
      const auto rest = packed.subspan(at);
      const bool padding =
          std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0}; });
      if (!padding && !result.fault)
        result.fault =
            fault(Defect::bad_compression, at, 0, rest.size(), "data behind the last gzip member");
      break;
    }
    const Result<std::size_t> header = header_length(packed, at);
    if (!header) {
      result.fault = header.error();
      break;
    }
    if (unpack_member(packed, *header, limits, result) == Step::stop) break;
  }
  return result;
}

}  // namespace stemma
