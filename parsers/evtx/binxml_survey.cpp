#include "parsers/evtx/binxml_survey.hpp"

#include <algorithm>
#include <cstring>

#include "parsers/evtx/layout.hpp"

namespace stemma::evtx {
namespace {

enum Token : std::uint8_t {
  kEnd = 0x00,
  kOpenElement = 0x01,
  kCloseStart = 0x02,
  kCloseEmpty = 0x03,
  kEndElement = 0x04,
  kText = 0x05,
  kAttribute = 0x06,
  kCData = 0x07,
  kCharacter = 0x08,
  kEntity = 0x09,
  kPiTarget = 0x0A,
  kPiData = 0x0B,
  kTemplate = 0x0C,
  kNormalSubstitution = 0x0D,
  kOptionalSubstitution = 0x0E,
  kFragmentHeader = 0x0F,
};
constexpr std::uint8_t kMore =
    0x40;  // the token's flag: more of the same follows, or the element has attributes

constexpr std::uint8_t kNull = 0x00, kString = 0x01, kNested = 0x21, kArray = 0x80;
constexpr std::uint32_t kDefinitionHeader = 24;  // u32 next, GUID, u32 size
constexpr std::uint32_t kNameHeader = 8;         // u32 next, u16 hash, u16 count

// Width of an array's items; 1 for those without a fixed one, which makes the estimate too large,
// never too small.
std::uint32_t item_width(std::uint8_t type) {
  switch (type & 0x7F) {
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
      return 1;
  }
}

}  // namespace

template <class Number>
Number BinXmlSurvey::number(std::uint32_t at) const {
  return le<Number>(Bytes(chunk_.data(), chunk_.size()), at);
}

Result<Survey> BinXmlSurvey::run(std::span<std::byte> chunk, std::uint32_t begin,
                                 std::uint32_t end) {
  chunk_ = chunk;
  values_.clear();
  survey_ = {};
  fault_ = {};
  element_size_ = 0;
  std::uint32_t at = begin;
  if (!fragment(at, end, {}, 0)) return tl::unexpected(fault_);
  return survey_;
}

bool BinXmlSurvey::fail(Defect what, std::uint32_t offset, const char* field, std::uint64_t need,
                        std::uint64_t have) {
  fault_ = {what, offset, need, have, field};
  return false;
}

bool BinXmlSurvey::room(std::uint32_t at, std::uint32_t end, std::uint32_t bytes,
                        const char* field) {
  if (at <= end && bytes <= end - at) return true;
  return fail(Defect::undecodable_record, at, field, bytes, at <= end ? end - at : 0);
}

bool BinXmlSurvey::spend(std::uint32_t offset, std::uint64_t tokens, std::uint64_t output) {
  survey_.tokens += tokens;
  survey_.output += output;
  if (survey_.tokens > kMaxBinXmlTokens) {
    return fail(Defect::limit_exceeded, offset, "binary xml tokens", survey_.tokens,
                kMaxBinXmlTokens);
  }
  if (survey_.output > kMaxBinXmlOutput) {
    return fail(Defect::limit_exceeded, offset, "binary xml output", survey_.output,
                kMaxBinXmlOutput);
  }
  return true;
}

bool BinXmlSurvey::fragment(std::uint32_t& at, std::uint32_t end, Values values,
                            std::uint32_t depth) {
  if (depth > kMaxBinXmlDepth)
    return fail(Defect::limit_exceeded, at, "binary xml depth", depth, kMaxBinXmlDepth);
  while (at < end) {
    if (!spend(at, 1, 0)) return false;
    const auto token = number<std::uint8_t>(at);
    switch (token) {
      case kEnd:
        ++at;
        return true;
      case kFragmentHeader:
        if (!room(at, end, 4, "fragment header")) return false;
        at += 4;
        break;
      case kTemplate:
        if (!template_instance(at, end, depth + 1)) return false;
        break;
      case kOpenElement:
      case kOpenElement | kMore:
        if (!element(at, end, values, depth + 1)) return false;
        break;
      case kPiTarget:
      case kPiData:
        if (!content(at, end, values, depth, false)) return false;
        break;
      default:
        return fail(Defect::undecodable_record, at, "binary xml token", kTemplate, token);
    }
  }
  return true;
}

bool BinXmlSurvey::element(std::uint32_t& at, std::uint32_t end, Values values,
                           std::uint32_t depth) {
  if (depth > kMaxBinXmlDepth)
    return fail(Defect::limit_exceeded, at, "binary xml depth", depth, kMaxBinXmlDepth);
  const bool has_attributes = (number<std::uint8_t>(at) & kMore) != 0;
  // The dependency id is there in definitions, and only there: 803 of 803 elements outside lack it.
  const std::uint32_t dependency = values.present ? 2 : 0;
  if (!room(at, end, 1 + dependency + 8, "element header")) return false;
  std::uint32_t p = at + 1 + dependency;
  const auto size = number<std::uint32_t>(p);
  p += 4;
  if (size > end - p) return fail(Defect::undecodable_record, p - 4, "element size", size, end - p);
  const std::uint32_t element_end = p + size;
  const auto name_offset = number<std::uint32_t>(p);
  p += 4;
  if (!name(name_offset, p, element_end)) return false;
  const std::uint32_t outer_size = element_size_;
  element_size_ = size;
  if (has_attributes) {
    if (!room(p, element_end, 4, "attribute list")) return false;
    const auto list_size = number<std::uint32_t>(p);
    p += 4;
    if (list_size > element_end - p)
      return fail(Defect::undecodable_record, p - 4, "attribute list", list_size, element_end - p);
    const std::uint32_t list_end = p + list_size;
    while (p < list_end) {
      if (!attribute(p, list_end, values, depth)) return false;
    }
  }
  if (!room(p, element_end, 1, "element start")) return false;
  const auto close = number<std::uint8_t>(p++);
  if (close == kCloseStart) {
    for (;;) {
      if (!room(p, element_end, 1, "element content")) return false;
      const auto token = number<std::uint8_t>(p);
      if (token == kEndElement) {
        ++p;
        break;
      }
      if (token == kOpenElement || token == (kOpenElement | kMore)) {
        if (!spend(p, 1, 0) || !element(p, element_end, values, depth + 1)) return false;
      } else if (!content(p, element_end, values, depth, false)) {
        return false;
      }
    }
  } else if (close != kCloseEmpty) {
    return fail(Defect::undecodable_record, p - 1, "element start", kCloseStart, close);
  }
  if (p != element_end)
    return fail(Defect::undecodable_record, at, "element size", element_end - at, p - at);
  element_size_ = outer_size;
  at = p;
  return true;
}

bool BinXmlSurvey::attribute(std::uint32_t& at, std::uint32_t end, Values values,
                             std::uint32_t depth) {
  const auto token = number<std::uint8_t>(at);
  if ((token & ~kMore) != kAttribute)
    return fail(Defect::undecodable_record, at, "attribute", kAttribute, token);
  if (!spend(at, 1, 0) || !room(at, end, 5, "attribute")) return false;
  const auto name_offset = number<std::uint32_t>(at + 1);
  std::uint32_t p = at + 5;
  if (!name(name_offset, p, end)) return false;
  while (p < end && (number<std::uint8_t>(p) & ~kMore) != kAttribute) {
    if (!content(p, end, values, depth, true)) return false;
  }
  at = p;
  return true;
}

bool BinXmlSurvey::content(std::uint32_t& at, std::uint32_t end, Values values, std::uint32_t depth,
                           bool in_attribute) {
  if (!spend(at, 1, 0)) return false;
  const auto token = number<std::uint8_t>(at);
  switch (token & ~kMore) {
    case kText: {
      if (!room(at, end, 2, "text")) return false;
      const auto type = number<std::uint8_t>(at + 1);
      if (type != kString) return fail(Defect::undecodable_record, at, "text type", kString, type);
      at += 2;
      return text(at, end);
    }
    case kCData:
    case kPiData:
      if (in_attribute) break;
      ++at;
      return text(at, end);
    case kCharacter:
      if (!room(at, end, 3, "character reference") || !spend(at, 0, 16)) return false;
      at += 3;
      return true;
    case kEntity:
    case kPiTarget: {
      if (!room(at, end, 5, "entity reference")) return false;
      const auto name_offset = number<std::uint32_t>(at + 1);
      at += 5;
      return name(name_offset, at, end);
    }
    case kNormalSubstitution:
    case kOptionalSubstitution:
      return substitution(at, end, values, depth);
    default:
      break;
  }
  return fail(Defect::undecodable_record, at, "binary xml token", kText, token);
}

bool BinXmlSurvey::text(std::uint32_t& at, std::uint32_t end) {
  if (!room(at, end, 2, "text size")) return false;
  const std::uint32_t units = number<std::uint16_t>(at);
  at += 2;
  if (!room(at, end, units * 2, "text") || !spend(at, 0, units * std::uint64_t{6})) return false;
  mend(at, units, false);
  at += units * 2;
  return true;
}

bool BinXmlSurvey::substitution(std::uint32_t& at, std::uint32_t end, Values values,
                                std::uint32_t depth) {
  if (!room(at, end, 4, "substitution")) return false;
  const std::uint32_t index = number<std::uint16_t>(at + 1);
  const std::uint32_t place = at;
  at += 4;
  if (!values.present)
    return fail(Defect::undecodable_record, place, "substitution index", index, values.count);
  if (index >= values.count) return true;  // NULL
  const Value value = values_[values.first + index];
  if (value.type == kNull || value.size == 0) return true;
  if (value.type == kNested) {
    std::uint32_t p = value.offset;
    return fragment(p, value.offset + value.size, {}, depth + 1);
  }
  if ((value.type & ~kArray) == kString)
    mend(value.offset, value.size / 2u, (value.type & kArray) != 0);
  if ((value.type & kArray) != 0) {
    // The element is written once for each item, and read again each time.
    const std::uint64_t items = value.size / item_width(value.type) + 1u;
    return spend(place, items * (element_size_ / 16u + 1), items * (element_size_ * 3u + 64u));
  }
  const std::uint64_t per_byte =
      value.type == kString ? 3 : 6;  // `"` is 2 bytes and becomes `&quot;`; ANSI 1 byte
  return spend(place, 0, value.size * per_byte + 64);
}

bool BinXmlSurvey::template_instance(std::uint32_t& at, std::uint32_t end, std::uint32_t depth) {
  if (depth > kMaxBinXmlDepth)
    return fail(Defect::limit_exceeded, at, "binary xml depth", depth, kMaxBinXmlDepth);
  if (!room(at, end, 10, "template instance")) return false;
  const auto id = number<std::uint32_t>(at + 2);
  const auto definition = number<std::uint32_t>(at + 6);
  std::uint32_t p = at + 10;
  const auto chunk_end = static_cast<std::uint32_t>(chunk_.size());
  // Definitions lie at their first use or before it; remains of old records may have theirs further
  // on.
  if (definition < kChunkHeaderSize || definition > chunk_end) {
    return fail(Defect::undecodable_record, at + 6, "template definition offset", chunk_end,
                definition);
  }
  if (!room(definition, definition == p ? end : chunk_end, kDefinitionHeader,
            "template definition"))
    return false;
  const auto size = number<std::uint32_t>(definition + 20);
  const std::uint32_t body = definition + kDefinitionHeader;
  if (!room(body, definition == p ? end : chunk_end, size, "template definition size"))
    return false;
  if (number<std::uint32_t>(definition + 4) != id) {
    return fail(Defect::undecodable_record, at + 2, "template id", id,
                number<std::uint32_t>(definition + 4));
  }
  if (definition == p) p = body + size;
  if (!room(p, end, 4, "template value count")) return false;
  const auto count = number<std::uint32_t>(p);
  p += 4;
  if (count > (end - p) / 4)
    return fail(Defect::undecodable_record, p - 4, "template value count", count, (end - p) / 4);
  if (!spend(at, count, 0)) return false;
  Values values{values_.size(), count, true};
  std::uint32_t data = p + count * 4;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Value value{data, number<std::uint16_t>(p + i * 4), number<std::uint8_t>(p + i * 4 + 2)};
    if (!room(data, end, value.size, "template values")) return false;
    values_.push_back(value);
    data += value.size;
  }
  std::uint32_t walk = body;
  const std::uint32_t outer_size = element_size_;
  if (!fragment(walk, body + size, values, depth + 1)) return false;
  element_size_ = outer_size;
  values_.resize(values.first);
  at = data;
  return true;
}

bool BinXmlSurvey::name(std::uint32_t offset, std::uint32_t& at, std::uint32_t end) {
  if (offset > at || offset < kChunkHeaderSize)
    return fail(Defect::undecodable_record, at, "name offset", at, offset);
  const std::uint32_t name_end = offset == at ? end : static_cast<std::uint32_t>(chunk_.size());
  if (!room(offset, name_end, kNameHeader, "name")) return false;
  const std::uint32_t units = number<std::uint16_t>(offset + 6);
  if (!room(offset, name_end, kNameHeader + units * 2 + 2, "name")) return false;
  if (!spend(offset, 0, units * std::uint64_t{6} + 8)) return false;
  mend(offset + kNameHeader, units, false);
  if (offset == at) at += kNameHeader + units * 2 + 2;
  return true;
}

// Replaces unpaired surrogates and embedded zeros by U+FFFD. Zeros at the end are terminators and
// stay, as do those of arrays, whose items end in one.
void BinXmlSurvey::mend(std::uint32_t offset, std::uint32_t units, bool array) {
  std::byte* const text = chunk_.data() + offset;
  const auto unit = [text](std::uint32_t i) {
    std::uint16_t value;
    std::memcpy(&value, text + std::size_t{i} * 2, 2);
    return value;
  };
  const auto put = [text, this](std::uint32_t i, std::uint16_t value) {
    std::memcpy(text + std::size_t{i} * 2, &value, 2);
    survey_.changed = true;
  };
  constexpr std::uint16_t kReplacement = 0xFFFD;
  constexpr std::uint32_t kLibevtxIsLowBy = 0x3FF;
  while (units > 0 && unit(units - 1) == 0) --units;
  for (std::uint32_t i = 0; i < units; ++i) {
    const std::uint16_t value = unit(i);
    if (value == 0 && !array) {
      put(i, kReplacement);
      ++survey_.replaced_zeros;
    }
    if (value < 0xD800 || value > 0xDFFF) continue;
    if (value >= 0xDC00 || i + 1 == units || unit(i + 1) < 0xDC00 || unit(i + 1) > 0xDFFF) {
      put(i, kReplacement);
      ++survey_.replaced_surrogates;
      continue;
    }
    const std::uint32_t at = offset + i * 2;
    if (!shifted_.test(at)) {
      const std::uint32_t point =
          ((value & 0x3FFu) << 10 | (unit(i + 1) & 0x3FFu)) + kLibevtxIsLowBy;
      if (point > 0xFFFFF) {
        put(i, kReplacement);
        put(i + 1, kReplacement);
        ++survey_.replaced_surrogates;
      } else {
        put(i, static_cast<std::uint16_t>(0xD800 | point >> 10));
        put(i + 1, static_cast<std::uint16_t>(0xDC00 | (point & 0x3FF)));
        shifted_.set(at);
      }
    }
    ++i;
  }
}

}  // namespace stemma::evtx
