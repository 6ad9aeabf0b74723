#include "events/secret_commands.hpp"

#include <algorithm>

namespace stemma::secret_text {

// `net user NAME X /add`, `net use \\server\share X /user:…`; blank: before the word.
Found net(const SecretText& in, std::size_t blank) {
  const std::string_view text = in.text();
  std::size_t begin = blank;
  while (begin > 0 && is_gap(text[begin - 1])) --begin;
  if (begin > 0 && text[begin - 1] == '"') --begin;   // "C:\…\net.exe" user …
  if (begin > 0 && text[begin - 1] == '\\') --begin;  // the same inside JSON
  const std::size_t name_end = begin;
  while (begin > 0 && (is_name(text[begin - 1]))) --begin;
  const std::string_view program = in.part(begin, name_end);
  if (!equal_folded(program, "net") && !equal_folded(program, "net.exe") &&
      !equal_folded(program, "net1") && !equal_folded(program, "net1.exe"))
    return {};
  const std::size_t word = blank + 1;
  const bool user = starts_folded(text.substr(word), "user") && is_gap(in.at(word + 4));
  const bool use = starts_folded(text.substr(word), "use") && is_gap(in.at(word + 3));
  if (!user && !use) return {};
  const std::size_t end = in.line_end(word);
  std::size_t next = word + (user ? 4 : 3);
  bool named = false;
  for (int words = 0; words < 4 && next < end; ++words) {
    const Span span = in.argument(next);
    if (span.begin >= end) return {};
    const std::string_view each = in.part(span.begin, span.end);
    if (each.empty()) return {};
    next = span.end + (is_quote(in.at(span.end)) ? 1 : 0);
    if (each[0] == '/') {
      continue;
    } else if (!named) {
      named = user || each.find("\\\\") == 0;  // a drive letter comes before the share
    } else {
      if (!in.is_variable(each)) return Found(span);
      return {};
    }
  }
  return {};
}

// ` /p:X`, but not a property of a build: `/p:Configuration=Release`.
Found slash_p(const SecretText& in, std::size_t blank) {
  const Span span = in.value(blank + 4, "\"");
  const std::string_view text = in.part(span.begin, span.end);
  if (text.empty() || text.find('=') != kNone || in.is_variable(text)) return {};
  return Found(span);
}

// A switch with its value somewhere behind a program: `psexec \\h -u a -p X cmd`.
Found option_of(const SecretText& in, std::size_t program, std::string_view name) {
  const std::string_view text = in.text();
  const std::size_t end = in.line_end(program);
  for (std::size_t i = program; i + name.size() < end; ++i) {
    if (!is_gap(text[i])) continue;
    if (text.substr(i + 1, name.size()) != name) continue;
    const std::size_t after = i + 1 + name.size();
    Span span{};
    if (is_gap(in.at(after))) {
      span = in.argument(after);
    } else if (name == "-p" && equal_folded(text.substr(program, 7), "sshpass")) {
      span = in.value(after, "\"'");  // sshpass -pX
    } else {
      continue;
    }
    if (in.at(span.begin) == '-' || in.is_variable(in.part(span.begin, span.end))) return {};
    return Found(span);
  }
  return {};
}

// `mysql -uroot -pX`, which wants no blank; `mysqldump`, `mysqladmin` likewise.
Found mysql(const SecretText& in, std::size_t program) {
  const std::string_view text = in.text();
  if (program > 0 && is_word(text[program - 1])) return {};
  const std::size_t end = in.line_end(program);
  for (std::size_t i = program; i + 3 < end; ++i) {
    if (text[i] == '|' || text[i] == ';') return {};
    if (!is_gap(text[i]) || text[i + 1] != '-' || text[i + 2] != 'p' || is_gap(text[i + 3]))
      continue;
    const Span span = in.value(i + 3, "\"");
    if (!in.is_variable(in.part(span.begin, span.end))) return Found(span);
    return {};
  }
  return {};
}

// `curl -u name:X`, `--user name:X`.
Found curl(const SecretText& in, std::size_t program) {
  const std::string_view text = in.text();
  if (program > 0 && is_name(text[program - 1])) return {};
  const std::size_t end = in.line_end(program);
  for (std::size_t i = program; i + 3 < end; ++i) {
    if (text[i] == '|' || text[i] == ';') return {};
    if (!is_gap(text[i])) continue;
    std::size_t after = 0;
    for (const std::string_view name : {"-u", "--user", "--proxy-user", "-U"})
      if (text.substr(i + 1, name.size()) == name) after = i + 1 + name.size();
    if (after == 0 || !is_gap(in.at(after))) continue;
    const Span span = in.argument(after);
    const std::size_t colon = in.part(span.begin, span.end).find(':');
    if (colon == kNone || colon + 1 == span.end - span.begin) continue;
    const Span secret{span.begin + colon + 1, span.end};
    if (!in.is_variable(in.part(secret.begin, secret.end))) return Found(secret);
  }
  return {};
}

// `schtasks … /ru name /rp X`.
Found run_as_of_a_task(const SecretText& in, std::size_t blank) {
  const std::string_view text = in.text();
  if (!is_gap(in.at(blank + 4)) || blank + 4 >= text.size()) return {};
  const Span span = in.argument(blank + 4);
  if (span.begin >= span.end || in.at(span.begin) == '/') return {};
  if (!in.is_variable(in.part(span.begin, span.end))) return Found(span);
  return {};
}

// `psexec … -p X`, `plink -pw X`, `tasklist /s h /u a /p X`, `winrs -p:X`: which programs mean a
// password is said by secret_programs.hpp.
Found short_switch(const SecretText& in, std::size_t blank, CommandWords& command) {
  const std::string_view text = in.text();
  std::size_t after = blank + 3;
  if (in.at(blank + 3) == 'w' || in.at(blank + 3) == 'W') {
    after = blank + 4;
    if (!is_gap(in.at(after))) return {};
  }
  const bool joined = in.at(after) == ':';
  if (joined) ++after;
  if (after >= text.size()) return {};
  const Span span = joined ? in.value(after, "\"") : in.argument(after);
  const std::string_view secret = in.part(span.begin, span.end);
  const bool quoted = span.begin > 0 && is_quote(text[span.begin - 1]);
  if (secret.empty() || in.is_variable(secret) || (!quoted && secret.front() == '-')) return {};
  if (in.at(blank + 1) == '/' && secret.front() == '/') return {};
  command.read_to(text, blank);
  if (command.takes_password(in.part(blank + 1, after), in.part(span.end, in.line_end(span.end))))
    return Found(span);
  return {};
}

// `smbclient -U name%X`, as Samba's programs take it.
Found user_and_password(const SecretText& in, std::size_t blank, CommandWords& command) {
  const Span span = in.argument(blank + 3);
  const std::size_t percent = in.part(span.begin, span.end).find('%');
  if (percent == kNone || percent == 0 || span.begin + percent + 1 >= span.end) return {};
  command.read_to(in.text(), blank);
  if (command.takes_password("-u%", {})) return Found({span.begin + percent + 1, span.end});
  return {};
}

// `7z a -pX`, `rar a -hpX`, which want no blank.
Found archiver(const SecretText& in, std::size_t position) {
  const std::string_view text = in.text();
  const std::string_view word = in.word_around(position);
  if (!is_program(word, "7z 7za 7zr rar unrar winrar")) return {};
  const std::size_t begin = static_cast<std::size_t>(word.data() - text.data());
  const std::size_t end = in.line_end(begin);
  for (std::size_t i = begin + word.size(); i + 3 < end; ++i) {
    if (text[i] == '|' || text[i] == ';') return {};
    if (!is_gap(text[i]) || text[i + 1] != '-') continue;
    std::size_t from = i + 2;
    if (lower(text[from]) == 'h') ++from;
    if (lower(in.at(from)) != 'p' || is_gap(in.at(from + 1))) continue;
    const Span span = in.value(from + 1, "\"");
    if (!in.is_variable(in.part(span.begin, span.end))) return Found(span);
    return {};
  }
  return {};
}

Found ldap(const SecretText& in, std::size_t position) {
  if (!is_program(in.word_around(position), "ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami"))
    return {};
  return option_of(in, position, "-w");
}

// `wmiexec.py DOM/name:X@host`, `impacket-psexec name:X@host`.
Found impacket(const SecretText& in, std::size_t position) {
  const std::string_view text = in.text();
  std::string_view word = in.word_around(position);
  const std::size_t end = in.line_end(position);
  std::size_t next = static_cast<std::size_t>(word.data() - text.data()) + word.size();
  if (ends_folded(word, ".py")) word.remove_suffix(3);
  if (starts_folded(word, "impacket-")) word.remove_prefix(9);
  if (!is_program(word,
                  "psexec wmiexec smbexec atexec dcomexec secretsdump mssqlclient smbclient "
                  "getuserspns getnpusers getadusers gettgt lookupsid samrdump services reg "
                  "rpcdump ticketer wmiquery"))
    return {};
  while (next < end && is_gap(in.at(next))) {
    const Span span = in.argument(next);
    if (span.begin >= end) return {};
    const std::string_view target = in.part(span.begin, span.end);
    const std::size_t colon = target.find(':');
    const std::size_t host = target.rfind('@');
    if (colon != kNone && colon > 0 && host != kNone && host > colon + 1 && target.front() != '-') {
      const Span secret{span.begin + colon + 1, span.begin + host};
      if (!in.is_variable(in.part(secret.begin, secret.end))) return Found(secret);
      return {};
    }
    next = std::max(span.end + (is_quote(in.at(span.end)) ? 1 : 0), next + 1);
  }
  return {};
}

}  // namespace stemma::secret_text
