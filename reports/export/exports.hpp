// The incident document in the languages of other tools. Each export is a pure function in a file
// of its own; a test holds each against the field list of its public specification, named here.
#pragma once

#include <string>

#include "reports/incident_document.hpp"

namespace stemma {

/// One ECS document a run and a finding (`event.kind: alert`), each behind its action, for
/// `POST /INDEX/_bulk`. Ids are the runs' and findings' own. Source: Elasticsearch reference, "Bulk
/// API"; Elastic Common Schema 8.11.
void append_elastic_bulk(const IncidentDocument& document, std::string& out);
/// The same documents, one a line.
void append_ecs_lines(const IncidentDocument& document, std::string& out);

/// Runs as CSV (RFC 4180); cells that a spreadsheet would run are preceded by an apostrophe.
void append_runs_csv(const IncidentDocument& document, std::string& out);
/// The same as spreadsheets open it: a byte order mark, no cell above 32,767 characters (Excel's
/// limit).
void append_runs_xlsx_csv(const IncidentDocument& document, std::string& out);

/// The timeline for Timesketch. Source: Timesketch, "Import timeline": `message`, `datetime` and
/// `timestamp_desc` are mandatory; of JSON lines `timestamp` (µs) too.
void append_timesketch_csv(const IncidentDocument& document, std::string& out);
void append_timesketch_jsonl(const IncidentDocument& document, std::string& out);

/// Runs and findings for Splunk's HTTP event collector. Source: "Format events for HTTP Event
/// Collector": `time` (seconds), `host`, `source`, `sourcetype`, `event`.
void append_splunk_hec(const IncidentDocument& document, std::string& out);

/// A STIX 2.1 bundle: attack patterns, observables, indicators, and a report over them. Ids are
/// UUIDv5, of observables as the specification says (§2.9). Source: OASIS STIX 2.1.
void append_stix(const IncidentDocument& document, std::string& out);

/// A layer of ATT&CK Navigator, format 4.5: techniques by how often they were seen.
void append_navigator_layer(const IncidentDocument& document, std::string& out);

/// Findings and runs as results. Source: OASIS SARIF 2.1.0.
void append_sarif(const IncidentDocument& document, std::string& out);

/// The processes of all runs as graphs: Mermaid (`flowchart TD`) and Graphviz (`digraph`).
void append_mermaid(const IncidentDocument& document, std::string& out);
void append_dot(const IncidentDocument& document, std::string& out);

/// Indicators as MISP imports them: `type,category,value,comment,to_ids`. Source: MISP, "Data
/// models: categories and types".
void append_misp_csv(const IncidentDocument& document, std::string& out);

}  // namespace stemma
