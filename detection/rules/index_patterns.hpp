// Index patterns of rules: which evidence the indices stand for that a rule's authors look in, so
// that a rule about Sysmon's events is not asked about those of the Security log. Not the rule file
// around them (rule.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "detection/rules/event_source.hpp"

namespace stemma {

/// A family of indices, by how its names begin.
struct IndexFamily {
  std::string_view prefix;  ///< `logs-windows.sysmon_operational`; the longest that fits counts
  SourceSet sources = 0;    ///< what is kept there
};

/// The table, by prefix.
std::span<const IndexFamily> index_families();

/// What a pattern stands for, by what stands before its first `*` and behind a cluster's name: of
/// the families that it is wider than (`logs-windows.*`), all; else of the longest that it begins
/// with; of any other name everything, since an analyst's own index may hold anything. O(table).
SourceSet sources_of(std::string_view pattern);

/// What several stand for together; everything where there are none. Patterns that leave indices
/// out (`-logs-x*`) say nothing here.
SourceSet sources_of(std::span<const std::string> patterns);

}  // namespace stemma
