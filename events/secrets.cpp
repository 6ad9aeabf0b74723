#include "events/secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "events/secret_words.hpp"

namespace stemma {
namespace {

using secret_words::Hint;

constexpr std::size_t kNone = std::string_view::npos;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}
bool is_name(char c) {
  return is_word(c) || c == '-' || c == '.';
}
// Blanks within a line, and the end of an argument.
bool is_gap(char c) {
  return c == ' ' || c == '\t' || c == '\0';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool is_space(char c) {
  return is_gap(c) || is_line_end(c);
}
bool is_quote(char c) {
  return c == '"' || c == '\'';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool is_token(char c) {  // RFC 6750 b64token, and what URLs escape
  return is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' ||
         c == '%';
}

bool equal_folded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}
bool ends_folded(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equal_folded(text.substr(text.size() - end.size()), end);
}
bool starts_folded(std::string_view text, std::string_view begin) {
  return text.size() >= begin.size() && equal_folded(text.substr(0, begin.size()), begin);
}

// A stretch of the text.
struct Span {
  std::size_t begin = 0, end = 0;
};

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  std::vector<Secret> run() {
    secret_words::for_each(text_, [this](std::size_t at, Hint hint) {
      look(at, hint);
      return true;
    });
    return joined();
  }

 private:
  [[nodiscard]] char at(std::size_t position) const {
    return position < text_.size() ? text_[position] : '\n';
  }
  [[nodiscard]] std::string_view part(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }
  [[nodiscard]] std::size_t skip_gap(std::size_t from) const {
    while (from < text_.size() && is_gap(text_[from])) ++from;
    return from;
  }
  // The end of the command that `from` lies in: of its line, or of what is looked at.
  [[nodiscard]] std::size_t line_end(std::size_t from) const {
    const std::size_t limit = std::min(text_.size(), from + kMaxSecretContext);
    while (from < limit && !is_line_end(text_[from])) ++from;
    return from;
  }

  void add(SecretKind kind, Span span) {
    span.end = std::min(span.end, std::min(text_.size(), span.begin + kMaxSecret));
    if (span.begin >= span.end) return;
    const std::string_view value = part(span.begin, span.end);
    if (starts_folded(value, kRedacted) || starts_folded(value, "[redacted")) return;
    if (value == "*" || value.find_first_not_of("*") == kNone) return;
    found_.push_back({kind, span.begin, span.end - span.begin});
    covered_ = std::max(covered_, span.end);
  }

  // A value that a program or an interpreter puts in: no secret stands here.
  [[nodiscard]] static bool is_variable(std::string_view value) {
    if (value.size() >= 2 && value[0] == '$')
      return is_word(value[1]) ? !is_digit(value[1]) : value[1] == '{' || value[1] == '(';
    if (value.size() >= 2 && value[0] == '%')
      return value[1] == '%' || value.find('%', 1) != kNone;  // %%1843 of a log, %PASSWORD%
    if (value.size() >= 2 && value[0] == '{') return value[1] == '{';  // of a template
    return value.size() >= 2 && value[0] == '<' && value.back() == '>';
  }
  [[nodiscard]] static bool is_plain_answer(std::string_view value) {
    for (const std::string_view word :
         {"true", "false", "null", "none", "yes", "no", "nil", "undefined", "0", "1", "-"})
      if (equal_folded(value, word)) return true;
    return false;
  }

  // The value that begins at `from`: within quotes, or up to a blank or one of `stops`. A quote
  // inside JSON text is `\"`.
  [[nodiscard]] Span value(std::size_t from, std::string_view stops) const {
    const bool escaped = at(from) == '\\' && is_quote(at(from + 1));
    if (escaped) ++from;
    if (is_quote(at(from))) {
      const char quote = text_[from];
      std::size_t end = from + 1;
      while (end < text_.size() && end - from < limit_) {
        if (text_[end] == quote && !escaped) break;
        if (text_[end] == '\\' && end + 1 < text_.size()) {
          if (escaped && text_[end + 1] == quote) break;
          if (!escaped && text_[end + 1] == quote && quote == '"') ++end;
        }
        if (is_line_end(text_[end])) break;
        ++end;
      }
      return {from + 1, end};
    }
    std::size_t end = from;
    while (end < text_.size() && end - from < limit_ && !is_space(text_[end]) &&
           stops.find(text_[end]) == kNone)
      ++end;
    return {from, end};
  }
  // An argument: up to the next NUL where arguments are told apart by one, else like value().
  [[nodiscard]] Span argument(std::size_t gap) const {
    if (at(gap) == '\0' && gap < text_.size()) {
      std::size_t end = gap + 1;
      while (end < text_.size() && text_[end] != '\0' && end - gap < kMaxSecret) ++end;
      return {gap + 1, end};
    }
    return value(skip_gap(gap), "\"'");
  }

  void look(std::size_t position, Hint hint) {
    if (position < covered_) return;  // inside a secret
    switch (hint) {
      case Hint::key:
        key(position);
        break;
      case Hint::sudo:
        if (position != 0 && is_name(text_[position - 1])) break;
        piped(position, {"-S", "--stdin"});
        break;
      case Hint::net_use:
        net(position);
        break;
      case Hint::switch_p:
        slash_p(position);
        break;
      case Hint::psexec:
        option_of(position, "-p");
        break;
      case Hint::mysql:
        mysql(position);
        break;
      case Hint::curl:
        curl(position);
        break;
      case Hint::url:
        url(position + 4);
        break;
      case Hint::bearer:
        scheme(position - std::min<std::size_t>(position, 1), "bearer");
        break;
      case Hint::basic:
        scheme(position, "basic");
        break;
      case Hint::jwt:
        jwt(position);
        break;
      case Hint::secure_string:
        secure_string(position);
        break;
      case Hint::pem:
        pem(position);
        break;
      case Hint::rp:
        run_as_of_a_task(position);
        break;
    }
  }

  // Which kind of secret a key or switch of this name holds.
  [[nodiscard]] static std::optional<SecretKind> kind_of(std::string_view name) {
    while (!name.empty() && (name.front() == '-' || name.front() == '.')) name.remove_prefix(1);
    if (ends_folded(name, "publickeytoken")) return std::nullopt;  // of a .NET assembly's name
    if (equal_folded(name, "sig")) return SecretKind::sas_token;
    if (ends_folded(name, "protectedsettings") || ends_folded(name, "protected_settings"))
      return SecretKind::protected_settings;
    for (const std::string_view end : {"password", "passwd", "passphrase", "pwd"})
      if (ends_folded(name, end)) return SecretKind::password;
    if (equal_folded(name, "pass") || ends_folded(name, "_pass") || ends_folded(name, "-pass"))
      return SecretKind::password;
    for (const std::string_view end :
         {"accountkey", "accesskey", "access_key", "access-key", "secretkey", "secret_key",
          "secret-key", "account_key", "account-key", "apikey", "api_key", "api-key", "storagekey",
          "clientsecret", "client_secret", "client-secret"})
      if (ends_folded(name, end)) return SecretKind::account_key;
    if (equal_folded(name, "secret") || ends_folded(name, "_secret") ||
        ends_folded(name, "-secret"))
      return SecretKind::account_key;
    for (const std::string_view end :
         {"accesstoken", "access_token", "access-token", "refreshtoken", "refresh_token",
          "id_token", "authtoken", "auth_token", "auth-token", "sastoken", "sas_token", "sas-token",
          "api_token", "api-token", "bearer_token", "session_token", "sessiontoken"})
      if (ends_folded(name, end)) return SecretKind::bearer_token;
    if (equal_folded(name, "token")) return SecretKind::bearer_token;
    return std::nullopt;
  }

  // `password=X`, `"password": "X"`, `--password X`, `/password:X`, `sig=X`; position: inside the
  // name.
  void key(std::size_t position) {
    std::size_t begin = position;
    while (begin > 0 && position - begin < 64 && is_name(text_[begin - 1])) --begin;
    std::size_t end = position;
    while (end < text_.size() && end - position < 64 && is_name(text_[end])) ++end;
    if (begin > 0 && text_[begin - 1] == '%' && end == position + 3 &&
        part(begin, position) == "26")
      begin = position;  // an escaped `&`
    const std::string_view name = part(begin, end);
    if (end - position >= 4 && starts_folded(part(position, end), "passwd")) {
      if (equal_folded(name, "chpasswd")) return piped(begin, {});
      if (equal_folded(name, "passwd")) piped(begin, {"--stdin"});
    }
    if (ends_folded(name, "-password-stdin")) return piped_into_command_of(begin);
    if (equal_folded(name, "sshpass")) return option_of(begin, "-p");
    const std::optional<SecretKind> kind = kind_of(name);
    if (!kind) return;
    // `name` may hold several of the words (`access_token`): the first one is enough.
    if (last_key_ == begin + 1) return;
    last_key_ = begin + 1;

    const char before = begin > 0 ? text_[begin - 1] : ' ';
    if (*kind == SecretKind::sas_token) {
      const bool escaped = starts_folded(part(end, std::min(end + 3, text_.size())), "%3d");
      if ((is_word(before) && part(begin - std::min<std::size_t>(begin, 3), begin) != "%26") ||
          (at(end) != '=' && !escaped))
        return;
      std::size_t from = end + (escaped ? 3 : 1);
      Span span{from, from};
      while (span.end < text_.size() && is_token(text_[span.end]) &&
             span.end - span.begin < kMaxSecretContext)
        ++span.end;
      if (span.end - span.begin >= 8) add(*kind, span);
      return;
    }

    const bool dashed = name.front() == '-';
    const bool slashed = before == '/';
    std::size_t next = end;
    bool quoted_name = false;
    if (at(next) == '\\' && is_quote(at(next + 1))) ++next;
    if (is_quote(at(next)) && next < text_.size()) {
      quoted_name = true;
      ++next;
    }
    const std::size_t after_name = next;
    if (!dashed || at(next) != '\0') next = skip_gap(next);
    if (next < text_.size() && (text_[next] == '=' || text_[next] == ':')) {
      if (text_[next] == ':' && next + 1 < text_.size() && text_[next + 1] == '/') return;
      const bool blank_before = next != after_name;
      ++next;
      std::size_t from = next;
      if (!slashed && !dashed) from = skip_gap(next);
      if (from >= text_.size()) return;
      const bool blank = blank_before || from != next;
      const bool quoted = is_quote(text_[from]) || (text_[from] == '\\' && is_quote(at(from + 1)));
      // What code puts into a variable is a secret where it is a text that stands there.
      if (before == '$' && !quoted) return;
      if (blank && !quoted && !quoted_name && *kind == SecretKind::bearer_token) return;
      const Span span = value(from, slashed || dashed ? "\"'" : ";&,\"'<>|)}]");
      return take(*kind, span, quoted);
    }
    if (quoted_name || before == '$') return;
    if (dashed && is_gap(at(after_name)) && after_name < text_.size()) {
      const Span span = argument(after_name);
      const bool quoted = span.begin > 0 && is_quote(text_[span.begin - 1]);
      // Another switch: this one has no value, or asks for it.
      if (!quoted && (at(span.begin) == '-' || at(span.begin) == '|')) return;
      take(*kind, span, quoted);
    }
  }

  void take(SecretKind kind, Span span, bool quoted) {
    const std::size_t found = found_.size();
    judge(kind, span, quoted);
    if (found_.size() == found) spend(span.end - span.begin);
  }
  // A long value that is no secret was looked at in vain; forged text could be full of them, each
  // within the one before.
  void spend(std::size_t bytes) {
    budget_ -= std::min(budget_, bytes);
    if (budget_ == 0) limit_ = kMaxSecretContext;
  }
  void judge(SecretKind kind, Span span, bool quoted) {
    const std::string_view value = part(span.begin, span.end);
    if (value.empty() || is_variable(value)) return;
    if (!quoted) {
      if (is_plain_answer(value)) return;
      // A call or a cast in code, not a text: `(Read-Host)`, `[string]$x`, `read()`.
      if (value.front() == '(' || value.front() == '@') return;
      if (value.front() == '[' && value.find(']') != kNone) return;
      if (value.back() == '(') return;
    } else if (is_plain_answer(value) && value.size() > 1) {
      return;
    }
    add(kind, span);
  }

  // What is piped into the program at `program`, or given to it as a here-string: `echo X | sudo
  // -S`.
  // @param switches  one of which the program must have been given to read it
  void piped(std::size_t program, std::initializer_list<std::string_view> switches) {
    const std::size_t end = line_end(program);
    std::string_view after = part(program, end);
    const std::size_t here = after.find("<<<");
    if (const std::size_t pipe = after.find('|'); pipe != kNone) after = after.substr(0, pipe);
    if (switches.size() != 0 && !has_switch(after, switches)) return;
    const bool as_user = has_switch(after, {"-u", "--user"});
    const bool pairs = starts_folded(after, "chpasswd");
    const SecretKind kind = as_user && starts_folded(after, "sudo") ? SecretKind::run_as_password
                                                                    : SecretKind::password;
    if (here != kNone) {
      const std::size_t from = skip_gap(program + here + 3);
      return add_piped(kind, value(from, ""), pairs);
    }
    // Back over the path of the program to the pipe.
    std::size_t back = program;
    while (back > 0 && (is_name(text_[back - 1]) || text_[back - 1] == '/')) --back;
    while (back > 0 && is_gap(text_[back - 1])) --back;
    if (back == 0 || text_[back - 1] != '|') {
      // `echo X | sudo chpasswd`
      if (!pairs) return;
      const std::size_t from = back - std::min<std::size_t>(back, 64);
      const std::size_t pipe = part(from, back).rfind('|');
      if (pipe == kNone) return;
      back = from + pipe + 1;
    }
    echoed(kind, back - 1, pairs);
  }
  // The same for a program some words before its switch: `echo X | docker login --password-stdin`.
  void piped_into_command_of(std::size_t position) {
    const std::size_t from = position - std::min(position, kMaxSecretContext);
    const std::size_t pipe = part(from, position).rfind('|');
    if (pipe != kNone) echoed(SecretKind::password, from + pipe, false);
  }
  // What `echo` or `printf` before the pipe at `pipe` writes.
  void echoed(SecretKind kind, std::size_t pipe, bool pairs) {
    std::size_t end = pipe;
    while (end > 0 && is_gap(text_[end - 1])) --end;
    const std::size_t from = end - std::min(end, kMaxSecretContext);
    std::size_t begin = kNone;
    for (std::size_t i = end; i-- > from;) {
      if (is_line_end(text_[i])) break;
      if (i > 0 && is_word(text_[i - 1])) continue;
      const std::string_view word = part(i, end);
      for (const std::string_view writer : {"echo", "printf"}) {
        if (word.size() > writer.size() && starts_folded(word, writer) &&
            is_gap(word[writer.size()]))
          begin = i + writer.size();
      }
      if (begin != kNone) break;
    }
    if (begin == kNone) return;
    begin = skip_gap(begin);
    while (begin + 2 < end && text_[begin] == '-' && is_word(text_[begin + 1]) &&
           is_gap(text_[begin + 2]))
      begin = skip_gap(begin + 2);
    if (begin >= end) return;
    if (end - begin >= 2 && is_quote(text_[begin]) && text_[end - 1] == text_[begin])
      return add_piped(kind, {begin + 1, end - 1}, pairs);
    add_piped(kind, {begin, end}, pairs);
  }
  void add_piped(SecretKind kind, Span span, bool pairs) {
    if (pairs) {
      const std::size_t colon = part(span.begin, span.end).find(':');
      if (colon == kNone) return;
      span.begin += colon + 1;
    }
    if (!is_variable(part(span.begin, span.end))) add(kind, span);
  }

  // One of `switches` among the words of `command`; short ones may be joined: `-kS`.
  [[nodiscard]] static bool has_switch(std::string_view command,
                                       std::initializer_list<std::string_view> switches) {
    while (!command.empty()) {
      std::size_t end = 0;
      while (end < command.size() && !is_space(command[end])) ++end;
      const std::string_view word = command.substr(0, end);
      for (const std::string_view wanted : switches) {
        if (word == wanted) return true;
        if (wanted.size() == 2 && word.size() > 2 && word[0] == '-' && word[1] != '-' &&
            word.size() < 6 && word.find(wanted[1]) != kNone)
          return true;
      }
      command.remove_prefix(end);
      while (!command.empty() && is_space(command.front())) command.remove_prefix(1);
    }
    return false;
  }

  // `net user NAME X /add`, `net use \\server\share X /user:…`; blank: before the word.
  void net(std::size_t blank) {
    std::size_t begin = blank;
    while (begin > 0 && is_gap(text_[begin - 1])) --begin;
    if (begin > 0 && text_[begin - 1] == '"') --begin;   // "C:\…\net.exe" user …
    if (begin > 0 && text_[begin - 1] == '\\') --begin;  // the same inside JSON
    const std::size_t name_end = begin;
    while (begin > 0 && (is_name(text_[begin - 1]))) --begin;
    const std::string_view program = part(begin, name_end);
    if (!equal_folded(program, "net") && !equal_folded(program, "net.exe") &&
        !equal_folded(program, "net1") && !equal_folded(program, "net1.exe"))
      return;
    const std::size_t word = blank + 1;
    const bool user = starts_folded(text_.substr(word), "user") && is_gap(at(word + 4));
    const bool use = starts_folded(text_.substr(word), "use") && is_gap(at(word + 3));
    if (!user && !use) return;
    const std::size_t end = line_end(word);
    std::size_t next = word + (user ? 4 : 3);
    bool named = false;
    for (int words = 0; words < 4 && next < end; ++words) {
      const Span span = argument(next);
      if (span.begin >= end) return;
      const std::string_view text = part(span.begin, span.end);
      if (text.empty()) return;
      next = span.end + (is_quote(at(span.end)) ? 1 : 0);
      if (text[0] == '/') {
        continue;
      } else if (!named) {
        named = user || text.find("\\\\") == 0;  // a drive letter comes before the share
      } else {
        if (!is_variable(text)) add(SecretKind::password, span);
        return;
      }
    }
  }

  // ` /p:X`, but not a property of a build: `/p:Configuration=Release`.
  void slash_p(std::size_t blank) {
    const Span span = value(blank + 4, "\"");
    const std::string_view text = part(span.begin, span.end);
    if (text.empty() || text.find('=') != kNone || is_variable(text)) return;
    add(SecretKind::password, span);
  }

  // A switch with its value somewhere behind a program: `psexec \\h -u a -p X cmd`.
  void option_of(std::size_t program, std::string_view name) {
    const std::size_t end = line_end(program);
    for (std::size_t i = program; i + name.size() < end; ++i) {
      if (!is_gap(text_[i])) continue;
      if (text_.substr(i + 1, name.size()) != name) continue;
      const std::size_t after = i + 1 + name.size();
      Span span{};
      if (is_gap(at(after))) {
        span = argument(after);
      } else if (name == "-p" && equal_folded(text_.substr(program, 7), "sshpass")) {
        span = value(after, "\"'");  // sshpass -pX
      } else {
        continue;
      }
      if (at(span.begin) == '-' || is_variable(part(span.begin, span.end))) return;
      return add(SecretKind::password, span);
    }
  }

  // `mysql -uroot -pX`, which wants no blank; `mysqldump`, `mysqladmin` likewise.
  void mysql(std::size_t program) {
    if (program > 0 && is_word(text_[program - 1])) return;
    const std::size_t end = line_end(program);
    for (std::size_t i = program; i + 3 < end; ++i) {
      if (text_[i] == '|' || text_[i] == ';') return;
      if (!is_gap(text_[i]) || text_[i + 1] != '-' || text_[i + 2] != 'p' || is_gap(text_[i + 3]))
        continue;
      const Span span = value(i + 3, "\"");
      if (!is_variable(part(span.begin, span.end))) add(SecretKind::password, span);
      return;
    }
  }

  // `curl -u name:X`, `--user name:X`.
  void curl(std::size_t program) {
    if (program > 0 && is_name(text_[program - 1])) return;
    const std::size_t end = line_end(program);
    for (std::size_t i = program; i + 3 < end; ++i) {
      if (text_[i] == '|' || text_[i] == ';') return;
      if (!is_gap(text_[i])) continue;
      std::size_t after = 0;
      for (const std::string_view name : {"-u", "--user", "--proxy-user", "-U"})
        if (text_.substr(i + 1, name.size()) == name) after = i + 1 + name.size();
      if (after == 0 || !is_gap(at(after))) continue;
      const Span span = argument(after);
      const std::size_t colon = part(span.begin, span.end).find(':');
      if (colon == kNone || colon + 1 == span.end - span.begin) continue;
      const Span secret{span.begin + colon + 1, span.end};
      if (!is_variable(part(secret.begin, secret.end))) add(SecretKind::password, secret);
    }
  }

  // `scheme://user:X@host`; from: behind the slashes.
  void url(std::size_t from) {
    std::size_t colon = kNone;
    const std::size_t limit = std::min(text_.size(), from + kMaxSecretContext);
    for (std::size_t i = from; i < limit; ++i) {
      const char c = text_[i];
      if (c == ':' && colon == kNone) colon = i;
      if (c == '@') {
        if (colon != kNone && !is_variable(part(colon + 1, i)))
          add(SecretKind::password, {colon + 1, i});
        return;
      }
      if (is_space(c) || is_quote(c) || c == '/' || c == '?' || c == '#' || c == '<' || c == '>')
        return;
    }
  }

  // `Bearer X`; `Basic X` only behind the name of the header, since it is a word like any other.
  void scheme(std::size_t begin, std::string_view name) {
    if (!starts_folded(text_.substr(begin), name)) return;
    if (begin > 0 && is_word(text_[begin - 1])) return;
    if (name == "basic") {
      bool header = false;
      const std::size_t from = begin - std::min<std::size_t>(begin, 24);
      for (std::size_t i = from; i < begin && !header; ++i)
        header = starts_folded(text_.substr(i), "authorization");
      if (!header) return;
    }
    const std::size_t gap = begin + name.size();
    if (!is_gap(at(gap)) || gap >= text_.size()) return;
    Span span{skip_gap(gap), 0};
    span.end = span.begin;
    bool digits = false;
    while (span.end < text_.size() && is_token(text_[span.end]) &&
           span.end - span.begin < kMaxSecret) {
      digits |= is_digit(text_[span.end]);
      ++span.end;
    }
    const std::size_t size = span.end - span.begin;
    // A word of prose is neither that long nor has digits.
    if (size >= 24 || (size >= 8 && (digits || name == "basic")))
      add(SecretKind::bearer_token, span);
  }

  // header.payload.signature in base64url; of an encrypted one five parts.
  void jwt(std::size_t begin) {
    if (begin > 0 && (is_word(text_[begin - 1]) || text_[begin - 1] == '-')) return;
    std::size_t end = begin;
    std::size_t dots = 0;
    while (end < text_.size() && end - begin < limit_ &&
           (is_word(text_[end]) || text_[end] == '-' || text_[end] == '.')) {
      if (text_[end] == '.') ++dots;
      ++end;
    }
    if (dots >= 2 && end - begin >= 30) return add(SecretKind::bearer_token, {begin, end});
    spend(end - begin);
  }

  // `ConvertTo-SecureString "X" -AsPlainText -Force`, and the text piped into it.
  void secure_string(std::size_t position) {
    constexpr std::string_view kName = "convertto-securestring";
    constexpr std::size_t kBefore = 8;  // of the word in the name
    if (position < kBefore || !starts_folded(text_.substr(position - kBefore), kName)) return;
    const std::size_t begin = position - kBefore;
    const std::size_t end = line_end(begin);
    bool plain = false;
    for (std::size_t i = begin; i < end && !plain; ++i)
      plain = starts_folded(part(i, end), "-aspl") || starts_folded(part(i, end), "-asp ");
    if (!plain) return;
    std::size_t next = begin + kName.size();
    for (int words = 0; words < 8 && next < end; ++words) {
      next = skip_gap(next);
      if (next >= end) break;
      const bool quoted = is_quote(text_[next]);
      const Span span = value(next, ";)|");
      const std::string_view text = part(span.begin, span.end);
      next = span.end + (quoted ? 1 : 0);
      if (text.empty()) break;
      if (!quoted && text[0] == '-') {
        if (starts_folded(text, "-key") || starts_folded(text, "-securekey")) break;
        continue;
      }
      if (!quoted && text[0] == '(') break;
      if (!is_variable(text)) add(SecretKind::password, span);
      return;
    }
    std::size_t back = begin;
    while (back > 0 && is_gap(text_[back - 1])) --back;
    if (back == 0 || text_[back - 1] != '|') return;
    --back;
    while (back > 0 && is_gap(text_[back - 1])) --back;
    if (back == 0 || !is_quote(text_[back - 1])) return;
    const char quote = text_[back - 1];
    const std::size_t from = back - 1 - std::min(back - 1, kMaxSecretContext);
    const std::size_t open = part(from, back - 1).rfind(quote);
    if (open == kNone) return;
    const Span span{from + open + 1, back - 1};
    if (!is_variable(part(span.begin, span.end))) add(SecretKind::password, span);
  }

  // From the line `-----BEGIN … PRIVATE KEY-----` to `-----END`.
  void pem(std::size_t position) {
    const std::size_t back = position - std::min<std::size_t>(position, 40);
    const std::string_view head = part(back, position);
    if (head.rfind("-----BEGIN ") == kNone) return;
    const std::size_t dashes = part(position, std::min(text_.size(), position + 24)).find("-----");
    if (dashes == kNone) return;
    const std::size_t begin = position + dashes;
    const std::size_t end =
        text_.substr(0, std::min(text_.size(), begin + kMaxSecret)).find("-----END", begin + 5);
    add(SecretKind::private_key, {begin + 5, end == kNone ? text_.size() : end});
  }

  // `schtasks … /ru name /rp X`.
  void run_as_of_a_task(std::size_t blank) {
    if (!is_gap(at(blank + 4)) || blank + 4 >= text_.size()) return;
    const Span span = argument(blank + 4);
    if (span.begin >= span.end || at(span.begin) == '/') return;
    if (!is_variable(part(span.begin, span.end))) add(SecretKind::password, span);
  }

  // Ascending; what overlaps is one secret of the kind that begins first.
  std::vector<Secret> joined() {
    std::stable_sort(found_.begin(), found_.end(), [](const Secret& a, const Secret& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.size > b.size;
    });
    std::vector<Secret> out;
    for (const Secret& secret : found_) {
      if (!out.empty() && secret.begin < out.back().begin + out.back().size) {
        Secret& last = out.back();
        last.size = std::max(last.size, secret.begin + secret.size - last.begin);
      } else {
        out.push_back(secret);
      }
    }
    return out;
  }

  std::string_view text_;
  std::vector<Secret> found_;
  std::size_t covered_ = 0;  // end of the secrets found
  std::size_t limit_ = kMaxSecret;
  std::size_t budget_ = 16 * kMaxSecret;
  std::size_t last_key_ = 0;  // begin + 1 of the name looked at last
};

}  // namespace

std::string_view secret_kind_name(SecretKind kind) {
  switch (kind) {
    case SecretKind::run_as_password:
      return "RunAs password";
    case SecretKind::password:
      return "password";
    case SecretKind::sas_token:
      return "SAS token";
    case SecretKind::account_key:
      return "account key";
    case SecretKind::protected_settings:
      return "protected settings";
    case SecretKind::bearer_token:
      return "bearer token";
    case SecretKind::private_key:
      return "private key";
  }
  return "secret";
}

bool may_hold_secret(std::string_view text) {
  bool found = false;
  secret_words::for_each(text, [&found](std::size_t, Hint) {
    found = true;
    return false;
  });
  return found;
}

std::vector<Secret> find_secrets(std::string_view text) {
  return Finder(text).run();
}

}  // namespace stemma
