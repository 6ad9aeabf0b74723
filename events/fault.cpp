#include "events/fault.hpp"

#include <fmt/format.h>

namespace stemma {

std::string_view defect_name(Defect defect) {
  switch (defect) {
    case Defect::cannot_open:
      return "cannot_open";
    case Defect::changed_while_read:
      return "changed_while_read";
    case Defect::truncated:
      return "truncated";
    case Defect::bad_magic:
      return "bad_magic";
    case Defect::bad_header:
      return "bad_header";
    case Defect::bad_record_size:
      return "bad_record_size";
    case Defect::bad_value:
      return "bad_value";
    case Defect::undecodable_record:
      return "undecodable_record";
    case Defect::bad_line:
      return "bad_line";
    case Defect::bad_compression:
      return "bad_compression";
    case Defect::limit_exceeded:
      return "limit_exceeded";
    case Defect::checksum_mismatch:
      return "checksum_mismatch";
    case Defect::dirty_header:
      return "dirty_header";
    case Defect::count_mismatch:
      return "count_mismatch";
    case Defect::record_id_gap:
      return "record_id_gap";
    case Defect::record_id_repeated:
      return "record_id_repeated";
    case Defect::clock_went_back:
      return "clock_went_back";
    case Defect::time_out_of_range:
      return "time_out_of_range";
    case Defect::invalid_utf8:
      return "invalid_utf8";
    case Defect::invalid_utf16:
      return "invalid_utf16";
    case Defect::event_incomplete:
      return "event_incomplete";
    case Defect::argument_missing:
      return "argument_missing";
    case Defect::duplicate_event:
      return "duplicate_event";
    case Defect::unknown_host:
      return "unknown_host";
    case Defect::duplicate_key:
      return "duplicate_key";
  }
  return "unknown";
}

bool is_refusal(Defect defect) {
  return defect <= Defect::limit_exceeded;
}

std::string describe(const Fault& fault) {
  if (fault.need == 0 && fault.have == 0)
    return fmt::format("{}: {}", fault.field, defect_name(fault.what));
  return fmt::format("{}: {} (need {}, have {})", fault.field, defect_name(fault.what), fault.need,
                     fault.have);
}

}  // namespace stemma
