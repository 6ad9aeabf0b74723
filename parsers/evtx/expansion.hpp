// Expansion: a record's binary XML written out in canonical form with every value in its place, for
// what a compiled template cannot say: records without a template, values that are binary XML
// inside an item, texts put together from several values, arrays in unusual places. Slow, complete,
// and the way that the fast one is tested against.
//
// Rules, from [MS-EVEN6] 3.1.4.7.5 and libyal/libevtx's format document:
//  - an element that depends on a substitution is left out where that value is NULL
//  - an array repeats the element around it, once for each item; an empty one gives an empty
//  element
//  - binary XML as a value takes the substitution's place
// Nesting, tokens and output of one record are capped: kMaxBinXmlDepth, kMaxBinXmlTokens,
// kMaxBinXmlOutput.
#pragma once

#include "parsers/evtx/canonical.hpp"
#include "parsers/evtx/template_table.hpp"
#include "parsers/evtx/text_buffer.hpp"

namespace stemma::evtx {

class Expansion {
 public:
  explicit Expansion(TemplateTable& templates) : templates_(templates) {}

  /// Writes out the binary XML at [begin, end) of `chunk`. The result is valid until the next call;
  /// `notes` counts what was replaced in values. Faults: undecodable_record, limit_exceeded;
  /// offsets count in the chunk.
  Result<std::string_view> run(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                               bool check_names, DecodeNotes& notes);

  /// Of the last run: offset in the chunk behind the record's binary XML.
  [[nodiscard]] std::uint32_t content_end() const { return content_end_; }
  /// Of the last run: see CanonicalEnd.
  [[nodiscard]] bool names_match() const { return names_match_; }

 private:
  bool fragment(std::uint32_t begin, std::uint32_t end, std::uint32_t depth);
  bool instance(std::uint32_t& at, std::uint32_t end, std::uint32_t depth);
  bool element(std::string_view& canonical, const TemplateInstance& instance, std::uint32_t depth);
  bool element_once(std::string_view whole, const TemplateInstance& instance, std::uint32_t depth,
                    std::uint32_t array_slot, const RawValue& item);
  bool substitute(const ValuePlace& place, bool in_attribute, std::uint32_t depth);
  bool value(const RawValue& value);
  bool spend(std::uint64_t tokens);
  bool fail(Defect what, const char* field, std::uint64_t need, std::uint64_t have);

  TemplateTable& templates_;
  Bytes chunk_;
  CanonicalBytes out_;
  TextBuffer text_;
  DecodeNotes notes_;
  std::uint64_t tokens_ = 0;
  std::uint32_t content_end_ = 0;
  bool check_names_ = false;
  bool names_match_ = true;
  std::uint32_t at_ = 0;  // of the record, for faults
  Fault fault_;
};

}  // namespace stemma::evtx
