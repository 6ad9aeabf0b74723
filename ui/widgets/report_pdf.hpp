// A report as PDF: its Markdown laid out on A4 pages. Text of the evidence stays text: no HTML in
// it is looked at.
#pragma once

#include <QString>

namespace stemma::ui {

/// @param markdown  a report as reports/markdown_report writes it
/// Empty where all was written, else what went wrong. The same bytes for the same report but for
/// the date that the format wants. Cost: some milliseconds a page, on the calling thread.
QString writePdf(const QString& markdown, const QString& path);

}  // namespace stemma::ui
