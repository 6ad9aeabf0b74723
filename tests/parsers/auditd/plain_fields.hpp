// The fields of a record, read in one way and byte by byte: what FieldReader's short ways are
// compared with.
#pragma once

#include <string_view>

#include "parsers/auditd/fields.hpp"

namespace stemma::auditd_test {

class PlainFieldReader {
 public:
  explicit PlainFieldReader(std::string_view body) : rest_(body) {}
  bool next(auditd::Field& field);
  [[nodiscard]] std::string_view trailing() const { return trailing_; }

 private:
  bool next_in(std::string_view& text, auditd::Field& field);

  std::string_view rest_;
  std::string_view message_;
  std::string_view trailing_;
  bool in_message_ = false;
  bool enriched_ = false;
};

}  // namespace stemma::auditd_test
