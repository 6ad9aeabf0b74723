// Session: opens a collection, indexes it into a frozen snapshot, and decodes its events again for
// whoever asks. Both fronts use it. Not rules (detection) and not output (reports).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/session/discovery.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {

/// How far a pass has come; written by workers, sampled by a front with a timer.
struct Progress {
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<const char*> step{"opening"};
};

struct SessionOptions {
  unsigned threads = 0;          ///< 0: as many as the machine has
  Progress* progress = nullptr;  ///< borrowed; may be null
  std::stop_token stop;
};

/// Which events a pass wants.
struct EventSelection {
  CategorySet categories =
      kAllCategories;  ///< any of these; events without category only where kAllCategories is given
  std::function<bool(EventId)> accept;  ///< further test; empty accepts all
};

class Session {
 public:
  /// Walks, decodes and indexes `paths`. Never throws for evidence; what could not be read is in
  /// the snapshot's ledger.
  static std::unique_ptr<Session> open(const std::vector<std::string>& paths,
                                       SessionOptions options);

  [[nodiscard]] const CaseSnapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] std::shared_ptr<const CaseSnapshot> shared_snapshot() const { return snapshot_; }
  /// Paths that exist and could not be opened.
  [[nodiscard]] const std::vector<std::string>& unreadable() const { return unreadable_; }
  [[nodiscard]] unsigned threads() const { return threads_; }
  /// Whether a record, a line or a file was refused anywhere: exit code 3.
  [[nodiscard]] bool something_refused() const;

  /// Decodes the selected events again, completed from the tree, and hands each to `visit(worker,
  /// id, event)`. Workers run side by side, one call at a time each; `worker` is below threads().
  /// Within a unit events come in the order of the evidence; units come in any.
  using Visit = std::function<void(unsigned worker, EventId id, Event& event)>;
  void for_each(const EventSelection& selection, const Projection& projection,
                const Visit& visit) const;

  /// The same, but what `render` makes of each unit's events is handed to `write` in the order of
  /// the evidence.
  using Render = std::function<void(unsigned worker, EventId id, Event& event, std::string& out)>;
  void render_in_order(const EventSelection& selection, const Projection& projection,
                       const Render& render,
                       const std::function<void(const std::string&)>& write) const;

  /// Decodes one event again, completed from the tree.
  Result<void> decode(EventId id, const Projection& projection, Event& event) const;

  /// The bytes an event was read from, pieces one after the other.
  [[nodiscard]] std::string original(EventId id) const;

  /// Content of an artifact, for digests.
  [[nodiscard]] std::span<const std::byte> bytes_on_disk(ArtifactId id) const;

 private:
  struct Work {
    const Parser* parser;
    std::vector<ArtifactBytes> artifacts;  // as the parser's units count them
    Unit unit;
  };
  Session() = default;
  void index();
  [[nodiscard]] std::vector<std::uint64_t> wanted_offsets(const Work& work,
                                                          const EventSelection& selection) const;
  [[nodiscard]] EventId event_at(const SourceSpan& source) const;
  void run(const Work& work, unsigned worker, const EventSelection& selection,
           const Projection& projection, const std::function<void(EventId, Event&)>& visit) const;

  SessionOptions options_;
  unsigned threads_ = 1;
  std::vector<std::unique_ptr<Parser>> parsers_;
  std::vector<FoundArtifact> files_;  // by ArtifactId
  std::vector<Work> work_;
  std::vector<std::string> unreadable_;
  std::shared_ptr<CaseSnapshot> snapshot_;
  std::vector<EventId> by_source_;  // all events, by (artifact, offset)
};

}  // namespace stemma
