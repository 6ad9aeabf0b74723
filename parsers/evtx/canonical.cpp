#include "parsers/evtx/canonical.hpp"

#include <array>

#include "parsers/evtx/binxml_caps.hpp"

namespace stemma::evtx {
namespace {

constexpr std::uint32_t kNameHeader = 8;  // u32 next, u16 hash, u16 count
constexpr std::uint8_t kString = 0x01;

// u32 next, u16 hash, u16 count, UTF-16, u16 0. Source of the hash: measured, 49,888 of 49,888.
bool hash_matches(Bytes name) {
  std::uint32_t hash = 0;
  for (std::size_t at = kNameHeader; at + 2 < name.size(); at += 2)
    hash = hash * 65'599 + le<std::uint16_t>(name, at);
  return static_cast<std::uint16_t>(hash) == le<std::uint16_t>(name, 4);
}

class Walk {
 public:
  Walk(Bytes chunk, std::uint32_t end, CanonicalOptions options, std::uint32_t depth,
       CanonicalBytes& out)
      : chunk_(chunk),
        end_(end),
        definition_(options.definition),
        check_names_(options.check_names),
        recipe_(options.recipe),
        depth_(depth),
        out_(out) {}

  bool run(std::uint32_t& at);
  [[nodiscard]] const CanonicalEnd& result() const { return result_; }
  [[nodiscard]] const Fault& fault() const { return fault_; }

 private:
  // An element that is open: where it and its attribute list must end, and how far it has come.
  struct Open {
    std::uint32_t begin = 0, end = 0;
    std::uint32_t attributes_end = 0;
    bool has_attributes = false;
    bool content = false;  ///< the start tag is closed
  };

  template <class Number>
  [[nodiscard]] Number number(std::uint32_t at) const {
    return le<Number>(chunk_, at);
  }
  [[nodiscard]] std::uint32_t limit() const { return open_ == 0 ? end_ : stack_[open_ - 1].end; }
  bool fail(Defect what, std::uint32_t offset, const char* field, std::uint64_t need = 0,
            std::uint64_t have = 0) {
    fault_ = {what, offset, need, have, field};
    return false;
  }
  bool room(std::uint32_t at, std::uint32_t bytes, const char* field) {
    if (at <= limit() && bytes <= limit() - at) return true;
    return fail(Defect::undecodable_record, at, field, bytes, at <= limit() ? limit() - at : 0);
  }
  /// The same bytes wherever the definition lies.
  void fixed(std::uint32_t from, std::uint32_t to) {
    if (recipe_ != nullptr) recipe_->bytes(chunk_.subspan(from, to - from));
  }
  bool open_element(std::uint32_t& at);
  bool close_element(std::uint32_t at);
  bool attribute(std::uint32_t& at);
  bool text(std::uint32_t& at, bool keep);
  bool name(std::uint32_t& at, bool keep);
  bool step(std::uint32_t& at, std::uint8_t token);

  Bytes chunk_;
  std::uint32_t end_;
  bool definition_;
  bool check_names_;
  DefinitionRecipe* recipe_;
  std::uint32_t depth_;
  CanonicalBytes& out_;
  std::array<Open, kMaxBinXmlDepth + 1> stack_;
  std::size_t open_ = 0;
  CanonicalEnd result_;
  Fault fault_;
};

bool Walk::run(std::uint32_t& at) {
  if (depth_ > kMaxBinXmlDepth)
    return fail(Defect::limit_exceeded, at, "binary xml depth", depth_, kMaxBinXmlDepth);
  for (;;) {
    if (at >= limit()) {
      if (open_ == 0) {
        if (recipe_ != nullptr) recipe_->end();
        return true;
      }
      return room(at, 1, "element content");
    }
    const auto next = number<std::uint8_t>(at);
    if (open_ == 0) {
      if (next == token::kEnd) {
        fixed(at, at + 1);
        ++at;
        return true;
      }
      if (next == token::kTemplate) {
        result_.at_instance = true;
        if (!definition_) return true;
        return fail(Defect::undecodable_record, at, "template instance in a definition");
      }
    }
    if (!step(at, next)) return false;
    if (out_.size() > kMaxCanonical) {
      return fail(Defect::limit_exceeded, at, "binary xml output", out_.size(), kMaxCanonical);
    }
  }
}

bool Walk::step(std::uint32_t& at, std::uint8_t next) {
  Open* const inner = open_ == 0 ? nullptr : &stack_[open_ - 1];
  const bool in_start_tag = inner != nullptr && !inner->content;
  switch (next) {
    case token::kFragmentHeader:
      if (inner != nullptr) break;
      if (!room(at, 4, "fragment header")) return false;
      fixed(at, at + 4);
      at += 4;
      return true;
    case token::kOpenElement:
    case token::kOpenElement | token::kMore:
      if (in_start_tag) break;
      return open_element(at);
    case token::kAttribute:
    case token::kAttribute | token::kMore:
      if (!in_start_tag) break;
      return attribute(at);
    case token::kCloseStart:
    case token::kCloseEmpty:
      if (!in_start_tag) break;
      if (at != inner->attributes_end) {
        return fail(Defect::undecodable_record, at, "attribute list", inner->attributes_end, at);
      }
      if (recipe_ != nullptr && inner->has_attributes) recipe_->attributes_end();
      fixed(at, at + 1);
      out_.byte(next);
      ++at;
      inner->content = true;
      return next == token::kCloseStart || close_element(at);
    case token::kEndElement:
      if (inner == nullptr || in_start_tag) break;
      fixed(at, at + 1);
      out_.byte(next);
      ++at;
      return close_element(at);
    case token::kText:
    case token::kText | token::kMore: {
      if (inner == nullptr) break;
      if (!room(at, 2, "text")) return false;
      const auto type = number<std::uint8_t>(at + 1);
      if (type != kString) return fail(Defect::undecodable_record, at, "text type", kString, type);
      fixed(at, at + 2);
      at += 2;
      return text(at, true);
    }
    case token::kCData:
    case token::kCData | token::kMore:
      if (inner == nullptr || in_start_tag) break;
      fixed(at, at + 1);
      ++at;
      return text(at, true);
    case token::kPiData:
      if (in_start_tag) break;
      fixed(at, at + 1);
      ++at;
      return text(at, false);
    case token::kPiTarget:
      if (in_start_tag) break;
      fixed(at, at + 1);
      ++at;
      return name(at, false);
    case token::kCharacter:
    case token::kCharacter | token::kMore:
      if (inner == nullptr) break;
      if (!room(at, 3, "character reference")) return false;
      fixed(at, at + 3);
      out_.byte(token::kCharacter);
      out_.word(number<std::uint16_t>(at + 1));
      at += 3;
      return true;
    case token::kEntity:
    case token::kEntity | token::kMore:
      if (inner == nullptr) break;
      out_.byte(token::kEntity);
      fixed(at, at + 1);
      ++at;
      return name(at, true);
    case token::kSubstitution:
    case token::kOptionalSubstitution:
      if (inner == nullptr || !definition_) break;
      if (!room(at, 4, "substitution")) return false;
      fixed(at, at + 4);
      out_.byte(token::kSubstitution);
      out_.word(number<std::uint16_t>(at + 1));
      at += 4;
      return true;
    default:
      break;
  }
  return fail(Defect::undecodable_record, at, "binary xml token",
              inner == nullptr ? token::kTemplate : token::kText, next);
}

bool Walk::close_element(std::uint32_t at) {
  const Open& element = stack_[--open_];
  if (recipe_ != nullptr) recipe_->element_end();
  if (at == element.end) return true;
  return fail(Defect::undecodable_record, element.begin, "element size",
              element.end - element.begin, at - element.begin);
}

bool Walk::open_element(std::uint32_t& at) {
  if (depth_ + open_ + 1 > kMaxBinXmlDepth) {
    return fail(Defect::limit_exceeded, at, "binary xml depth", depth_ + open_ + 1,
                kMaxBinXmlDepth);
  }
  const bool has_attributes = (number<std::uint8_t>(at) & token::kMore) != 0;
  // The dependency id is there in definitions, and only there: 803 of 803 elements outside lack it.
  const std::uint32_t dependency = definition_ ? 2 : 0;
  if (!room(at, 1 + dependency + 8, "element header")) return false;
  out_.byte(token::kOpenElement);
  out_.word(definition_ ? number<std::uint16_t>(at + 1) : kNoDependency);
  std::uint32_t p = at + 1 + dependency;
  fixed(at, p);
  if (recipe_ != nullptr) recipe_->element_size();
  const auto size = number<std::uint32_t>(p);
  p += 4;
  if (size > limit() - p)
    return fail(Defect::undecodable_record, p - 4, "element size", size, limit() - p);
  Open& element = stack_[open_++];
  element = {at, p + size, 0, has_attributes, false};
  if (!name(p, true)) return false;
  element.attributes_end = p;
  if (has_attributes) {
    if (!room(p, 4, "attribute list")) return false;
    if (recipe_ != nullptr) recipe_->attributes_size();
    const auto list = number<std::uint32_t>(p);
    p += 4;
    if (list > element.end - p)
      return fail(Defect::undecodable_record, p - 4, "attribute list", list, element.end - p);
    element.attributes_end = p + list;
  }
  at = p;
  return true;
}

bool Walk::attribute(std::uint32_t& at) {
  fixed(at, at + 1);
  out_.byte(token::kAttribute);
  ++at;
  return name(at, true);
}

bool Walk::text(std::uint32_t& at, bool keep) {
  if (!room(at, 2, "text size")) return false;
  const auto units = number<std::uint16_t>(at);
  if (!room(at + 2, units * 2u, "text")) return false;
  fixed(at, at + 2 + units * 2u);
  if (keep) {
    out_.byte(token::kText);
    out_.append(chunk_.data() + at, 2 + units * std::size_t{2});
  }
  at += 2 + units * 2u;
  return true;
}

// A name by its offset: here, then it is stepped over, or anywhere before.
bool Walk::name(std::uint32_t& at, bool keep) {
  if (!room(at, 4, "name offset")) return false;
  const auto offset = number<std::uint32_t>(at);
  at += 4;
  if (offset > at || offset < kChunkHeaderSize)
    return fail(Defect::undecodable_record, at, "name offset", at, offset);
  const std::uint32_t end = offset == at ? limit() : static_cast<std::uint32_t>(chunk_.size());
  if (end - offset < kNameHeader || offset > end)
    return fail(Defect::undecodable_record, offset, "name", kNameHeader, end - offset);
  const std::uint32_t units = number<std::uint16_t>(offset + 6);
  const std::uint32_t size = kNameHeader + units * 2 + 2;
  if (end - offset < size)
    return fail(Defect::undecodable_record, offset, "name", size, end - offset);
  if (recipe_ != nullptr) recipe_->name(chunk_.subspan(offset + 6, 2 + units * std::size_t{2}));
  if (check_names_ && !hash_matches(chunk_.subspan(offset, size))) result_.names_match = false;
  if (keep) out_.append(chunk_.data() + offset + 6, 2 + units * std::size_t{2});
  if (offset == at) at += size;
  return true;
}

}  // namespace

Result<CanonicalEnd> append_canonical(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                                      CanonicalOptions options, std::uint32_t depth,
                                      CanonicalBytes& out, std::uint32_t& at) {
  Walk walk(chunk, end, options, depth, out);
  at = begin;
  if (!walk.run(at)) return tl::unexpected(walk.fault());
  return walk.result();
}

}  // namespace stemma::evtx
