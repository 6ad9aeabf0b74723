#include "detection/invocations/secret_findings.hpp"

#include <fmt/format.h>

#include <array>

namespace stemma {
namespace {

Rule made(const char* id, const char* name, const char* severity, std::int64_t risk,
          std::string description, ThreatTechnique technique) {
  Rule rule;
  rule.id = id;
  rule.name = name;
  rule.severity = severity;
  rule.risk_score = risk;
  rule.description = std::move(description);
  rule.maturity = "production";
  rule.authors = {"Stemma"};
  rule.path = "shipped/secrets";
  rule.shipped = true;
  Threat threat;
  threat.framework = "MITRE ATT&CK";
  threat.tactic_id = "TA0006";
  threat.tactic_name = "Credential Access";
  threat.tactic_reference = "https://attack.mitre.org/tactics/TA0006/";
  threat.techniques = {
      {"T1552", "Unsecured Credentials", "https://attack.mitre.org/techniques/T1552/"}};
  if (technique.id != "T1552") threat.techniques.push_back(std::move(technique));
  rule.threats = {std::move(threat)};
  return rule;
}

// In the order of SecretKind.
std::array<Rule, 7> make_rules() {
  const ThreatTechnique plain{"T1552", "", ""};
  const ThreatTechnique key{"T1552.004", "Private Keys",
                            "https://attack.mitre.org/techniques/T1552/004/"};
  return {
      made("eed24eed-8c2a-535e-a29a-799bfcbf32ff", "Password of a RunAs User in Clear Text", "high",
           73,
           "Azure's managed Run Command hands the password of the user that a script runs as to "
           "sudo on a command line: it lies in process logs and in the handler's log.",
           plain),
      made("3b1a94f3-4d0d-59c9-996f-9b071d27ed7a", "Password in Clear Text", "medium", 47,
           "A command line, script or output holds a password that whoever reads the log can use.",
           plain),
      made("190aeacf-a668-5f00-a330-9d2bc01184ec", "Storage Access Token in Clear Text", "medium",
           47,
           "The signature of a shared access signature opens what its URL names until it expires.",
           plain),
      made("832487ee-84a6-5c64-8601-5cba530d1135", "Account Key in Clear Text", "high", 73,
           "A key of a storage account, a cloud or an interface, which does not expire by itself.",
           plain),
      made("5b21e441-29d4-50af-aac0-4aaa3460d711", "Protected Settings of an Extension", "low", 21,
           "Settings that only the machine's own key opens, with parameters or passwords of a run: "
           "who has the machine's key has them.",
           plain),
      made("b8d403f0-3dce-58e4-97de-b5434244bda5", "Access Token in Clear Text", "medium", 47,
           "A token acts for the account that it was given to until it expires.", plain),
      made("5d093c52-d093-55c6-aa5f-c6d574df50b8", "Private Key in Clear Text", "high", 73,
           "The body of a private key.", key),
  };
}

}  // namespace

std::span<const Rule> secret_rules() {
  static const std::array<Rule, 7> kRules = make_rules();
  return kRules;
}

const Rule& secret_rule(SecretKind kind) {
  return secret_rules()[static_cast<std::size_t>(kind)];
}

void name_secrets(Incident& incident, const std::function<std::string(EventId)>& original,
                  const std::function<std::string(ArtifactId)>& file_digest,
                  const std::function<std::string(const std::string&)>& digest) {
  for (SecretSeen& secret : incident.secrets) {
    std::string text = secret_rule(secret.what).id + "\n" + secret.host + "\n" + secret.where;
    // The run only where nothing else tells two apart: its id hangs on what else was collected.
    if (secret.event)
      text += "\n" + original(secret.event);
    else if (secret.file)
      text += "\n" + file_digest(*secret.file);
    else if (secret.invocation)
      text += "\n" + incident.invocations[*secret.invocation].id;
    secret.id = digest(text).substr(0, 32);
    if (secret.count > 1)
      secret.where += fmt::format(", and {} more of that program", secret.count - 1);
  }
}

std::vector<Finding> with_secrets(std::vector<Finding> findings, const Incident& incident) {
  for (const SecretSeen& secret : incident.secrets) findings.push_back(secret_finding(secret));
  return findings;
}

Finding secret_finding(const SecretSeen& secret) {
  Finding finding;
  finding.id = secret.id;
  finding.event = secret.event;
  if (secret.event) finding.events = {secret.event};
  finding.entity = secret.entity;
  finding.image = secret.image;
  return finding;
}

}  // namespace stemma
