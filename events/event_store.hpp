// EventStore: the hot columns of every event, sorted, frozen. Everything else about an event is
// decoded again from its SourceSpan when somebody asks. Not the values and not the lineage.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/category.hpp"
#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/source.hpp"
#include "events/time.hpp"

namespace stemma {

/// One event while the index is built.
struct EventRow {
  Timestamp time;
  SourceSpan source;
  std::uint64_t sequence = 0;      ///< record id or audit serial
  std::uint64_t content_hash = 0;  ///< tells copies from twins; not kept
  StringId channel;                ///< winlog.channel; none for sources without channels
  StringId code;                   ///< event.code
  HostId host;
  EntityId entity;
  CategorySet categories = 0;
  std::uint8_t time_digits = 0;
  SourceKind source_kind = SourceKind::none;
  bool recovered = false;
};

/// Columns sorted by (time, artifact, offset). An EventId is a position in them. 53 bytes an event
/// (bench/ holds the figure).
class EventStore {
 public:
  static constexpr std::size_t kBytesPerEvent = 8 + 8 + 8 + 4 + 4 + 4 + 4 + 4 + 4 + 2 + 1 + 1 + 1;

  EventStore() = default;
  /// @param rows in their final order
  explicit EventStore(std::span<const EventRow> rows);

  [[nodiscard]] std::size_t size() const { return time_.size(); }
  [[nodiscard]] Timestamp time(EventId id) const { return {time_[id.index()]}; }
  [[nodiscard]] std::uint8_t time_digits(EventId id) const { return digits_[id.index()]; }
  [[nodiscard]] SourceSpan source(EventId id) const {
    return {artifact_[id.index()], length_[id.index()], offset_[id.index()]};
  }
  [[nodiscard]] std::uint64_t sequence(EventId id) const { return sequence_[id.index()]; }
  [[nodiscard]] StringId channel(EventId id) const { return channel_[id.index()]; }
  [[nodiscard]] StringId code(EventId id) const { return code_[id.index()]; }
  [[nodiscard]] HostId host(EventId id) const { return host_[id.index()]; }
  [[nodiscard]] EntityId entity(EventId id) const { return entity_[id.index()]; }
  [[nodiscard]] CategorySet categories(EventId id) const { return categories_[id.index()]; }
  [[nodiscard]] SourceKind source_kind(EventId id) const { return kind_[id.index()]; }
  [[nodiscard]] bool recovered(EventId id) const { return recovered_[id.index()] != 0; }

  /// Set while lineage is built, before the store is frozen.
  void set_entity(EventId id, EntityId entity) { entity_[id.index()] = entity; }

  /// The first event not before `time`; one past the last where there is none. O(log n).
  [[nodiscard]] EventId first_at(Timestamp time) const;

 private:
  std::vector<std::int64_t> time_;
  std::vector<std::uint64_t> offset_;
  std::vector<std::uint64_t> sequence_;
  std::vector<ArtifactId> artifact_;
  std::vector<std::uint32_t> length_;
  std::vector<StringId> channel_;
  std::vector<StringId> code_;
  std::vector<HostId> host_;
  std::vector<EntityId> entity_;
  std::vector<CategorySet> categories_;
  std::vector<std::uint8_t> digits_;
  std::vector<SourceKind> kind_;
  std::vector<std::uint8_t> recovered_;
};

}  // namespace stemma
