#include "parsers/azure_guest/zip_members.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace stemma::azure_guest {
namespace {

// Local header, little-endian (PKWARE APPNOTE, 4.3.7):
//
//    0  4  signature `PK\3\4`     14  4  CRC-32
//    6  2  flags                  18  4  packed size
//    8  2  method                 22  4  size
//   10  4  time, date             26  2  length of the name, then 2 of the extra field
constexpr std::size_t kHeader = 30;
constexpr std::string_view kLocal = "PK\3\4";
constexpr std::string_view kDirectory = "PK\1\2";
constexpr std::string_view kEnd = "PK\5\6";
constexpr std::uint32_t kEncrypted = 1u << 0;
constexpr std::uint32_t kSizesBehind = 1u << 3;  // in a descriptor, once the data was written
constexpr std::uint32_t kStored = 0;
constexpr std::uint32_t kDeflated = 8;
constexpr std::uint64_t kNoSize = 0xFFFFFFFFu;  // ZIP64 has it elsewhere

std::uint32_t number(std::string_view file, std::uint64_t at, unsigned bytes) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(file[at + i])) << (8 * i);
  return value;
}

}  // namespace

bool is_zip(std::string_view file) {
  return file.size() >= kHeader && file.substr(0, 4) == kLocal;
}

std::optional<ZipMember> ZipReader::next() {
  if (fault_ || at_ >= file_.size()) return std::nullopt;
  const std::string_view rest = file_.substr(at_);
  const auto stop = [&](Defect what, const char* field, std::uint64_t need = 0,
                        std::uint64_t have = 0) {
    fault_ = Fault{what, at_, need, have, field};
    return std::nullopt;
  };
  const std::string_view signature = rest.substr(0, 4);
  if (signature == kDirectory || signature == kEnd) return std::nullopt;
  if (signature != kLocal) return stop(Defect::bad_magic, "local header of a member");
  if (rest.size() < kHeader) return stop(Defect::truncated, "local header", kHeader, rest.size());
  if (members_++ == kMaxMembers) return stop(Defect::limit_exceeded, "members", 0, kMaxMembers);
  const std::uint32_t flags = number(rest, 6, 2);
  const std::uint32_t method = number(rest, 8, 2);
  const std::uint64_t names = std::uint64_t{number(rest, 26, 2)} + number(rest, 28, 2);
  if (names > rest.size() - kHeader)
    return stop(Defect::truncated, "name of a member", names, rest.size() - kHeader);
  ZipMember member;
  member.name = rest.substr(kHeader, number(rest, 26, 2));
  member.offset = at_;
  member.data = at_ + kHeader + names;
  member.packed = number(rest, 18, 4);
  member.checksum = number(rest, 14, 4);
  member.stored = method == kStored;
  if ((flags & kEncrypted) != 0) return stop(Defect::bad_header, "a member is encrypted");
  if ((flags & kSizesBehind) != 0)
    return stop(Defect::bad_header, "a member's size is not in its header");
  if (method != kStored && method != kDeflated)
    return stop(Defect::bad_compression, "method", kDeflated, method);
  if (member.packed == kNoSize) return stop(Defect::limit_exceeded, "a member's size", kNoSize);
  const std::uint64_t there = file_.size() - member.data;
  if (member.packed > there) {
    fault_ = Fault{Defect::truncated, member.data, member.packed, there, "a member"};
    member.packed = there;
  }
  member.length = member.data + member.packed - member.offset;
  at_ = member.data + member.packed;
  return member;
}

MemberContent unpack_member(std::string_view file, const ZipMember& member, std::size_t cap) {
  MemberContent content;
  const std::string_view packed = file.substr(member.data, member.packed);
  if (member.stored) {
    content.bytes = packed.substr(0, cap);
    if (packed.size() > cap)
      content.fault =
          Fault{Defect::limit_exceeded, member.offset, packed.size(), cap, "member size"};
  } else {
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
      content.fault = Fault{Defect::bad_compression, member.offset, 0, 0, "deflate"};
      return content;
    }
    static_assert(std::numeric_limits<uInt>::max() >= kNoSize);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    const std::uint64_t most =
        std::min<std::uint64_t>(cap, std::max(kRatioFrom, packed.size() * kMaxMemberRatio));
    int state = Z_OK;
    while (state == Z_OK && content.bytes.size() < most) {
      const std::size_t before = content.bytes.size();
      const std::size_t room = std::min<std::uint64_t>(64u << 10, most - before);
      content.bytes.resize(before + room);
      stream.next_out = reinterpret_cast<Bytef*>(content.bytes.data() + before);
      stream.avail_out = static_cast<uInt>(room);
      state = inflate(&stream, Z_NO_FLUSH);
      content.bytes.resize(before + room - stream.avail_out);
    }
    inflateEnd(&stream);
    if (state == Z_OK) {
      content.fault = Fault{Defect::limit_exceeded, member.offset, 0, most, "unpacked member size"};
    } else if (state == Z_BUF_ERROR) {
      content.fault = Fault{Defect::truncated, member.offset, 0, 0, "packed member"};
    } else if (state != Z_STREAM_END) {
      content.fault = Fault{Defect::bad_compression, member.offset, 0, 0, "packed member"};
    }
  }
  if (!content.fault) {
    const auto computed =
        static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.bytes.data()),
                                         static_cast<uInt>(content.bytes.size())));
    if (computed != member.checksum)
      content.fault =
          Fault{Defect::checksum_mismatch, member.offset, member.checksum, computed, "member"};
  }
  return content;
}

}  // namespace stemma::azure_guest
