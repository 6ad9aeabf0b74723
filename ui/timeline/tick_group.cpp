#include "ui/timeline/tick_group.hpp"

namespace stemma::ui::timeline {
namespace {

constexpr CategorySet bits(std::initializer_list<CategoryBit> all) {
  CategorySet set = 0;
  for (const CategoryBit bit : all) set = static_cast<CategorySet>(set | category_bit(bit));
  return set;
}

struct Group {
  CategorySet categories;
  std::string_view name;
};

constexpr std::array<Group, kTickGroups> kGroups = {{
    {bits({CategoryBit::process}), "process"},
    {bits({CategoryBit::file}), "file"},
    {bits({CategoryBit::registry}), "registry"},
    {bits({CategoryBit::network, CategoryBit::dns}), "network"},
    {bits({CategoryBit::authentication, CategoryBit::session, CategoryBit::iam}), "account"},
    {kAllCategories, "other"},
}};

}  // namespace

TickGroup tick_group(CategorySet categories) {
  for (std::size_t i = 0; i + 1 < kTickGroups; ++i) {
    if ((kGroups[i].categories & categories) != 0) return static_cast<TickGroup>(i);
  }
  return TickGroup::other;
}

std::string_view tick_group_name(TickGroup group) {
  return kGroups[static_cast<std::size_t>(group)].name;
}

}  // namespace stemma::ui::timeline
