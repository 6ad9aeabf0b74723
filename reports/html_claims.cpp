#include "reports/html_claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/html_text.hpp"

namespace stemma {

HtmlClaims::HtmlClaims(const IncidentDocument& document) : document_(document) {
  for (const DocumentRun& run : document.runs) listed_.insert(run.number);
}

std::string HtmlClaims::when(const DocumentTime& time) {
  std::string text = format_time(time.time, std::min<int>(time.digits, 3));
  text[10] = ' ';
  text.pop_back();  // the zone, which the report says once
  return text;
}

void HtmlClaims::open(std::string& out, std::string_view id, std::string_view title) {
  out += fmt::format("<section id=\"{}\"><h2>{}</h2>\n", id, title);
}

std::string HtmlClaims::refs(const Evidence& evidence) const {
  if (evidence.events.empty() && evidence.artifacts.empty() && evidence.left_out == 0) return {};
  std::string out = " <span class=\"refs\">[";
  for (const std::uint32_t event : evidence.events)
    out += fmt::format("<a href=\"#{0}\">{0}</a>", document_.events[event].label);
  for (const std::uint32_t artifact : evidence.artifacts)
    out += fmt::format("<a href=\"#A{0}\">A{0}</a>", artifact + 1);
  if (evidence.left_out != 0) out += fmt::format(" and {} more", evidence.left_out);
  return out + " ]</span>";
}

std::string HtmlClaims::said(const std::optional<std::uint32_t>& note) const {
  if (!note) return {};
  return fmt::format("<div class=\"said\"><a href=\"#N{0}\">Analyst</a>: {1}</div>", *note + 1,
                     html(note_in_brief(document_.analyst_notes[*note])));
}

std::string HtmlClaims::run_link(std::uint32_t number) const {
  if (!is_listed(number)) return fmt::format("run {}", number);
  return fmt::format("<a href=\"#run-{0}\">run {0}</a>", number);
}

void HtmlClaims::fact(std::string& out, std::string_view name, const std::string& rendered) {
  if (!rendered.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, rendered);
}

std::string HtmlClaims::code(const std::string& text) {
  return text.empty() ? std::string() : "<code>" + html(text) + "</code>";
}

}  // namespace stemma
