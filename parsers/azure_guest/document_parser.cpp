// Parser for the JSON files of Azure's guest agents, and ExtensionsConfig.xml. One unit a file; a
// file that ends early, or is damaged, is read as far as it goes. Books: what was read as JSON is
// parsed, what lies behind the document is unused, a file of which nothing could be read is
// refused.
#include <algorithm>

#include "events/text.hpp"
#include "parsers/azure_guest/document.hpp"
#include "parsers/azure_guest/guest_event.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {
namespace {

using namespace azure_guest;

/// Bytes that are looked at to know a file. Members that tell stand at its beginning.
constexpr std::size_t kSample = 64u << 10;

class AzureGuestDocumentParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "azure_guest_document"; }
  [[nodiscard]] bool shares_files() const override { return false; }
  // Which run a file is about, its name alone tells.
  [[nodiscard]] bool place_matters() const override { return true; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    const std::string_view sample = artifact.text().substr(0, kSample);
    // Most files of a collection are left here.
    if (sample.find("\"runtimeSettings\"") == std::string_view::npos &&
        sample.find("\"status\"") == std::string_view::npos &&
        sample.find("\"vmSettingsSchemaVersion\"") == std::string_view::npos &&
        sample.find("<Extensions") == std::string_view::npos)
      return false;
    const std::size_t first = sample.find_first_not_of("\xEF\xBB\xBF \t\r\n");
    if (first == std::string_view::npos ||
        (sample[first] != '{' && sample[first] != '[' && sample[first] != '<'))
      return false;
    return kind_of(read_document(sample).root) != DocumentKind::none;
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
    const std::string_view text = artifact.text();
    if (text.size() > kMaxDocument) {
      if (wanted.only_at != nullptr) return;
      log.bytes.refused += text.size();
      ++log.records.refused;
      log.note({Defect::limit_exceeded, 0, text.size(), kMaxDocument, "document size"});
      return;
    }
    const JsonDocument document = read_document(text);
    const DocumentKind kind = kind_of(document.root);
    const std::vector<DocumentItem> items = items_of(kind, document.root);
    const Place place = read_place(artifact.path);
    Event event;
    for (const DocumentItem& item : items) {
      if (wanted.only_at != nullptr &&
          !std::binary_search(wanted.only_at->begin(), wanted.only_at->end(), item.value->begin))
        continue;
      const MappingNotes notes =
          fill(artifact, place, kind, document.root, item, *wanted.projection, event);
      if (wanted.only_at == nullptr) note(item, notes, text, log);
      sink.on_event(event);
    }
    if (wanted.only_at == nullptr) book(artifact, document, items.size(), log);
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty() || spans[0].offset >= artifacts[0].bytes.size() ||
        artifacts[0].bytes.size() > kMaxDocument)
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    const JsonDocument document = read_document(artifacts[0].text());
    const DocumentKind kind = kind_of(document.root);
    for (const DocumentItem& item : items_of(kind, document.root)) {
      if (item.value->begin != spans[0].offset) continue;
      fill(artifacts[0], read_place(artifacts[0].path), kind, document.root, item, projection,
           event);
      return {};
    }
    return tl::unexpected(Fault{Defect::undecodable_record, spans[0].offset, 0, 0, "no document"});
  }

 private:
  static MappingNotes fill(const ArtifactBytes& artifact, const Place& place, DocumentKind kind,
                           const Json& root, const DocumentItem& item, const Projection& projection,
                           Event& event) {
    begin_event(event, projection, artifact, place,
                kind == DocumentKind::status ? dataset::kStatus : dataset::kSettings);
    event.source = {artifact.id, static_cast<std::uint32_t>(item.value->end - item.value->begin),
                    item.value->begin};
    event.sequence = item.value->begin;
    return map_item(kind, root, item, place, event);
  }

  static void note(const DocumentItem& item, const MappingNotes& notes, std::string_view text,
                   ImportLog& log) {
    const std::uint64_t at = item.value->begin;
    ++log.records.parsed;
    if (item.value->cut) log.note(Defect::event_incomplete, at, "the document ends inside it");
    if (notes.message_cut)
      log.note(Defect::event_incomplete, at, "the text of the run's state ends early");
    if (notes.no_time) log.note(Defect::time_out_of_range, at, "no time that can be read");
    if (notes.too_much)
      log.note({Defect::limit_exceeded, at, 0, kMaxParameters, "parameters of a run"});
    if (!is_valid_utf8(text.substr(at, item.value->end - at))) log.note(Defect::invalid_utf8, at);
  }

  static void book(const ArtifactBytes& artifact, const JsonDocument& document, std::size_t items,
                   ImportLog& log) {
    const std::size_t size = artifact.bytes.size();
    const std::size_t used = std::min(document.used, size);
    if (items == 0) {
      log.bytes.refused += size;
      ++log.records.refused;
      log.note(Defect::undecodable_record, used, "no settings and no status in it");
      return;
    }
    log.bytes.parsed += used;
    const std::string_view rest = artifact.text().substr(used);
    const bool blank =
        rest.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == std::string_view::npos;
    if (document.problem == JsonProblem::none || blank) {
      log.bytes.unused += rest.size();
    } else {
      log.bytes.refused += rest.size();
    }
    switch (document.problem) {
      case JsonProblem::none:
        if (!blank) log.note(Defect::bad_value, used, "text behind the document");
        break;
      case JsonProblem::ends_early:
        log.note(Defect::truncated, used, "the document ends early");
        break;
      case JsonProblem::malformed:
        log.note(Defect::bad_value, used, "the document cannot be read from here on");
        break;
      case JsonProblem::too_deep:
        log.note({Defect::limit_exceeded, used, 0, kMaxJsonDepth, "nesting"});
        break;
      case JsonProblem::too_many:
        log.note({Defect::limit_exceeded, used, 0, kMaxJsonValues, "values in a document"});
        break;
    }
    if (items == kMaxItems)
      log.note({Defect::limit_exceeded, used, 0, kMaxItems, "events of a document"});
    if (artifact.default_host.empty()) log.note(Defect::unknown_host, 0);
  }
};

}  // namespace

std::unique_ptr<Parser> make_azure_guest_document_parser() {
  return std::make_unique<AzureGuestDocumentParser>();
}

}  // namespace stemma
