// What the exit code of `stemma` means. Scripts rely on these numbers.
#pragma once

namespace stemma {

enum class ExitCode : int {
  done = 0,               ///< done, and all evidence could be read
  failed = 1,             ///< could not do it
  bad_usage = 2,          ///< bad usage, or a rule that is wrong
  evidence_refused = 3,   ///< done, but some evidence could not be read: the ledger says what
};

}  // namespace stemma
