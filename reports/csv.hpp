// Comma-separated values (RFC 4180) of untrusted text: quoted where needed, and never a formula.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stemma {

/// Appends one cell. A cell that a spreadsheet would run as a formula (first character `=`, `+`, `-`, `@`, tab or carriage return) is
/// preceded by an apostrophe; invisible characters are made visible.
void append_csv_cell(std::string& out, std::string_view cell);

/// Appends cells with commas between them, and CR LF.
void append_csv_line(std::string& out, std::span<const std::string> cells);

}  // namespace stemma
