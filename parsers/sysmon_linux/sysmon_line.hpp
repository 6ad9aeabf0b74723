// Finds the event in one line of a Linux log: Sysmon for Linux writes each event as one line of XML
// to syslog, from where it also reaches the journal. Cuts and unescapes only; event_xml.hpp reads
// the XML.
//
//     Oct 24 17:05:38 host sysmon: <Event>…</Event>                  syslog (rsyslog, syslog-ng,
//     journalctl -o short)
//     {"MESSAGE":"<Event>…</Event>","_HOSTNAME":"host",…}            journalctl -o json, one entry
//     a line MESSAGE=<Event>…</Event>                                       journalctl -o export
//
// Source: Sysinternals/SysmonForLinux; files written by rsyslog 8 and journald.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stemma::sysmon_linux {

/// The provider's name: a line without it holds no event of ours.
inline constexpr std::string_view kProvider = "Linux-Sysmon";

/// Cap on one line. rsyslog cuts at 8 KiB by default, journald at 48 KiB; a line beyond this is no
/// log line.
inline constexpr std::size_t kMaxLine = 1u << 20;

struct SysmonLine {
  enum class Kind : std::uint8_t {
    other,    ///< not an event of Sysmon: another program's line, a banner, blank
    event,    ///< `xml` holds it, possibly cut short
    damaged,  ///< names the provider and is Sysmon's, and has no event
  };
  Kind kind = Kind::other;
  std::string_view xml;   ///< in the line, or in `scratch` where it had to be unescaped
  std::string_view host;  ///< the logging machine as the line's head says; may be empty
};

/// Looks at one line without its end. `scratch` is overwritten where text must be unescaped.
SysmonLine read_sysmon_line(std::string_view line, std::string& scratch, std::string& host_scratch);

/// Takes the text of a top-level member out of a line of JSON. False where there is none, its value
/// is no string, or the line is not JSON up to there.
bool json_text(std::string_view object, std::string_view key, std::string& text);

}  // namespace stemma::sysmon_linux
