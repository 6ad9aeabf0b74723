// Fuzz target of the rule language: any bytes as a query (lexed, parsed, compiled, bound, run on
// one event), and as a rule file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "detection/eql/program.hpp"
#include "detection/rules/rule.hpp"
#include "events/event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemma;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const eql::Compiled compiled = eql::compile(text);
  // Either a program, or an error that says where.
  if ((compiled.program == nullptr) != eql::has_errors(compiled.diagnostics)) std::abort();
  for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.range.begin > diagnostic.range.end || diagnostic.range.end > size ||
        diagnostic.line == 0)
      std::abort();
    (void)render(diagnostic);
  }
  if (compiled.program != nullptr) {
    const Projection all = Projection::all();
    Event event;
    event.reset(all);
    event.set(field::event_category, "process");
    event.set(field::process_name, "cmd.exe");
    event.set(field::process_pid, std::int64_t{4});
    event.add(field::process_args, "a");
    event.add(field::process_args,
              "\xff"
              "b");
    event.set(field::source_ip, "10.0.0.1");
    event.set_boolean(field::process_interactive, true);
    event.set_time(field::process_start, Timestamp{1}, 9);
    ShapeTable shapes;
    const EventView view = event.view(shapes);
    const eql::BoundProgram bound = bind(*compiled.program, view.shape());
    eql::EvalContext context;
    const bool matched = matches(bound, view, context);
    (void)explain(*compiled.program, view, context);
    (void)absent_fields(*compiled.program, view.shape());
    if (matched && !bound.possible) std::abort();
  }
  RuleSet set;
  load_rule(text, "fuzz.toml", set);
  if (set.files != set.rules.size() + set.not_applicable.size() + set.failed + set.unsupported)
    std::abort();
  return 0;
}
