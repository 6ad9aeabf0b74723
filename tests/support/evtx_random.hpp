// Random Windows records for tests that compare readers, and what a reader must make of a record.
// Same seed, same records.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/evtx_record.hpp"

namespace stemma::support {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The Data elements of the record, in order: name and text. An array gives one for each item.
Pairs written_data(const WinRecord& record);

/// The lines of check_evtx() for a record of manifest or literal style with EventData.
std::vector<std::string> written_lines(const WinRecord& record);

class RandomRecords {
 public:
  /// `everything`: also what libevtx 20181227 shows wrongly: negative numbers and code points
  /// beyond U+FFFF.
  explicit RandomRecords(std::uint32_t seed, bool everything = false)
      : engine_(seed), everything_(everything) {}

  /// In [0, bound).
  std::uint64_t below(std::uint64_t bound);
  std::uint64_t any();
  std::string text();
  std::string guid();
  TypedValue typed();
  /// 100 ns steps, 2015 to 2029.
  Timestamp time();
  /// One of forty event schemas with random values, from one of two computers and three providers.
  WinRecord record();

 private:
  /// Bits of a signed number of that width.
  std::uint64_t number(unsigned bits);

  std::mt19937 engine_;
  bool everything_;
};

}  // namespace stemma::support
