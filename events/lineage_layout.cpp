#include "events/lineage_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <tuple>

#include "events/paths.hpp"
#include "events/run_sort.hpp"

namespace stemma {
namespace {

// Two independent 64-bit hashes make the id of a process that no source gave one: long enough that
// two lives do not share it. Hashed is `host\npid\nstart\n`, host in lower case, numbers in
// decimal, and a `?` at the end for a placeholder.
class IdHash {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      a_ = (a_ ^ byte) * 0x100000001B3u;
      b_ = (b_ + byte) * 0xD6E8FEB86659FD93u;
      b_ ^= b_ >> 32;
    }
  }
  void add_line(std::int64_t number) {
    std::array<char, 21> text;  // sign, 19 digits, line end
    char* const end = std::to_chars(text.data(), text.data() + text.size() - 1, number).ptr;
    *end = '\n';
    add({text.data(), static_cast<std::size_t>(end + 1 - text.data())});
  }
  /// 32 hex digits.
  [[nodiscard]] std::array<char, 32> digits() const {
    std::array<char, 32> text;
    write(a_ ^ (a_ >> 31), text.data());
    write(b_, text.data() + 16);
    return text;
  }

 private:
  static void write(std::uint64_t number, char* to) {
    for (int digit = 15; digit >= 0; --digit, number >>= 4)
      to[digit] = "0123456789abcdef"[number & 15];
  }

  std::uint64_t a_ = 0xCBF29CE484222325u;
  std::uint64_t b_ = 0x9E3779B97F4A7C15u;
};

}  // namespace

class LineageLayout {
 public:
  LineageLayout(LineageInput& input, std::vector<Life>& lives,
                const std::vector<std::pair<EventId, std::uint32_t>>& entity_of_event)
      : in_(input), lives_(lives), entity_of_event_(entity_of_event) {}

  Lineage lay_out() {
    parent_of_.reserve(lives_.size());
    for (std::uint32_t life = 0; life < lives_.size(); ++life) choose_parent(life);
    cut_circles();
    return flatten();
  }

 private:
  void choose_parent(std::uint32_t life) {
    Life& l = lives_[life];
    std::uint32_t parent = kNoLife;
    if (l.forker != kNoLife) {
      parent = l.forker;
      l.entity.edge =
          lives_[parent].entity.placeholder ? ParentEdge::record_fields : ParentEdge::pid_lifetime;
    }
    for (const BuildImage& image : l.images) {
      if (parent != kNoLife || image.parent == kNoLife || image.parent == life) continue;
      parent = image.parent;
      l.entity.edge = image.image.edge;
    }
    if (parent == kNoLife && l.named_parent != kNoLife && l.named_parent != life) {
      parent = l.named_parent;
      l.entity.edge =
          lives_[parent].entity.placeholder ? ParentEdge::record_fields : ParentEdge::guid;
    }
    parent_of_.push_back(parent);
  }

  // Records can be forged into circles; every life must still be reachable from a root.
  void cut_circles() {
    std::vector<std::uint8_t> state(lives_.size(), 0);  // 0 new, 1 on this walk, 2 done
    std::vector<std::uint32_t> walk;
    for (std::uint32_t life = 0; life < lives_.size(); ++life) {
      walk.clear();
      std::uint32_t at = life;
      while (at != kNoLife && state[at] == 0) {
        state[at] = 1;
        walk.push_back(at);
        at = parent_of_[at];
      }
      if (at != kNoLife && state[at] == 1) {
        // The earliest life of the circle loses its parent.
        std::uint32_t earliest = at;
        for (std::uint32_t other = parent_of_[at]; other != at; other = parent_of_[other]) {
          if (std::tie(lives_[other].entity.start, lives_[other].first_event) <
              std::tie(lives_[earliest].entity.start, lives_[earliest].first_event)) {
            earliest = other;
          }
        }
        parent_of_[earliest] = kNoLife;
        lives_[earliest].entity.edge = ParentEdge::none;
      }
      for (const std::uint32_t seen : walk) state[seen] = 2;
    }
  }

  Lineage flatten() {
    std::vector<std::uint32_t> order(lives_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    sort_runs(std::span(order), [&](std::uint32_t a, std::uint32_t b) {
      const Life& x = lives_[a];
      const Life& y = lives_[b];
      const auto numbers = [](const Life& l) {
        return std::tie(l.entity.host, l.entity.start, l.first_event, l.entity.pid);
      };
      if (numbers(x) != numbers(y)) return numbers(x) < numbers(y);
      return in_.strings.view(x.guid) < in_.strings.view(y.guid);
    });
    std::vector<EntityId> id_of(lives_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) id_of[order[i]] = EntityId::from_index(i);

    std::vector<std::uint32_t> first_image(lives_.size());
    std::uint32_t images = 0;
    std::size_t starts = 0;
    std::size_t derived_ids = 0;
    for (const std::uint32_t life : order) {
      const Life& l = lives_[life];
      first_image[life] = images;
      images += static_cast<std::uint32_t>(l.images.size());
      for (const BuildImage& image : l.images) starts += image.events.size();
      if (!l.guid) ++derived_ids;
    }
    in_.strings.reserve(derived_ids);
    const auto image_id = [&](std::uint32_t life, std::uint32_t position) {
      return position == kNoLife || position >= lives_[life].images.size()
                 ? ImageId{}
                 : ImageId::from_index(first_image[life] + position);
    };
    // Follows forks that never exec'ed back to an image.
    const auto carried = [&](std::uint32_t life, std::uint32_t position) {
      ImageId image = image_id(life, position);
      for (std::size_t steps = 0; !image && life != kNoLife && steps < kMaxAncestors; ++steps) {
        image = image_id(lives_[life].forker == kNoLife ? life : lives_[life].forker,
                         lives_[life].forker == kNoLife ? kNoLife : lives_[life].forker_image);
        life = lives_[life].forker;
      }
      return image;
    };

    Lineage lineage;
    ProcessTree& tree = lineage.tree;
    tree.args_ = std::move(in_.args);
    tree.entities_.reserve(lives_.size());
    tree.images_.reserve(images);
    tree.starts_.reserve(starts);
    HostId host;  // whose name `host_hash` has taken in: lives of a host lie together
    IdHash host_hash;
    for (const std::uint32_t life : order) {
      Life& l = lives_[life];
      ProcessEntity entity = l.entity;
      entity.id_recorded = static_cast<bool>(l.guid);
      if (l.guid) {
        entity.entity_id = l.guid;
      } else {
        if (tree.entities_.empty() || host != entity.host) {
          host = entity.host;
          host_hash = {};
          host_hash.add(ascii_lower(in_.hosts.name(host)));
          host_hash.add("\n");
        }
        IdHash hash = host_hash;
        hash.add_line(entity.pid);
        hash.add_line(entity.start.ns);
        if (entity.placeholder) hash.add("?");
        const std::array<char, 32> digits = hash.digits();
        entity.entity_id = in_.strings.intern({digits.data(), digits.size()});
      }
      entity.first_image = first_image[life];
      entity.image_count = static_cast<std::uint32_t>(l.images.size());
      if (parent_of_[life] != kNoLife) entity.parent = id_of[parent_of_[life]];
      if (l.images.empty() && l.forker != kNoLife)
        entity.inherited = carried(l.forker, l.forker_image);
      tree.entities_.push_back(entity);
      for (BuildImage& image : l.images) {
        if (image.parent == kNoLife && l.forker != kNoLife) {
          image.parent = l.forker;
          image.parent_image = l.forker_image;
          image.image.edge = entity.edge;
          image.image.candidates = 1;
        }
        if (image.parent != kNoLife) {
          image.image.parent = id_of[image.parent];
          image.image.parent_image = carried(image.parent, image.parent_image);
        }
        tree.images_.push_back(image.image);
        const ImageId id = ImageId::from_index(tree.images_.size() - 1);
        for (std::size_t i = 0; i < image.events.size(); ++i)
          tree.starts_.push_back({image.events[i], id_of[life], id});
      }
    }
    index(tree);
    lineage.entity_of_event.reserve(tree.starts_.size() + entity_of_event_.size());
    for (const ProcessStart& start : tree.starts_)
      lineage.entity_of_event.emplace_back(start.event, start.entity);
    for (const auto& [event, life] : entity_of_event_)
      lineage.entity_of_event.emplace_back(event, id_of[life]);
    return lineage;
  }

  static void index(ProcessTree& tree) {
    sort_runs(std::span(tree.starts_),
              [](const ProcessStart& a, const ProcessStart& b) { return a.event < b.event; });
    tree.starts_by_image_.resize(tree.starts_.size());
    for (std::uint32_t i = 0; i < tree.starts_.size(); ++i) tree.starts_by_image_[i] = i;
    sort_runs(std::span(tree.starts_by_image_), [&](std::uint32_t a, std::uint32_t b) {
      return tree.starts_[a].image < tree.starts_[b].image;
    });
    tree.children_begin_.assign(tree.entities_.size() + 1, 0);
    for (const ProcessEntity& entity : tree.entities_) {
      if (entity.parent) ++tree.children_begin_[entity.parent.index() + 1];
    }
    for (std::size_t i = 1; i < tree.children_begin_.size(); ++i)
      tree.children_begin_[i] += tree.children_begin_[i - 1];
    tree.children_.resize(tree.children_begin_.back());
    std::vector<std::uint32_t> next(tree.children_begin_.begin(), tree.children_begin_.end() - 1);
    for (std::size_t i = 0; i < tree.entities_.size();
         ++i) {  // ids ascend by host and start, so children come out sorted
      const EntityId parent = tree.entities_[i].parent;
      if (parent) {
        tree.children_[next[parent.index()]++] = EntityId::from_index(i);
      } else {
        tree.roots_.push_back(EntityId::from_index(i));
      }
    }
  }

  LineageInput& in_;
  std::vector<Life>& lives_;
  const std::vector<std::pair<EventId, std::uint32_t>>& entity_of_event_;
  std::vector<std::uint32_t> parent_of_;
};

Lineage lay_out_lineage(LineageInput& input, std::vector<Life>& lives,
                        const std::vector<std::pair<EventId, std::uint32_t>>& entity_of_event) {
  return LineageLayout(input, lives, entity_of_event).lay_out();
}

}  // namespace stemma
