// The passes after the first: events decoded again, for whoever asks.
#include <algorithm>

#include "app/session/parallel.hpp"
#include "app/session/session.hpp"
#include "events/completion.hpp"

namespace stemma {
namespace {

// Hands on, of the records that a parser gives, those that have a place in the list.
template <class OffsetOf, class Fits, class Found>
class PlaceSink : public EventSink {
 public:
  PlaceSink(std::size_t places, OffsetOf offset_of, Fits fits, Found found)
      : places_(places), cursor_(places), offset_of_(offset_of), fits_(fits), found_(found) {}
  void on_event(Event& event) override {
    const std::size_t at = cursor_.take(event.source.offset, offset_of_,
                                        [&](std::size_t i) { return fits_(i, event); });
    if (at != places_) found_(at, event);
  }

 private:
  std::size_t places_;
  PlaceCursor cursor_;
  OffsetOf offset_of_;
  Fits fits_;
  Found found_;
};

template <class OffsetOf, class Fits, class Found>
void decode_places(const Work& work, std::size_t places, const Projection& projection,
                   OffsetOf offset_of, Fits fits, Found found) {
  std::vector<std::uint64_t> offsets;
  offsets.reserve(places);
  for (std::size_t i = 0; i < places; ++i) {
    const std::uint64_t offset = offset_of(i);
    if (offsets.empty() || offsets.back() != offset) offsets.push_back(offset);
  }
  PlaceSink sink(places, offset_of, fits, found);
  ImportLog log;
  work.parser->decode(*work.artifacts, work.unit, {&projection, &offsets}, sink, log);
}

}  // namespace

void Session::hash_contents(const StringPool& strings, std::span<CopyCandidate> candidates) const {
  const Projection everything = Projection::all();
  const std::vector<Share> shares =
      units_.share_out(candidates.size(), [&](std::size_t i) { return candidates[i].source; });
  ReadAhead ahead = ahead_of(shares);
  run_in_order(
      shares.size(), threads_, options_.stop,
      [&](unsigned, std::size_t piece) {
        ahead.begin(piece);
        const auto own = candidates.subspan(shares[piece].first, shares[piece].count);
        decode_places(
            work_[shares[piece].work], own.size(), everything,
            [&](std::size_t i) { return own[i].source.offset; },
            [&](std::size_t i, const Event& event) {
              const CopyCandidate& c = own[i];
              return c.source == event.source && c.time == event.time &&
                     c.sequence == event.sequence && c.source_kind == event.source_kind &&
                     strings.view(c.code) == event.text(field::event_code) &&
                     strings.view(c.channel) == event.text(field::winlog_channel);
            },
            [&](std::size_t i, const Event& event) {
              own[i].content_hash = event.content_hash();
              own[i].hashed = true;
            });
        ahead.done(piece);
      },
      [](std::size_t) {});
}

EventPlan Session::plan(const EventSelection& selection) const {
  return {snapshot_->events, units_, files_.size(), selection};
}

ReadAhead Session::ahead_of(std::span<const Share> shares) const {
  return {files_, work_, shares.size(), [shares](std::size_t piece) { return shares[piece].work; }};
}

void Session::begin_pass(std::span<const Share> shares) const {
  if (options_.progress == nullptr) return;
  std::uint64_t skipped = options_.progress->bytes_total;
  for (const Share& share : shares) skipped -= work_[share.work].unit.length;
  options_.progress->bytes_done = skipped;
}

void Session::read(const Share& share, const EventPlan& plan, const Projection& projection,
                   const std::function<void(EventId, Event&)>& visit) const {
  const EventStore& events = snapshot_->events;
  const auto own = plan.ids().subspan(share.first, share.count);
  const Work& work = work_[share.work];
  decode_places(
      work, own.size(), projection, [&](std::size_t i) { return events.source(own[i]).offset; },
      // A record of the same place with another time, number or code is not the one: it is a copy
      // that counts elsewhere, or was not asked for.
      [&](std::size_t i, const Event& event) {
        return events.time(own[i]) == event.time && events.sequence(own[i]) == event.sequence &&
               events.source_kind(own[i]) == event.source_kind &&
               snapshot_->strings.view(events.code(own[i])) == event.text(field::event_code);
      },
      [&](std::size_t i, Event& event) {
        complete(*snapshot_, own[i], event);
        visit(own[i], event);
      });
  if (options_.progress != nullptr)
    options_.progress->bytes_done.fetch_add(work.unit.length, std::memory_order_relaxed);
}

void Session::for_each(const EventPlan& plan, const Projection& projection, const Visit& visit,
                       const std::atomic<bool>* dropped) const {
  Projection wanted = projection;
  want_completion_inputs(wanted);
  wanted.want(field::event_code);
  begin_pass(plan.shares());
  ReadAhead ahead = ahead_of(plan.shares());
  run_in_order(
      plan.shares().size(), threads_, options_.stop,
      [&](unsigned worker, std::size_t piece) {
        if (dropped != nullptr && *dropped) return;
        ahead.begin(piece);
        read(plan.shares()[piece], plan, wanted,
             [&](EventId id, Event& event) { visit(worker, id, event); });
        ahead.done(piece);
      },
      [](std::size_t) {});
}

void Session::render_in_order(const EventSelection& selection, const Projection& projection,
                              const Render& render,
                              const std::function<void(const std::string&)>& write) const {
  Projection wanted = projection;
  want_completion_inputs(wanted);
  wanted.want(field::event_code);
  const EventPlan events = plan(selection);
  begin_pass(events.shares());
  std::vector<std::string> texts(pieces_in_flight(threads_));
  ReadAhead ahead = ahead_of(events.shares());
  run_in_order(
      events.shares().size(), threads_, options_.stop,
      [&](unsigned worker, std::size_t piece) {
        ahead.begin(piece);
        std::string& text = texts[piece % texts.size()];
        text.clear();
        read(events.shares()[piece], events, wanted,
             [&](EventId id, Event& event) { render(worker, id, event, text); });
        ahead.done(piece);
      },
      [&](std::size_t piece) { write(texts[piece % texts.size()]); });
}

Result<void> Session::decode(EventId id, const Projection& projection, Event& event) const {
  const std::vector<SourceSpan> spans = snapshot_->spans(id);
  std::vector<ArtifactBytes> artifacts;
  for (const SourceSpan& span : spans) {
    const FoundArtifact& file = files_[span.artifact.index()];
    artifacts.push_back(
        {span.artifact, file.bytes.content(), file.default_host, file.artifact.path});
  }
  const Parser* parser = nullptr;
  const SourceKind kind = snapshot_->events.source_kind(id);
  const auto& readers = files_[spans.front().artifact.index()].parsers;
  for (const Parser* candidate : readers) {
    const bool fits = readers.size() == 1               ? true  // what shares no file is alone
                      : candidate->format() == "auditd" ? kind == SourceKind::auditd
                      : candidate->format() == "sysmon_linux"    ? kind == SourceKind::sysmon_linux
                      : candidate->format() == "azure_guest_log" ? kind == SourceKind::guest_agent
                                                                 : true;
    if (fits) parser = candidate;
  }
  if (parser == nullptr)
    return tl::unexpected(Fault{Defect::undecodable_record, spans.front().offset, 0, 0, "reader"});
  Projection wanted = projection;
  want_completion_inputs(wanted);
  auto result = parser->decode_event(artifacts, spans, wanted, event);
  if (!result) return result;
  complete(*snapshot_, id, event);
  return {};
}

std::string Session::original(EventId id) const {
  std::string bytes;
  for (const SourceSpan& span : snapshot_->spans(id)) {
    const auto content = files_[span.artifact.index()].bytes.content();
    if (span.offset > content.size() || span.length > content.size() - span.offset) continue;
    bytes.append(reinterpret_cast<const char*>(content.data()) + span.offset, span.length);
  }
  return bytes;
}

FileChange Session::change_of(ArtifactId id) const {
  const FoundArtifact& file = files_[id.index()];
  return file.bytes.change_of(file.artifact.path);
}

std::span<const std::byte> Session::bytes_on_disk(ArtifactId id) const {
  return files_[id.index()].bytes.mapped();
}

std::span<const std::byte> Session::content(ArtifactId id) const {
  return files_[id.index()].bytes.content();
}

}  // namespace stemma
