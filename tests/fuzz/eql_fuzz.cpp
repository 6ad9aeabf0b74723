// Fuzz target of the rule language: any bytes as a query (lexed, parsed, compiled, bound, run on
// some events, joined and piped), and as a rule file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "detection/match/pipes.hpp"
#include "detection/match/sample_join.hpp"
#include "detection/rules/rule.hpp"
#include "events/event.hpp"

namespace {

using namespace stemma;

constexpr std::size_t kEvents = 8;

void fill(Event& event, std::size_t number) {
  event.set(field::event_category, number % 3 == 2 ? "file" : "process");
  event.set(field::event_type, number % 2 == 0 ? "start" : "end");
  event.set(field::process_name, number % 2 == 0 ? "cmd.exe" : "a");
  event.set(field::process_pid, static_cast<std::int64_t>(number));
  if (number % 4 != 3) event.set(field::host_id, number % 5 == 0 ? "h" : "g");
  event.add(field::process_args, "a");
  event.add(field::process_args,
            "\xff"
            "b");
  event.set(field::source_ip, "10.0.0.1");
  event.set_boolean(field::process_interactive, number % 2 == 0);
  event.set_time(field::process_start, Timestamp{1}, 9);
}

// Every term on every event, then the joining and the pipes.
void run(const eql::Query& query) {
  const Projection all = Projection::all();
  const auto programs = query.programs();
  JoinKeys keys;
  std::vector<TermMatch> matches;
  ShapeTable shapes;
  for (std::size_t number = 0; number < kEvents; ++number) {
    Event event;
    event.reset(all);
    fill(event, number);
    const EventView view = event.view(shapes);
    for (std::uint32_t term = 0; term < programs.size(); ++term) {
      const eql::BoundProgram bound = bind(*programs[term], view.shape());
      eql::EvalContext context;
      const bool matched = eql::matches(bound, view, context);
      (void)explain(*programs[term], view, context);
      (void)absent_fields(*programs[term], view.shape());
      if (matched && !bound.possible) std::abort();
      if (!matched) continue;
      std::vector<std::uint32_t> joined;
      keys.keys_of((term < query.terms.size() ? query.terms[term] : *query.until).by, view, joined);
      for (const std::uint32_t key : joined)
        matches.push_back({EventId::from_index(number), term, key});
    }
  }
  std::sort(matches.begin(), matches.end());
  SequenceOptions options;
  options.time = [](EventId id) { return static_cast<std::int64_t>(id.index()) * 1'000'000'000; };
  options.end = static_cast<std::int64_t>(kEvents) * 1'000'000'000;
  options.max_pending = 4;
  Sequences sequences;
  if (query.kind == eql::StatementKind::event) {
    for (const TermMatch& match : matches)
      sequences.matches.push_back({{match.event}, match.key, false});
  } else if (query.kind == eql::StatementKind::sample) {
    sequences = join_samples(query, matches);
  } else {
    sequences = join_sequences(query, matches, options);
  }
  std::vector<ResultRow> rows;
  for (const JoinedMatch& match : sequences.matches) {
    ResultRow row;
    row.events = match.events;
    row.key = keys.text(match.key);
    if (!row.first()) std::abort();
    rows.push_back(std::move(row));
  }
  (void)run_pipes(query.pipes, std::move(rows),
                  [](EventId id, const Projection& projection, Event& event) {
                    event.reset(projection);
                    fill(event, id.index());
                    return true;
                  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const eql::CompiledQuery compiled = eql::compile_query(text);
  // Either a query, or an error that says where.
  if ((compiled.query == nullptr) != eql::has_errors(compiled.diagnostics)) std::abort();
  for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.range.begin > diagnostic.range.end || diagnostic.range.end > size ||
        diagnostic.line == 0)
      std::abort();
    (void)render(diagnostic);
  }
  if (compiled.query != nullptr) run(*compiled.query);
  RuleSet set;
  load_rule(text, "fuzz.toml", set);
  if (set.files != set.rules.size() + set.not_applicable.size() + set.failed + set.unsupported)
    std::abort();
  return 0;
}
