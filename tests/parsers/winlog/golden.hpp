// Holds an Event against a document that Elastic's own tests expect for the same record: both
// flattened to name → values as text, compared field by field, and every difference looked up in
// one table of deliberate ones (differences.cpp).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"

namespace stemma::golden {

using Document = std::map<std::string, std::vector<std::string>>;

/// $STEMMA_ROOT/../shared/corpus, or empty where it is not there.
std::string corpus();

std::string read_text(const std::string& path);

/// Objects become dotted names; an array's objects become parallel lists, as ECS documents are
/// indexed.
Document flatten(const nlohmann::json& document);

/// All fields of an event, @timestamp included.
Document flatten(Event& event);

/// One field in which an event and the expected document differ.
struct Difference {
  std::string code;  ///< provider and event id: "sysmon 1", "security 4688", "powershell 400"
  std::string field;
  enum class Kind : std::uint8_t { theirs_only, ours_only, letter_case, value } kind = Kind::value;
  std::string theirs, ours;
};

std::string text(const Difference& difference);

/// Compares the fields that both sides claim to have; fields that only a shipper can know (agent.*,
/// tags …) are left out.
std::vector<Difference> compare(std::string_view family, const Document& expected,
                                const Document& ours);

/// What a set of documents differs in, beyond the deliberate differences; and which of those were
/// met.
class Verdict {
 public:
  void add(const std::vector<Difference>& differences);
  /// One line for each code and field that the table does not have, with the first values met.
  [[nodiscard]] std::string unexpected() const;
  [[nodiscard]] const std::set<std::size_t>& met() const { return met_; }

 private:
  std::map<std::string, std::string> unexpected_;
  std::set<std::size_t> met_;
};

struct Deliberate {
  std::string_view code;   ///< exact, or ending in `*`
  std::string_view field;  ///< exact, or ending in `*`
  Difference::Kind kind;
  std::string_view reason;
};
/// The table; docs/ecs-differences-windows.md says the same in prose.
const std::vector<Deliberate>& deliberate();

}  // namespace stemma::golden
