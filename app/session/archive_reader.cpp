#include "app/session/archive_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "events/text.hpp"
#include "parsers/common/gunzip.hpp"

namespace stemma {
namespace {

constexpr std::size_t kTarBlock = 512;
constexpr std::size_t kTarMagic = 257;  // POSIX ustar, and GNU's
constexpr std::size_t kMaxMessage = 200;
constexpr std::size_t kMaxWarnings = 16;  // of a member: none has more than one

bool is_tar(std::span<const std::byte> bytes) {
  return bytes.size() >= kTarBlock && std::memcmp(bytes.data() + kTarMagic, "ustar", 5) == 0;
}

bool is_zip(std::span<const std::byte> bytes) {
  if (bytes.size() < 22 || std::memcmp(bytes.data(), "PK", 2) != 0) return false;
  // A member, or the end of an archive without one.
  return (bytes[2] == std::byte{3} && bytes[3] == std::byte{4}) ||
         (bytes[2] == std::byte{5} && bytes[3] == std::byte{6});
}

// libarchive turns names into the locale's letters, and in that of a program that set none, those
// beyond ASCII are lost; in a user's own, names would hang on who runs it. So it reads in UTF-8.
class Utf8Letters {
 public:
  Utf8Letters() : own_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_ != nullptr) before_ = ::uselocale(own_);
  }
  ~Utf8Letters() {
    if (own_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(own_);
  }
  Utf8Letters(const Utf8Letters&) = delete;
  Utf8Letters& operator=(const Utf8Letters&) = delete;

 private:
  locale_t own_;
  locale_t before_ = nullptr;
};

struct Closer {
  void operator()(archive* open) const { archive_read_free(open); }
};
using Open = std::unique_ptr<archive, Closer>;

std::string message_of(archive* open) {
  const char* text = archive_error_string(open);
  std::string_view said = std::string_view(text == nullptr ? "" : text).substr(0, kMaxMessage);
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
  std::string message = visible(said.empty() ? "no reason is given" : said);
  if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z' &&
      (message.size() < 2 || message[1] < 'A' || message[1] > 'Z'))
    message[0] = static_cast<char>(message[0] + 32);
  return message;
}

// Without `./` and `/` at the beginning; what is wrong with it, where it leads out.
std::string clean(std::string_view raw, std::string& wrong) {
  std::string name;
  for (std::size_t at = 0; at <= raw.size();) {
    std::size_t end = raw.find('/', at);
    if (end == std::string_view::npos) end = raw.size();
    const std::string_view part = raw.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") wrong = "its name leads out of the archive";
    if (!name.empty()) name += '/';
    name += part;
  }
  if (name.size() > kMaxMemberName) {
    name.resize(kMaxMemberName);
    wrong = fmt::format("its name has more than {} bytes", kMaxMemberName);
  }
  return name;
}

// What a gzip stream unpacks to, piece by piece: everything before a damage, and the damage.
// libarchive's own filter looks at no checksum, and loses what it has unpacked when a stream ends.
class GzipStream {
 public:
  explicit GzipStream(std::span<const std::byte> bytes) : bytes_(bytes), room_(kPiece) {
    // The sizes of zlib's own fields are asked here, so that it cannot fail later but for memory.
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) damage_ = "out of memory";
  }
  ~GzipStream() { inflateEnd(&stream_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Valid until the next call; empty at the end, or where damage() says why.
  std::span<const std::byte> next() {
    stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
    stream_.avail_out = static_cast<uInt>(room_.size());
    while (damage_.empty() && !ended_ && stream_.avail_out != 0) step();
    return std::span<const std::byte>(room_).first(room_.size() - stream_.avail_out);
  }
  [[nodiscard]] const std::string& damage() const { return damage_; }

 private:
  static constexpr std::size_t kPiece = 64u << 10;

  void step() {
    if (stream_.avail_in == 0 && at_ < bytes_.size()) {
      const std::size_t part = std::min<std::size_t>(bytes_.size() - at_, 1u << 20);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes_.data() + at_));
      stream_.avail_in = static_cast<uInt>(part);
      at_ += part;
    }
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      ended_ = !is_gzip(bytes_.last(bytes_.size() - at_ + stream_.avail_in));  // else one more
      if (!ended_ && inflateReset(&stream_) != Z_OK) damage_ = "out of memory";
    } else if (stream_.avail_in == 0 && at_ == bytes_.size() && stream_.avail_out != 0) {
      damage_ = "the gzip stream ends early";
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      damage_ = fmt::format("the gzip stream is damaged: {}",
                            stream_.msg == nullptr ? "no reason is given" : visible(stream_.msg));
    }
  }

  std::span<const std::byte> bytes_;
  std::vector<std::byte> room_;
  z_stream stream_ = {};
  std::size_t at_ = 0;  // handed to zlib so far
  bool ended_ = false;
  std::string damage_;
};

la_ssize_t read_gzip(archive*, void* stream, const void** piece) {
  const std::span<const std::byte> bytes = static_cast<GzipStream*>(stream)->next();
  *piece = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::function<bool(std::string_view)>& want,
         const std::function<void(ArchiveMember)>& visit)
      : bytes_(bytes), want_(want), visit_(visit) {}

  std::string run() {
    std::optional<GzipStream> gzip;
    if (is_gzip(bytes_)) gzip.emplace(bytes_);
    std::string ended = members(gzip ? &*gzip : nullptr);
    if (!gzip || !message_.empty()) return ended;
    while (gzip->damage().empty() && !gzip->next().empty()) {
    }
    return gzip->damage().empty() ? ended : gzip->damage();
  }

 private:
  std::string members(GzipStream* gzip) {
    open_.reset(archive_read_new());
    if (!open_) return "out of memory";
    archive_read_support_format_zip(open_.get());
    archive_read_support_format_tar(open_.get());
    const int opened = gzip != nullptr
                           ? archive_read_open(open_.get(), gzip, nullptr, read_gzip, nullptr)
                           : archive_read_open_memory(open_.get(), bytes_.data(), bytes_.size());
    if (opened != ARCHIVE_OK) return message_of(open_.get());
    archive_entry* entry = nullptr;
    for (std::size_t members = 0;; ++members) {
      const int result = archive_read_next_header(open_.get(), &entry);
      if (result == ARCHIVE_EOF) return {};
      if (result == ARCHIVE_RETRY) continue;
      if (result == ARCHIVE_FATAL) return message_of(open_.get());
      if (members == kMaxMembers) return fmt::format("more than {} members", kMaxMembers);
      if (result == ARCHIVE_FAILED) continue;
      if (!one(entry, members)) return message_.empty() ? fatal_ : message_;
    }
  }

  // False where nothing behind it can be read.
  bool one(archive_entry* entry, std::size_t number) {
    const char* raw = archive_entry_pathname_utf8(entry);
    if (raw == nullptr) raw = archive_entry_pathname(entry);
    ArchiveMember member;
    member.name = clean(raw == nullptr ? "" : raw, member.refused);
    if (member.name.empty()) {
      if (archive_entry_filetype(entry) == AE_IFDIR) return true;
      member.name = fmt::format("(member {} without a name)", number + 1);
    }
    if (!want_(member.name)) return true;
    if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
      member.refused = "hard link, not followed";
    } else if (archive_entry_filetype(entry) == AE_IFLNK) {
      member.refused = "symbolic link, not followed";
    } else if (archive_entry_filetype(entry) == AE_IFDIR) {
      return true;
    } else if (archive_entry_filetype(entry) != AE_IFREG) {
      member.refused = "not a regular file";
    } else if (archive_entry_is_encrypted(entry) == 1) {
      member.refused = "cannot be read: encrypted";
    }
    const bool goes_on = !member.refused.empty() || content(member);
    visit_(std::move(member));
    return goes_on;
  }

  bool content(ArchiveMember& member) {
    std::size_t warnings = 0;
    for (;;) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int result = archive_read_data_block(open_.get(), &data, &size, &offset);
      if (result == ARCHIVE_EOF) return true;
      if (result == ARCHIVE_RETRY && ++warnings < kMaxWarnings) continue;
      if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        member.refused = "cannot be read: " + message_of(open_.get());
        if (result == ARCHIVE_FATAL) fatal_ = message_of(open_.get());
        return result != ARCHIVE_FATAL;
      }
      // What does not agree with its checksum is kept and told; so is what libarchive doubts else.
      if (result == ARCHIVE_WARN) {
        member.refused = "cannot be trusted: " + message_of(open_.get());
        if (++warnings == kMaxWarnings) return true;
      }
      // A sparse file's holes are blanks; a forged one may have any.
      const auto begin = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
      if (begin > kMaxMemberBytes || size > kMaxMemberBytes - begin) {
        member.refused = fmt::format("cannot be read: more than {} bytes", kMaxMemberBytes);
        return true;
      }
      const std::uint64_t grown =
          begin + size - std::min<std::uint64_t>(member.bytes.size(), begin + size);
      unpacked_ += grown;
      if (unpacked_ > kMemberRatioFrom && unpacked_ / kMaxMemberRatio > bytes_.size()) {
        message_ = member.refused = fmt::format(
            "cannot be read: it unpacks to more than {} times its size", kMaxMemberRatio);
        return false;
      }
      if (member.bytes.size() < begin + size) member.bytes.resize(begin + size);
      if (size != 0) std::memcpy(member.bytes.data() + begin, data, size);
    }
  }

  std::span<const std::byte> bytes_;
  const std::function<bool(std::string_view)>& want_;
  const std::function<void(ArchiveMember)>& visit_;
  Open open_;
  std::uint64_t unpacked_ = 0;
  std::string fatal_;    // what libarchive gave up for
  std::string message_;  // the cap that ended it
};

}  // namespace

bool is_archive(std::span<const std::byte> bytes) {
  if (is_zip(bytes) || is_tar(bytes)) return true;
  if (!is_gzip(bytes)) return false;
  GunzipLimits head;
  head.max_unpacked = kTarBlock;
  const std::span<const std::byte> begin =
      bytes.first(std::min<std::size_t>(bytes.size(), 64u << 10));
  return is_tar(gunzip(begin, head).bytes);
}

std::string read_archive(std::span<const std::byte> archive,
                         const std::function<bool(std::string_view name)>& want,
                         const std::function<void(ArchiveMember member)>& visit) {
  const Utf8Letters letters;
  return Reader(archive, want, visit).run();
}

}  // namespace stemma
