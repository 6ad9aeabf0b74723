#include "app/session/session.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "app/session/parallel.hpp"
#include "app/session/read_ahead.hpp"
#include "events/case_builder.hpp"

namespace stemma {
namespace {

class IndexSink : public EventSink {
 public:
  explicit IndexSink(IndexBatch& batch) : batch_(batch) {}
  void on_event(Event& event) override { batch_.add(event); }

 private:
  IndexBatch& batch_;
};

std::vector<std::unique_ptr<Parser>> parsers_that_ship(EvtxReader evtx_reader) {
  std::vector<std::unique_ptr<Parser>> parsers;
  // Those that share no file come first.
  parsers.push_back(make_script_files_parser());
  parsers.push_back(make_evtx_parser(evtx_reader));
  parsers.push_back(make_azure_guest_document_parser());
  parsers.push_back(make_azure_guest_archive_parser());
  parsers.push_back(make_ecs_parser());
  parsers.push_back(make_azure_activity_parser());
  parsers.push_back(make_aws_cloudtrail_parser());
  parsers.push_back(make_auditd_parser());
  parsers.push_back(make_sysmon_linux_parser());
  parsers.push_back(make_azure_guest_log_parser());
  return parsers;
}

}  // namespace

std::unique_ptr<Session> Session::open(const std::vector<std::string>& paths,
                                       SessionOptions options) {
  std::unique_ptr<Session> session(new Session());
  session->options_ = options;
  session->threads_ =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  session->parsers_ = options.parsers ? options.parsers() : parsers_that_ship(options.evtx_reader);
  Discovery found = discover(paths, session->parsers_);
  session->files_ = std::move(found.artifacts);
  session->unreadable_ = std::move(found.unreadable);
  session->split_into_units();
  session->index();
  session->snapshot_->skipped = std::move(found.skipped);
  return session;
}

void Session::split_into_units() {
  for (const auto& parser : parsers_) {
    auto own = std::make_shared<std::vector<ArtifactBytes>>();
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto& readers = files_[i].parsers;
      if (std::find(readers.begin(), readers.end(), parser.get()) == readers.end()) continue;
      own->push_back(
          {ArtifactId::from_index(i), files_[i].bytes.content(), files_[i].default_host, files_[i].artifact.path});
    }
    if (own->empty()) continue;
    for (Unit& unit : parser->split(*own)) work_.push_back({parser.get(), own, std::move(unit)});
  }
  units_ = UnitIndex(work_, files_.size());
  // Recognizing and splitting may have looked at every page.
  for (const FoundArtifact& file : files_) file.bytes.let_go(0, file.bytes.content().size());
}

void Session::sample(const MemoryBudget& budget) {
  const Projection projection = index_projection();
  std::vector<IndexBatch> batches(pieces_in_flight(threads_));
  CaseCounts counts;
  StringPool strings;
  std::uint64_t sampled_bytes = 0;
  std::uint64_t all_bytes = 0;
  for (const Work& work : work_) all_bytes += work.unit.length;
  const auto work_of = [&](std::size_t piece) -> const Work& {
    return work_[piece * work_.size() / kSampledUnits];
  };
  run_in_order(
      kSampledUnits, threads_, options_.stop,
      [&](unsigned, std::size_t piece) {
        IndexBatch& batch = batches[piece % batches.size()];
        batch.clear();
        IndexSink sink(batch);
        ImportLog log;
        const Work& work = work_of(piece);
        work.parser->decode(*work.artifacts, work.unit, {&projection, nullptr}, sink, log);
      },
      [&](std::size_t piece) {
        const IndexBatch& batch = batches[piece % batches.size()];
        counts += batch.counts();
        for (std::uint32_t id = 1; id <= batch.strings.size(); ++id)
          strings.intern_from(batch.strings, StringId{id});
        sampled_bytes += work_of(piece).unit.length;
      });
  counts.string_bytes = strings.memory();
  counts.class_bytes = 0;
  budget.expect(counts, kSampledUnits, sampled_bytes, all_bytes);
}

void Session::index() {
  std::vector<Artifact> artifacts;
  for (const FoundArtifact& file : files_) artifacts.push_back(file.artifact);
  std::uint64_t total = 0;
  for (const Work& work : work_) total += work.unit.length;

  Progress* progress = options_.progress;
  if (progress != nullptr) {
    progress->bytes_total = total;
    progress->step = "reading";
  }
  std::uint64_t unpacked = 0;
  for (const FoundArtifact& file : files_) {
    unpacked += file.bytes.held();
  }
  MemoryBudget budget(options_.memory, threads_, unpacked, work_.size());
  if (budget.limited() && work_.size() > 4 * kSampledUnits) sample(budget);
  const Projection projection = index_projection();
  struct Slot {
    IndexBatch batch;
    ImportLog log;
  };
  std::vector<Slot> slots(pieces_in_flight(threads_));
  std::uint64_t largest_batch = 0;
  CaseBuilder builder(std::move(artifacts));
  std::map<std::pair<std::size_t, const Parser*>, ImportLog> books;  // artifact and parser
  ReadAhead ahead(files_, work_, work_.size(),
                  [](std::size_t piece) { return static_cast<std::uint32_t>(piece); });
  run_in_order(
      work_.size(), threads_, options_.stop,
      [&](unsigned, std::size_t piece) {
        ahead.begin(piece);
        const Work& work = work_[piece];
        Slot& slot = slots[piece % slots.size()];
        slot.batch.clear();
        slot.log = {};
        IndexSink sink(slot.batch);
        work.parser->decode(*work.artifacts, work.unit, {&projection, nullptr}, sink, slot.log);
        ahead.done(piece);
        if (progress != nullptr) {
          progress->bytes_done.fetch_add(work.unit.length, std::memory_order_relaxed);
          progress->events.fetch_add(slot.batch.rows.size(), std::memory_order_relaxed);
        }
      },
      [&](std::size_t piece) {
        const Work& work = work_[piece];
        Slot& slot = slots[piece % slots.size()];
        largest_batch = std::max<std::uint64_t>(largest_batch, slot.batch.memory());
        builder.add(slot.batch);
        budget.hold(builder.counts(), largest_batch * slots.size(), piece + 1);
        books[{work.artifact().index(), work.parser}].add(slot.log);
      });
  std::vector<Slot>().swap(slots);
  memory_counted_ = budget.most();

  if (progress != nullptr) progress->step = "lineage";
  std::vector<ImportLog> per_artifact(files_.size());
  for (auto& [key, log] : books) {
    const FoundArtifact& file = files_[key.first];
    key.second->close({ArtifactId::from_index(key.first), file.bytes.content(), file.default_host, file.artifact.path},
                      log);
    per_artifact[key.first].add(log);
  }
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
  snapshot_ =
      builder.freeze([this](const StringPool& strings, std::span<CopyCandidate> candidates) {
        hash_contents(strings, candidates);
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

}  // namespace stemma
