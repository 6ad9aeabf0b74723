// CaseSnapshot: everything that is known about a collection after indexing, frozen. Readers need no
// lock and never see half a case.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "events/event_store.hpp"
#include "events/hosts.hpp"
#include "events/ids.hpp"
#include "events/ledger.hpp"
#include "events/process_tree.hpp"
#include "events/string_pool.hpp"

namespace stemma {

/// A file of the collection and what became of it.
struct Artifact {
  std::string path;      ///< as given or found below what was given, for people and `log.file.path`
  std::string format;    ///< formats that read it, comma-separated: `evtx`, `auditd,sysmon_linux`
  std::string decoders;  ///< what its bytes passed through before they were parsed: `gzip`; empty
                         ///< for a plain file
  std::uint64_t size = 0;          ///< bytes on disk
  std::uint64_t content_size = 0;  ///< bytes after decoders: what the ledger balances
  std::uint64_t content_key =
      0;  ///< from size, head and tail of the content: orders artifacts whatever their names
  std::vector<std::string> copies;  ///< further paths with the same content, read once
  /// Machines by the place of the file in the collection, as records that name none are given: of
  /// `path`, then of each copy.
  std::vector<std::string> hosts;
  ImportLog log;
};

struct CaseSnapshot {
  std::vector<Artifact> artifacts;  ///< by ArtifactId
  HostTable hosts;
  StringPool strings;
  EventStore events;
  ProcessTree tree;
  std::vector<std::pair<EventId, SourceSpan>> more_pieces;   ///< ascending by event
  std::vector<std::pair<std::string, std::string>> skipped;  ///< path and why, by path

  [[nodiscard]] const Artifact& artifact(ArtifactId id) const { return artifacts[id.index()]; }
  /// The spans of an event: its source, then its further pieces.
  [[nodiscard]] std::vector<SourceSpan> spans(EventId id) const;
};

}  // namespace stemma
