// Parser for the ZIP files in which Azure's Linux agent keeps earlier goal states (history/*.zip).
// They can hold the text of a script long after its folder is gone. Books: members that tell are
// parsed, others and the directory behind them unused, what could not be read is refused.
#include <algorithm>

#include "events/paths.hpp"
#include "parsers/azure_guest/document.hpp"
#include "parsers/azure_guest/guest_event.hpp"
#include "parsers/azure_guest/zip_members.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {
namespace {

using namespace azure_guest;

/// Cap on what the members of one file unpack to together.
constexpr std::size_t kMaxUnpackedTogether = 64u << 20;

bool tells(std::string_view member) {
  const std::string name = ascii_lower(posix_base_name(member));
  const auto is = [&](std::string_view begin, std::string_view end) {
    return name.size() >= begin.size() + end.size() && name.compare(0, begin.size(), begin) == 0 &&
           name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  return is("vmsettings", ".json") || is("extensionsconfig", ".xml");
}

// A member unpacked and read. What it lists lies in it, so it stays where it was made.
class GoalState {
 public:
  // `left` is what may still be unpacked of the file.
  GoalState(std::string_view file, const ZipMember& member, std::size_t& left)
      : content_(unpack_member(file, member, std::min(left, kMaxDocument))),
        document_(read_document(content_.bytes)),
        kind_(kind_of(document_.root)),
        items_(items_of(kind_, document_.root)) {
    left -= content_.bytes.size();
    // Each event has a place within the member.
    if (items_.size() > member.length) items_.resize(member.length);
  }
  GoalState(const GoalState&) = delete;
  GoalState& operator=(const GoalState&) = delete;

  [[nodiscard]] const std::optional<Fault>& fault() const { return content_.fault; }
  [[nodiscard]] const JsonDocument& document() const { return document_; }
  [[nodiscard]] DocumentKind kind() const { return kind_; }
  [[nodiscard]] const std::vector<DocumentItem>& items() const { return items_; }

 private:
  MemberContent content_;
  JsonDocument document_;
  DocumentKind kind_;
  std::vector<DocumentItem> items_;
};

class AzureGuestArchiveParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "azure_guest_archive"; }
  [[nodiscard]] bool shares_files() const override { return false; }
  [[nodiscard]] bool place_matters() const override { return true; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    if (!is_zip(artifact.text())) return false;
    ZipReader members(artifact.text());
    while (const auto member = members.next()) {
      if (tells(member->name)) return true;
    }
    return false;
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      if (!artifacts[i].bytes.empty()) units.push_back({i, 0, artifacts[i].bytes.size()});
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    const std::string_view file = artifact.text();
    const bool booking = wanted.only_at == nullptr;
    Event event;
    std::size_t left = kMaxUnpackedTogether;
    ZipReader members(file);
    while (const auto member = members.next()) {
      if (!tells(member->name)) {
        if (booking) log.bytes.unused += member->length;
        continue;
      }
      if (!booking && !is_wanted(*member, *wanted.only_at)) continue;
      const GoalState state(file, *member, left);
      if (booking) book(*member, state, log);
      for (std::size_t n = 0; n < state.items().size(); ++n) {
        const std::uint64_t at = member->offset + n;
        if (!booking && !std::binary_search(wanted.only_at->begin(), wanted.only_at->end(), at))
          continue;
        const MappingNotes notes = fill(artifact, *member, state, n, *wanted.projection, event);
        if (booking) {
          ++log.records.parsed;
          if (notes.message_cut || state.items()[n].value->cut)
            log.note(Defect::event_incomplete, at, "the document ends inside it");
          if (notes.no_time) log.note(Defect::time_out_of_range, at, "no time that can be read");
          if (notes.too_much)
            log.note({Defect::limit_exceeded, at, 0, kMaxParameters, "parameters of a run"});
        }
        sink.on_event(event);
      }
    }
    if (!booking) return;
    const std::uint64_t rest = file.size() - std::min<std::uint64_t>(members.at(), file.size());
    if (members.fault()) {
      log.note(*members.fault());
      log.bytes.refused += rest;
    } else {
      log.bytes.unused += rest;
    }
    if (artifact.default_host.empty()) log.note(Defect::unknown_host, 0);
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty())
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    const std::string_view file = artifacts[0].text();
    const std::uint64_t wanted = spans[0].offset;
    ZipReader members(file);
    while (const auto member = members.next()) {
      if (wanted < member->offset || wanted - member->offset >= member->length) continue;
      if (!tells(member->name)) break;
      std::size_t left = kMaxUnpackedTogether;
      const GoalState state(file, *member, left);
      const std::uint64_t n = wanted - member->offset;
      if (n >= state.items().size()) break;
      fill(artifacts[0], *member, state, n, projection, event);
      return {};
    }
    return tl::unexpected(Fault{Defect::undecodable_record, wanted, 0, 0, "no goal state"});
  }

 private:
  static bool is_wanted(const ZipMember& member, const std::vector<std::uint64_t>& places) {
    const auto first = std::lower_bound(places.begin(), places.end(), member.offset);
    return first != places.end() && *first - member.offset < member.length;
  }

  // The place of a member's n-th event is the member's place plus n: packed text has no place of
  // its own in the file.
  static MappingNotes fill(const ArtifactBytes& artifact, const ZipMember& member,
                           const GoalState& state, std::size_t n, const Projection& projection,
                           Event& event) {
    begin_event(event, projection, artifact, read_place(artifact.path), dataset::kSettings);
    const std::uint64_t length = std::min<std::uint64_t>(member.length - n, 0xFFFFFFFFu);
    event.source = {artifact.id, static_cast<std::uint32_t>(length), member.offset + n};
    event.sequence = member.offset + n;
    set_text(event, field::file_name, member.name);
    return map_item(state.kind(), state.document().root, state.items()[n], Place{}, event);
  }

  static void book(const ZipMember& member, const GoalState& state, ImportLog& log) {
    if (state.fault()) log.note(*state.fault());
    if (state.items().empty()) {
      log.bytes.refused += member.length;
      ++log.records.refused;
      if (!state.fault())
        log.note(Defect::undecodable_record, member.offset, "no goal state in the member");
      return;
    }
    log.bytes.parsed += member.length;
    if (state.document().problem != JsonProblem::none && !state.fault())
      log.note(Defect::bad_value, member.offset, "the member cannot be read to its end");
  }
};

}  // namespace

std::unique_ptr<Parser> make_azure_guest_archive_parser() {
  return std::make_unique<AzureGuestArchiveParser>();
}

}  // namespace stemma
