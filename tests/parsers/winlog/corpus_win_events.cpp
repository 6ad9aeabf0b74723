#include "tests/parsers/winlog/corpus_win_events.hpp"

#include <cstdlib>

#include "tests/parsers/winlog/golden.hpp"
#include "tests/support/win_events.hpp"

namespace stemma::golden {

const std::vector<WinEvent>& corpus_win_events() {
  static const WinEvents kEvents = [] {
    WinEvents events;
    if (!corpus().empty()) events.read(corpus() + "/evtx");
    if (const char* root = std::getenv("STEMMA_ROOT")) events.read(std::string(root) + "/samples");
    return events;
  }();
  return kEvents.all();
}

}  // namespace stemma::golden
