#include "app/session/except.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace stemma {

std::vector<ExceptedFinding> take_excepted(const Session& session, const RuleSet& rules,
                                           const RuleExceptions& exceptions,
                                           const eql::EvalOptions& options,
                                           std::vector<Finding>& findings) {
  std::vector<ExceptedFinding> out;
  if (exceptions.list.empty()) return out;
  Projection projection;
  for (const RuleException& exception : exceptions.list) exception.program->want_fields(projection);
  Event event;
  ShapeTable shapes;
  eql::EvalContext context;
  const auto about = [&](const Finding& finding) -> std::optional<std::uint32_t> {
    const std::string& rule = rules.rules[finding.rule].id;
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t i = 0; i < exceptions.list.size(); ++i) {
      if (exceptions.list[i].concerns(rule)) candidates.push_back(i);
    }
    if (candidates.empty()) return std::nullopt;
    std::optional<std::uint32_t> first;
    for (const EventId id : finding.events) {
      if (!session.decode(id, projection, event)) continue;
      if (shapes.size() > kMaxShapes) shapes.clear();
      const EventView view = event.view(shapes);
      context.event = id;
      for (const std::uint32_t i : candidates) {
        if (first && *first <= i) break;
        if (eql::matches(eql::bind(*exceptions.list[i].program, view.shape(), options), view,
                         context))
          first = i;
      }
    }
    return first;
  };
  std::vector<Finding> kept;
  for (Finding& finding : findings) {
    if (const auto exception = about(finding)) {
      out.push_back({std::move(finding), *exception});
    } else {
      kept.push_back(std::move(finding));
    }
  }
  findings = std::move(kept);
  return out;
}

std::vector<std::string> excepted_lines(const RuleExceptions& exceptions,
                                        const std::vector<ExceptedFinding>& excepted) {
  std::vector<std::size_t> counts(exceptions.list.size(), 0);
  for (const ExceptedFinding& one : excepted) ++counts[one.exception];
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const RuleException& exception = exceptions.list[i];
    lines.push_back(fmt::format("{} findings set aside by an exception: {} ({}, until {}).",
                                counts[i], exception.reason, exception.owner, exception.expires));
  }
  return lines;
}

}  // namespace stemma
