// What is wrong with a query or a rule file, said once and well: a stable code, a sentence, the
// place, the line and a caret. Not a fault of evidence (events/fault.hpp): rules are written by
// people who want to mend them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::eql {

/// A run of bytes in a query's text.
struct SourceRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class Severity : std::uint8_t { warning, error };

/// Codes are part of the output and stay as they are. Below 20: the text. 20–29: other dialects,
/// which are not supported. 30–39: types and constants. 40–49: warnings, the query compiles. 50–59:
/// sequences, samples and pipes.
namespace code {
inline constexpr const char* kNotUtf8 = "EQL001";
inline constexpr const char* kUnterminatedString = "EQL002";
inline constexpr const char* kBadEscape = "EQL003";
inline constexpr const char* kUnexpectedCharacter = "EQL004";
inline constexpr const char* kUnterminatedComment = "EQL005";
inline constexpr const char* kNumberOutOfRange = "EQL006";
inline constexpr const char* kTooLong = "EQL007";
inline constexpr const char* kSingleQuotes = "EQL008";
inline constexpr const char* kUnexpectedToken = "EQL010";
inline constexpr const char* kTooDeep = "EQL011";
inline constexpr const char* kChainedComparison = "EQL012";
inline constexpr const char* kSingleEqual = "EQL013";
inline constexpr const char* kEmptyQuery = "EQL014";
inline constexpr const char* kUnknownFunction = "EQL015";
inline constexpr const char* kJoinUnsupported = "EQL022";
inline constexpr const char* kDialectUnsupported =
    "EQL024";  ///< known from another dialect of the language
inline constexpr const char* kArgumentCount = "EQL030";
inline constexpr const char* kTypeMismatch = "EQL031";
inline constexpr const char* kNotACondition = "EQL032";
inline constexpr const char* kBadNetwork = "EQL033";
inline constexpr const char* kBadRegex = "EQL034";
inline constexpr const char* kRegexUnsupported = "EQL035";
inline constexpr const char* kConstantFault =
    "EQL036";  ///< a constant expression that overflows or divides by zero
inline constexpr const char* kBadDate = "EQL037";
inline constexpr const char* kFieldName = "EQL038";
inline constexpr const char* kUnknownField = "EQL040";
inline constexpr const char* kFieldToField = "EQL041";
inline constexpr const char* kRegexLetterEscape = "EQL042";
inline constexpr const char* kNeverTrue = "EQL043";
inline constexpr const char* kOlderPipe = "EQL044";  ///< Elasticsearch knows head and tail only
inline constexpr const char* kTermCount = "EQL050";
inline constexpr const char* kMaxspan = "EQL051";
inline constexpr const char* kJoinKeys = "EQL052";
inline constexpr const char* kRuns = "EQL053";
inline constexpr const char* kMissingEvent = "EQL054";
inline constexpr const char* kPipe = "EQL055";
inline constexpr const char* kNotInSample = "EQL056";
inline constexpr const char* kNotAnEventQuery =
    "EQL057";  ///< a sequence, sample or pipe where a single event is asked for
}  // namespace code

/// True for the codes that say "right, but not in this version", so that a loader can count them
/// apart from mistakes.
bool is_unsupported(std::string_view code);

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;
  std::string message;  ///< lower case, no full stop
  SourceRange range;    ///< in the query's text
  // Filled by locate():
  std::string path;          ///< empty for a query that came from no file
  std::uint32_t line = 0;    ///< 1-based; 0 where there is no place
  std::uint32_t column = 0;  ///< 1-based, in code points
  std::string source_line;   ///< the line, or a window of it where it is long; safe to show
  std::uint32_t caret = 0;   ///< columns of source_line before the caret
  std::uint32_t caret_length = 0;
};

/// Cap on diagnostics of one query: a reader mends the first ones and runs again.
inline constexpr std::size_t kMaxDiagnostics = 100;

/// Fills the place of `diagnostic` from bytes [begin, end) of `text`, which is the whole query or
/// the whole file.
void locate(Diagnostic& diagnostic, std::string_view text, std::size_t begin, std::size_t end,
            std::string_view path);

/// `rules/x.toml:12:34: error EQL010: expected `)`, found the end of the query`, the line, and the
/// caret under it.
std::string render(const Diagnostic& diagnostic);

/// Text of a query inside a message: made visible, cut to a readable length, in backticks.
std::string quoted(std::string_view text);

bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace stemma::eql
