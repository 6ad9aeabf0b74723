// What all sections of the HTML page write in one way: times, links from a claim to its evidence,
// to runs and to the analyst's notes. Not the sections (html_report.cpp, html_runs.cpp), nor what
// makes text harmless (html_text.hpp).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "reports/incident_document.hpp"

namespace stemma {

class HtmlClaims {
 public:
  /// @param document  borrowed
  explicit HtmlClaims(const IncidentDocument& document);

  /// UTC to the millisecond at most, without its zone, which the report says once.
  static std::string when(const DocumentTime& time);
  static void open(std::string& out, std::string_view id, std::string_view title);
  static void close(std::string& out) { out += "</section>\n"; }
  /// Links to what a claim rests on.
  [[nodiscard]] std::string refs(const Evidence& evidence) const;
  /// What the analyst said, in a few words that lead to the note; empty without one.
  [[nodiscard]] std::string said(const std::optional<std::uint32_t>& note) const;
  /// Of a run that is not listed its number alone.
  [[nodiscard]] std::string run_link(std::uint32_t number) const;
  [[nodiscard]] bool is_listed(std::uint32_t run) const { return listed_.count(run) != 0; }
  /// A row of a list of facts; nothing where `rendered` is empty.
  static void fact(std::string& out, std::string_view name, const std::string& rendered);
  static std::string code(const std::string& text);

 protected:
  const IncidentDocument& document_;

 private:
  std::set<std::uint32_t> listed_;  // numbers of runs
};

}  // namespace stemma
