// Runs and findings of an incident as ECS documents: shared by the exports that carry them.
#pragma once

#include <functional>
#include <string>

#include "reports/incident_document.hpp"

namespace stemma {

struct EcsDocument {
  std::string id;
  std::string json;  ///< one line, no line end
  DocumentTime time;
  bool has_time = true;
  std::string host;
};

/// Runs in their order, then findings.
void for_each_ecs_document(const IncidentDocument& document,
                           const std::function<void(const EcsDocument&)>& visit);

}  // namespace stemma
