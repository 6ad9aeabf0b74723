// A second reader for tests: libevtx gives each record's XML, pugixml takes it apart. Known faults
// of libevtx 20181227, found while testing the writer: negative numbers, surrogate pairs, and
// documents with a value of one escaped character are shown wrongly; null values behind token 0D
// and records without template are refused.
#pragma once

#include <gtest/gtest.h>
#include <libevtx.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/evtx_random.hpp"

namespace stemma::support {

/// Differences of notation only: libevtx pads hex numbers to the width of their type and prints
/// nine decimals.
inline std::string same_notation(std::string text) {
  if (text.size() > 3 && text.substr(0, 2) == "0x") {
    const std::size_t digit = std::min(text.find_first_not_of('0', 2), text.size() - 1);
    return "0x" + text.substr(digit);
  }
  if (text.size() == 30 && text[10] == 'T' && text[19] == '.' && text.back() == 'Z')
    return text.substr(0, 27) + "Z";
  return text;
}

struct ReadRecord {
  std::uint64_t id = 0;
  std::uint64_t filetime = 0;
  std::string xml;
  pugi::xml_document document;

  [[nodiscard]] std::string system(const char* name) const {
    return document.child("Event").child("System").child(name).child_value();
  }
  [[nodiscard]] std::string system(const char* name, const char* attribute) const {
    return document.child("Event").child("System").child(name).attribute(attribute).value();
  }
  [[nodiscard]] Pairs data(const char* payload = "EventData") const {
    Pairs out;
    for (const pugi::xml_node each : document.child("Event").child(payload).children("Data"))
      out.emplace_back(each.attribute("Name").value(), same_notation(each.child_value()));
    return out;
  }
};

class LibevtxFile {
 public:
  explicit LibevtxFile(const std::string& bytes) {
    const char* folder = getenv("TMPDIR");
    path_ = std::string(folder != nullptr ? folder : "/tmp") + "/stemma_evtx_XXXXXX";
    const int descriptor = mkstemp(path_.data());
    EXPECT_GE(descriptor, 0);
    close(descriptor);
    std::ofstream(path_, std::ios::binary) << bytes;
    EXPECT_EQ(libevtx_file_initialize(&file_, nullptr), 1);
    opened_ = libevtx_file_open(file_, path_.c_str(), LIBEVTX_OPEN_READ, nullptr) == 1;
    EXPECT_TRUE(opened_);
  }
  LibevtxFile(const LibevtxFile&) = delete;
  LibevtxFile& operator=(const LibevtxFile&) = delete;
  ~LibevtxFile() {
    if (opened_) libevtx_file_close(file_, nullptr);
    libevtx_file_free(&file_, nullptr);
    std::remove(path_.c_str());
  }

  int count() {
    int out = -1;
    libevtx_file_get_number_of_records(file_, &out, nullptr);
    return out;
  }
  int recovered() {
    int out = -1;
    libevtx_file_get_number_of_recovered_records(file_, &out, nullptr);
    return out;
  }
  bool corrupted() { return libevtx_file_is_corrupted(file_, nullptr) == 1; }

  std::unique_ptr<ReadRecord> record(int index) {
    libevtx_record_t* record = nullptr;
    libevtx_error_t* error = nullptr;
    if (libevtx_file_get_record_by_index(file_, index, &record, &error) != 1) {
      char text[2000] = {};
      libevtx_error_backtrace_sprint(error, text, sizeof text);
      libevtx_error_free(&error);
      ADD_FAILURE() << "libevtx record " << index << ": " << text;
      return nullptr;
    }
    auto out = std::make_unique<ReadRecord>();
    libevtx_record_get_identifier(record, &out->id, nullptr);
    libevtx_record_get_written_time(record, &out->filetime, nullptr);
    std::size_t size = 0;
    if (libevtx_record_get_utf8_xml_string_size(record, &size, nullptr) == 1) {
      out->xml.resize(size);
      libevtx_record_get_utf8_xml_string(record, reinterpret_cast<std::uint8_t*>(out->xml.data()),
                                         size, nullptr);
      out->xml.resize(size - 1);
    }
    libevtx_record_free(&record, nullptr);
    EXPECT_TRUE(out->document.load_string(out->xml.c_str(),
                                          pugi::parse_default | pugi::parse_ws_pcdata_single))
        << out->xml;
    return out;
  }

 private:
  std::string path_;
  libevtx_file_t* file_ = nullptr;
  bool opened_ = false;
};
}  // namespace stemma::support
