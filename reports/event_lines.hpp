// Events as lines of JSON, fast: what append_event_line() (event_document.hpp) writes, byte for
// byte, from a text that is made once for each shape of event.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "events/shape.hpp"

namespace stemma {

/// Writes events of one case, one after another. One a thread.
class EventLines {
 public:
  explicit EventLines(const CaseSnapshot& snapshot);
  ~EventLines();
  EventLines(const EventLines&) = delete;
  EventLines& operator=(const EventLines&) = delete;

  /// Appends the event as one line. `event` must be decoded with all fields and completed.
  /// O(bytes written) where an event of its shape was written before.
  void append(Event& event, std::string& out);

 private:
  // What a document of one shape looks like: text, a value, text, a value …, text.
  struct Skeleton;
  // Parts that some documents of a shape have and others lack.
  enum Part : std::uint32_t { kRecovered = 1, kDecoders = 2, kSynthesised = 4, kParts = 8 };
  // What is the same for all events of an artifact, as JSON strings.
  struct ArtifactText {
    std::string path, decoders;
  };

  const Skeleton& skeleton(const Shape& shape, std::uint32_t parts);
  const ArtifactText& artifact(ArtifactId id);
  void write_synthesised(const Skeleton& skeleton, const EventView& view);
  // Makes sure that `size` bytes can be written at to_.
  void need(std::size_t size) {
    if (static_cast<std::size_t>(end_ - to_) < size) grow(size);
  }
  void grow(std::size_t size);
  void write(const char* text, std::size_t size);

  const CaseSnapshot& snapshot_;
  ShapeTable shapes_;
  std::vector<std::array<std::unique_ptr<Skeleton>, kParts>> skeletons_;  // by shape number
  std::size_t skeleton_bytes_ = 0;
  std::vector<ArtifactText> artifacts_;
  std::unique_ptr<char[]> line_;
  char* to_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace stemma
