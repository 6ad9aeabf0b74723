// The ledger as text: what was read of every artifact, what was wrong with it, and what was left
// out.
#pragma once

#include <string>

#include "events/case_snapshot.hpp"

namespace stemma {

/// Totals over all artifacts of a case.
struct LedgerTotals {
  std::uint64_t artifacts = 0;
  std::uint64_t read = 0;
  ByteCount bytes;
  RecordCount records;
  std::uint64_t unbalanced = 0;  ///< artifacts whose sum is not their size: a fault of this program
};

LedgerTotals ledger_totals(const CaseSnapshot& snapshot);

/// `12 artifacts, 48.3 MB: 31,204 records read, 17 recovered, 2 refused; 5 files skipped`.
std::string ledger_line(const CaseSnapshot& snapshot);

/// All of it: a block per artifact with bytes, records, copies and defects with their first places,
/// then what was skipped and why. `digests` holds one SHA-256 in hex an artifact, or is empty.
void append_ledger(const CaseSnapshot& snapshot, std::span<const std::string> digests,
                   std::string& out);

/// The same as one JSON object a line, one an artifact; skipped files as objects of their own.
void append_ledger_lines(const CaseSnapshot& snapshot, std::span<const std::string> digests,
                         std::string& out);

/// `1,234,567`.
std::string grouped(std::uint64_t number);

}  // namespace stemma
