// Where a file lay in the collection, read for what only its place tells: which extension wrote it,
// which run it belongs to, and whether it is a file of a run's own folder (a script, its output,
// what it dropped), which no content can say. Pure functions on paths; nothing is opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::azure_guest {

/// Cap on the length of a path that is read. PATH_MAX is 4,096 on Linux, Windows allows 32,767.
inline constexpr std::size_t kMaxPath = 32'767;
/// Cap on its components; the walk over a collection stops at fewer (kMaxFolderDepth).
inline constexpr std::size_t kMaxComponents = 512;

enum class PlaceKind : std::uint8_t {
  other,
  run_file,  ///< in the folder that a run works in, or AWS's and cloud-init's folders of scripts
  counter,   ///< `mrseq`, `<name>.mrseq`: the number of the last run, as text
};

enum class PlaceSystem : std::uint8_t { unknown, linux_, windows };

struct Place {
  PlaceKind kind = PlaceKind::other;
  PlaceSystem system = PlaceSystem::unknown;
  std::string extension;  ///< `Microsoft.CPlat.Core.RunCommandLinux`; empty: unknown
  std::string version;    ///< of the extension
  std::string run_name;   ///< of a named command, or AWS's command id
  std::optional<std::uint64_t> sequence;  ///< of the run
  std::string file_name;                  ///< last component
};

/// Reads a path as collectors write it: either slash, any case, `%5C` and its like decoded once.
/// Folders:
///
///     …/run-command/download/<N>/…                      …/custom-script/download/<N>/…
///     …/run-command-handler/download/<name>/<N>/…       …/immediateDownload/<name>/<N>/…
///     …/waagent/run-command-handler-runas/download/<name>/<N>/…
///     …/Microsoft.CPlat.Core.RunCommand…/<version>/Downloads/…
///     …/Microsoft.Compute.CustomScriptExtension/<version>/Downloads/…
///     …/document/orchestration/<id>/…/{_script.sh,_script.ps1,stdout,stderr}      AWS SSM
///     …/cloud/…/scripts/part-<NNN>                                                cloud-init
///
/// Files: `[<name>.]<N>.settings`, `[<name>.]<N>.status`, `[<name>.]mrseq`, `scriptN.ps1`,
/// `CommandExecution_<name>.log`. Extensions by `<Publisher.Type>-<version>`,
/// `Plugins/<Publisher.Type>/<version>`, `log/azure/<Publisher.Type>`. A path longer than a cap
/// tells nothing. O(path).
/// Source: the handlers' published code; Microsoft's pages on Run Command and Custom Script.
Place read_place(std::string_view path);

/// `Microsoft.CPlat.Core.RunCommandLinux-1.0.5` cut at the dash before the version.
struct NameVersion {
  std::string_view name, version;  ///< views into the text that was cut
};
/// Empty where `text` is not of that form.
std::optional<NameVersion> split_name_version(std::string_view text);

/// Decimal digits alone, up to 18 of them; empty for anything else.
std::optional<std::uint64_t> decimal(std::string_view text);

}  // namespace stemma::azure_guest
