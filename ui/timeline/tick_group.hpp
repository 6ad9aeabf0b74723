// TickGroup: the few kinds of events that a lane tells apart, each with a shape and a colour of its
// own. Not ECS categories, of which an event may have several (events/category.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "events/category.hpp"

namespace stemma::ui::timeline {

enum class TickGroup : std::uint8_t { process, file, registry, network, account, other };
inline constexpr std::size_t kTickGroups = 6;

/// Events of a column by group.
using GroupCounts = std::array<std::uint32_t, kTickGroups>;

/// The group of an event: the first of the order above that one of its categories belongs to.
TickGroup tick_group(CategorySet categories);

/// `process`, `file`, `registry`, `network`, `account`, `other`: words for people.
std::string_view tick_group_name(TickGroup group);

}  // namespace stemma::ui::timeline
