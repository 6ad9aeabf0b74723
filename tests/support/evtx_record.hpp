// What a Windows event record says, described so that a test can be read: the WinRecord that
// EvtxWriter takes, and the small XML tree that templates and UserData are made of. Not how it is
// stored; that is evtx_chunk.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/time.hpp"
#include "tests/support/evtx_value.hpp"

namespace stemma::support {

struct Element;

/// One piece of an element's or attribute's content.
struct Node {
  enum class Kind : std::uint8_t {
    text,       ///< characters as they are
    value,      ///< a substitution in a template; its text where there is no template
    element,    ///< a child
    entity,     ///< `name` is amp, lt, gt, quot or apos
    cdata,      ///< characters in a CDATA section
    character,  ///< a character reference; `code`
    pi,         ///< a processing instruction `name text`
  };
  Kind kind = Kind::text;
  std::string text;
  std::string name;
  std::uint16_t code = 0;
  TypedValue value;
  bool optional =
      false;  ///< value: token 0E, which leaves out the attribute or text of a null value
  std::uint16_t slot = 0;         ///< value: index of the substitution; number_slots() fills it
  std::vector<Element> children;  ///< element: exactly one
};

struct Attribute {
  std::string name;
  std::vector<Node> value;
};

struct Element {
  static constexpr int kNoDependency = -1;

  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Node> content;
  int dependency = kNoDependency;  ///< slot whose null value makes the whole element disappear
};

namespace node {
Node text(std::string text);
Node value(TypedValue value, bool optional = false);
/// A substitution of slot `slot`, declared as `type`: for templates whose values come from
/// elsewhere.
Node slot(std::uint16_t slot, BinType type, bool optional = true);
Node element(Element element);
Node entity(std::string name);
Node cdata(std::string text);
Node character(std::uint16_t code);
Node pi(std::string target, std::string text);
}  // namespace node

/// Gives the values of a tree their slots in document order and returns them.
std::vector<TypedValue> number_slots(Element& element);

/// The same tree with the text of `values` in place of its substitutions: what a record without
/// template holds. Elements and attributes of null values go, an array repeats its element, `& < >
/// " '` become entities.
Element without_substitutions(const Element& element, const std::vector<TypedValue>& values);

struct DataItem {
  std::string name;  ///< empty: `<Data>` without a name
  TypedValue value;
  /// Token 0E instead of 0D, and the element depends on it: it is not there where the value is
  /// null. Null values behind a 0D exist in real logs, but libevtx gives up on them.
  std::optional<bool> is_optional = std::nullopt;
  [[nodiscard]] bool optional() const { return is_optional.value_or(value.is_null()); }
};

/// EventData of a source that uses the old API: strings without names, and bytes.
struct ClassicData {
  std::vector<std::string> strings;
  std::string binary;
};

/// How a record is stored.
enum class Style : std::uint8_t {
  manifest,  ///< outer template with provider and channel as values, as sources with a manifest
             ///< have it
  classic,  ///< outer template of the old API: no Version, Opcode, Correlation, Execution; provider
            ///< and channel are literals
  literal,  ///< no template: exported and forwarded logs
};

struct WinRecord {
  std::string provider;
  std::string provider_guid;  ///< `{…}`; empty: absent
  std::string event_source;   ///< EventSourceName; empty: absent
  std::string channel;
  std::string computer;
  std::uint16_t event_id = 0;
  std::optional<std::uint16_t> qualifiers;
  std::optional<std::uint8_t> version = 0;
  std::uint8_t level = 4;
  std::uint16_t task = 0;
  std::uint8_t opcode = 0;
  std::uint64_t keywords = 0x8000000000000000;
  Timestamp time;                                ///< TimeCreated; 100 ns kept
  std::optional<Timestamp> written;              ///< time in the record header; else the same
  std::uint64_t record_id = 0;                   ///< 0: one more than the record before
  std::optional<std::uint64_t> event_record_id;  ///< EventRecordID in the XML; else the same
  std::uint32_t process_id = 0;                  ///< of the writer
  std::uint32_t thread_id = 0;
  std::string user_sid;     ///< empty: absent
  std::string activity_id;  ///< `{…}`; empty: absent
  std::string related_activity_id;
  Style style = Style::manifest;

  // The payload: the first of these that is not empty.
  std::optional<Element> user_data;  ///< the child of UserData
  std::optional<ClassicData> classic;
  std::vector<DataItem> data;  ///< EventData; may be empty
  std::string payload_name = "EventData";

  /// The value of a Data item; throws std::out_of_range where there is none.
  [[nodiscard]] const TypedValue& item(std::string_view name) const;
};

/// Values of the record's outer template by slot, and that template.
struct Instance {
  Element element;
  std::vector<TypedValue> values;
};

/// The outer template of the record with its payload's place as a BinXML substitution. Slot order
/// as Windows has it.
Element outer_template(const WinRecord& record);
/// Values for outer_template() of the record with that id; the payload's is a place holder of type
/// binxml.
std::vector<TypedValue> outer_values(const WinRecord& record, std::uint64_t id);
/// The payload as a template with its values.
Instance payload(const WinRecord& record);
/// The record as one tree without substitutions.
Element literal_event(const WinRecord& record, std::uint64_t id);

}  // namespace stemma::support
