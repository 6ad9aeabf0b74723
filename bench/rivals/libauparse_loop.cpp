// What reading an audit log with libauparse alone costs: every field of every record is asked for
// as it is stored, nothing is interpreted (which asks the system for each user id) or kept.
//
//   libauparse_loop FILE     says `records N events N fields N`
#include <auparse.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: libauparse_loop FILE\n");
    return 2;
  }
  auparse_state_t* log = auparse_init(AUSOURCE_FILE, argv[1]);
  if (log == nullptr) {
    fmt::print(stderr, "libauparse_loop: cannot open {}\n", argv[1]);
    return 1;
  }
  std::uint64_t events = 0;
  std::uint64_t records = 0;
  std::uint64_t fields = 0;
  std::uint64_t bytes = 0;
  while (auparse_next_event(log) > 0) {
    ++events;
    auparse_first_record(log);
    do {
      ++records;
      auparse_first_field(log);
      do {
        ++fields;
        if (const char* value = auparse_get_field_str(log)) bytes += std::strlen(value);
      } while (auparse_next_field(log) > 0);
    } while (auparse_next_record(log) > 0);
  }
  auparse_destroy(log);
  fmt::print("records {} events {} fields {} bytes {}\n", records, events, fields, bytes);
  return records == 0 ? 1 : 0;
}
