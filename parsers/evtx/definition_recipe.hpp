// DefinitionRecipe: how a template definition that was looked at once is known again in another
// chunk, at a fraction of the cost. What differs between chunks is where names lie, whether they
// stand right here, and so the sizes; everything else must be the same bytes. A definition that
// matches has the canonical form that the recipe was made with and passes every check of
// canonical.hpp; one that does not match may still have it, and is looked at in full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/evtx/layout.hpp"

namespace stemma::evtx {

class DefinitionRecipe {
 public:
  // Written down by append_canonical(), in the order of the bytes.
  void clear();
  void bytes(Bytes same);            ///< these bytes
  void element_size();               ///< u32, from behind it to the element's end
  void attributes_size();            ///< u32, from behind it to the end of the start tag
  void attributes_end();             ///< here the innermost element's attribute list ends
  void element_end();                ///< here the innermost element ends
  void name(Bytes count_and_units);  ///< u32 offset of this name; stepped over where it lies here

  void end();  ///< the definition ends here without a token that says so

  /// Bytes of memory that it takes, its layouts with it. O(1).
  [[nodiscard]] std::size_t weight() const {
    return text_.size() + steps_.size() * sizeof(Step) + layout_bytes_;
  }

  /// Whether the definition body at [begin, end) of `chunk`, which lies inside it, matches. O(bytes
  /// + names); reads nothing outside `chunk`. What matched is remembered as a layout: the same
  /// template mostly lies the same way, and then only its names' places have to be looked at.
  [[nodiscard]] bool matches(Bytes chunk, std::uint32_t begin, std::uint32_t end);

 private:
  enum class Kind : std::uint8_t {
    bytes,
    element_size,
    attributes_size,
    attributes_end,
    element_end,
    name,
    end
  };
  struct Step {
    Kind kind;
    std::uint32_t size = 0;  ///< of what is compared
    std::uint32_t at = 0;    ///< where it lies in text_
  };
  /// A body that matched: its bytes, and where names stand in it.
  struct Layout {
    struct Field {
      std::uint32_t at = 0;    ///< of the name's offset, in the body
      std::uint32_t next = 0;  ///< where the bytes go on: behind the offset, or behind the name
      std::uint16_t name = 0;  ///< in Layout::names
    };
    struct Name {
      std::uint32_t at = 0, size = 0;  ///< u16 count and UTF-16, in text_
    };
    std::string bytes;
    std::vector<Field> fields;
    std::vector<Name> names;
    bool ends = false;  ///< the body ends with `bytes`
  };
  /// One for each way that names stand inline; a chunk's first definition has all of them inline.
  static constexpr std::size_t kMaxLayouts = 4;
  static constexpr std::size_t kMaxNames = 64;

  void add(Kind kind, Bytes same);
  std::uint16_t name_in(Layout& layout, std::uint32_t at, std::uint32_t size) const;
  bool walk(Bytes chunk, std::uint32_t begin, std::uint32_t end, Layout& layout) const;
  [[nodiscard]] bool lies_as(const Layout& layout, Bytes chunk, std::uint32_t begin,
                             std::uint32_t end) const;

  std::vector<Step> steps_;
  std::string text_;
  std::vector<Layout> layouts_;
  std::size_t layout_bytes_ = 0;
};

}  // namespace stemma::evtx
