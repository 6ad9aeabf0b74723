// Templates of a chunk, and the values of their instances.
//
//     instance     0C, u8, u32 id, u32 definition offset [definition, if that is right here],
//                  u32 count, count × { u16 size, u8 type, u8 }, values back to back
//     definition   u32 next, GUID (its first word is the id), u32 size, binary XML
//
// A definition is checked and brought into canonical form once a chunk, and compiled once for all
// chunks: the cache knows a template again by GUID **and** canonical bytes, so a forged definition
// under a known GUID is a template of its own. The id in an instance must be the one in the
// definition (true in 99,246 of 99,246 live instances): behind the live end, where it is not, the
// definition has been overwritten.
// Sources: libyal/libevtx's format document; figures measured on public sample files.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/fault.hpp"
#include "parsers/evtx/canonical.hpp"
#include "parsers/evtx/event_program.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/evtx/value_text.hpp"

namespace stemma::evtx {

/// Which ops beside System's are run for one kind of event.
struct ReadPlan {
  std::optional<std::uint32_t> event_id;
  std::string provider;
  std::vector<std::uint16_t> ops;
};

/// A template, wherever it was defined. Plans are kept here by whoever runs the program.
struct CompiledTemplate {
  std::string guid;  ///< 16 bytes
  std::string canonical;
  DefinitionRecipe recipe;  ///< of the definition that was met first
  EventProgram program;
  std::vector<ReadPlan> plans;
  std::vector<std::uint16_t> system_plan;  ///< ops of System that are run
  bool has_system_plan = false;
};

/// Compiled templates of all chunks that one thread has read.
class TemplateCache {
 public:
  /// Cap on templates kept. All public samples together have 680.
  static constexpr std::size_t kMaxTemplates = 4096;
  /// Cap on what they take in memory, since a forged definition of some kilobytes may name long
  /// names over and over. Those of the public samples take some 20 MB.
  static constexpr std::size_t kMaxTemplateBytes = 64u << 20;

  /// A template under `guid` whose recipe matches; null where there is none.
  CompiledTemplate* find(std::string_view guid, Bytes chunk, std::uint32_t begin,
                         std::uint32_t end);
  /// The template of that content, made where there is none.
  CompiledTemplate& find_or_compile(std::string_view guid, std::string_view canonical,
                                    DefinitionRecipe&& recipe);
  /// About what the templates take.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Makes room where a cap was passed; what find_or_compile() returned before is gone then.
  void trim();
  /// Forgets the plans: another pass wants other items.
  void forget_plans();

 private:
  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<CompiledTemplate>>> by_guid_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  EventCompiler compiler_;
};

/// An instance that was read: its template, and where its values lie in TemplateTable::values().
struct TemplateInstance {
  CompiledTemplate* compiled = nullptr;
  bool names_match = true;  ///< see CanonicalEnd
  std::uint32_t first_value = 0;
  std::uint32_t count = 0;
  std::uint32_t nested_values = 0;  ///< how many of them are binary XML
  std::uint32_t array_values = 0;   ///< how many are arrays
  std::uint64_t value_bytes = 0;
};

/// A value in the chunk.
struct ValuePlace {
  std::uint32_t offset = 0;
  std::uint16_t size = 0;
  std::uint8_t type = 0;  ///< NULL
};

class TemplateTable {
 public:
  /// Starts with a chunk; `chunk` is borrowed until the next begin().
  void begin(Bytes chunk);
  /// @param check_names  instances say whether their names match; costs as much again as looking at
  ///   the definition; then a definition that wants more values than the instance has is a fault
  void begin_record(bool check_names) {
    value_count_ = 0;
    missing_values_ = 0;
    check_names_ = check_names;
  }
  /// How many values the record's definitions want that its instances do not have.
  [[nodiscard]] std::uint32_t missing_values() const { return missing_values_; }

  /// Reads the instance whose token lies at `at`; `at` is set behind its values. Everything must
  /// end at or before `end`. Faults: undecodable_record, limit_exceeded; offsets count in the
  /// chunk.
  Result<TemplateInstance> read_instance(std::uint32_t& at, std::uint32_t end);

  /// A value that the instance does not have is NULL, as libevtx has it: a damaged index in a
  /// definition costs that one value of each record.
  [[nodiscard]] const ValuePlace& place(const TemplateInstance& instance,
                                        std::uint32_t slot) const {
    static constexpr ValuePlace kNull{};
    return slot < instance.count ? values_[instance.first_value + slot] : kNull;
  }
  /// Whether what depends on the value is left out. On one that the instance does not have nothing
  /// depends: more is shown then.
  [[nodiscard]] bool leaves_out(const TemplateInstance& instance, std::uint32_t slot) const {
    return slot < instance.count && values_[instance.first_value + slot].type == ValuePlace{}.type;
  }
  [[nodiscard]] RawValue value(const ValuePlace& place) const {
    return {place.type, chunk_.subspan(place.offset, place.size)};
  }
  TemplateCache& cache() { return cache_; }

 private:
  struct Definition {
    std::uint32_t offset = 0;
    std::uint32_t end = 0;
    std::uint32_t id = 0;
    CompiledTemplate* compiled = nullptr;  // null: see fault
    std::optional<bool> names_match;       // empty: nobody asked
    Fault fault;
  };
  Definition& define(std::uint32_t offset);
  void look_at(Definition& definition, std::string_view guid, std::uint32_t body);
  bool names_match(Definition& definition);

  Bytes chunk_;
  TemplateCache cache_;
  std::vector<Definition> definitions_;
  /// One more than the place in definitions_ of the definition met last, by offset.
  static constexpr std::size_t kRecent = 64;
  std::array<std::uint32_t, kRecent> recent_{};
  std::size_t canonical_taken_ = 0;
  bool check_names_ = false;
  std::vector<ValuePlace> values_;  // as many as were ever needed
  std::uint32_t value_count_ = 0;
  std::uint32_t missing_values_ = 0;
  CanonicalBytes canonical_;
  DefinitionRecipe recipe_;
};

}  // namespace stemma::evtx
