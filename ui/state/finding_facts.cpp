#include "ui/state/finding_facts.hpp"

namespace stemma::ui {

const SecretSeen* secret_of(const OpenCase& open, std::uint32_t finding) {
  if (!open.incident) return nullptr;
  const auto& secrets = open.incident->secrets;
  const std::size_t of_rules = open.findings.size() - secrets.size();
  return finding < of_rules ? nullptr : &secrets[finding - of_rules];
}

const Rule& rule_of(const OpenCase& open, std::uint32_t finding) {
  return open.rules->rules[open.findings[finding].rule];
}

std::optional<Timestamp> time_of(const OpenCase& open, std::uint32_t finding) {
  if (const EventId event = open.findings[finding].event) return open.snapshot->events.time(event);
  const SecretSeen* secret = secret_of(open, finding);
  return secret == nullptr ? std::nullopt : secret->time;
}

std::string_view host_of(const OpenCase& open, std::uint32_t finding) {
  if (const SecretSeen* secret = secret_of(open, finding)) return secret->host;
  const EventId event = open.findings[finding].event;
  return event ? open.snapshot->hosts.name(open.snapshot->events.host(event)) : std::string_view{};
}

ImageId image_of(const OpenCase& open, std::uint32_t finding) {
  const Finding& one = open.findings[finding];
  if (one.image) return one.image;
  return one.entity ? open.snapshot->tree.last_image(one.entity) : ImageId{};
}

const Invocation* run_of(const OpenCase& open, std::uint32_t finding) {
  if (!open.incident || !open.index) return nullptr;
  const std::uint32_t run = open.index->run_of_finding(finding);
  return run == 0 ? nullptr : &open.incident->invocations[run - 1];
}

bool is_set_aside(const OpenCase& open, std::uint32_t finding) {
  const Invocation* run = run_of(open, finding);
  return run != nullptr && run->automation.has_value();
}

}  // namespace stemma::ui
