// Declared automation: runs that an analyst knows of, in a file of his own: which machines, who
// orders them, which script. Not an exception (detection/rules/exceptions), which is about findings
// of a rule; this is about whole runs, and sets them aside without hiding them.
//
//     [[automation]]
//     hosts = ["vm-lnx*"]                    # host.name; all that is named must fit
//     channels = ["azure_run_command_*"]     # ids of channels
//     callers = ["patching@contoso.example"] # UPN, principal id or application id of the order
//     script_sha256 = ["3f2a…"]              # of the script, where its whole text is there
//     script_paths = ["/opt/patching/*"]     # as the machine saw it
//     reason = "nightly patching"
//     owner = "j.doe"
//     expires = 2027-01-31                   # last day on which it counts (UTC)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/diagnostic.hpp"
#include "detection/eql/wildcard.hpp"
#include "detection/invocations/incident.hpp"

namespace stemma {

/// Caps of one file: entries, and texts in a list of one. Bytes: kMaxRuleFileBytes.
inline constexpr std::size_t kMaxAutomationEntries = 10'000;
inline constexpr std::size_t kMaxAutomationTexts = 10'000;

namespace automation_code {
inline constexpr const char* kCannotRead = "AUTO001";
inline constexpr const char* kNotToml = "AUTO002";
inline constexpr const char* kMissingKey = "AUTO003";
inline constexpr const char* kBadValue = "AUTO004";
inline constexpr const char* kExpired = "AUTO005";  ///< a warning: it sets nothing aside
/// An error: a key that is not understood may be what was to narrow the entry.
inline constexpr const char* kUnknownKey = "AUTO006";
/// Nothing says what runs: whatever runs on a machine would be set aside.
inline constexpr const char* kTooWide = "AUTO007";
inline constexpr const char* kTooMany = "AUTO008";
}  // namespace automation_code

struct AutomationEntry {
  AutomationDeclaration said;  ///< what reports tell of it; `runs` is 0
  /// Empty lists fit everything. Wildcards `*` and `?`; case is ignored but in Unix paths.
  std::vector<eql::Wildcard> hosts, channels, callers, script_paths;
  std::vector<std::string> script_sha256;  ///< lower case, sorted
};

struct Automation {
  std::vector<AutomationEntry> entries;  ///< in the order of the files, expired ones too
  std::vector<eql::Diagnostic> diagnostics;
};

/// Reads the text of one file into `out`. One wrong entry never stops the rest.
/// @param today  2026-11-24: an entry whose last day is before it is told and sets nothing aside
void load_automation(std::string_view text, std::string_view path, std::string_view today,
                     Automation& out);

/// The same from a file.
void load_automation_file(const std::string& path, std::string_view today, Automation& out);

/// Marks the runs that an entry covers (Invocation::automation, ::set_aside: the first one that
/// does) and fills Incident::automation: every entry, with the number of runs that it covers.
/// A caller counts where the order was joined to the run by more than one of several fits in time;
/// a hash only where the whole script is there. O(runs × entries).
void set_aside_automation(const Automation& automation, Incident& incident);

}  // namespace stemma
