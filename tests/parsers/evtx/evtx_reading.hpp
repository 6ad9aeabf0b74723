// Reads a whole EVTX file in memory through the Parser interface, the way the session does, and
// keeps what a test looks at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma::testing_evtx {

/// What is kept of an event.
struct Seen {
  std::uint64_t id = 0;  ///< Event::sequence
  SourceSpan source;
  bool recovered = false;
  std::string provider, code, computer;
};

struct Reading {
  std::vector<Seen> events;
  ImportLog log;
  bool balanced =
      true;  ///< each unit's bytes sum up to its length, and the units cover the file once
};

/// Reads `file`; `each` also sees every event.
Reading read(const std::string& file, const std::function<void(Event&)>& each = {},
             EvtxReader reader = EvtxReader::native);

/// The defects, one a line: `checksum_mismatch x1 @0x1034 records: stored …`.
std::string notes(const ImportLog& log);

/// Ids of live and of recovered events: `1 2 3 | 7`.
std::string ids(const Reading& reading);

}  // namespace stemma::testing_evtx
