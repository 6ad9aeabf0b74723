// Expected readings of the corpus, made by other programs, as flat fields: JSON documents, and the
// bookkeeping of where we differ.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/parsers/auditd/audit_run.hpp"

namespace stemma::auditd_test {

/// A document with dotted names; every value a list of texts.
using FlatDocument = std::map<std::string, std::vector<std::string>>;

/// The documents of a JSON file: a list, or the list under `key`.
/// or of lines.
std::vector<FlatDocument> documents(const std::string& path, const std::string& key = {});

/// A test block of go-libaudit's YAML files: name and lines.
struct YamlBlock {
  std::string name;
  std::string text;
};
std::vector<YamlBlock> yaml_blocks(const std::string& path);

/// One field of an oracle and the field of ours that must say the same.
struct FieldPair {
  std::string theirs;
  std::string ours;
};

/// A difference that is meant, with its reason.
struct Deliberate {
  std::string field;   ///< theirs; `*` any
  std::string theirs;  ///< values joined with `|`; `*` any
  std::string ours;    ///< values joined with `|`, `-` for absent; `*` any; `=field`: whatever we
                       ///< have, but their first value is the first one of that field of ours
  std::string reason;
};

/// Compares fields, sets deliberate differences apart, and keeps the others.
class Differences {
 public:
  explicit Differences(const std::vector<Deliberate>& deliberate)
      : deliberate_(deliberate), used_(deliberate.size(), 0) {}

  /// Compares where their document has the field.
  void compare(const FlatDocument& theirs, const Seen& ours, const FieldPair& pair);
  [[nodiscard]] std::size_t compared() const { return compared_; }
  [[nodiscard]] std::size_t equal() const { return equal_; }
  /// Differences that no row explains, with both values.
  [[nodiscard]] const std::string& unexplained() const { return unexplained_; }
  /// Rows that explained nothing.
  [[nodiscard]] std::string unused() const;

 private:
  const std::vector<Deliberate>& deliberate_;
  std::vector<std::size_t> used_;
  std::size_t compared_ = 0;
  std::size_t equal_ = 0;
  std::string unexplained_;
};

}  // namespace stemma::auditd_test
