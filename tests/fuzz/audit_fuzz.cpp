// Fuzz target of the audit parser: any bytes as one artifact. The books must balance, every event
// must lie in the input, and decoding it again from its span must give the same event. Recognition
// is run for its own sake: decoding must not depend on it.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "parsers/common/parser.hpp"

namespace {

using namespace stemma;  // NOLINT(google-build-using-namespace): a main of its own

class Checker : public EventSink {
 public:
  Checker(const Parser& parser, const ArtifactBytes& artifact, const Projection& projection)
      : parser_(parser), artifact_(artifact), projection_(projection) {}

  void on_event(Event& event) override {
    const SourceSpan span = event.source;
    if (span.artifact != artifact_.id || span.length == 0 || span.offset > artifact_.bytes.size() ||
        span.length > artifact_.bytes.size() - span.offset || !event.more_pieces.empty()) {
      std::abort();
    }
    const std::uint64_t hash = event.content_hash();
    if (!parser_.decode_event({&artifact_, 1}, {&span, 1}, projection_, again_)) std::abort();
    if (again_.content_hash() != hash || again_.process.act != event.process.act) std::abort();
    event.view(shapes_);
  }

 private:
  const Parser& parser_;
  const ArtifactBytes& artifact_;
  const Projection& projection_;
  Event again_;
  ShapeTable shapes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto parser = make_auditd_parser();
  static const Projection projection = Projection::all();
  const ArtifactBytes artifact{ArtifactId{1}, {reinterpret_cast<const std::byte*>(data), size}, {}};
  (void)parser->recognizes(artifact);
  std::uint64_t covered = 0;
  for (const Unit& unit : parser->split({&artifact, 1})) {
    ImportLog log;
    Checker checker(*parser, artifact, projection);
    parser->decode({&artifact, 1}, unit, Wanted{&projection, nullptr}, checker, log);
    covered += log.bytes.sum();
  }
  if (covered != size) std::abort();
  return 0;
}
