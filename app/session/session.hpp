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
#include "app/session/event_plan.hpp"
#include "app/session/memory_budget.hpp"
#include "app/session/read_ahead.hpp"
#include "app/session/work.hpp"
#include "events/case_snapshot.hpp"
#include "events/copies.hpp"
#include "events/event.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {

/// How far a pass has come; written by workers once a unit, sampled by a front with a timer.
struct Progress {
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<const char*> step{"opening"};
};

struct SessionOptions {
  unsigned threads = 0;          ///< 0: as many as the machine has
  Progress* progress = nullptr;  ///< borrowed; may be null
  std::stop_token stop = {};
  std::uint64_t memory = 0;  ///< bytes that the run may take (memory_budget.hpp); 0: any
  EvtxReader evtx_reader = EvtxReader::native;
  /// Parsers to ask; empty: all that ship. For tests and benches.
  std::function<std::vector<std::unique_ptr<Parser>>()> parsers = {};
};

class Session {
 public:
  /// Walks, decodes and indexes `paths`. Never throws for evidence; what could not be read is in
  /// the snapshot's ledger. Throws MemoryExceeded where options.memory does not suffice.
  static std::unique_ptr<Session> open(const std::vector<std::string>& paths,
                                       SessionOptions options);

  [[nodiscard]] const CaseSnapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] std::shared_ptr<const CaseSnapshot> shared_snapshot() const { return snapshot_; }
  /// Paths that exist and could not be opened.
  [[nodiscard]] const std::vector<std::string>& unreadable() const { return unreadable_; }
  [[nodiscard]] unsigned threads() const { return threads_; }
  /// The most bytes that indexing took, as memory_budget.hpp counts them.
  [[nodiscard]] std::uint64_t memory_counted() const { return memory_counted_; }
  /// Whether a record, a line or a file was refused anywhere: exit code 3.
  [[nodiscard]] bool something_refused() const;

  /// Which units hold the selected events, and where; for any number of passes over them.
  [[nodiscard]] EventPlan plan(const EventSelection& selection) const;

  /// Decodes the planned events again, completed from the tree, and hands each to `visit(worker,
  /// id, event)`. Workers run side by side, one call at a time each; `worker` is below threads().
  /// Within a unit events come in the order of the evidence; units come in any. Units without a
  /// planned event are not touched. Where `dropped` turns true, units not yet begun are left out:
  /// what was visited is no answer then.
  using Visit = std::function<void(unsigned worker, EventId id, Event& event)>;
  void for_each(const EventPlan& plan, const Projection& projection, const Visit& visit,
                const std::atomic<bool>* dropped = nullptr) const;
  void for_each(const EventSelection& selection, const Projection& projection, const Visit& visit,
                const std::atomic<bool>* dropped = nullptr) const {
    for_each(plan(selection), projection, visit, dropped);
  }

  /// The same, but what `render` makes of each unit's events is handed to `write` in the order of
  /// the evidence. `write` runs on any thread, one call at a time.
  using Render = std::function<void(unsigned worker, EventId id, Event& event, std::string& out)>;
  void render_in_order(const EventSelection& selection, const Projection& projection,
                       const Render& render,
                       const std::function<void(const std::string&)>& write) const;

  /// Decodes one event again, completed from the tree.
  Result<void> decode(EventId id, const Projection& projection, Event& event) const;

  /// The bytes an event was read from, pieces one after the other.
  [[nodiscard]] std::string original(EventId id) const;

  /// What has become of an artifact's file since it was opened. One stat().
  [[nodiscard]] FileChange change_of(ArtifactId id) const;

  /// Content of an artifact, for digests.
  [[nodiscard]] std::span<const std::byte> bytes_on_disk(ArtifactId id) const;
  /// The same as parsers see it, unpacked.
  [[nodiscard]] std::span<const std::byte> content(ArtifactId id) const;

 private:
  Session() = default;
  void split_into_units();
  void sample(const MemoryBudget& budget);
  void index();
  /// Of all fields, for telling copies from twins.
  void hash_contents(const StringPool& strings, std::span<CopyCandidate> candidates) const;
  void read(const Share& share, const EventPlan& plan, const Projection& projection,
            const std::function<void(EventId, Event&)>& visit) const;
  [[nodiscard]] ReadAhead ahead_of(std::span<const Share> shares) const;
  /// Counts the units that a pass passes over as done.
  void begin_pass(std::span<const Share> shares) const;

  SessionOptions options_;
  unsigned threads_ = 1;
  std::vector<std::unique_ptr<Parser>> parsers_;
  std::vector<FoundArtifact> files_;  // by ArtifactId
  std::vector<Work> work_;
  UnitIndex units_;
  std::uint64_t memory_counted_ = 0;
  std::vector<std::string> unreadable_;
  std::shared_ptr<CaseSnapshot> snapshot_;
};

}  // namespace stemma
