// Fuzz target of the window's search box: any bytes as what an analyst typed or pasted. What is
// read keeps its caps and is read back the same from its own text; as EQL it compiles; and a pass
// of it over a small case gives the same in one portion and in many.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/filter_pass.hpp"
#include "app/session/session.hpp"
#include "detection/eql/query.hpp"
#include "ui/state/filter.hpp"

namespace {

using namespace stemma;

// A machine of the samples with some eighty events. Null where the samples are not there.
const Session* evidence() {
  static const std::unique_ptr<Session> session = [] {
    const char* root = std::getenv("STEMMA_ROOT");
    SessionOptions options;
    options.threads = 2;
    return root == nullptr
               ? nullptr
               : Session::open({std::string(root) + "/samples/azure-run-command/vm-lnx02"},
                               options);
  }();
  return session.get();
}

[[noreturn]] void wrong(const char* what, std::string_view text) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::abort();
}

struct Answer {
  std::vector<EventId> events;
  std::vector<std::string> notes;
  bool operator==(const Answer&) const = default;
};

Answer pass(const ui::Filter& filter, std::size_t portion) {
  FilterPass pass(*evidence(), filter);
  pass.set_portion(portion);
  Answer answer;
  ui::FilterPortion out;
  while (pass.next(out)) {
    answer.events.insert(answer.events.end(), out.events.begin(), out.events.end());
    if (out.done) answer.notes = out.notes;
  }
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ui::SearchText search = ui::parse_search(text);
  if (search.chips.size() > ui::kMaxChips) wrong("too many chips", text);
  if (!search.error.empty()) return 0;  // said, and nothing is filtered
  for (const ui::Chip& chip : search.chips) {
    static_cast<void>(ui::chip_text(chip));
    const std::string own = ui::search_text(chip);
    const ui::SearchText again = ui::parse_search(own);
    if (again.chips.size() != 1 || !(again.chips.front() == chip)) wrong("not read back", own);
  }
  ui::Filter filter;
  filter.chips = search.chips;
  std::vector<std::string> left_out;
  const std::string query = ui::to_eql(filter, left_out);
  // A query chip that is wrong itself makes a wrong query; fields and words never do.
  const bool typed =
      std::any_of(filter.chips.begin(), filter.chips.end(),
                  [](const ui::Chip& chip) { return chip.kind == ui::Chip::Kind::query; });
  if (!query.empty() && !typed && eql::compile_query(query).query == nullptr)
    wrong("no EQL", query);
  if (evidence() == nullptr) return 0;
  const Answer whole = pass(filter, std::size_t{1} << 20);
  if (!std::is_sorted(whole.events.begin(), whole.events.end())) wrong("not in order", text);
  if (!(pass(filter, 7) == whole)) wrong("portions differ", text);
  return 0;
}
