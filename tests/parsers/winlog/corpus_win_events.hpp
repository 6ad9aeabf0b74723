// The Windows events of the corpus's EVTX files and of the samples.
#pragma once

#include <vector>

#include "parsers/winlog/win_event.hpp"

namespace stemma::golden {

/// The corpus's and the samples', decoded at the first call. The samples' alone where the corpus is
/// not there.
const std::vector<WinEvent>& corpus_win_events();

}  // namespace stemma::golden
