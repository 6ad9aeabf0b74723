#include "tests/support/evtx_chunk.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cstring>
#include <stdexcept>

namespace stemma::support {

namespace {

// BinXML tokens ([MS-EVEN6] 2.2.12). kMore: another piece of the same kind follows.
constexpr char kEndOfFragment = 0x00;
constexpr char kOpenElement = 0x01;
constexpr char kCloseStart = 0x02;
constexpr char kCloseEmpty = 0x03;
constexpr char kEndElement = 0x04;
constexpr char kText = 0x05;
constexpr char kAttribute = 0x06;
constexpr char kCdata = 0x07;
constexpr char kCharacter = 0x08;
constexpr char kEntity = 0x09;
constexpr char kPiTarget = 0x0A;
constexpr char kPiData = 0x0B;
constexpr char kInstance = 0x0C;
constexpr char kSubstitution = 0x0D;
constexpr char kOptionalSubstitution = 0x0E;
constexpr char kMore = 0x40;
constexpr char kFragmentHeader[4] = {0x0F, 1, 1, 0};

// What Windows leaves behind the end token is left over from the buffer's last use. Not zero here,
// so that a reader that takes it for content fails.
constexpr char kFiller[8] = {0x41, '\xff', '\xff', 0x3d, 0x0c, 0x01, 0x2a, 0x6f};

constexpr std::uint32_t kNoDependencyId = 0xFFFF;

std::uint32_t polynomial(std::string_view utf16) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2)
    hash =
        hash * 65'599 + (static_cast<unsigned char>(utf16[i]) |
                         static_cast<std::uint32_t>(static_cast<unsigned char>(utf16[i + 1])) << 8);
  return hash;
}

/// A GUID for a template: the same for the same key, so that files are reproducible, and different
/// for different ones.
std::string guid_of(std::string_view key) {
  std::string out;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (int half = 0; half < 2; ++half) {
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    std::uint64_t mixed = hash;  // finalizer of splitmix64
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    append_le(out, mixed ^ (mixed >> 31));
  }
  return out;
}

/// What makes a tree the template that it is: everything but the values.
void add_key(std::string& key, const std::vector<Node>& nodes);

void add_key(std::string& key, const Element& element) {
  key += fmt::format("<{}:{}", element.name, element.dependency);
  for (const Attribute& attribute : element.attributes) {
    key += fmt::format(" {}=", attribute.name);
    add_key(key, attribute.value);
  }
  key += '>';
  add_key(key, element.content);
  key += "</>";
}

void add_key(std::string& key, const std::vector<Node>& nodes) {
  for (const Node& piece : nodes) {
    key += fmt::format("[{} {} {} {} {} {} {}]", static_cast<int>(piece.kind), piece.text,
                       piece.name, piece.code, piece.slot, piece.value.declared, piece.optional);
    for (const Element& child : piece.children) add_key(key, child);
  }
}

/// The same for the outer template, without building it.
std::string outer_key(const WinRecord& record) {
  const bool literal = record.style == Style::classic || !record.event_source.empty() ||
                       record.user_data.has_value();
  std::string key = "outer";
  const auto add = [&key](std::string_view part) {
    key += '\x01';
    key += part;
  };
  add(record.style == Style::classic ? "classic" : literal ? "literal" : "values");
  add(record.user_data ? "user" : "data");
  add(record.computer);
  if (literal) {
    add(record.provider);
    add(record.provider_guid);
    add(record.event_source);
    add(record.channel);
  }
  return key;
}

/// The same for EventData.
std::string data_key(const WinRecord& record) {
  std::string key = "data";
  key += record.payload_name;
  for (const DataItem& item : record.data) {
    key += '\x01';
    key += item.name;
    key += static_cast<char>(item.value.declared);
    key += item.optional() ? 'e' : 'd';
  }
  return key;
}

}  // namespace

struct ChunkBuilder::Mark {
  std::size_t size = 0;
  std::size_t names = 0;
  std::size_t templates = 0;
  std::size_t places = 0;
};

ChunkBuilder::ChunkBuilder(std::uint64_t first_number, bool with_places)
    : first_number_(first_number), with_places_(with_places) {
  bytes_.reserve(kChunkSize + kChunkSize / 2);
  bytes_.assign(kChunkHeaderSize, '\0');
}

void ChunkBuilder::note(const std::string& label, const char* what, std::size_t offset,
                        std::size_t size) {
  if (with_places_)
    places_.emplace_back(label + what, Place{offset, static_cast<std::uint32_t>(size)});
}

void ChunkBuilder::put_u32_at(std::size_t at, std::size_t value) {
  for (unsigned i = 0; i < 4; ++i) bytes_[at + i] = static_cast<char>(value >> (8 * i));
}

bool ChunkBuilder::add(const WinRecord& record, std::uint64_t id) {
  if (stale_ != 0) return false;
  const std::size_t at = bytes_.size();
  if (!write(record, id, with_places_ ? fmt::format("record[{}]", numbers_) : std::string{}))
    return false;
  if (numbers_ == 0) first_id_ = id;
  last_id_ = id;
  ++numbers_;
  last_record_offset_ = static_cast<std::uint32_t>(at);
  free_space_ = static_cast<std::uint32_t>(bytes_.size());
  return true;
}

bool ChunkBuilder::add_stale(const WinRecord& record, std::uint64_t id) {
  // Names and templates that only dead records define are no longer in the tables.
  std::uint32_t strings[64];
  std::uint32_t templates[32];
  std::memcpy(strings, string_buckets_, sizeof strings);
  std::memcpy(templates, template_buckets_, sizeof templates);
  const bool fits =
      write(record, id, with_places_ ? fmt::format("stale[{}]", stale_) : std::string{});
  std::memcpy(string_buckets_, strings, sizeof strings);
  std::memcpy(template_buckets_, templates, sizeof templates);
  if (fits) ++stale_;
  return fits;
}

bool ChunkBuilder::write(const WinRecord& record, std::uint64_t id, const std::string& label) {
  const Mark mark{bytes_.size(), names_defined_.size(), templates_defined_.size(), places_.size()};
  put_record(record, id, label);
  if (bytes_.size() <= kChunkSize) return true;
  undo(mark);
  return false;
}

void ChunkBuilder::undo(const Mark& mark) {
  bytes_.resize(mark.size);
  for (; names_defined_.size() > mark.names; names_defined_.pop_back()) {
    string_buckets_[names_defined_.back().bucket] = names_defined_.back().previous_head;
    names_.erase(names_defined_.back().key);
  }
  for (; templates_defined_.size() > mark.templates; templates_defined_.pop_back()) {
    template_buckets_[templates_defined_.back().bucket] = templates_defined_.back().previous_head;
    templates_.erase(templates_defined_.back().key);
  }
  places_.resize(mark.places);
}

void ChunkBuilder::put_record(const WinRecord& record, std::uint64_t id, const std::string& label) {
  const std::size_t start = bytes_.size();
  element_number_ = 0;
  bytes_.append("**\0\0", 4);
  put(std::uint32_t{0});
  put(id);
  put(filetime_from_time(record.written.value_or(record.time)));
  const std::size_t binxml = bytes_.size();
  bytes_.append(kFragmentHeader, 4);
  if (record.style == Style::literal) {
    put_element(literal_event(record, id), false, label);
  } else {
    put_instance_head(
        outer_key(record), [&record] { return outer_template(record); }, label);
    const std::vector<TypedValue> values = outer_values(record, id);
    std::vector<const TypedValue*> borrowed;
    borrowed.reserve(values.size());
    for (const TypedValue& each : values) borrowed.push_back(&each);
    put_descriptors(borrowed.data(), borrowed.size(), label);
    // The payload is the last value; only now is it known how long it is.
    const std::size_t descriptor = [&] {
      std::size_t total = 0;
      for (const TypedValue& each : values) total += each.bytes.size();
      return bytes_.size() - total - 4;
    }();
    const std::size_t at = bytes_.size();
    put_payload(record, with_places_ ? label + ".payload" : std::string{});
    const std::size_t length = bytes_.size() - at;
    if (length > 0xFFFF) {  // cannot be told in a descriptor, nor fit a chunk
      bytes_.resize(kChunkSize + 1);
      return;
    }
    bytes_[descriptor] = static_cast<char>(length);
    bytes_[descriptor + 1] = static_cast<char>(length >> 8);
    note(label, ".payload", at, length);
  }
  note(label, ".binxml", binxml, bytes_.size() + 1 - binxml);
  note(label, ".eof", bytes_.size(), 1);
  bytes_.push_back(kEndOfFragment);
  const std::size_t used = bytes_.size() - start;
  const std::size_t size = (used + 4 + 7) / 8 * 8;
  bytes_.append(kFiller, size - used - 4);
  put(static_cast<std::uint32_t>(size));
  put_u32_at(start + 4, size);
  if (!with_places_) return;
  places_.emplace_back(label, Place{start, static_cast<std::uint32_t>(size)});
  note(label, ".signature", start, 4);
  note(label, ".size", start + 4, 4);
  note(label, ".id", start + 8, 8);
  note(label, ".time", start + 16, 8);
  note(label, ".size_copy", start + size - 4, 4);
}

template <class MakeTemplate>
void ChunkBuilder::put_instance_head(std::string key, const MakeTemplate& make,
                                     const std::string& label) {
  bytes_.push_back(kInstance);
  bytes_.push_back(1);
  const std::string guid = guid_of(key);
  note(label, ".template_id", bytes_.size(), 4);
  bytes_.append(guid, 0, 4);
  note(label, ".definition_offset", bytes_.size(), 4);
  if (const auto known = templates_.find(key); known != templates_.end()) {
    put(known->second);
    return;
  }
  const auto offset = static_cast<std::uint32_t>(bytes_.size() + 4);
  put(offset);
  const std::uint32_t bucket = polynomial(guid) % 32;
  templates_defined_.push_back({key, bucket, template_buckets_[bucket]});
  put(template_buckets_[bucket]);
  template_buckets_[bucket] = offset;
  templates_.emplace(std::move(key), offset);
  bytes_ += guid;
  const std::size_t size_at = bytes_.size();
  put(std::uint32_t{0});
  bytes_.append(kFragmentHeader, 4);
  put_element(make(), true, with_places_ ? label + ".definition" : std::string{});
  bytes_.push_back(kEndOfFragment);
  const std::size_t body = bytes_.size() - size_at - 4;
  put_u32_at(size_at, body);
  note(label, ".definition", offset, 24 + body);
  note(label, ".definition.next", offset, 4);
  note(label, ".definition.guid", offset + 4, 16);
  note(label, ".definition.size", size_at, 4);
  note(label, ".definition.body", size_at + 4, body);
}

void ChunkBuilder::put_descriptors(const TypedValue* const* values, std::size_t count,
                                   const std::string& label) {
  note(label, ".value_count", bytes_.size(), 4);
  put(static_cast<std::uint32_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (with_places_) {
      note(label, fmt::format(".value[{}].size", i).c_str(), bytes_.size(), 2);
      note(label, fmt::format(".value[{}].type", i).c_str(), bytes_.size() + 2, 1);
    }
    if (values[i]->bytes.size() > 0xFFFF) throw std::length_error("value longer than 65535 bytes");
    put(static_cast<std::uint16_t>(values[i]->bytes.size()));
    bytes_.push_back(static_cast<char>(values[i]->type));
    bytes_.push_back('\0');
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (with_places_)
      note(label, fmt::format(".value[{}]", i).c_str(), bytes_.size(), values[i]->bytes.size());
    bytes_ += values[i]->bytes;
  }
}

void ChunkBuilder::put_payload(const WinRecord& record, const std::string& label) {
  bytes_.append(kFragmentHeader, 4);
  std::vector<const TypedValue*> borrowed;
  if (!record.user_data && !record.classic) {  // the hot case: no tree unless the template is new
    put_instance_head(
        data_key(record), [&record] { return payload(record).element; }, label);
    borrowed.reserve(record.data.size());
    for (const DataItem& item : record.data) borrowed.push_back(&item.value);
    put_descriptors(borrowed.data(), borrowed.size(), label);
  } else {
    const Instance inner = payload(record);
    std::string key = "tree";
    add_key(key, inner.element);
    put_instance_head(
        std::move(key), [&inner] { return inner.element; }, label);
    for (const TypedValue& each : inner.values) borrowed.push_back(&each);
    put_descriptors(borrowed.data(), borrowed.size(), label);
  }
  bytes_.push_back(kEndOfFragment);
}

void ChunkBuilder::put_name(const std::string& name) {
  if (const auto known = names_.find(name); known != names_.end()) {
    put(known->second);
    return;
  }
  const auto offset = static_cast<std::uint32_t>(bytes_.size() + 4);
  put(offset);
  std::string utf16;
  const std::size_t units = append_utf16(utf16, name);
  const std::uint32_t hash = polynomial(utf16) & 0xFFFF;
  const std::uint32_t bucket = hash % 64;
  if (with_places_) {
    const std::string label = fmt::format("name[{}]", names_defined_.size());
    places_.emplace_back(label, Place{offset, static_cast<std::uint32_t>(10 + utf16.size())});
    note(label, ".next", offset, 4);
    note(label, ".hash", offset + 4, 2);
    note(label, ".count", offset + 6, 2);
    note(label, ".characters", offset + 8, utf16.size());
  }
  put(string_buckets_[bucket]);
  put(static_cast<std::uint16_t>(hash));
  put(static_cast<std::uint16_t>(units));
  bytes_ += utf16;
  put(std::uint16_t{0});
  names_defined_.push_back({name, bucket, string_buckets_[bucket]});
  string_buckets_[bucket] = offset;
  names_.emplace(name, offset);
}

void ChunkBuilder::put_element(const Element& element, bool in_definition,
                               const std::string& label) {
  const std::string place =
      with_places_ ? fmt::format("{}.element[{}]", label, element_number_++) : std::string{};
  note(place, ".token", bytes_.size(), 1);
  const bool has_attributes = !element.attributes.empty();
  bytes_.push_back(has_attributes ? char(kOpenElement | kMore) : kOpenElement);
  if (in_definition)
    put(static_cast<std::uint16_t>(element.dependency == Element::kNoDependency
                                       ? kNoDependencyId
                                       : static_cast<std::uint32_t>(element.dependency)));
  const std::size_t size_at = bytes_.size();
  note(place, ".size", size_at, 4);
  put(std::uint32_t{0});
  note(place, ".name_offset", bytes_.size(), 4);
  put_name(element.name);
  if (has_attributes) {
    const std::size_t attributes_at = bytes_.size();
    note(place, ".attribute_size", attributes_at, 4);
    put(std::uint32_t{0});
    for (std::size_t i = 0; i < element.attributes.size(); ++i) {
      const bool more = i + 1 < element.attributes.size();
      bytes_.push_back(more ? char(kAttribute | kMore) : kAttribute);
      put_name(element.attributes[i].name);
      put_content(element.attributes[i].value, in_definition, label);
    }
    put_u32_at(attributes_at, bytes_.size() - attributes_at - 4);
  }
  if (element.content.empty()) {
    bytes_.push_back(kCloseEmpty);
  } else {
    bytes_.push_back(kCloseStart);
    put_content(element.content, in_definition, label);
    bytes_.push_back(kEndElement);
  }
  put_u32_at(size_at, bytes_.size() - size_at - 4);
}

void ChunkBuilder::put_content(const std::vector<Node>& nodes, bool in_definition,
                               const std::string& label) {
  const auto is_characters = [&nodes](std::size_t i) {
    return i < nodes.size() &&
           (nodes[i].kind == Node::Kind::text || nodes[i].kind == Node::Kind::entity ||
            nodes[i].kind == Node::Kind::cdata || nodes[i].kind == Node::Kind::character);
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& piece = nodes[i];
    const char more = is_characters(i) && is_characters(i + 1) ? kMore : char{0};
    const auto put_text = [this](const std::string& text) {
      std::string utf16;
      const std::size_t units = append_utf16(utf16, text);
      if (units > 0xFFFF) throw std::length_error("text token longer than 65535 units");
      put(static_cast<std::uint16_t>(units));
      bytes_ += utf16;
    };
    switch (piece.kind) {
      case Node::Kind::text:
        bytes_.push_back(static_cast<char>(kText | more));
        bytes_.push_back(1);
        put_text(piece.text);
        break;
      case Node::Kind::value:
        bytes_.push_back(piece.optional ? kOptionalSubstitution : kSubstitution);
        put(piece.slot);
        bytes_.push_back(static_cast<char>(piece.value.declared));
        break;
      case Node::Kind::element:
        put_element(piece.children.front(), in_definition, label);
        break;
      case Node::Kind::entity:
        bytes_.push_back(static_cast<char>(kEntity | more));
        put_name(piece.name);
        break;
      case Node::Kind::cdata:
        bytes_.push_back(static_cast<char>(kCdata | more));
        put_text(piece.text);
        break;
      case Node::Kind::character:
        bytes_.push_back(static_cast<char>(kCharacter | more));
        put(piece.code);
        break;
      case Node::Kind::pi:
        bytes_.push_back(kPiTarget);
        put_name(piece.name);
        bytes_.push_back(kPiData);
        put_text(piece.text);
        break;
    }
  }
}

std::string ChunkBuilder::finish() {
  std::string out = std::move(bytes_);
  out.resize(kChunkSize, '\0');
  std::string header = "ElfChnk";
  header.push_back('\0');
  if (numbers_ == 0) {  // a chunk without live records counts from and to nothing
    header.append(32, static_cast<char>(0xFF));
  } else {
    append_le(header, first_number_);
    append_le(header, first_number_ + numbers_ - 1);
    append_le(header, first_id_);
    append_le(header, last_id_);
  }
  append_le(header, std::uint32_t{128});
  append_le(header, last_record_offset_);
  append_le(header, free_space_);
  append_le(header, std::uint32_t{0});
  header.resize(120, '\0');
  append_le(header, std::uint32_t{1});
  append_le(header, std::uint32_t{0});
  for (const std::uint32_t head : string_buckets_) append_le(header, head);
  for (const std::uint32_t head : template_buckets_) append_le(header, head);
  out.replace(0, kChunkHeaderSize, header);
  put_chunk_crcs(out, 0, free_space_);
  if (!with_places_) return out;
  note("", "signature", 0, 8);
  note("", "first_record_number", 8, 8);
  note("", "last_record_number", 16, 8);
  note("", "first_record_id", 24, 8);
  note("", "last_record_id", 32, 8);
  note("", "header_size", 40, 4);
  note("", "last_record_offset", 44, 4);
  note("", "free_space", 48, 4);
  note("", "data_crc", 52, 4);
  note("", "flags", 120, 4);
  note("", "header_crc", 124, 4);
  for (unsigned i = 0; i < 64; ++i)
    note("", fmt::format("string_bucket[{}]", i).c_str(), 128 + 4 * i, 4);
  for (unsigned i = 0; i < 32; ++i)
    note("", fmt::format("template_bucket[{}]", i).c_str(), 384 + 4 * i, 4);
  return out;
}

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32(before, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

void put_chunk_crcs(std::string& file, std::size_t at, std::size_t data_end) {
  const std::string_view chunk = std::string_view{file}.substr(at, kChunkSize);
  if (chunk.size() < kChunkSize) return;
  const auto put_at = [&file, at](std::size_t offset, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) file[at + offset + i] = static_cast<char>(value >> (8 * i));
  };
  put_at(52, crc32_of(chunk.substr(kChunkHeaderSize, data_end - kChunkHeaderSize)));
  put_at(124, crc32_of(chunk.substr(128, 384), crc32_of(chunk.substr(0, 120))));
}

}  // namespace stemma::support
