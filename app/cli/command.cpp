#include "app/cli/command.hpp"

#include <fmt/format.h>

#include "events/text.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

std::optional<Timestamp> instant(const std::string& text, bool end_of_day) {
  if (text.size() == 10) {
    const auto day = parse_time(text + "T00:00:00Z");
    if (!day) return std::nullopt;
    return Timestamp{day->time.ns + (end_of_day ? 86400 * kNsPerSecond : 0)};
  }
  const auto time = parse_time(text);
  if (!time) return std::nullopt;
  return time->time;
}

}  // namespace

void add_evidence_options(CLI::App& command, Options& options) {
  command.add_option("PATH", options.paths, "Files or folders with evidence; what is evidence is decided by content")->required();
  command.add_option("--threads", options.threads, "Threads to use (default: as many as the machine has)")->check(CLI::Range(1u, 1024u));
  command.add_option("--memory", options.memory, "Memory to use at most: 512M, 4G; what needs more is refused (default: any)")
      ->type_name("SIZE")
      ->check([](const std::string& text) {
        return parse_size(text) ? std::string() : fmt::format("not a size: {} (want 512M or 4G)", visible(text));
      });
  command.add_option("--evtx-reader", options.evtx_reader, "What reads EVTX records: native, or libevtx as a second opinion (some hundred times slower)")
      ->check(CLI::IsMember({"native", "libevtx"}))
      ->default_str("native");
  command.add_flag("--show-secrets", options.show_secrets, "Print passwords, tokens and keys that evidence holds; without it they read [redacted]");
  command.add_option("-o,--output", options.output, "Write to FILE instead of standard output")->type_name("FILE");
  command.add_flag("-q,--quiet", options.quiet, "No progress and no notes on standard error");
}

void add_window_options(CLI::App& command, Options& options) {
  command.add_option("--from", options.from, "Only what happened at or after TIME: 2026-11-24 or 2026-11-24T03:10:00Z (UTC)")->type_name("TIME");
  command.add_option("--to", options.to, "Only what happened before TIME; a date alone means the end of that day")->type_name("TIME");
  command.add_option("--host", options.host, "Only this host: its name or first label")->type_name("NAME");
}

bool Window::holds(const CaseSnapshot& snapshot, EventId id) const {
  const Timestamp time = snapshot.events.time(id);
  return !no_such_host && (!from || time >= *from) && (!to || time < *to) && (!host || snapshot.events.host(id) == host);
}

std::optional<Window> window_of(const Options& options, const CaseSnapshot& snapshot) {
  Window window;
  const auto read = [&](const char* option, const std::string& text, bool end_of_day, std::optional<Timestamp>& time) {
    if (text.empty()) return true;
    time = instant(text, end_of_day);
    if (!time) note(fmt::format("{}: not a time: {} (want 2026-11-24 or 2026-11-24T03:10:00Z)", option, visible(text)));
    return time.has_value();
  };
  if (!read("--from", options.from, false, window.from) || !read("--to", options.to, true, window.to)) return std::nullopt;
  if (!options.host.empty()) {
    window.host = snapshot.hosts.find(options.host);
    if (!window.host) {
      window.no_such_host = true;
      std::string names;
      for (std::uint32_t id = 1; id <= snapshot.hosts.size(); ++id) {
        names += (names.empty() ? "" : ", ") + visible(snapshot.hosts.name(HostId{id}));
      }
      note(fmt::format("--host: no event is from {} (hosts here: {})", visible(options.host), names.empty() ? "none" : names));
    }
  }
  return window;
}

std::unique_ptr<Session> open_session(const Options& options, ProgressBar& bar) {
  SessionOptions session_options;
  session_options.threads = options.threads;
  session_options.progress = &bar.progress();
  if (options.evtx_reader == "libevtx") session_options.evtx_reader = EvtxReader::libevtx;
  session_options.memory = parse_size(options.memory).value_or(0);
  std::unique_ptr<Session> session;
  try {
    session = Session::open(options.paths, session_options);
  } catch (const MemoryExceeded& exceeded) {
    bar.stop();
    note(fmt::format("--memory: {}", exceeded.what()));
    return nullptr;
  }
  if (session->snapshot().artifacts.empty()) {
    bar.stop();
    for (const auto& [path, reason] : session->snapshot().skipped) note(fmt::format("{}: {}", visible(path), reason));
    note("no evidence of a known format was found");
    if (session->unreadable().size() == session->snapshot().skipped.size() && !session->unreadable().empty()) return nullptr;
  }
  return session;
}

ExitCode finish(const Options& options, const Session& session, Output& output, bool wrong_rule) {
  if (!output.finish()) {
    note(output.error());
    return ExitCode::failed;
  }
  const ExitCode otherwise = wrong_rule ? ExitCode::bad_usage : ExitCode::done;
  if (!session.something_refused()) return otherwise;
  if (!options.quiet) {
    for (const std::string& path : session.unreadable()) note(fmt::format("{}: could not be opened", visible(path)));
    for (const Artifact& artifact : session.snapshot().artifacts) {
      for (const auto& [defect, entry] : artifact.log.defects()) {
        if (!is_refusal(defect)) continue;
        note(describe(visible(artifact.path), defect, {entry.first_places.front().offset, visible(entry.first_places.front().detail)}) +
             (entry.count > 1 ? fmt::format(" (and {} more)", grouped(entry.count - 1)) : ""));
      }
    }
    note("some evidence could not be read; `stemma evidence` shows all of it");
  }
  return wrong_rule ? ExitCode::bad_usage : ExitCode::evidence_refused;
}

}  // namespace stemma
