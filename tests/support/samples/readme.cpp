#include "tests/support/samples/readme.hpp"

#include <fmt/format.h>

#include "tests/support/samples/scenes.hpp"
#include "tests/support/samples/truth.hpp"

namespace stemma::samples {

namespace {

constexpr const char* kFolder = "azure-run-command/";

constexpr const char* kAbout = R"(# Samples

`azure-run-command/` is a small collection as a responder would bring it home from four machines and a cloud log, and what is true of it.
It is made up: every name, address, user, GUID, hash and script is invented, and the addresses are from the documentation ranges
(RFC 5737). No real log was copied. Licence: Apache-2.0, as the project.

| | |
| --- | --- |
| `vm-win01/` | Windows with Sysmon, Security (4688 with command lines), PowerShell and System logs, Run Command's script and status files |
| `vm-win02/` | Windows with nothing but Security: 4688 does not hold the parent's command line |
| `vm-lnx01/` | Debian with auditd (enriched, one event straddles the rotated file), agent and handler logs, the downloaded scripts |
| `vm-lnx02/` | Debian whose clock is 90 s ahead; goal states in its agent's log, a named command's settings and status, a run in service mode |
| `cloud/activity-log.json` | the subscription's activity log as the command line of the cloud lists it: an operation for most runs, none for some, and two that no run fits |
| `vm-win01/triage/` | the Sysmon log once more, as a second tool collected it: the same bytes |
| `vm-win01/collector-notes.txt` | text that is no evidence |
| `truth.json` | scenes; for each rule of `detection/rules/` the complete list of findings, with the reason; starts that must stay quiet, with the reason; which rules could not fire on which host, with the reason; the complete list of runs with grade, script and caller |
| `trees/` | who started whom, one blank a level: program and pid; `->` is an exec in the same process |

The truth was written with the story, by hand, not by running Stemma. `truth.json` names a start by host, pid, executable and time.
On Linux each exec is a start of its own, so a pid can stand in the list twice; a refused execve is none.

## How it is made

`make_samples <folder>` writes it, the same bytes every time. The stories are `tests/support/samples/vm_*.cpp`, one a machine, and `runs.cpp`, and read
as such; the logs come from the EVTX and audit writers of `tests/support/`. `samples_test` writes them anew and compares.

What is invented where no public source was at hand: the name of the managed handler's program on Windows and of its script files, the
switch in cmd's own command line, and the layout of the status files beyond their StdOut and StdErr parts.

## SHA-256

)";

}  // namespace

void tell_all(Collection& collection, Truth& truth) {
  tell_vm_win01(collection, truth);
  tell_vm_win02(collection, truth);
  tell_vm_lnx01(collection, truth);
  tell_vm_lnx02(collection, truth);
  tell_cloud(collection, truth);
  const std::string sysmon = "Microsoft-Windows-Sysmon%4Operational.evtx";
  collection.add("vm-win01/triage/" + sysmon,
                 collection.files().at("vm-win01/C/Windows/System32/winevt/Logs/" + sysmon));
  collection.add("vm-win01/collector-notes.txt",
                 "Collected 2026-05-13 by R. Okafor from snapshots of the OS disks.\n"
                 "vm-win02: audit policy sends process creation only, no Sysmon.\n");
}

Collection all_samples() {
  Collection evidence;
  Truth truth;
  tell_all(evidence, truth);
  Collection out;
  for (const auto& [path, content] : evidence.files()) out.add(kFolder + path, content);
  out.add(std::string(kFolder) + "truth.json", truth.json());
  for (const auto& [host, text] : truth.trees())
    out.add(fmt::format("{}trees/{}.txt", kFolder, host), text);
  std::string readme = kAbout;
  for (const auto& [path, content] : out.files())
    readme += fmt::format("    {}  {}\n", sha256(content), path);
  out.add("README.md", readme);
  out.add(".gitattributes", "* -text\n");  // evidence: no line end may change
  return out;
}

}  // namespace stemma::samples
