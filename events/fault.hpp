// What can be wrong with evidence, and how a function says that it could not read a unit of it.
// Faults are returned, never thrown: on damaged evidence failure is the ordinary path, it is per
// record, it is counted, and it crosses threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace stemma {

/// Everything that is counted against an artifact. Names are part of the output (`stemma
/// evidence`), so they are stable.
enum class Defect : std::uint8_t {
  // a unit could not be read
  cannot_open,         ///< the operating system refused
  changed_while_read,  ///< size or time of the file changed under us
  truncated,           ///< the data ends before the unit does
  bad_magic,           ///< a signature is missing where one must be
  bad_header,          ///< a header's values contradict each other
  bad_record_size,     ///< a record's size is impossible at its place
  bad_value,           ///< a value cannot be what its type says
  undecodable_record,  ///< the record's content could not be decoded
  bad_line,            ///< a line is not of the format that the file is in
  bad_compression,     ///< a compressed stream is damaged
  limit_exceeded,      ///< a named cap was hit; what lies beyond was not read
  // it was read, but something is wrong with it
  checksum_mismatch,   ///< stored and computed checksum differ
  dirty_header,        ///< the file was not closed properly
  count_mismatch,      ///< a header counts other than what is there
  record_id_gap,       ///< record ids jump: records were lost or removed
  record_id_repeated,  ///< one record id twice in one artifact
  clock_went_back,     ///< time falls while the sequence grows
  time_out_of_range,   ///< a time outside 1677–2262
  invalid_utf8,        ///< text is not UTF-8; its bytes are kept
  invalid_utf16,       ///< an unpaired surrogate, shown as U+FFFD
  event_incomplete,    ///< records of an event are missing
  argument_missing,    ///< an argument list has holes
  duplicate_event,     ///< the same event was collected more than once
  unknown_host,        ///< nothing in the record says which machine wrote it
  duplicate_key,       ///< a document says one key of an object twice; both values are kept
};

/// Stable lower-case name, e.g. `checksum_mismatch`.
std::string_view defect_name(Defect defect);

/// True for the kinds that mean "this unit could not be read" (they make the exit code 3).
bool is_refusal(Defect defect);

/// Why a unit could not be read: what, where (byte offset in the artifact), and the two numbers
/// that disagree.
struct Fault {
  Defect what = Defect::undecodable_record;
  std::uint64_t offset = 0;
  std::uint64_t need = 0;
  std::uint64_t have = 0;
  const char* field = "";  ///< static text: the field or step, e.g. "record size"
};

/// `record size: bad_record_size (need 70000, have 512)`; the caller adds file and offset.
std::string describe(const Fault& fault);

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Fault> {
 public:
  using Base = tl::expected<T, Fault>;
  using Base::Base;
  Result(Base base)
      : Base(std::move(base)) {}  // NOLINT(google-explicit-constructor): it is the base
};

}  // namespace stemma
