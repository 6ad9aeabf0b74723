// CaseService: what the window asks of the program. The window sees snapshots and sends wishes; who
// parses, matches and decodes is the program's affair (app/gui). No Qt: answers come through a
// function that runs them on the window's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "events/projection.hpp"
#include "events/source.hpp"
#include "reports/annotations.hpp"
#include "reports/placed_annotation.hpp"
#include "ui/state/event_order.hpp"
#include "ui/state/filter.hpp"
#include "ui/state/open_case.hpp"

namespace stemma::ui {

namespace timeline {
struct Model;
}

/// Sampled by a timer while an import runs.
struct ImportProgress {
  bool running = false;
  std::string step;  ///< `reading`, `matching`
  std::uint64_t bytes_total = 0, bytes_done = 0;
  std::uint64_t events = 0;
  double seconds = 0;  ///< since the import began
};

/// A line of the grid that had to be decoded.
struct RowText {
  EventId event;
  std::string summary;             ///< event_summary(): one line, visible, secrets blotted out
  std::vector<std::string> cells;  ///< values of the further columns asked for, visible
};

struct FieldShown {
  std::string name;                 ///< ECS name
  std::vector<std::string> values;  ///< visible, secrets blotted out; dates with their own digits
  std::vector<std::string> raw;     ///< the bytes as found, for looking them up in the record
  Origin origin = Origin::record;
};

/// A value decoded a step further: base64, PowerShell's -EncodedCommand, percent and hex codes.
struct Decoded {
  std::string field;  ///< of which
  std::string how;    ///< `base64, UTF-16LE`
  std::string text;   ///< visible but for line ends
};

/// Everything the details pane shows of an event.
struct EventDetails {
  EventId event;
  bool read = false;  ///< false: it could not be decoded; `error` says why
  std::string error;
  std::string summary;
  std::vector<FieldShown> fields;  ///< by name
  std::string record;              ///< XML or lines of text, pretty, visible
  std::vector<Decoded> decoded;
  struct Piece {
    SourceSpan span;
    std::string path;      ///< of the artifact
    std::string decoders;  ///< what its bytes passed through
    std::string bytes;     ///< the record's own, at most kMaxRecordShown
    std::uint64_t size = 0;
    std::string sha256;  ///< of the file; empty until it has been worked out
    std::string change;  ///< what became of the file since it was opened; empty for nothing
  };
  std::vector<Piece> pieces;
};

/// Bytes of a record that are shown; longer ones are cut and said to be.
inline constexpr std::size_t kMaxRecordShown = 1u << 20;

/// Events that a filter leaves, as far as they are known.
struct FilterPortion {
  std::vector<EventId> events;  ///< ascending; follow those of the portions before
  std::size_t looked_at = 0;    ///< events of the case, from its beginning
  bool done = false;
  std::vector<std::string> notes;  ///< whole sentences: errors of a query, caps
};

/// How far a sort has come; the last one has the order.
struct SortPortion {
  std::size_t looked_at = 0;  ///< events of those that are to be sorted
  std::shared_ptr<const EventOrder> order;
};

/// How often each value of a field occurs.
struct Stack {
  std::string field;
  struct Counted {
    std::string raw;    ///< for filtering
    std::string shown;  ///< visible, secrets blotted out
    std::uint64_t count = 0;
  };
  std::vector<Counted> values;  ///< most first, then by text
  std::uint64_t distinct = 0;   ///< values there are
  std::uint64_t others = 0;     ///< occurrences of values that are not listed
  std::uint64_t without = 0;    ///< events that lack the field
};
/// Values of a stack that are listed.
inline constexpr std::size_t kMaxStacked = 10'000;

/// A file of the evidence that is not what it was when it was opened.
struct ChangedFile {
  std::string path;
  std::string how;  ///< `has changed`, `has become shorter`, `is gone`
  bool operator==(const ChangedFile&) const = default;
};

/// What a case file says of the collection that is open.
struct CaseNotes {
  std::string path;  ///< of the case file; empty: none could be opened
  bool writable = false;
  Annotations annotations;
  std::map<std::string, std::string> settings;  ///< texts that the window kept there
  bool exists = false;                          ///< else the first save makes it
  std::vector<std::string> notes;  ///< whole sentences: evidence that changed or is missing, what
                                   ///< was left out, what failed
};

/// What the program was asked for and may be told to forget. Dropping it cancels: no answer comes
/// after that.
class Request {
 public:
  virtual ~Request() = default;
};
using RequestHandle = std::unique_ptr<Request>;

/// All calls are made on the window's thread and return at once. Answers come on the same thread,
/// later, never from within the call. A case that is replaced while a request runs ends the request
/// without an answer.
class CaseService {
 public:
  virtual ~CaseService() = default;

  /// Opens a collection in the place of what is open. `changed` gets every stage as it is complete.
  using Changed = std::function<void(std::shared_ptr<const OpenCase>)>;
  virtual void open(std::vector<std::string> paths, Changed changed) = 0;
  /// Ends a running import; what is complete stays open.
  virtual void cancel_import() = 0;
  [[nodiscard]] virtual ImportProgress progress() const = 0;

  /// Lines of the grid, for about a screenful.
  using RowsRead = std::function<void(std::vector<RowText>)>;
  [[nodiscard]] virtual RequestHandle read_rows(std::vector<EventId> events,
                                                std::vector<FieldId> further, RowsRead done) = 0;

  using DetailsRead = std::function<void(EventDetails)>;
  [[nodiscard]] virtual RequestHandle read_details(EventId event, DetailsRead done) = 0;

  /// Works the timeline of a stage out; `before` is an earlier stage's of the same snapshot, or
  /// null.
  using TimelineMade = std::function<void(std::shared_ptr<const timeline::Model>)>;
  [[nodiscard]] virtual RequestHandle make_timeline(std::shared_ptr<const OpenCase> open,
                                                    std::shared_ptr<const timeline::Model> before,
                                                    TimelineMade done) = 0;

  /// Runs a filter over the case, in the order of time. `portion` is called several times, first
  /// rows first; the last call says `done`.
  using Filtered = std::function<void(FilterPortion)>;
  [[nodiscard]] virtual RequestHandle filter(Filter filter, Filtered portion) = 0;

  /// Sorts some events, or all where `events` is null, by something else than their time, or groups
  /// them. `notes`: what stands in the column of notes. `portion` is called several times; the last
  /// one has the order.
  using Sorted = std::function<void(SortPortion)>;
  [[nodiscard]] virtual RequestHandle sort(std::shared_ptr<const std::vector<EventId>> events,
                                           EventGrouping groups, EventSort by,
                                           std::vector<std::pair<EventId, std::string>> notes,
                                           Sorted portion) = 0;

  /// Counts the values of a field over some events, or over all where `events` is null.
  using Stacked = std::function<void(Stack)>;
  [[nodiscard]] virtual RequestHandle stack(std::shared_ptr<const std::vector<EventId>> events,
                                            FieldId field, Stacked done) = 0;

  /// Looks whether files of the evidence still are as they were opened. By path.
  using EvidenceChecked = std::function<void(std::vector<ChangedFile>)>;
  [[nodiscard]] virtual RequestHandle check_evidence(EvidenceChecked done) = 0;

  /// Why a rule fired on its finding: the clauses with the event's values, as text.
  /// @param finding  index into the findings of `open`, the stage that the window shows
  using Explained = std::function<void(std::string)>;
  [[nodiscard]] virtual RequestHandle explain(std::shared_ptr<const OpenCase> open,
                                              std::uint32_t finding, Explained done) = 0;

  /// Writes a report; `format` is one of report_formats(). `done` gets an empty text, or what went
  /// wrong.
  using Written = std::function<void(std::string error)>;
  [[nodiscard]] virtual RequestHandle write_report(std::string path, std::string format,
                                                   Written done) = 0;
  /// Writes events as CSV, a line each: time, host, log, code, process, summary, then `further`.
  /// All of the case where `events` is null; in the order of time where `order` is null. `done` as
  /// for write_report().
  [[nodiscard]] virtual RequestHandle export_events(
      std::shared_ptr<const std::vector<EventId>> events, std::shared_ptr<const EventOrder> order,
      std::vector<FieldId> further, std::string path, Written done) = 0;

  // The case file: what the analyst says. Calls are carried out in their order.

  /// Opens or makes a case file for the collection that is open. Where `path` is empty: the one
  /// that belongs to this evidence, by its digests, in the folder for application data; it is made
  /// when something is first saved.
  using NotesRead = std::function<void(CaseNotes)>;
  [[nodiscard]] virtual RequestHandle open_notes(std::string path, NotesRead done) = 0;
  /// Saves all annotations and settings; `done` gets an empty text when they are on the disk, or
  /// what went wrong.
  virtual void save_notes(Annotations annotations, std::map<std::string, std::string> settings,
                          Written done) = 0;
  /// What an annotation of it is about; nothing where the case does not hold it. Hashes the record
  /// of an event: at most one read of the disk.
  [[nodiscard]] virtual std::optional<Target> target_of(EventId event) const = 0;
  [[nodiscard]] virtual std::optional<Target> target_of(EntityId entity) const = 0;
  /// Where an event lies, which its annotation remembers; without the file's digest as long as that
  /// is not worked out.
  [[nodiscard]] virtual std::optional<TargetPlace> place_of(EventId event) const = 0;
  /// Events, processes, findings and runs that annotations are about, by their places in that stage
  /// of the case; a later one, which the window has not seen yet, may count findings otherwise.
  [[nodiscard]] virtual std::vector<PlacedAnnotation> place(const Annotations& annotations,
                                                            const OpenCase& open) const = 0;

  [[nodiscard]] virtual std::vector<std::string> report_formats() const = 0;
};

}  // namespace stemma::ui
