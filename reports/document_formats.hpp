// The formats an incident document is written in, by name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/incident_document.hpp"

namespace stemma {

struct DocumentFormat {
  std::string_view name;
  void (*append)(const IncidentDocument& document, std::string& out);  ///< null: html
};

std::span<const DocumentFormat> document_formats();

/// `format` is a name of document_formats(); others write nothing.
void append_document(const IncidentDocument& document, std::string_view format,
                     std::string_view skeleton, std::string& out);

}  // namespace stemma
