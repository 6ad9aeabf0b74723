// Files of a run's own folder: scripts, their output, what they dropped, and the counters of runs.
// They make no event. Each is an artifact of the case, so that its path, size and content are at
// hand, and no other parser is asked: a script that holds lines of an audit log is still a script.
#include "parsers/azure_guest/place.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {
namespace {

using azure_guest::PlaceKind;

/// A counter is a decimal number and perhaps a line end; more is something else of that name.
constexpr std::size_t kMaxCounter = 64;

class ScriptFilesParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "script_files"; }
  [[nodiscard]] bool shares_files() const override { return false; }

  // By place: nothing in a script says that it is one.
  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    if (artifact.bytes.empty()) return false;
    switch (azure_guest::read_place(artifact.path).kind) {
      case PlaceKind::run_file:
        return true;
      case PlaceKind::counter:
        return is_counter(artifact.text());
      case PlaceKind::other:
        return false;
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
    static_cast<void>(artifacts);
    static_cast<void>(sink);
    if (wanted.only_at != nullptr) return;
    log.bytes.parsed += unit.length;
    ++log.records.parsed;
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    static_cast<void>(artifacts);
    static_cast<void>(projection);
    static_cast<void>(event);
    return tl::unexpected(Fault{Defect::undecodable_record, spans.empty() ? 0 : spans[0].offset, 0,
                                0, "files of this kind make no event"});
  }

 private:
  static bool is_counter(std::string_view text) {
    return text.size() <= kMaxCounter && text.front() >= '0' && text.front() <= '9' &&
           text.find_first_not_of("0123456789 \r\n") == std::string_view::npos;
  }
};

}  // namespace

std::unique_ptr<Parser> make_script_files_parser() {
  return std::make_unique<ScriptFilesParser>();
}

}  // namespace stemma
