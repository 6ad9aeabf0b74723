#include "parsers/evtx/expansion.hpp"

#include <cstring>

namespace stemma::evtx {
namespace {

constexpr std::uint32_t kNoArray = 0xFFFF'FFFF;

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// Bytes that the first token of canonical bytes takes. They were checked when they were made.
std::size_t token_size(std::string_view canonical) {
  const auto name = [canonical](std::size_t at) {
    return at + 2 + number_at<std::uint16_t>(canonical, at) * std::size_t{2};
  };
  switch (static_cast<std::uint8_t>(canonical.front())) {
    case token::kOpenElement:
      return name(3);
    case token::kAttribute:
    case token::kEntity:
    case token::kText:
      return name(1);
    case token::kCharacter:
    case token::kSubstitution:
      return 3;
    default:
      return 1;
  }
}

// The first element of canonical bytes as a whole.
std::size_t element_size(std::string_view canonical) {
  std::size_t at = 0;
  std::size_t open = 0;
  do {
    const auto next = static_cast<std::uint8_t>(canonical[at]);
    if (next == token::kOpenElement) ++open;
    if (next == token::kCloseEmpty || next == token::kEndElement) --open;
    at += token_size(canonical.substr(at));
  } while (open != 0 && at < canonical.size());
  return at;
}

}  // namespace

bool Expansion::fail(Defect what, const char* field, std::uint64_t need, std::uint64_t have) {
  fault_ = {what, at_, need, have, field};
  return false;
}

bool Expansion::spend(std::uint64_t tokens) {
  tokens_ += tokens;
  if (tokens_ > kMaxBinXmlTokens)
    return fail(Defect::limit_exceeded, "binary xml tokens", tokens_, kMaxBinXmlTokens);
  if (out_.size() > kMaxBinXmlOutput)
    return fail(Defect::limit_exceeded, "binary xml output", out_.size(), kMaxBinXmlOutput);
  return true;
}

Result<std::string_view> Expansion::run(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                                        bool check_names, DecodeNotes& notes) {
  chunk_ = chunk;
  out_.clear();
  notes_ = {};
  tokens_ = 0;
  names_match_ = true;
  at_ = begin;
  check_names_ = check_names;
  templates_.begin_record(check_names);
  if (!fragment(begin, end, 0)) return tl::unexpected(fault_);
  notes = notes_;
  return out_.view();
}

bool Expansion::fragment(std::uint32_t begin, std::uint32_t end, std::uint32_t depth) {
  for (std::uint32_t at = begin;;) {
    const Result<CanonicalEnd> checked =
        append_canonical(chunk_, at, end, {.check_names = check_names_}, depth, out_, at);
    if (!checked) {
      fault_ = checked.error();
      return false;
    }
    if (!spend(1)) return false;
    names_match_ = names_match_ && checked->names_match;
    if (!checked->at_instance) {
      if (depth == 0) content_end_ = at;
      return true;
    }
    if (!instance(at, end, depth + 1)) return false;
  }
}

bool Expansion::instance(std::uint32_t& at, std::uint32_t end, std::uint32_t depth) {
  const Result<TemplateInstance> read = templates_.read_instance(at, end);
  if (!read) {
    fault_ = read.error();
    return false;
  }
  names_match_ = names_match_ && read->names_match;
  if (!spend(read->count)) return false;
  std::string_view canonical = read->compiled->canonical;
  while (!canonical.empty()) {
    if (!element(canonical, *read, depth)) return false;
  }
  return true;
}

bool Expansion::element(std::string_view& canonical, const TemplateInstance& instance,
                        std::uint32_t depth) {
  if (depth > kMaxBinXmlDepth)
    return fail(Defect::limit_exceeded, "binary xml depth", depth, kMaxBinXmlDepth);
  const std::string_view whole = canonical.substr(0, element_size(canonical));
  canonical.remove_prefix(whole.size());
  const auto depends = number_at<std::uint16_t>(whole, 1);
  const bool is_event =
      depth == 1;  // the record's own: it depends on its data, and is there without
  if (depends != kNoDependency && !is_event && templates_.leaves_out(instance, depends))
    return true;
  // The first array among the element's own content repeats it.
  std::size_t open = 0;
  std::uint32_t array_slot = kNoArray;
  for (std::size_t at = 0; at < whole.size() && array_slot == kNoArray;
       at += token_size(whole.substr(at))) {
    const auto next = static_cast<std::uint8_t>(whole[at]);
    if (next == token::kOpenElement) ++open;
    if (next == token::kCloseEmpty || next == token::kEndElement) --open;
    if (next != token::kSubstitution || open != 1) continue;
    const auto slot = number_at<std::uint16_t>(whole, at + 1);
    if (templates_.value(templates_.place(instance, slot)).is_array()) array_slot = slot;
  }
  if (array_slot == kNoArray) return element_once(whole, instance, depth, kNoArray, {});
  RawValue array = templates_.value(templates_.place(instance, array_slot));
  RawValue item;
  if (!take_item(array, item)) return element_once(whole, instance, depth, array_slot, {});
  do {
    if (!spend(1) || !element_once(whole, instance, depth, array_slot, item)) return false;
  } while (take_item(array, item));
  return true;
}

bool Expansion::element_once(std::string_view whole, const TemplateInstance& instance,
                             std::uint32_t depth, std::uint32_t array_slot, const RawValue& item) {
  bool in_start_tag = true;
  out_.append(whole.data(), token_size(whole));
  std::memset(out_.tail(token_size(whole)) + 1, 0xFF, 2);  // depends on nothing any more
  whole.remove_prefix(token_size(whole));
  while (!whole.empty()) {
    if (!spend(1)) return false;
    const auto next = static_cast<std::uint8_t>(whole.front());
    if (next == token::kOpenElement) {
      if (!element(whole, instance, depth + 1)) return false;
      continue;
    }
    if (next == token::kCloseStart) in_start_tag = false;
    const std::size_t size = token_size(whole);
    if (next == token::kSubstitution) {
      const auto slot = number_at<std::uint16_t>(whole, 1);
      if (slot == array_slot && !in_start_tag) {
        if (!value(item)) return false;
      } else if (!substitute(templates_.place(instance, slot), in_start_tag, depth)) {
        return false;
      }
    } else {
      out_.append(whole.data(), size);
    }
    whole.remove_prefix(size);
  }
  return true;
}

bool Expansion::substitute(const ValuePlace& place, bool in_attribute, std::uint32_t depth) {
  const ValuePlace copy = place;  // nested instances move the values
  if (copy.size == 0) return true;
  if (copy.type == kNestedType) {
    if (in_attribute) return true;  // no text
    return fragment(copy.offset, copy.offset + copy.size, depth + 1);
  }
  RawValue raw = templates_.value(copy);
  if (!raw.is_array()) return value(raw);
  // A second array in one element, or one in an attribute: its items one after the other.
  RawValue item;
  while (take_item(raw, item)) {
    if (!spend(1) || !value(item)) return false;
  }
  return true;
}

bool Expansion::value(const RawValue& value) {
  text_.reset();
  std::string_view text;
  if (!append_value(value, text_, notes_, text))
    return fail(Defect::limit_exceeded, "binary xml output", value.bytes.size(), kMaxBinXmlOutput);
  if (text.empty()) return true;
  out_.byte(token::kUtf8Text);
  const auto size = static_cast<std::uint32_t>(text.size());
  out_.append(&size, sizeof size);
  out_.append(text.data(), text.size());
  return spend(0);
}

}  // namespace stemma::evtx
