#include "events/lineage_ancestry.hpp"

namespace stemma {
namespace {

std::uint32_t parent_of(const Life& life) {
  if (life.forker != kNoLife) return life.forker;
  for (const BuildImage& image : life.images)
    if (image.parent != kNoLife) return image.parent;
  return life.named_parent;
}

// The image that a life had when something below it began.
std::uint32_t image_at(const Life& life, Timestamp time) {
  std::uint32_t found = life.images.empty() ? kNoLife : 0;
  for (std::uint32_t i = 1; i < life.images.size() && life.images[i].image.start <= time; ++i)
    found = i;
  return found;
}

void link(std::vector<Life>& lives, std::uint32_t child, std::uint32_t parent, Timestamp time) {
  Life& life = lives[child];
  life.named_parent = parent;
  const std::uint32_t parent_image = image_at(lives[parent], time);
  for (BuildImage& image : life.images) {
    image.parent = parent;
    image.parent_image = parent_image;
    image.image.edge =
        lives[parent].entity.placeholder ? ParentEdge::record_fields : ParentEdge::guid;
    image.image.candidates = 1;
  }
}

}  // namespace

void link_ancestors(std::vector<Life>& lives, std::uint32_t first, std::uint32_t last,
                    std::span<const StringId> ids, const AncestryNames& names) {
  for (std::uint32_t life = first; life < last; ++life) {
    for (std::size_t i = 0; i < lives[life].images.size(); ++i) {
      const BuildImage& image = lives[life].images[i];
      const auto list = ids.subspan(image.ancestry.first, image.ancestry.count);
      if (list.size() < 2 || image.parent == kNoLife) continue;
      std::uint32_t at = image.parent;
      if (parent_of(lives[at]) != kNoLife || names.find(list[0]) != at) continue;
      std::size_t known = list.size() - 1;
      while (known > 0 && names.find(list[known]) == kNoLife) --known;
      const Timestamp time = image.image.start;
      for (std::size_t up = 1; up <= known && list[up]; ++up) {
        std::uint32_t above = names.find(list[up]);
        const std::uint32_t has = parent_of(lives[at]);
        if (has != kNoLife && has != above) break;  // its own record knows better
        if (above == kNoLife) above = names.make(list[up], lives[life].images[i]);
        if (above == at || above == life) break;
        if (has == kNoLife) link(lives, at, above, time);
        at = above;
      }
    }
  }
}

}  // namespace stemma
