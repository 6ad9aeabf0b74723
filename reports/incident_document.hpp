// The incident report as data: every claim that a report makes, in words, with the evidence it
// rests on. HTML, Markdown, PDF, JSON and the exports are renderings of this model alone, so that
// all of them say the same. Texts are UTF-8 as found, secrets blotted out; making them harmless for
// a format is the rendering's task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/invocations/invocation.hpp"
#include "events/time.hpp"
#include "reports/annotations.hpp"

namespace stemma {

/// Caps of a report. Whatever is left out is counted and said.
inline constexpr std::size_t kMaxRunsListed = 10'000;  ///< rows of the table of runs
inline constexpr std::size_t kMaxRunsTold = 1'000;     ///< runs told as a story
inline constexpr std::size_t kMaxProcessesTold = 100;  ///< of a run
inline constexpr std::size_t kMaxTracesTold = 60;      ///< of a run
inline constexpr std::size_t kMaxEvidenceTold = 24;    ///< records and files of a run, or a reason
inline constexpr std::size_t kMaxScriptTold = 32u << 10;  ///< bytes of a script
inline constexpr std::size_t kMaxTailTold = 4u << 10;     ///< bytes of an output
inline constexpr std::size_t kMaxFindingsTold = 5'000;
inline constexpr std::size_t kMaxOperationsTold = 5'000;
inline constexpr std::size_t kMaxTimelineTold = 5'000;
inline constexpr std::size_t kMaxIndicatorsTold = 5'000;
inline constexpr std::size_t kMaxEventsDetailed = 5'000;  ///< events whose fields are shown
inline constexpr std::size_t kMaxEventFields = 40;
inline constexpr std::size_t kMaxNotesTold = 5'000;  ///< of the analyst's
inline constexpr std::size_t kMaxFieldText = 1'000;  ///< bytes of a field or a command line

/// Positions in IncidentDocument::events and ::artifacts: what a claim rests on.
struct Evidence {
  std::vector<std::uint32_t> events;
  std::vector<std::uint32_t> artifacts;
  std::size_t left_out = 0;
};

struct DocumentReason {
  std::string text;
  bool against = false;
  Evidence evidence;
};

struct DocumentTime {
  Timestamp time;
  std::uint8_t digits = 3;
  std::string source;  ///< where it is from: `process`, `handler log`
};

/// What the analyst said of a finding, process, event or run.
struct DocumentNote {
  TargetKind about = TargetKind::finding;
  std::string key;
  std::string subject;  ///< what that is, in words; where it is not found, what is known of it
  bool found = true;    ///< this evidence holds it
  Verdict verdict = Verdict::none;
  std::string severity;  ///< instead of the rule's; empty: none
  bool pinned = false;
  std::vector<std::string> tags;
  std::string comment, author;
  Timestamp created, changed;
  std::optional<std::uint32_t> finding;  ///< position in IncidentDocument::findings
  std::optional<std::uint32_t> run;      ///< number of the run
  Evidence evidence;
};

/// `malicious, high, pinned, #c2`; `noted` where only a comment was left. As the analyst wrote it:
/// not yet harmless for any format.
std::string note_in_brief(const DocumentNote& note);

struct DocumentProcess {
  std::string name;
  std::int64_t pid = -1;  ///< -1 where it is not known
  std::string entity_id;
  std::optional<DocumentTime> start, end;
  std::string command_line, user;
  std::string membership;  ///< `root`, `lineage`, `reparented`, `follow-on`
  std::string reason;      ///< what binds it, where that is not lineage
  bool inferred = false;   ///< it belongs by inference, or was never seen itself
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> findings;  ///< positions in IncidentDocument::findings
  std::optional<std::uint32_t> note;    ///< position in IncidentDocument::analyst_notes
  Evidence evidence;
};

struct DocumentTrace {
  std::string kind, text, process;
  DocumentTime time;
  Evidence evidence;
};

struct DocumentScript {
  std::string state;  ///< `recovered`, `gone`, …
  std::string path, text, sha256, source;
  std::size_t text_left_out = 0;  ///< bytes
  std::string interpreter;        ///< empty where unknown
  Evidence evidence;
};

struct DocumentMoment {
  DocumentTime time;
  /// `order`, `run`, `end`, `finding`, `note` (an event or process of which something is said), or
  /// of a trace.
  std::string host, kind, text;
  std::optional<std::uint32_t> run;
  bool flagged = false;
  Evidence evidence;
  std::optional<std::uint32_t> note = {};  ///< position in IncidentDocument::analyst_notes
};

/// What else happened on a run's machine while it ran, of one kind: not by the run's processes.
struct DocumentActivity {
  std::string kind;  ///< `logons`, `processes`, `network`
  std::size_t in_all = 0;
  bool at_least = false;              ///< the window has more events than are counted
  std::vector<DocumentMoment> first;  ///< a few, by time
};

struct DocumentRun {
  std::uint32_t number = 0;  ///< from 1, in the order of time
  std::string id;
  std::string title;          ///< `Azure Run Command (action, Linux) #4 on vm-lnx01`
  std::uint32_t channel = 0;  ///< position in IncidentDocument::channels
  std::string host, name, mode;
  std::optional<std::uint64_t> sequence;
  Confidence confidence = Confidence::possible;
  std::vector<std::string> story;  ///< what happened, in sentences
  std::vector<DocumentReason> reasons;
  DocumentScript script;
  std::string command_line;
  std::optional<DocumentTime> start, end;
  std::optional<std::int64_t> exit_code;
  std::string state, stdout_tail, stderr_tail, user, user_id;
  std::vector<std::string> ancestors;  ///< names, outermost first
  std::vector<DocumentProcess> processes;
  std::size_t processes_in_all = 0;
  std::vector<DocumentTrace> traces;
  std::size_t traces_in_all = 0;
  std::vector<std::uint32_t> findings;
  std::optional<std::uint32_t> operation;   ///< position in IncidentDocument::operations
  std::string caller;                       ///< of the operation; empty without one
  std::vector<DocumentActivity> elsewhere;  ///< what else happened there meanwhile; empty: not told
  std::string elsewhere_command;            ///< shows all of it
  std::vector<std::string> unknowns;
  std::vector<std::uint32_t> same_script;  ///< numbers of other runs
  std::string set_aside;  ///< declared automation: why; the run stands in a part of its own
  std::optional<std::uint32_t> automation;  ///< position in IncidentDocument::automation
  std::optional<std::uint32_t> note;        ///< position in IncidentDocument::analyst_notes
  Evidence evidence;
  bool told = true;  ///< false: only its row is in the report
};

struct DocumentOperation {
  std::string id, provider, operation_name, action, resource_id, machine, run_name, account;
  std::string caller, caller_ip, principal_type, principal_id, application_id, role, result;
  std::vector<std::pair<std::string, std::string>> claims;
  DocumentTime first, last;
  std::optional<std::uint32_t> run;  ///< number of the run
  std::string basis;                 ///< `correlation id`
  Confidence confidence = Confidence::none;
  std::int64_t delta_ns = 0;
  std::string join_reason, why_alone;
  Evidence evidence;
};

struct DocumentFinding {
  std::string id, rule_id, rule_name, rule_description, severity;
  std::int64_t risk_score = 0;
  std::vector<std::pair<std::string, std::string>> techniques;  ///< id and name
  std::vector<std::pair<std::string, std::string>> tactics;
  std::string host, process, command_line, user;
  std::int64_t pid = -1;
  DocumentTime time;
  Confidence confidence = Confidence::none;
  std::string reason;                ///< for the confidence
  std::vector<std::string> why;      ///< clauses that were true, with their values
  std::optional<std::uint32_t> run;  ///< number of the run
  /// The analyst says that it is none: it is listed apart, and counted.
  bool false_positive = false;
  bool set_aside = false;  ///< its run is declared automation: it is listed apart, and counted
  std::optional<std::uint32_t> note;  ///< position in IncidentDocument::analyst_notes
  Evidence evidence;
};

struct DocumentIndicator {
  Indicator::Kind kind = Indicator::Kind::path;
  std::string value, defanged;
  std::vector<std::string> contexts;  ///< a few
  std::vector<std::uint32_t> runs;    ///< numbers
};

struct DocumentLog {
  std::string name;
  DocumentTime first, last;
  std::uint64_t events = 0;
  std::vector<std::string> gaps;
};

struct DocumentHost {
  std::string name;
  Confidence cloud_machine = Confidence::none;
  std::vector<DocumentReason> reasons;
  std::string skew;  ///< in words; empty where none is known
  std::vector<DocumentLog> logs;
  std::vector<std::string> blind;  ///< rules that could not fire, spans in which others were blind
  std::uint32_t runs = 0;
};

struct DocumentSecret {
  std::string kind, host, where;
  std::optional<std::uint32_t> run;
  Evidence evidence;
};

struct DocumentChannel {
  std::string id, name, description;
  std::vector<std::string> techniques, triage, false_positives, response;
  std::uint32_t runs = 0;
};

/// An entry of the analyst's declared automation, and the runs that it covers.
struct DocumentAutomation {
  std::string reason, owner, expires, place;  ///< place: `known.toml:4`
  bool expired = false;
  std::uint32_t runs = 0;  ///< 0: it covers none
};

/// A record that a claim rests on.
struct DocumentEvent {
  std::string label;  ///< `E12`: what the report calls it
  DocumentTime time;
  std::string host;
  std::uint32_t artifact = 0;
  std::uint64_t offset = 0, length = 0, record_id = 0;
  std::string channel, code;
  std::string summary;                                      ///< empty where it is not detailed
  std::vector<std::pair<std::string, std::string>> fields;  ///< by name
  std::size_t fields_left_out = 0;
  std::optional<std::uint32_t> note;  ///< position in IncidentDocument::analyst_notes
};

struct DocumentArtifact {
  std::string path, format, decoders, sha256;
  std::uint64_t size = 0, parsed = 0, recovered = 0, refused = 0;
  std::vector<std::string> copies, defects;
};

/// What the program that writes the report knows of itself and of the run.
struct Custody {
  std::string tool = "Stemma", version;
  std::string command_line;
  std::string created;  ///< RFC 3339; empty unless asked for: equal evidence gives equal bytes
  std::vector<std::pair<std::string, std::string>> rule_digests;     ///< name of a set, SHA-256
  std::vector<std::pair<std::string, std::string>> channel_digests;  ///< likewise
  std::vector<std::string> artifact_digests;                         ///< by ArtifactId; or empty
  std::vector<std::string> notes;  ///< findings set aside by exceptions and the like: sentences
};

/// What was left out at a cap, in words: empty where nothing was.
using DocumentCaps = std::vector<std::string>;

struct IncidentDocument {
  std::string title;
  std::vector<std::string> summary;  ///< sentences for whoever reads nothing else
  struct Figures {
    std::size_t runs = 0, confirmed = 0, probable = 0, possible = 0, set_aside = 0;
    std::size_t hosts = 0, operations = 0, operations_alone = 0, findings = 0, secrets = 0;
    std::size_t notes = 0, false_positives = 0;  ///< of findings, as the analyst says
    std::size_t findings_set_aside = 0;  ///< in runs set aside; not those that are false positives
    std::uint64_t events = 0, artifacts = 0, bytes = 0, refused = 0;
  } figures;
  std::vector<DocumentRun> runs;  ///< by time
  std::vector<DocumentOperation> operations;
  std::vector<DocumentFinding> findings;
  std::vector<DocumentNote> analyst_notes;  ///< pinned first, then from the gravest verdict on
  std::vector<DocumentMoment> timeline;
  std::vector<DocumentIndicator> indicators;
  std::vector<DocumentHost> hosts;
  std::vector<DocumentSecret> secrets;
  std::vector<DocumentAutomation> automation;  ///< in the order of the analyst's files
  std::vector<DocumentChannel> channels;       ///< that had a run, by id
  std::vector<DocumentEvent> events;
  std::vector<DocumentArtifact> artifacts;
  std::vector<std::pair<std::string, std::string>> skipped;  ///< path and why
  std::vector<std::string> notes;
  DocumentCaps caps;
  Custody custody;
  std::string ledger;  ///< in one line
};

}  // namespace stemma
