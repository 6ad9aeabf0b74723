#include "tests/support/evtx_check.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <map>
#include <set>
#include <stdexcept>

#include "events/text.hpp"
#include "events/time.hpp"

namespace stemma::support {

namespace {

constexpr std::size_t kChunk = 65'536;
constexpr int kDeepest = 64;  // real documents nest below 10

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  if (at > bytes.size() || width > bytes.size() - at)
    throw Broken(fmt::format("read of {} bytes at {:#x} past the end", width, at));
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < width; ++i)
    out |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return out;
}

std::uint32_t crc(std::string_view bytes, std::uint32_t before = 0) {
  return static_cast<std::uint32_t>(
      crc32(before, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string utf8_of(std::string_view utf16) {
  std::string out;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) {
    auto code = static_cast<char32_t>(number_at(utf16, i, 2));
    if (code >= 0xD800 && code < 0xDC00 && i + 3 < utf16.size()) {
      const auto low = static_cast<char32_t>(number_at(utf16, i + 2, 2));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    append_utf8(out, code);
  }
  return out;
}

std::string guid_text(std::string_view b) {
  return fmt::format("{{{:08X}-{:04X}-{:04X}-{:02X}{:02X}-{:02X}{:02X}{:02X}{:02X}{:02X}{:02X}}}",
                     number_at(b, 0, 4), number_at(b, 4, 2), number_at(b, 6, 2), number_at(b, 8, 1),
                     number_at(b, 9, 1), number_at(b, 10, 1), number_at(b, 11, 1),
                     number_at(b, 12, 1), number_at(b, 13, 1), number_at(b, 14, 1),
                     number_at(b, 15, 1));
}

std::string sid_text(std::string_view b) {
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | number_at(b, i, 1);
  std::string out = fmt::format("S-{}-{}", number_at(b, 0, 1), authority);
  if (b.size() != 8 + 4 * number_at(b, 1, 1)) throw Broken("sid: count and size disagree");
  for (std::size_t i = 8; i < b.size(); i += 4) out += fmt::format("-{}", number_at(b, i, 4));
  return out;
}

/// One value of a type that is not an array, string or nested fragment.
std::string scalar_text(unsigned type, std::string_view b) {
  const auto as_signed = [&b] {
    const std::uint64_t raw = number_at(b, 0, b.size());
    const std::size_t shift = 64 - 8 * b.size();
    return static_cast<std::int64_t>(raw << shift) >> shift;
  };
  switch (type) {
    case 0x03:
    case 0x05:
    case 0x07:
    case 0x09:
      return fmt::format("{}", as_signed());
    case 0x04:
    case 0x06:
    case 0x08:
    case 0x0A:
      return fmt::format("{}", number_at(b, 0, b.size()));
    case 0x0B: {
      float f = 0;
      std::memcpy(&f, b.data(), 4);
      return fmt::format("{}", f);
    }
    case 0x0C: {
      double d = 0;
      std::memcpy(&d, b.data(), 8);
      return fmt::format("{}", d);
    }
    case 0x0D:
      return number_at(b, 0, 4) != 0 ? "true" : "false";
    case 0x0E: {
      std::string out;
      for (const char c : b) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
      return out;
    }
    case 0x0F:
      return guid_text(b);
    case 0x11: {
      const auto time = time_from_filetime(number_at(b, 0, 8));
      return time ? format_time(*time, 7) : fmt::format("filetime:{}", number_at(b, 0, 8));
    }
    case 0x12:
      return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", number_at(b, 0, 2),
                         number_at(b, 2, 2), number_at(b, 6, 2), number_at(b, 8, 2),
                         number_at(b, 10, 2), number_at(b, 12, 2), number_at(b, 14, 2));
    case 0x13:
      return sid_text(b);
    case 0x10:
    case 0x14:
    case 0x15:
      return fmt::format("0x{:x}", number_at(b, 0, b.size()));
    default:
      throw Broken(fmt::format("value type {:#x}", type));
  }
}

std::size_t width_of(unsigned type) {
  switch (type) {
    case 0x03:
    case 0x04:
      return 1;
    case 0x05:
    case 0x06:
      return 2;
    case 0x07:
    case 0x08:
    case 0x0B:
    case 0x0D:
    case 0x14:
      return 4;
    case 0x09:
    case 0x0A:
    case 0x0C:
    case 0x11:
    case 0x15:
      return 8;
    case 0x0F:
    case 0x12:
      return 16;
    default:
      return 0;
  }
}

/// An element of the document as it is shown.
struct Tree {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;
  std::vector<Tree> children;
  bool array = false;
  std::vector<std::string> items;
};

void add_lines(const Tree& tree, const std::string& path, std::vector<std::string>& out) {
  for (const auto& [name, text] : tree.attributes) out.push_back(path + '@' + name + '=' + text);
  if (tree.children.empty()) out.push_back(path + '=' + tree.text);
  for (const Tree& child : tree.children) add_lines(child, path + '/' + child.name, out);
}

struct Value {
  unsigned type = 0;
  std::size_t at = 0;
  std::string_view bytes;
};

class ChunkReader {
 public:
  explicit ChunkReader(std::string_view chunk) : chunk_(chunk) {
    follow_buckets(128, 64, names_in_buckets_);
    follow_buckets(384, 32, templates_in_buckets_);
  }

  CheckedRecord record(std::size_t at, std::size_t size) {
    end_ = at + size - 4;
    CheckedRecord out;
    out.id = number_at(chunk_, at + 8, 8);
    out.filetime = number_at(chunk_, at + 16, 8);
    pos_ = at + 24;
    Tree document;
    highest_ = -1;
    walking_ = rendering_ = false;
    out.template_instance = fragment(document, 0);
    expect(0x00, "end of fragment");
    const std::size_t filler = end_ - pos_;
    require(filler <= 7, fmt::format("{} bytes of filler", filler));
    for (const Tree& root : document.children) add_lines(root, root.name, out.lines);
    return out;
  }

  std::size_t names() const { return names_seen_.size(); }
  std::size_t definitions() const { return definitions_seen_.size(); }

 private:
  void require(bool held, const std::string& what) const {
    if (!held) throw Broken(fmt::format("@{:#x}: {}", pos_, what));
  }
  std::uint64_t take(std::size_t width) {
    require(pos_ <= end_ && width <= end_ - pos_, "read past the record's end");
    const std::uint64_t out = number_at(chunk_, pos_, width);
    pos_ += width;
    return out;
  }
  void expect(unsigned token, const char* what) {
    const auto got = static_cast<unsigned>(take(1));
    require(got == token, fmt::format("{} expected, token {:#04x}", what, got));
  }

  void follow_buckets(std::size_t table, std::size_t count,
                      std::map<std::size_t, std::size_t>& out) {
    for (std::size_t bucket = 0; bucket < count; ++bucket) {
      auto at = static_cast<std::size_t>(number_at(chunk_, table + 4 * bucket, 4));
      std::set<std::size_t> visited;
      while (at != 0 && at < kChunk - 4 && visited.insert(at).second) {
        out.emplace(at, bucket);
        at = static_cast<std::size_t>(number_at(chunk_, at, 4));
      }
    }
  }

  std::string name() {
    const auto at = static_cast<std::size_t>(take(4));
    const std::uint64_t hash = number_at(chunk_, at + 4, 2);
    const auto count = static_cast<std::size_t>(number_at(chunk_, at + 6, 2));
    const std::string_view units = chunk_.substr(at + 8, 2 * count);
    std::uint32_t computed = 0;
    for (std::size_t i = 0; i < units.size(); i += 2)
      computed = computed * 65'599 + static_cast<std::uint32_t>(number_at(units, i, 2));
    require((computed & 0xFFFF) == hash, "name hash");
    require(number_at(chunk_, at + 8 + 2 * count, 2) == 0, "name without its NUL");
    const auto bucket = names_in_buckets_.find(at);
    require(bucket != names_in_buckets_.end(), fmt::format("name at {:#x} is in no bucket", at));
    require(bucket->second == hash % 64, "name in the wrong bucket");
    if (at == pos_) {
      // A definition is read once for each of its instances; its names are defined by the first.
      require(rendering_ || names_seen_.insert(at).second, "name defined twice");
      pos_ += 10 + 2 * count;
    } else {
      require(names_seen_.count(at) != 0,
              fmt::format("name at {:#x} used before it is defined", at));
    }
    return utf8_of(units);
  }

  /// A fragment's content into `parent`; true where it is a template instance.
  bool fragment(Tree& parent, int depth) {
    require(depth < kDeepest, "nested too deep");
    if (number_at(chunk_, pos_, 1) == 0x0F) {
      require(number_at(chunk_, pos_, 4) == 0x0001010F, "fragment header");
      pos_ += 4;
    }
    if (number_at(chunk_, pos_, 1) == 0x0C) {
      instance(parent, depth);
      return true;
    }
    element(parent, nullptr, depth);
    return false;
  }

  void instance(Tree& parent, int depth) {
    expect(0x0C, "template instance");
    require(take(1) == 1, "template instance byte");
    const std::uint64_t id = take(4);
    const auto definition = static_cast<std::size_t>(take(4));
    require(number_at(chunk_, definition + 4, 4) == id, "template id is not the GUID's");
    require(templates_in_buckets_.count(definition) != 0, "template in no bucket");
    const auto size = static_cast<std::size_t>(number_at(chunk_, definition + 20, 4));
    const bool is_inline = definition == pos_;
    const std::size_t body = definition + 24;
    if (is_inline) {
      require(definitions_seen_.insert(definition).second, "template defined twice");
      // Names of the definition are inline here, so it is walked once now; values come later.
      pos_ = body;
      walk_definition(body + size);
      pos_ = body + size;
    } else {
      require(definitions_seen_.count(definition) != 0, "template used before it is defined");
    }
    const auto count = static_cast<std::size_t>(take(4));
    require(count <= (end_ - pos_) / 4, "value count past the record's end");
    std::vector<Value> values(count);
    std::vector<std::size_t> sizes(count);
    for (std::size_t i = 0; i < count; ++i) {
      sizes[i] = static_cast<std::size_t>(take(2));
      values[i].type = static_cast<unsigned>(take(1));
      require(take(1) == 0, "value descriptor's last byte");
    }
    for (std::size_t i = 0; i < count; ++i) {
      require(sizes[i] <= end_ - pos_, "value past the record's end");
      values[i].at = pos_;
      values[i].bytes = chunk_.substr(pos_, sizes[i]);
      pos_ += sizes[i];
    }
    const std::size_t after = pos_;
    highest_ = -1;
    pos_ = body + 4;
    const std::size_t end = end_;
    end_ = body + size;
    const bool rendering = rendering_;
    rendering_ = true;
    element(parent, &values, depth + 1);
    rendering_ = rendering;
    require(highest_ + 1 == static_cast<int>(count),
            fmt::format("{} values for highest index {}", count, highest_));
    end_ = end;
    pos_ = after;
  }

  void walk_definition(std::size_t end) {
    require(number_at(chunk_, pos_, 4) == 0x0001010F, "definition's fragment header");
    pos_ += 4;
    const std::size_t outer_end = end_;
    require(end <= outer_end, "definition past the record's end");
    end_ = end;
    Tree ignored;
    const std::vector<Value> none;
    walking_ = true;
    element(ignored, &none, 0);
    walking_ = false;
    expect(0x00, "end of definition");
    require(pos_ == end, "definition size");
    end_ = outer_end;
  }

  void element(Tree& parent, const std::vector<Value>* values, int depth) {
    require(depth < kDeepest, "nested too deep");
    const auto token = static_cast<unsigned>(take(1));
    require(token == 0x01 || token == 0x41, fmt::format("element expected, token {:#04x}", token));
    const std::uint64_t dependency = values != nullptr ? take(2) : 0xFFFF;
    const auto size = static_cast<std::size_t>(take(4));
    const std::size_t end = pos_ + size;
    Tree tree;
    tree.name = name();
    if (token == 0x41) attributes(tree, values);
    const auto close = static_cast<unsigned>(take(1));
    if (close == 0x02) {
      content(tree, values, depth);
      expect(0x04, "end of element");
    } else {
      require(close == 0x03, fmt::format("end of start tag expected, token {:#04x}", close));
    }
    require(pos_ == end, fmt::format("element {} has the wrong size", tree.name));
    if (walking_) return;
    if (dependency != 0xFFFF) {
      require(values != nullptr && dependency < values->size(), "dependency id");
      if ((*values)[static_cast<std::size_t>(dependency)].type == 0) return;
    }
    if (!tree.array) {
      parent.children.push_back(std::move(tree));
      return;
    }
    std::vector<std::string> items = std::move(tree.items);
    if (items.empty()) items.emplace_back();
    tree.items.clear();
    for (std::string& item : items) {
      parent.children.push_back(tree);
      parent.children.back().text = std::move(item);
    }
  }

  void attributes(Tree& tree, const std::vector<Value>* values) {
    const auto size = static_cast<std::size_t>(take(4));
    const std::size_t end = pos_ + size;
    for (bool more = true; more;) {
      const auto token = static_cast<unsigned>(take(1));
      require(token == 0x06 || token == 0x46,
              fmt::format("attribute expected, token {:#04x}", token));
      more = token == 0x46;
      const std::string attribute = name();
      Tree holder;
      null_ = false;
      content(holder, values, 0);
      if (!null_ || !holder.text.empty()) tree.attributes.emplace_back(attribute, holder.text);
    }
    require(pos_ == end, "attribute list size");
  }

  /// Pieces until a token that ends content: 04 of an element, or what may follow an attribute's
  /// value.
  void content(Tree& into, const std::vector<Value>* values, int depth) {
    for (;;) {
      const auto token = static_cast<unsigned>(number_at(chunk_, pos_, 1));
      switch (token) {
        case 0x01:
        case 0x41:
          element(into, values, depth + 1);
          break;
        case 0x05:
        case 0x45:
          ++pos_;
          require(take(1) == 1, "value text type");
          into.text += characters();
          break;
        case 0x07:
        case 0x47:
          ++pos_;
          into.text += characters();
          break;
        case 0x08:
        case 0x48:
          ++pos_;
          append_utf8(into.text, static_cast<char32_t>(take(2)));
          break;
        case 0x09:
        case 0x49: {
          ++pos_;
          static const std::map<std::string, char> kEntities = {
              {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
          const auto known = kEntities.find(name());
          require(known != kEntities.end(), "unknown entity");
          into.text += known->second;
          break;
        }
        case 0x0A:
          ++pos_;
          name();
          expect(0x0B, "PI data");
          characters();
          break;
        case 0x0C:
          instance(into, depth + 1);
          break;
        case 0x0D:
        case 0x0E:
          substitution(into, values, depth);
          break;
        default:
          return;
      }
    }
  }

  std::string characters() {
    const auto count = static_cast<std::size_t>(take(2));
    require(2 * count <= end_ - pos_, "text past the end");
    const std::string out = utf8_of(chunk_.substr(pos_, 2 * count));
    pos_ += 2 * count;
    return out;
  }

  void substitution(Tree& into, const std::vector<Value>* values, int depth) {
    require(values != nullptr, "substitution outside a definition");
    take(1);
    const auto index = static_cast<std::size_t>(take(2));
    const auto declared = static_cast<unsigned>(take(1));
    if (walking_) return;
    highest_ = std::max(highest_, static_cast<int>(index));
    require(index < values->size(), "substitution index");
    const Value& value = (*values)[index];
    const bool agrees = value.type == declared || value.type == 0 ||
                        (declared == 0x10 && (value.type == 0x14 || value.type == 0x15)) ||
                        (declared == 0x04 && value.type == 0x06) ||
                        (declared == 0x8E && value.type == 0x0E);
    require(agrees, fmt::format("value type {:#x} for declared {:#x}", value.type, declared));
    if (value.type == 0) {
      null_ = true;
      return;
    }
    if (value.type == 0x21) {
      nested(into, value, depth);
      return;
    }
    if ((value.type & 0x80) != 0) {
      into.array = true;
      into.items = items(value);
      return;
    }
    into.text += text_of(value);
  }

  void nested(Tree& into, const Value& value, int depth) {
    if (value.bytes.empty() || value.bytes == std::string_view("\0", 1)) return;
    const std::size_t pos = pos_;
    const std::size_t end = end_;
    const int highest = highest_;
    pos_ = value.at;
    end_ = value.at + value.bytes.size();
    const bool rendering = rendering_;
    rendering_ = false;
    fragment(into, depth + 1);
    rendering_ = rendering;
    expect(0x00, "end of nested fragment");
    require(pos_ == end_, "nested fragment size");
    pos_ = pos;
    end_ = end;
    highest_ = highest;
  }

  std::string text_of(const Value& value) const {
    std::string_view bytes = value.bytes;
    if (value.type == 0x01) {
      if (bytes.size() >= 2 && bytes.substr(bytes.size() - 2) == std::string_view("\0\0", 2))
        bytes.remove_suffix(2);
      return utf8_of(bytes);
    }
    if (value.type == 0x02) return std::string(bytes);
    const std::size_t width = width_of(value.type);
    require(width == 0 || width == bytes.size(), "value size");
    return scalar_text(value.type, bytes);
  }

  std::vector<std::string> items(const Value& value) const {
    const unsigned type = value.type & 0x7F;
    std::vector<std::string> out;
    std::string_view rest = value.bytes;
    if (type == 0x01 || type == 0x02) {
      const std::size_t step = type == 0x01 ? 2 : 1;
      std::string item;
      for (; rest.size() >= step; rest.remove_prefix(step)) {
        if (number_at(rest, 0, step) != 0) {
          item += rest.substr(0, step);
          continue;
        }
        out.push_back(type == 0x01 ? utf8_of(item) : item);
        item.clear();
      }
      if (!item.empty()) out.push_back(type == 0x01 ? utf8_of(item) : item);
      return out;
    }
    const std::size_t width = width_of(type);
    require(width != 0 && rest.size() % width == 0, "array size");
    for (; !rest.empty(); rest.remove_prefix(width))
      out.push_back(scalar_text(type, rest.substr(0, width)));
    return out;
  }

  std::string_view chunk_;
  std::size_t pos_ = 0;
  std::size_t end_ = 0;
  int highest_ = -1;
  bool null_ = false;
  bool rendering_ = false;  // a definition is read with the values of an instance
  bool walking_ = false;    // a definition is looked at without values
  std::map<std::size_t, std::size_t> names_in_buckets_;
  std::map<std::size_t, std::size_t> templates_in_buckets_;
  std::set<std::size_t> names_seen_;
  std::set<std::size_t> definitions_seen_;
};

void check_chunk(std::string_view chunk, std::size_t index, std::uint64_t file_at, bool header,
                 CheckedFile& out) {
  const auto violated = [&out, index](const std::string& what) {
    out.violations.push_back(fmt::format("chunk {} {}", index, what));
  };
  const auto free_space = static_cast<std::size_t>(number_at(chunk, 48, 4));
  if (free_space < 512 || free_space > kChunk) return violated("free space offset");
  if (header) {
    if (number_at(chunk, 40, 4) != 128) violated("header size");
    if (number_at(chunk, 52, 4) != crc(chunk.substr(512, free_space - 512))) violated("data crc");
    if (number_at(chunk, 124, 4) != crc(chunk.substr(128, 384), crc(chunk.substr(0, 120))))
      violated("header crc");
  }
  ChunkReader reader(chunk);
  std::size_t at = 512;
  std::size_t last = 0;
  std::size_t count = 0;
  std::vector<std::uint64_t> ids;
  while (at < free_space) {
    if (free_space - at < 28 || chunk.substr(at, 4) != std::string_view("**\0\0", 4))
      return violated(fmt::format("@{:#x}: no record", at));
    const auto size = static_cast<std::size_t>(number_at(chunk, at + 4, 4));
    if (size < 28 || size % 8 != 0 || size > free_space - at)
      return violated(fmt::format("@{:#x}: record size {}", at, size));
    if (number_at(chunk, at + size - 4, 4) != size) violated(fmt::format("@{:#x}: size copy", at));
    try {
      CheckedRecord record = reader.record(at, size);
      record.offset = file_at + at;
      ids.push_back(record.id);
      out.records.push_back(std::move(record));
    } catch (const Broken& fault) {
      violated(fault.what());
    }
    ++count;
    last = at;
    at += size;
  }
  out.names += reader.names();
  out.definitions += reader.definitions();
  if (!header || count == 0) return;
  if (number_at(chunk, 44, 4) != last) violated("last record offset");
  if (number_at(chunk, 16, 8) - number_at(chunk, 8, 8) + 1 != count) violated("record numbers");
  if (ids.empty()) return;
  if (number_at(chunk, 24, 8) != ids.front()) violated("first record id");
  if (number_at(chunk, 32, 8) != ids.back()) violated("last record id");
}

}  // namespace

CheckedFile check_evtx(std::string_view file, bool header) {
  CheckedFile out;
  if (file.size() < 4096 || file.substr(0, 8) != std::string_view("ElfFile\0", 8)) {
    out.violations.emplace_back("no file header");
    return out;
  }
  std::size_t chunks = 0;
  for (std::size_t at = 4096; file.size() - at >= kChunk && at < file.size(); at += kChunk) {
    const std::string_view chunk = file.substr(at, kChunk);
    if (chunk.substr(0, 8) != std::string_view("ElfChnk\0", 8)) continue;
    check_chunk(chunk, (at - 4096) / kChunk, at, header, out);
    ++chunks;
  }
  if (!header) return out;
  if (number_at(file, 32, 4) != 128) out.violations.emplace_back("file header size");
  if (number_at(file, 38, 2) != 3) out.violations.emplace_back("file major version");
  if (number_at(file, 40, 2) != 4096) out.violations.emplace_back("file header block size");
  if (number_at(file, 42, 2) != chunks) out.violations.emplace_back("file chunk count");
  if (number_at(file, 124, 4) != crc(file.substr(0, 120))) out.violations.emplace_back("file crc");
  return out;
}

}  // namespace stemma::support
