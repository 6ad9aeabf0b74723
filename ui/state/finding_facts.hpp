// What views ask of a finding, whether a rule made it or it tells of a secret in clear text, which
// may lie in a file and have no event. Not how it is shown (ui/models, ui/timeline).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ui/state/open_case.hpp"

namespace stemma::ui {

/// What the finding tells of where it is a secret; null for one of a rule.
/// @param finding  index into OpenCase::findings; the same below
const SecretSeen* secret_of(const OpenCase& open, std::uint32_t finding);

/// Its rule; a secret has one too (detection/invocations/secret_findings.hpp).
const Rule& rule_of(const OpenCase& open, std::uint32_t finding);

/// That of its event; else that which the secret is given. Nothing where none is known.
std::optional<Timestamp> time_of(const OpenCase& open, std::uint32_t finding);

/// Name of its host; empty where it has none.
std::string_view host_of(const OpenCase& open, std::uint32_t finding);

/// What its process ran at that moment, or in the end; none where it is about no process.
ImageId image_of(const OpenCase& open, std::uint32_t finding);

/// The run that it belongs to; null for none.
const Invocation* run_of(const OpenCase& open, std::uint32_t finding);

/// Whether that run is declared automation: such a finding is told apart and marks no process.
bool is_set_aside(const OpenCase& open, std::uint32_t finding);

}  // namespace stemma::ui
