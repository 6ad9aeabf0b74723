// The head of one syslog line: when, which machine, which program, and where its message starts.
// Cuts only; no stamp is turned into a time here (RFC 3164 stamps have neither year nor zone), and
// the message is not looked at.
#pragma once

#include <optional>
#include <string_view>

namespace stemma {

/// Views into the line they were cut from. A part that the line does not have is empty.
struct SyslogLine {
  std::string_view
      stamp;              ///< time as written: `Nov 24 03:10:51` or `2026-11-24T03:10:51.123+00:00`
  std::string_view host;  ///< HOSTNAME
  std::string_view tag;   ///< program, without pid and colon: `audispd`, `kernel`
  std::string_view pid;   ///< digits between the brackets, or PROCID
  std::string_view message;  ///< the rest, without the blank that follows the tag
};

/// Cap on a host name: RFC 5424 allows 255. Longer means that this is not a syslog line.
inline constexpr std::size_t kMaxSyslogHost = 255;
/// Cap on a program name: RFC 5424 allows 48 for APP-NAME; rsyslog and journald write longer unit
/// names.
inline constexpr std::size_t kMaxSyslogTag = 128;

/// Cuts one line, which holds no line end. Empty where the line does not begin with one of these
/// heads, each with or without `<PRI>`:
///
///     Nov 24 03:10:51 host tag[pid]: message                       RFC 3164 (day padded with a
///     blank or a zero, decimals allowed) 2026-11-24T03:10:51.123+00:00 host tag[pid]: message the
///     file format of rsyslog and of journald's short-iso <34>1 2026-11-24T03:10:51.123Z host app
///     procid msgid [sd] message    RFC 5424
///
/// A line without host (`<stamp> tag[pid]: message`) gives an empty host. Where no `tag:` follows
/// the host, the tag is empty and the message is all that follows the host. `-` of RFC 5424 is an
/// absent part. O(head), no allocation. Source: RFC 3164 section 4, RFC 5424 section 6; files
/// written by rsyslog 8 and journald.
std::optional<SyslogLine> parse_syslog_line(std::string_view line);

}  // namespace stemma
