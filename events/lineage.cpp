// The builder behind build_lineage: first all records of a host in the order they happened make
// lives, images and pid edges; then GUID edges, which need no order. lineage_layout.cpp does the
// rest.
#include "events/lineage.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "events/lineage_ancestry.hpp"
#include "events/lineage_layout.hpp"
#include "events/lineage_order.hpp"
#include "events/paths.hpp"
#include "events/run_sort.hpp"

namespace stemma {
namespace {

// How far the search for a second witness of a start goes back. Twins lie within two seconds; a
// forged log could put millions of starts of one pid there, and no search may grow with their
// square.
constexpr std::ptrdiff_t kMaxLookBack = 16;

// `{8-4-4-4-12}`: how Windows writes a GUID, in capitals; shippers write it in small letters.
bool has_guid_form(std::string_view id) {
  return id.size() == 38 && id.front() == '{' && id.back() == '}' && id[9] == '-' && id[14] == '-';
}

}  // namespace

class LineageBuilder {
 public:
  explicit LineageBuilder(LineageInput input) : in_(std::move(input)) {}

  Lineage build() {
    split_by_host();
    const std::span<const EventClass> classes = in_.store.classes().all();
    documents_ = std::any_of(classes.begin(), classes.end(),
                             [](const EventClass& c) { return is_document(c.source_kind); });
    lives_.reserve(most_lives());  // room that stays unused is never touched and costs no memory
    for (auto& [host, events] : by_host_) {
      host_ = host;
      by_pid_.clear();
      by_guid_.clear();
      begun_since_boot_.clear();
      const std::uint32_t first_life = static_cast<std::uint32_t>(lives_.size());
      make_lives(std::move(events));
      const std::uint32_t seen = static_cast<std::uint32_t>(lives_.size());
      for (std::uint32_t life = first_life; life < seen; ++life) resolve_guid_parents(life);
      if (!in_.ancestry.empty()) link_listed_ancestors(first_life, seen);
    }
    // Nothing reads those any more, and the layout is where lineage needs the most memory.
    in_.processes = {};
    in_.mentions = {};
    in_.ancestry = {};
    by_host_.clear();
    by_pid_ = decltype(by_pid_)();  // `= {}` would keep the room
    by_guid_ = decltype(by_guid_)();
    begun_since_boot_ = decltype(begun_since_boot_)();
    return lay_out_lineage(in_, lives_, entity_of_event_);
  }

 private:
  struct Pending {
    EventId event;
    std::uint32_t at;  // of the record, or of the mention after all records
  };

  void split_by_host() {
    std::uint32_t at = 0;
    HostId last;
    std::vector<Pending>* list = nullptr;  // of `last`; neighbours mostly share theirs
    const auto add = [&](HostId host, EventId event) {
      if (list == nullptr || host != last) list = &by_host_[host];
      last = host;
      list->push_back({event, at++});
    };
    for (const ProcessRecord& record : in_.processes) add(record.host, record.event);
    for (const ProcessMention& mention : in_.mentions) add(mention.host, mention.event);
    for (auto& [host, pending] : by_host_) {
      sort_runs(std::span(pending),
                [](const Pending& a, const Pending& b) { return a.event < b.event; });
    }
  }

  // A guess at how many lives there will be: as many as starts and forks, placeholders apart.
  [[nodiscard]] std::size_t most_lives() const {
    return static_cast<std::size_t>(
        std::count_if(in_.processes.begin(), in_.processes.end(), [](const ProcessRecord& record) {
          return record.act == ProcessAct::start || record.act == ProcessAct::fork;
        }));
  }

  void make_lives(std::vector<Pending> pending) {
    std::vector<EventId> events;
    events.reserve(pending.size());
    for (const Pending& p : pending) events.push_back(p.event);
    std::uint64_t rank = 0;
    std::uint64_t highest_serial = 0;
    for (const std::uint32_t at : order_of_happening(in_.store, events)) {
      ++rank;
      if (in_.store.source_kind(events[at]) == SourceKind::auditd) {
        const std::uint64_t serial = in_.store.sequence(events[at]);
        // The kernel's counter began anew: a boot, whether or not a record says so.
        if (serial + kSerialResetGap < highest_serial)
          end_all(events[at], ProcessAct::shutdown, SourceKind::auditd, rank);
        highest_serial =
            serial + kSerialResetGap < highest_serial ? serial : std::max(serial, highest_serial);
      }
      if (pending[at].at >= in_.processes.size()) {
        mention(in_.mentions[pending[at].at - in_.processes.size()], rank);
        continue;
      }
      const ProcessRecord& record = in_.processes[pending[at].at];
      switch (record.act) {
        case ProcessAct::start:
          start(record, rank);
          break;
        case ProcessAct::end:
          end(record, rank);
          break;
        case ProcessAct::fork:
          fork(record, rank);
          break;
        case ProcessAct::boot:
        case ProcessAct::shutdown:
          end_all(record.event, record.act, record.source_kind, rank);
          break;
        case ProcessAct::none:
          break;
      }
    }
  }

  // --- lookup

  std::vector<std::uint32_t>& lives_of(std::int64_t pid) { return by_pid_[pid]; }

  std::uint32_t newest_open(std::int64_t pid) {
    const auto found = by_pid_.find(pid);
    if (found == by_pid_.end() || found->second.empty()) return kNoLife;
    const std::uint32_t life = found->second.back();
    return lives_[life].end_rank == kStillAlive ? life : kNoLife;
  }

  bool same_file(StringId a, StringId b) const {
    return ascii_iequals(in_.strings.view(a), in_.strings.view(b));
  }

  bool runs(const Life& life, StringId executable) const {
    if (!executable || life.images.empty()) return true;  // nothing contradicts
    const StringId own = life.images.back().image.executable;
    return !own || same_file(own, executable) ||
           ascii_iequals(base_name(in_.strings.view(own)), in_.strings.view(executable));
  }

  // Lives of `pid` that cover `rank` and do not contradict `executable`; the newest of them, and
  // how many there are.
  std::pair<std::uint32_t, std::uint8_t> alive_at(std::int64_t pid, std::uint64_t rank,
                                                  StringId executable) const {
    std::uint32_t best = kNoLife;
    std::uint8_t count = 0;
    const auto found = by_pid_.find(pid);
    if (found == by_pid_.end()) return {kNoLife, std::uint8_t{0}};
    // Lives of a pid lie one after the other, so only the last few that began by `rank` can cover
    // it.
    const auto begun = std::upper_bound(
        found->second.begin(), found->second.end(), rank,
        [&](std::uint64_t r, std::uint32_t life) { return r < lives_[life].start_rank; });
    for (auto at = begun; at != found->second.begin() && begun - at < kMaxLookBack;) {
      const std::uint32_t life = *--at;
      if (lives_[life].end_rank < rank) break;
      if (!runs(lives_[life], executable)) continue;
      if (best == kNoLife) best = life;
      ++count;
    }
    return {best, count};
  }

  std::int64_t time_of(EventId event) const { return in_.store.time(event).ns; }

  // --- lives

  std::uint32_t new_life(std::int64_t pid, EventId event, std::uint64_t rank, SourceKind kind) {
    const std::uint32_t index = static_cast<std::uint32_t>(lives_.size());
    Life life;
    life.entity.host = host_;
    life.entity.pid = pid;
    life.entity.start = in_.store.time(event);
    life.entity.sources = source_bit(kind);
    life.start_rank = rank;
    life.first_event = event;
    life.windows = is_windows(kind);
    lives_.push_back(std::move(life));
    if (pid != kNoPid) {
      auto& lives = lives_of(pid);
      if (!lives.empty()) {
        Life& before = lives_[lives.back()];
        if (before.end_rank == kStillAlive) {
          before.end_rank = rank;
          before.entity.end = in_.store.time(event);
          before.entity.end_kind = EndKind::pid_reuse;
        }
      }
      lives.push_back(index);
      begun_since_boot_.push_back(index);
    }
    return index;
  }

  // Ids are compared as their sources mean them. Only documents spell a GUID otherwise than the log
  // that they were made of.
  StringId guid_key(StringId guid) {
    const std::string_view text = documents_ ? in_.strings.view(guid) : std::string_view{};
    if (!has_guid_form(text)) return guid;
    std::string upper(text);
    for (char& c : upper)
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    return upper == text ? guid : in_.strings.intern(upper);
  }

  std::uint32_t life_named(StringId guid) {
    const auto known = by_guid_.find(guid_key(guid));
    return known != by_guid_.end() ? known->second : kNoLife;
  }

  // Two ids that cannot be one process's: different ones of one scheme. Two programs that watch a
  // machine give a process an id each.
  bool guids_contradict(StringId a, StringId b) {
    if (!a || !b || guid_key(a) == guid_key(b)) return false;
    const std::string_view x = in_.strings.view(a);
    const std::string_view y = in_.strings.view(b);
    return !documents_ || (x.size() == y.size() && has_guid_form(x) == has_guid_form(y));
  }

  // The first id stays a life's own; it is found by all of them.
  void give_guid(std::uint32_t life, StringId guid) {
    if (!guid) return;
    if (!lives_[life].guid) lives_[life].guid = guid;
    by_guid_.try_emplace(guid_key(guid), life);
  }

  // A life that a source without GUIDs has shown, and that this GUID now names: the open one of its
  // pid, where the program agrees.
  std::uint32_t unnamed_life(std::int64_t pid, StringId guid, StringId executable) {
    const std::uint32_t life = guid && pid != kNoPid ? newest_open(pid) : kNoLife;
    if (life == kNoLife || lives_[life].guid || !runs(lives_[life], executable)) return kNoLife;
    give_guid(life, guid);
    return life;
  }

  // A parent known only by pid (and perhaps by name): the life that covers the moment, else one
  // that begins with this first sight.
  std::uint32_t parent_by_pid(const ProcessRecord& record, std::uint64_t rank,
                              std::uint8_t& candidates, ParentEdge& edge) {
    const auto [life, count] = alive_at(record.parent_pid, rank, record.parent_executable);
    candidates = count;
    if (life != kNoLife) {
      edge = lives_[life].entity.placeholder ? ParentEdge::record_fields : ParentEdge::pid_lifetime;
      return life;
    }
    edge = ParentEdge::record_fields;
    return placeholder(record.parent_pid, {}, record.parent_executable, record.parent_command_line,
                       record.event, rank, record.source_kind);
  }

  std::uint32_t placeholder(std::int64_t pid, StringId guid, StringId executable,
                            StringId command_line, EventId sight, std::uint64_t rank,
                            SourceKind kind) {
    const std::uint32_t life = new_life(pid, sight, rank, kind);
    lives_[life].entity.placeholder = true;
    lives_[life].entity.sources = 0;
    give_guid(life, guid);
    if (executable || command_line) {
      BuildImage image;
      image.image.start = in_.store.time(sight);
      image.image.rank = rank;
      image.image.executable = executable;
      image.image.name = name_of(executable, kind);
      image.image.command_line = command_line;
      lives_[life].images.push_back(std::move(image));
    }
    return life;
  }

  StringId name_of(StringId executable, SourceKind kind) {
    if (!executable) return {};
    const std::string_view path = in_.strings.view(executable);
    return in_.strings.intern(is_windows(kind) ? windows_base_name(path) : posix_base_name(path));
  }

  // --- records

  void start(const ProcessRecord& record, std::uint64_t rank) {
    std::uint32_t life = kNoLife;
    if (record.guid) life = life_named(record.guid);
    if (life == kNoLife) life = twin_of(record);
    if (life == kNoLife && !is_windows(record.source_kind)) life = continued_by(record);
    if (life == kNoLife) life = new_life(record.pid, record.event, rank, record.source_kind);
    give_guid(life, record.guid);
    show(life, record, rank);
  }

  // A life whose start another source has already shown.
  std::uint32_t twin_of(const ProcessRecord& record) {
    const auto found = by_pid_.find(record.pid);
    if (found == by_pid_.end()) return kNoLife;
    for (auto at = found->second.rbegin();
         at != found->second.rend() && at - found->second.rbegin() < kMaxLookBack; ++at) {
      const Life& life = lives_[*at];
      if (life.images.empty()) continue;
      const BuildImage& last = life.images.back();
      if (time_of(record.event) - last.image.start.ns > kSameStartWindowNs) break;
      if (guids_contradict(record.guid, life.guid)) continue;
      if ((last.sources & source_bit(record.source_kind)) != 0 || last.sources == 0) continue;
      if (same_file(last.image.executable, record.executable)) return *at;
    }
    return kNoLife;
  }

  // Linux: the life that this exec gives a new image; none where the pid has begun another life.
  std::uint32_t continued_by(const ProcessRecord& record) {
    const std::uint32_t life = newest_open(record.pid);
    if (life == kNoLife) return kNoLife;
    const Life& l = lives_[life];
    if (l.guid && record.guid) return kNoLife;
    if (l.last_parent_pid == kNoPid || record.parent_pid == l.last_parent_pid) return life;
    // The parent changed: an orphan was adopted, or the pid is in use again. A parent that is still
    // alive keeps its children.
    if (record.parent_pid == 1 || newest_open(l.last_parent_pid) == kNoLife) return life;
    return kNoLife;
  }

  // Adds what a start record shows to a life: a new image, or a second witness of one.
  void show(std::uint32_t life, const ProcessRecord& record, std::uint64_t rank) {
    Life& l = lives_[life];
    BuildImage* image = witnessed(l, record);
    const bool fresh = image == nullptr;
    if (fresh) {
      // What another record said of a process before its own start was seen gives way to the start
      // itself.
      if (l.entity.placeholder && l.windows) l.images.clear();
      l.images.emplace_back();
      image = &l.images.back();
      image->image.start = in_.store.time(record.event);
      image->image.rank = rank;
    }
    if (l.entity.placeholder) {
      l.entity.placeholder = false;
      if (l.windows) l.entity.start = in_.store.time(record.event);
      l.start_rank = std::min(l.start_rank, rank);
    }
    l.entity.start_seen = true;
    l.entity.sources = static_cast<SourceSet>(l.entity.sources | source_bit(record.source_kind));
    l.first_event = std::min(l.first_event, record.event);
    fill(*image, record);
    if (record.parent_pid != kNoPid) l.last_parent_pid = record.parent_pid;
    const bool by_guid_later = static_cast<bool>(record.parent_guid);
    if (image->parent == kNoLife && !by_guid_later && !image->parent_guid &&
        record.parent_pid > 0 && record.parent_pid != record.pid) {
      std::uint8_t candidates = 0;
      ParentEdge edge = ParentEdge::none;
      const std::uint32_t parent =
          parent_by_pid(record, rank, candidates, edge);  // may move lives_
      BuildImage& mine = fresh ? lives_[life].images.back() : *witnessed(lives_[life], record);
      mine.parent = parent;
      mine.parent_image = image_before(lives_[parent], rank);
      mine.image.edge = edge;
      mine.image.candidates = candidates;
    }
  }

  // The image of a life that this record shows once more, if any.
  BuildImage* witnessed(Life& life, const ProcessRecord& record) {
    for (auto image = life.images.rbegin();
         image != life.images.rend() && image - life.images.rbegin() < kMaxLookBack; ++image) {
      if (!image->events.empty() && image->events.back() == record.event) return &*image;
      if (image->sources == 0 || !same_file(image->image.executable, record.executable)) continue;
      const bool other_source = (image->sources & source_bit(record.source_kind)) == 0;
      const std::int64_t apart = std::abs(time_of(record.event) - image->image.start.ns);
      if (other_source && apart <= kSameStartWindowNs) return &*image;
      // One Windows process has one image: the same GUID, file and command line again is a copy of
      // its start.
      if (life.windows && record.guid && image->image.command_line == record.command_line)
        return &*image;
    }
    return nullptr;
  }

  // Whether a source's words win over those that an image has of `others`: what Sysmon and the
  // kernel wrote before all, then documents of programs that watch processes.
  static bool is_better(SourceKind kind, SourceSet others) {
    constexpr SourceSet kBest = source_bit(SourceKind::sysmon) | source_bit(SourceKind::auditd);
    if ((source_bit(kind) & kBest) != 0) return true;
    return is_document(kind) && kind != SourceKind::ecs_security && (others & kBest) == 0;
  }

  void fill(BuildImage& image, const ProcessRecord& record) {
    const bool better = is_better(record.source_kind, image.sources);
    const auto take = [&](StringId& mine, StringId theirs) {
      if (theirs && (!mine || better)) mine = theirs;
    };
    // What rules ask of an image must be the same in all its records to stand for them.
    const auto take_agreed = [&](StringId& mine, StringId theirs) {
      if (theirs && mine && theirs != mine) image.image.witnesses_differ = true;
      take(mine, theirs);
    };
    take_agreed(image.image.executable, record.executable);
    take_agreed(image.image.name,
                record.name ? record.name : name_of(record.executable, record.source_kind));
    take_agreed(image.image.command_line, record.command_line);
    take(image.image.working_directory, record.working_directory);
    take(image.image.user_id, record.user_id);
    take(image.image.user_name, record.user_name);
    take(image.image.user_domain, record.user_domain);
    take(image.image.integrity_level, record.integrity_level);
    if (record.args.count != 0) {
      if (image.image.args.count != 0) image.image.witnesses_differ = true;
      image.image.args = record.args;
    }
    take(image.parent_guid, record.parent_guid);
    if (record.ancestry.count > image.ancestry.count) image.ancestry = record.ancestry;
    take_agreed(image.image.parent_executable, record.parent_executable);
    take_agreed(image.image.parent_command_line, record.parent_command_line);
    if (image.image.witnesses != 255) ++image.image.witnesses;
    if (record.parent_pid != kNoPid && (image.parent_pid == kNoPid || better))
      image.parent_pid = record.parent_pid;
    if (!image.image.event || better) image.image.event = record.event;
    image.sources = static_cast<SourceSet>(image.sources | source_bit(record.source_kind));
    image.events.push_back(record.event);
  }

  void end(const ProcessRecord& record, std::uint64_t rank) {
    std::uint32_t life = kNoLife;
    if (record.guid) life = life_named(record.guid);
    if (life == kNoLife) life = unnamed_life(record.pid, record.guid, record.executable);
    if (life == kNoLife && record.pid != kNoPid) {
      const auto found = by_pid_.find(record.pid);
      if (found != by_pid_.end() && !found->second.empty()) {
        const std::uint32_t last = found->second.back();
        const Life& l = lives_[last];
        const bool guids_agree =
            !l.guid || !record.guid || (documents_ && !guids_contradict(l.guid, record.guid));
        const bool told_twice = l.entity.end_kind == EndKind::seen &&
                                time_of(record.event) - l.entity.end.ns <= kSameStartWindowNs;
        if (guids_agree && (l.end_rank == kStillAlive || told_twice) && runs(l, record.executable))
          life = last;
      }
    }
    if (life == kNoLife) {
      life = placeholder(record.pid, record.guid, record.executable, {}, record.event, rank,
                         record.source_kind);
      lives_[life].last_parent_pid = record.parent_pid;
    }
    Life& l = lives_[life];
    if (!l.guid) give_guid(life, record.guid);
    l.entity.sources = static_cast<SourceSet>(l.entity.sources | source_bit(record.source_kind));
    if (l.entity.end_kind != EndKind::seen) {
      l.entity.end = in_.store.time(record.event);
      l.entity.end_kind = EndKind::seen;
      l.end_rank = rank;
    }
    entity_of_event_.emplace_back(record.event, life);
  }

  void fork(const ProcessRecord& record, std::uint64_t rank) {
    const std::int64_t parent_pid =
        record.child_has_callers_parent ? record.parent_pid : record.pid;
    const std::uint32_t known = newest_open(record.child_pid);
    // vfork returns in the parent only after the child's exec, so its record may come second.
    const bool late =
        known != kNoLife && lives_[known].forker == kNoLife &&
        lives_[known].last_parent_pid == parent_pid &&
        std::abs(time_of(record.event) - lives_[known].entity.start.ns) <= kSameStartWindowNs;
    std::uint32_t forker = newest_open(parent_pid);
    if (forker == kNoLife && parent_pid != kNoPid) {
      forker = placeholder(parent_pid, {},
                           record.child_has_callers_parent ? StringId{} : record.executable, {},
                           record.event, rank, record.source_kind);
      if (!record.child_has_callers_parent) lives_[forker].last_parent_pid = record.parent_pid;
    }
    const std::uint32_t child =
        late ? known : new_life(record.child_pid, record.event, rank, record.source_kind);
    Life& l = lives_[child];
    l.entity.start = std::min(l.entity.start, in_.store.time(record.event));
    l.entity.start_seen = true;
    l.last_parent_pid = parent_pid;
    if (forker != kNoLife && forker != child) {
      l.forker = forker;
      l.forker_image = image_before(lives_[forker], rank);
    }
    if (const std::uint32_t caller = newest_open(record.pid); caller != kNoLife) {
      entity_of_event_.emplace_back(record.event, caller);
    }
  }

  // The first programs of a boot run before anything can log the boot itself; they belong to the
  // new one.
  [[nodiscard]] bool began_with_boot(const Life& life, EventId boot, SourceKind kind) const {
    if (time_of(boot) - time_of(life.first_event) > kBootGraceNs) return false;
    const bool both_audit =
        in_.store.source_kind(life.first_event) == SourceKind::auditd && kind == SourceKind::auditd;
    return !both_audit || in_.store.sequence(life.first_event) < in_.store.sequence(boot);
  }

  // Ends every open life of the host; those that began with a boot outlive its record.
  void end_all(EventId event, ProcessAct act, SourceKind kind, std::uint64_t rank) {
    std::vector<std::uint32_t> still_open;
    for (const std::uint32_t life : begun_since_boot_) {
      Life& l = lives_[life];
      if (l.end_rank != kStillAlive) continue;
      if (act == ProcessAct::boot && began_with_boot(l, event, kind)) {
        still_open.push_back(life);
        continue;
      }
      l.end_rank = rank;
      l.entity.end = in_.store.time(event);
      l.entity.end_kind = EndKind::boot;
    }
    begun_since_boot_ = std::move(still_open);
  }

  void mention(const ProcessMention& mention, std::uint64_t rank) {
    std::uint32_t life = kNoLife;
    const SourceKind kind = in_.store.source_kind(mention.event);
    if (mention.guid) {
      life = life_named(mention.guid);
      if (life == kNoLife) life = unnamed_life(mention.pid, mention.guid, mention.executable);
    } else {
      life = newest_open(mention.pid);
    }
    if (life == kNoLife) {
      life =
          placeholder(mention.pid, mention.guid, mention.executable, {}, mention.event, rank, kind);
    } else if (lives_[life].images.empty() && mention.executable) {
      BuildImage image;
      image.image.start = in_.store.time(mention.event);
      image.image.rank = rank;
      image.image.executable = mention.executable;
      image.image.name = name_of(mention.executable, kind);
      lives_[life].images.push_back(std::move(image));
    }
    entity_of_event_.emplace_back(mention.event, life);
  }

  // --- edges

  // Position of the last image that a life had by `rank`; none where it had none yet.
  static std::uint32_t image_before(const Life& life, std::uint64_t rank) {
    const auto after = std::upper_bound(
        life.images.begin(), life.images.end(), rank,
        [](std::uint64_t r, const BuildImage& image) { return r < image.image.rank; });
    return after == life.images.begin()
               ? kNoLife
               : static_cast<std::uint32_t>(after - life.images.begin() - 1);
  }

  void resolve_guid_parents(std::uint32_t life) {
    for (std::size_t i = 0; i < lives_[life].images.size(); ++i) {
      BuildImage& image = lives_[life].images[i];
      if (!image.parent_guid || image.parent != kNoLife) continue;
      const std::uint64_t rank = image.image.rank;
      std::uint32_t parent = kNoLife;
      ParentEdge edge = ParentEdge::guid;
      std::uint8_t candidates = 1;
      if (const std::uint32_t known = life_named(image.parent_guid);
          known != kNoLife && known != life) {
        parent = known;
        if (lives_[parent].entity.placeholder && !lives_[parent].entity.start_seen)
          edge = ParentEdge::record_fields;
      } else if (known == kNoLife) {
        std::tie(parent, candidates) =
            alive_at(image.parent_pid, rank, image.image.parent_executable);
        if (parent != kNoLife && (lives_[parent].guid || parent == life)) parent = kNoLife;
        edge = ParentEdge::pid_lifetime;
        if (parent != kNoLife) {
          give_guid(parent, image.parent_guid);
        } else {
          edge = ParentEdge::record_fields;
          parent = unseen_parent(image, rank);  // may move lives_
        }
      }
      if (parent == kNoLife) continue;
      BuildImage& mine = lives_[life].images[i];
      complete_placeholder(parent, mine);
      mine.parent = parent;
      mine.parent_image = image_before(lives_[parent], rank);
      if (mine.parent_image == kNoLife && !lives_[parent].images.empty()) mine.parent_image = 0;
      mine.image.edge = edge;
      mine.image.candidates = candidates;
    }
  }

  // A parent that only its children's records name. Not entered among the lives of its pid: those
  // are already in order.
  std::uint32_t unseen_parent(const BuildImage& words, std::uint64_t rank) {
    const std::uint32_t index = static_cast<std::uint32_t>(lives_.size());
    Life life;
    life.entity.host = host_;
    life.entity.pid = words.parent_pid;
    life.entity.start = words.image.start;
    life.entity.placeholder = true;
    life.start_rank = rank;
    life.first_event = words.image.event;
    life.windows = !words.events.empty() && is_windows(in_.store.source_kind(words.events.front()));
    const StringId guid = words.parent_guid;
    lives_.push_back(std::move(life));  // `words` may be gone now
    give_guid(index, guid);
    return index;
  }

  void link_listed_ancestors(std::uint32_t first, std::uint32_t last) {
    const AncestryNames names = {
        [this](StringId id) { return id ? life_named(id) : kNoLife; },
        [this](StringId id, const BuildImage& descendant) {
          BuildImage words;
          words.image.start = descendant.image.start;
          words.image.event = descendant.image.event;
          words.parent_guid = id;
          const std::uint32_t made = unseen_parent(words, descendant.image.rank);
          lives_[made].windows = is_windows(in_.store.source_kind(words.image.event));
          return made;
        }};
    link_ancestors(lives_, first, last, in_.ancestry, names);
  }

  // What a child's record says about a parent that has no record of its own.
  void complete_placeholder(std::uint32_t parent, const BuildImage& child) {
    Life& p = lives_[parent];
    if (!p.entity.placeholder) return;
    if (p.entity.pid == kNoPid) p.entity.pid = child.parent_pid;
    p.entity.start = std::min(p.entity.start, child.image.start);
    const ProcessImage& words = child.image;
    if (!words.parent_executable && !words.parent_command_line) return;
    if (p.images.empty()) {
      p.images.emplace_back();
      p.images.back().image.start = child.image.start;
    }
    ProcessImage& image = p.images.front().image;
    if (!image.executable) image.executable = words.parent_executable;
    const SourceKind kind = p.windows ? SourceKind::sysmon : SourceKind::sysmon_linux;
    if (!image.name) image.name = name_of(image.executable, kind);
    if (!image.command_line) image.command_line = words.parent_command_line;
  }

  LineageInput in_;
  HostId host_;
  bool documents_ = false;  // whether any event of the case is a document
  std::map<HostId, std::vector<Pending>> by_host_;
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> by_pid_;
  std::unordered_map<StringId, std::uint32_t> by_guid_;
  std::vector<std::uint32_t> begun_since_boot_;
  std::vector<Life> lives_;
  std::vector<std::pair<EventId, std::uint32_t>> entity_of_event_;
};

Lineage build_lineage(LineageInput input) {
  return LineageBuilder(std::move(input)).build();
}

}  // namespace stemma
