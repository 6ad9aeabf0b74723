#include "parsers/evtx/definition_recipe.hpp"

#include <array>
#include <cstring>

#include "parsers/evtx/binxml_caps.hpp"

namespace stemma::evtx {
namespace {

constexpr std::uint32_t kNameHeader = 8;  // u32 next, u16 hash, u16 count
constexpr std::uint32_t kNameTerminator = 2;
constexpr std::uint32_t kCountAt = 6;

template <class Word>
inline bool same_word(const std::byte* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

// Most pieces are a few bytes long: a call of memcmp costs more than they do. Words may overlap.
[[gnu::always_inline]] inline bool same(const std::byte* a, const char* b, std::uint32_t size) {
  if (size >= 8) {
    std::uint32_t at = 0;
    for (; size - at > 8; at += 8) {
      if (!same_word<std::uint64_t>(a + at, b + at)) return false;
    }
    return same_word<std::uint64_t>(a + size - 8, b + size - 8);
  }
  if (size >= 4)
    return same_word<std::uint32_t>(a, b) && same_word<std::uint32_t>(a + size - 4, b + size - 4);
  if (size >= 2)
    return same_word<std::uint16_t>(a, b) && same_word<std::uint16_t>(a + size - 2, b + size - 2);
  return size == 0 || std::to_integer<char>(*a) == *b;
}

}  // namespace

void DefinitionRecipe::clear() {
  steps_.clear();
  text_.clear();
  layouts_.clear();
  layout_bytes_ = 0;
}

void DefinitionRecipe::add(Kind kind, Bytes same_bytes) {
  const auto at = static_cast<std::uint32_t>(text_.size());
  text_.append(reinterpret_cast<const char*>(same_bytes.data()), same_bytes.size());
  const auto size = static_cast<std::uint32_t>(same_bytes.size());
  if (kind == Kind::bytes && !steps_.empty() && steps_.back().kind == Kind::bytes) {
    steps_.back().size += size;
    return;
  }
  steps_.push_back({kind, size, at});
}

void DefinitionRecipe::bytes(Bytes same_bytes) {
  add(Kind::bytes, same_bytes);
}
void DefinitionRecipe::element_size() {
  add(Kind::element_size, {});
}
void DefinitionRecipe::attributes_size() {
  add(Kind::attributes_size, {});
}
void DefinitionRecipe::attributes_end() {
  add(Kind::attributes_end, {});
}
void DefinitionRecipe::element_end() {
  add(Kind::element_end, {});
}
void DefinitionRecipe::name(Bytes count_and_units) {
  add(Kind::name, count_and_units);
}

void DefinitionRecipe::end() {
  add(Kind::end, {});
}

bool DefinitionRecipe::matches(Bytes chunk, std::uint32_t begin, std::uint32_t end) {
  for (const Layout& layout : layouts_) {
    if (lies_as(layout, chunk, begin, end)) return true;
  }
  Layout layout;
  if (!walk(chunk, begin, end, layout)) return false;
  if (layouts_.size() < kMaxLayouts && layout.names.size() <= kMaxNames) {
    layout_bytes_ += layout.bytes.size() + layout.fields.size() * sizeof(Layout::Field) +
                     layout.names.size() * sizeof(Layout::Name);
    layouts_.push_back(std::move(layout));
  }
  return true;
}

bool DefinitionRecipe::lies_as(const Layout& layout, Bytes chunk, std::uint32_t begin,
                               std::uint32_t end) const {
  const auto size = static_cast<std::uint32_t>(layout.bytes.size());
  if (layout.ends ? end - begin != size : end - begin < size) return false;
  const std::byte* const body = chunk.data() + begin;
  std::array<std::uint32_t, kMaxNames> known{};  // offset of each name; no name lies at 0
  std::uint32_t from = 0;
  for (const Layout::Field& field : layout.fields) {
    if (!same(body + from, layout.bytes.data() + from, field.at - from)) return false;
    std::uint32_t offset;
    std::memcpy(&offset, body + field.at, sizeof offset);
    const std::uint32_t here = begin + field.at + 4;
    if ((offset == here) != (field.next != field.at + 4)) return false;
    from = field.next;
    std::uint32_t& known_offset = known[field.name];
    if (offset == known_offset) continue;
    const Layout::Name& name = layout.names[field.name];
    if (offset > here || offset < kChunkHeaderSize) return false;
    const std::uint32_t limit = offset == here ? end : static_cast<std::uint32_t>(chunk.size());
    if (limit - offset < kCountAt + name.size + kNameTerminator ||
        !same(chunk.data() + offset + kCountAt, text_.data() + name.at, name.size))
      return false;
    known_offset = offset;
  }
  return same(body + from, layout.bytes.data() + from, size - from);
}

// The layout's name with the text at `at` of text_.
std::uint16_t DefinitionRecipe::name_in(Layout& layout, std::uint32_t at,
                                        std::uint32_t size) const {
  const std::string_view text(text_.data() + at, size);
  for (std::size_t i = 0; i < layout.names.size(); ++i) {
    if (std::string_view(text_.data() + layout.names[i].at, layout.names[i].size) == text)
      return static_cast<std::uint16_t>(i);
  }
  layout.names.push_back({at, size});
  return static_cast<std::uint16_t>(layout.names.size() - 1);
}

bool DefinitionRecipe::walk(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                            Layout& layout) const {
  struct Open {
    std::uint32_t end = 0, attributes_end = 0;
  };
  std::array<Open, kMaxBinXmlDepth + 1> open;  // append_canonical() wrote no deeper one down
  std::size_t depth = 0;
  std::uint32_t at = begin;
  const auto left = [&] { return end - at; };
  for (const Step& step : steps_) {
    switch (step.kind) {
      case Kind::bytes:
        if (left() < step.size || !same(chunk.data() + at, text_.data() + step.at, step.size))
          return false;
        at += step.size;
        break;
      case Kind::element_size: {
        if (left() < 4) return false;
        const auto size = le<std::uint32_t>(chunk, at);
        at += 4;
        if (size > left()) return false;
        open[depth++].end = at + size;
        break;
      }
      case Kind::attributes_size: {
        if (left() < 4) return false;
        const auto size = le<std::uint32_t>(chunk, at);
        at += 4;
        if (size > left()) return false;
        open[depth - 1].attributes_end = at + size;
        break;
      }
      case Kind::attributes_end:
        if (at != open[depth - 1].attributes_end) return false;
        break;
      case Kind::element_end:
        if (at != open[--depth].end) return false;
        break;
      case Kind::end:
        if (at != end) return false;
        layout.ends = true;
        break;
      case Kind::name: {
        if (left() < 4) return false;
        const auto offset = le<std::uint32_t>(chunk, at);
        at += 4;
        if (offset > at || offset < kChunkHeaderSize) return false;
        const std::uint32_t limit = offset == at ? end : static_cast<std::uint32_t>(chunk.size());
        const std::uint32_t size = kCountAt + step.size + kNameTerminator;
        if (limit - offset < size ||
            !same(chunk.data() + offset + kCountAt, text_.data() + step.at, step.size))
          return false;
        const std::uint32_t place = at - 4 - begin;
        if (offset == at) at += size;
        layout.fields.push_back({place, at - begin, name_in(layout, step.at, step.size)});
        break;
      }
    }
  }
  static_assert(kCountAt + 2 == kNameHeader);
  layout.bytes.assign(reinterpret_cast<const char*>(chunk.data() + begin), at - begin);
  return true;
}

}  // namespace stemma::evtx
