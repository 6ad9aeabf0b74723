// Secrets in clear text as findings: one for each place and kind, with a rule's name, severity and
// technique. No query makes them, so these rules are in no RuleSet and nothing matches them; what
// finds the secrets is events/secrets.hpp. Never a secret's text.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/invocations/incident.hpp"
#include "detection/rules/rule.hpp"
#include "events/secrets.hpp"

namespace stemma {

/// What a secret of this kind is reported as. `statement` and `program` are null: it is described,
/// not matched. Lives as long as the program.
const Rule& secret_rule(SecretKind kind);
/// All of them.
std::span<const Rule> secret_rules();

/// Gives each secret the id that its finding has: a digest of the rule's id, the kind and the
/// record, so that it stays when files are renamed; then adds to its place how many it stands for.
/// @param original  the bytes of a record. @param digest  SHA-256 in hex of a text
/// @param file_digest  of an artifact's bytes, for a secret that only a file holds
void name_secrets(Incident& incident, const std::function<std::string(EventId)>& original,
                  const std::function<std::string(ArtifactId)>& file_digest,
                  const std::function<std::string(const std::string&)>& digest);

/// The secret as a finding: its record (none where only a file holds it), process and id.
/// Finding::rule names nothing; the rule is secret_rule().
Finding secret_finding(const SecretSeen& secret);

/// `findings`, then those of the incident's secrets, in their order: what annotations may be about,
/// and the order in which a report lists them.
std::vector<Finding> with_secrets(std::vector<Finding> findings, const Incident& incident);

}  // namespace stemma
