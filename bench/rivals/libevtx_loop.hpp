// What reading EVTX with libevtx alone costs: every record's XML is asked for, and thrown away. The
// least that any program on libevtx does.
#pragma once

#include <libevtx.h>

#include <cstdint>
#include <string>
#include <vector>

namespace stemma::bench {

struct LibevtxTotal {
  std::uint64_t records = 0;  ///< whose XML was made
  std::uint64_t refused = 0;
  std::uint64_t xml_bytes = 0;
};

inline LibevtxTotal libevtx_loop(const std::vector<std::string>& files) {
  LibevtxTotal total;
  std::vector<std::uint8_t> xml(1 << 20);
  for (const std::string& path : files) {
    libevtx_file_t* file = nullptr;
    if (libevtx_file_initialize(&file, nullptr) != 1) continue;
    if (libevtx_file_open(file, path.c_str(), LIBEVTX_OPEN_READ, nullptr) == 1) {
      int count = 0;
      libevtx_file_get_number_of_records(file, &count, nullptr);
      for (int i = 0; i < count; ++i) {
        libevtx_record_t* record = nullptr;
        if (libevtx_file_get_record_by_index(file, i, &record, nullptr) != 1) {
          ++total.refused;
          continue;
        }
        std::size_t size = 0;
        bool good = libevtx_record_get_utf8_xml_string_size(record, &size, nullptr) == 1;
        if (good && size > xml.size()) xml.resize(size * 2);
        good = good && libevtx_record_get_utf8_xml_string(record, xml.data(), size, nullptr) == 1;
        ++(good ? total.records : total.refused);
        if (good) total.xml_bytes += size;
        libevtx_record_free(&record, nullptr);
      }
      libevtx_file_close(file, nullptr);
    }
    libevtx_file_free(&file, nullptr);
  }
  return total;
}

}  // namespace stemma::bench
