#include "app/session/cross_check.hpp"

#include "app/session/parallel.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {

std::vector<std::optional<evtx::CrossCheck>> cross_check(const Session& session) {
  const auto& artifacts = session.snapshot().artifacts;
  std::vector<std::optional<evtx::CrossCheck>> checks(artifacts.size());
  run_in_order(
      artifacts.size(), session.threads(), {},
      [&](unsigned, std::size_t i) {
        if (artifacts[i].format == "evtx")
          checks[i] = evtx::cross_check(session.content(ArtifactId::from_index(i)));
      },
      [](std::size_t) {});
  return checks;
}

void append_cross_check(const evtx::CrossCheck& check, std::string_view indent, std::string& out) {
  const auto part = [&out](std::uint64_t count, const char* what) {
    if (count != 0) out += ", " + grouped(count) + " " + what;
  };
  out.append(indent).append(grouped(check.equal)).append(" records alike");
  part(check.explained, "alike but for known differences");
  part(check.different, "DIFFERENT");
  part(check.native_only, "that only the native reader reads");
  part(check.libevtx_only, "that ONLY LIBEVTX reads");
  part(check.recovered_native_only, "recovered by the native reader alone");
  part(check.recovered_libevtx_only, "recovered by libevtx alone");
  out += '\n';
  for (const auto& [reason, count] : check.reasons)
    out.append(indent).append("  known: ").append(reason).append(" (").append(grouped(count)).append(" values)\n");
  for (const std::string& line : check.shown) out.append(indent).append("  ").append(line).append("\n");
}

}  // namespace stemma
