// Events as lines of JSON, fast: what append_event_line() (event_document.hpp) writes, byte for
// byte, from a text that is made once for each shape of event.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/event.hpp"
#include "events/shape.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Writes events of one case, one after another. One a thread.
class EventLines {
 public:
  explicit EventLines(const CaseSnapshot& snapshot, Secrets secrets = Secrets::redacted);
  ~EventLines();
  EventLines(const EventLines&) = delete;
  EventLines& operator=(const EventLines&) = delete;

  /// Appends the event as one line. `event` must be decoded with all fields and completed; secrets
  /// in it are blotted out.
  /// O(bytes written) where an event of its shape was written before.
  void append(Event& event, std::string& out);

 private:
  // What a document of one shape looks like: text, a value, text, a value …, text. Values that are
  // the same for a kind of event (PreparedFields) are part of the text.
  struct Skeleton;
  // Parts that some documents of a shape have and others lack.
  enum Part : std::uint32_t { kRecovered = 1, kDecoders = 2, kSynthesised = 4 };
  // What is the same for all events of an artifact, as JSON strings.
  struct ArtifactText {
    std::string path, decoders;
  };

  // Shape number, parts, Event::prepared() or 0.
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;
  struct Last {
    Key key;
    const Skeleton* skeleton = nullptr;
  };

  const Skeleton& skeleton(const Event& event, const EventView& view, std::uint32_t parts);
  const Skeleton& skeleton(const Key& key, const Event& event, const EventView& view);
  const ArtifactText& artifact(ArtifactId id);
  static bool holds_secret(const Skeleton& document, const EventView& view);
  char* write_synthesised(char* to, const Skeleton& skeleton, const EventView& view);
  // Makes sure that `size` bytes can be written at `to`, which may move.
  char* need(char* to, std::size_t size) {
    return static_cast<std::size_t>(end_ - to) < size ? grow(to, size) : to;
  }
  char* grow(char* to, std::size_t size);

  const CaseSnapshot& snapshot_;
  const Secrets secrets_;
  ShapeTable shapes_;
  std::vector<Last> last_;  // by shape number
  std::map<Key, std::unique_ptr<Skeleton>> skeletons_;
  std::size_t skeleton_bytes_ = 0;
  std::vector<ArtifactText> artifacts_;
  std::unique_ptr<char[]> line_;
  char* end_ = nullptr;
};

}  // namespace stemma
