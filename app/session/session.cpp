#include "app/session/session.hpp"

#include <algorithm>
#include <map>
#include <thread>
#include <tuple>

#include "app/session/parallel.hpp"
#include "events/case_builder.hpp"
#include "events/completion.hpp"

namespace stemma {
namespace {

class IndexSink : public EventSink {
 public:
  IndexSink(IndexBatch& batch, Progress* progress) : batch_(batch), progress_(progress) {}
  void on_event(Event& event) override {
    batch_.add(event);
    if (progress_ != nullptr) progress_->events.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  IndexBatch& batch_;
  Progress* progress_;
};

class ReadSink : public EventSink {
 public:
  explicit ReadSink(std::function<void(Event&)> visit) : visit_(std::move(visit)) {}
  void on_event(Event& event) override { visit_(event); }

 private:
  std::function<void(Event&)> visit_;
};

}  // namespace

std::unique_ptr<Session> Session::open(const std::vector<std::string>& paths,
                                       SessionOptions options) {
  std::unique_ptr<Session> session(new Session());
  session->options_ = options;
  session->threads_ =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  session->parsers_.push_back(make_evtx_parser());
  session->parsers_.push_back(make_auditd_parser());
  session->parsers_.push_back(make_sysmon_linux_parser());
  Discovery found = discover(paths, session->parsers_);
  session->files_ = std::move(found.artifacts);
  session->unreadable_ = std::move(found.unreadable);
  session->index();
  session->snapshot_->skipped = std::move(found.skipped);
  return session;
}

void Session::index() {
  std::vector<Artifact> artifacts;
  std::uint64_t total = 0;
  for (const FoundArtifact& file : files_) {
    artifacts.push_back(file.artifact);
    total += file.bytes.content().size() * file.parsers.size();
  }
  for (const auto& parser : parsers_) {
    std::vector<ArtifactBytes> own;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto& readers = files_[i].parsers;
      if (std::find(readers.begin(), readers.end(), parser.get()) == readers.end()) continue;
      own.push_back({ArtifactId::from_index(i), files_[i].bytes.content(), files_[i].default_host});
    }
    if (own.empty()) continue;
    for (Unit& unit : parser->split(own)) work_.push_back({parser.get(), own, std::move(unit)});
  }

  Progress* progress = options_.progress;
  if (progress != nullptr) {
    progress->bytes_total = total;
    progress->step = "reading";
  }
  // All fields are decoded here, not only those of index_projection(): copies of an event are told
  // from forged twins by all of their content.
  const Projection everything = Projection::all();
  std::vector<std::unique_ptr<IndexBatch>> batches(work_.size());
  std::vector<ImportLog> logs(work_.size());
  CaseBuilder builder(std::move(artifacts));
  std::map<std::pair<std::size_t, const Parser*>, ImportLog> books;  // artifact and parser
  run_in_order(
      work_.size(), threads_, options_.stop,
      [&](unsigned, std::size_t piece) {
        const Work& work = work_[piece];
        batches[piece] = std::make_unique<IndexBatch>();
        IndexSink sink(*batches[piece], progress);
        work.parser->decode(work.artifacts, work.unit, {&everything, nullptr}, sink, logs[piece]);
        if (progress != nullptr) progress->bytes_done += work.unit.length;
      },
      [&](std::size_t piece) {
        const Work& work = work_[piece];
        builder.add(std::move(*batches[piece]));
        batches[piece].reset();
        books[{work.artifacts[work.unit.artifact].id.index(), work.parser}].add(logs[piece]);
        logs[piece] = {};
      });

  if (progress != nullptr) progress->step = "lineage";
  std::vector<ImportLog> per_artifact(files_.size());
  for (auto& [key, log] : books) per_artifact[key.first].add(log);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    // Where two formats share a file, the lines of one are unused text to the other: each parser's
    // sum is the file's size, and so must be theirs together.
    ByteCount& bytes = per_artifact[i].bytes;
    const std::uint64_t size = files_[i].bytes.content().size();
    const std::uint64_t twice =
        files_[i].parsers.size() > 1 ? size * (files_[i].parsers.size() - 1) : 0;
    bytes.unused -= std::min(bytes.unused, twice);
    if (!files_[i].bytes.unchanged(files_[i].artifact.path)) {
      per_artifact[i].note(Defect::changed_while_read, 0,
                           "size or time of the file changed while it was read");
    }
  }
  builder.add_logs(per_artifact);
  snapshot_ = builder.freeze();

  by_source_.resize(snapshot_->events.size());
  for (std::size_t i = 0; i < by_source_.size(); ++i) by_source_[i] = EventId::from_index(i);
  std::sort(by_source_.begin(), by_source_.end(), [&](EventId a, EventId b) {
    const SourceSpan x = snapshot_->events.source(a);
    const SourceSpan y = snapshot_->events.source(b);
    return std::tie(x.artifact, x.offset) < std::tie(y.artifact, y.offset);
  });
}

bool Session::something_refused() const {
  if (!unreadable_.empty()) return true;
  return std::any_of(
      snapshot_->artifacts.begin(), snapshot_->artifacts.end(), [](const Artifact& artifact) {
        const auto& defects = artifact.log.defects();
        return artifact.log.bytes.refused != 0 ||
               std::any_of(defects.begin(), defects.end(),
                           [](const auto& entry) { return is_refusal(entry.first); });
      });
}

EventId Session::event_at(const SourceSpan& source) const {
  const auto found = std::lower_bound(
      by_source_.begin(), by_source_.end(), source, [&](EventId id, const SourceSpan& wanted) {
        const SourceSpan own = snapshot_->events.source(id);
        return std::tie(own.artifact, own.offset) < std::tie(wanted.artifact, wanted.offset);
      });
  if (found == by_source_.end()) return {};
  const SourceSpan own = snapshot_->events.source(*found);
  return own.artifact == source.artifact && own.offset == source.offset ? *found : EventId{};
}

std::vector<std::uint64_t> Session::wanted_offsets(const Work& work,
                                                   const EventSelection& selection) const {
  std::vector<std::uint64_t> offsets;
  const EventStore& events = snapshot_->events;
  const ArtifactId artifact = work.artifacts[work.unit.artifact].id;
  const std::uint64_t end = work.unit.offset + work.unit.length;
  auto at =
      std::lower_bound(by_source_.begin(), by_source_.end(), std::tuple(artifact, work.unit.offset),
                       [&](EventId id, const auto& wanted) {
                         const SourceSpan own = events.source(id);
                         return std::tuple(own.artifact, own.offset) < wanted;
                       });
  for (; at != by_source_.end(); ++at) {
    const SourceSpan own = events.source(*at);
    if (own.artifact != artifact || own.offset >= end) break;
    if (selection.categories != kAllCategories &&
        (events.categories(*at) & selection.categories) == 0)
      continue;
    if (selection.accept && !selection.accept(*at)) continue;
    offsets.push_back(own.offset);
  }
  return offsets;  // ascending, as by_source_ is
}

void Session::run(const Work& work, unsigned, const EventSelection& selection,
                  const Projection& projection,
                  const std::function<void(EventId, Event&)>& visit) const {
  const std::vector<std::uint64_t> offsets = wanted_offsets(work, selection);
  if (!offsets.empty()) {
    ReadSink sink([&](Event& event) {
      const EventId id = event_at(event.source);
      if (!id) return;  // a copy that is counted elsewhere
      if (selection.categories != kAllCategories &&
          (snapshot_->events.categories(id) & selection.categories) == 0)
        return;
      if (selection.accept && !selection.accept(id)) return;
      complete(*snapshot_, id, event);
      visit(id, event);
    });
    ImportLog log;
    work.parser->decode(work.artifacts, work.unit, {&projection, &offsets}, sink, log);
  }
  if (options_.progress != nullptr) options_.progress->bytes_done += work.unit.length;
}

void Session::for_each(const EventSelection& selection, const Projection& projection,
                       const Visit& visit) const {
  Projection wanted = projection;
  want_completion_inputs(wanted);
  run_in_order(
      work_.size(), threads_, options_.stop,
      [&](unsigned worker, std::size_t piece) {
        run(work_[piece], worker, selection, wanted,
            [&](EventId id, Event& event) { visit(worker, id, event); });
      },
      [](std::size_t) {});
}

void Session::render_in_order(const EventSelection& selection, const Projection& projection,
                              const Render& render,
                              const std::function<void(const std::string&)>& write) const {
  Projection wanted = projection;
  want_completion_inputs(wanted);
  std::vector<std::string> texts(work_.size());
  run_in_order(
      work_.size(), threads_, options_.stop,
      [&](unsigned worker, std::size_t piece) {
        run(work_[piece], worker, selection, wanted,
            [&](EventId id, Event& event) { render(worker, id, event, texts[piece]); });
      },
      [&](std::size_t piece) {
        write(texts[piece]);
        texts[piece] = {};
      });
}

Result<void> Session::decode(EventId id, const Projection& projection, Event& event) const {
  const std::vector<SourceSpan> spans = snapshot_->spans(id);
  std::vector<ArtifactBytes> artifacts;
  for (const SourceSpan& span : spans) {
    const FoundArtifact& file = files_[span.artifact.index()];
    artifacts.push_back({span.artifact, file.bytes.content(), file.default_host});
  }
  const Parser* parser = nullptr;
  const SourceKind kind = snapshot_->events.source_kind(id);
  for (const Parser* candidate : files_[spans.front().artifact.index()].parsers) {
    const bool fits = candidate->format() == "auditd"         ? kind == SourceKind::auditd
                      : candidate->format() == "sysmon_linux" ? kind == SourceKind::sysmon_linux
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

std::span<const std::byte> Session::bytes_on_disk(ArtifactId id) const {
  return files_[id.index()].bytes.mapped();
}

}  // namespace stemma
