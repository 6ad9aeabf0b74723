// What a format's parser is to the rest: it says which bytes are its own, splits them into units,
// and turns a unit into events. Nothing above this interface knows which decoder runs. Not
// discovery (app/session) and not lineage (events/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "events/ledger.hpp"
#include "events/source.hpp"

namespace stemma {

/// The content of an artifact as parsers see it, after decompression.
struct ArtifactBytes {
  ArtifactId id;
  std::span<const std::byte> bytes;  ///< borrowed; stays valid while the artifact is open
  std::string_view
      default_host;  ///< host.name for records that name none; empty where nothing is known
  /// Where the file lay in the collection. For files whose content alone cannot say what they are
  /// (a script, its output); all others are known by content.
  std::string_view path = {};

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

/// A piece of work that one thread does alone: a run of bytes of one artifact, such as an EVTX
/// chunk or a block of lines.
struct Unit {
  std::uint32_t artifact = 0;  ///< index into the list given to split()
  std::uint64_t offset = 0;    ///< start in that artifact
  std::uint64_t length = 0;    ///< bytes that this unit books
  /// Where a log was cut into files: all its files, `artifact` included, in the order they were
  /// written, so that a decoder can look across the unit's ends. Empty: the artifact stands alone.
  std::vector<std::uint32_t> stream = {};
};

/// Receives events one by one, in the order of the evidence. The event is borrowed for the call,
/// and may be changed by it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(Event& event) = 0;
};

/// What a pass wants of a unit.
struct Wanted {
  const Projection* projection = nullptr;  ///< borrowed; never null
  /// Where set: only events of the unit whose source offset is in this ascending list are decoded
  /// and given to the sink; offsets outside the unit are passed over. Books are kept only where it
  /// is not set.
  const std::vector<std::uint64_t>* only_at = nullptr;
};

class Parser {
 public:
  virtual ~Parser() = default;

  /// Stable name of the format: `evtx`, `auditd`, `sysmon_linux`, `ecs`.
  [[nodiscard]] virtual std::string_view format() const = 0;

  /// Whether `artifact` holds anything of this format, decided by content; by its path only where
  /// no content can tell. May read all of it, at memory speed.
  [[nodiscard]] virtual bool recognizes(const ArtifactBytes& artifact) const = 0;

  /// Whether a file of this format may hold another one's records too: text logs mix, containers do
  /// not.
  [[nodiscard]] virtual bool shares_files() const { return true; }

  /// Whether events of a file of this format depend on where it lay. Then files of equal content at
  /// different places are artifacts of their own; else the second one is a copy of the first.
  [[nodiscard]] virtual bool place_matters() const { return false; }

  /// Splits artifacts that were recognized into units that together cover every byte of them
  /// exactly once. Same artifacts, same units, whatever their order or names.
  [[nodiscard]] virtual std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const = 0;

  /// Decodes one unit: the events that begin in it. They go to `sink` in the order of the evidence.
  /// Every byte and record of the unit is booked in `log`, so that its bytes sum up to the unit's
  /// length; an event that goes on behind the unit has its last bytes booked by the units that they
  /// lie in. Safe from any thread.
  virtual void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit,
                      const Wanted& wanted, EventSink& sink, ImportLog& log) const = 0;

  /// Says what can only be said of a whole artifact: called once, with the sum of its units' logs,
  /// which it adds notes to.
  virtual void close(const ArtifactBytes& artifact, ImportLog& log) const {
    static_cast<void>(artifact);
    static_cast<void>(log);
  }

  /// Decodes again the one event that lies at `spans` (event.source and event.more_pieces as given
  /// to a sink before). `artifacts` are those that the spans name, in the same order. Safe from any
  /// thread.
  virtual Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                                    std::span<const SourceSpan> spans, const Projection& projection,
                                    Event& event) const = 0;
};

/// Which decoder reads EVTX records: our own, or libevtx as a second opinion (slow).
enum class EvtxReader : std::uint8_t { native, libevtx };

std::unique_ptr<Parser> make_evtx_parser(EvtxReader reader = EvtxReader::native);
std::unique_ptr<Parser> make_auditd_parser();
std::unique_ptr<Parser> make_sysmon_linux_parser();
/// Text logs of Azure's guest agents and script handlers.
std::unique_ptr<Parser> make_azure_guest_log_parser();
/// Their settings, status and goal state files.
std::unique_ptr<Parser> make_azure_guest_document_parser();
/// The archives in which the Linux agent keeps earlier goal states.
std::unique_ptr<Parser> make_azure_guest_archive_parser();
/// Scripts and their output, known by their place alone: asked before all others.
std::unique_ptr<Parser> make_script_files_parser();
std::unique_ptr<Parser> make_ecs_parser();
std::unique_ptr<Parser> make_azure_activity_parser();
std::unique_ptr<Parser> make_aws_cloudtrail_parser();

}  // namespace stemma
