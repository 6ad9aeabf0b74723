#include "events/secrets.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "events/secret_commands.hpp"
#include "events/secret_words.hpp"

namespace stemma {
namespace {

using secret_words::Hint;

using namespace secret_text;

class Finder : private SecretText {
 public:
  using SecretText::SecretText;

  std::vector<Secret> run() {
    secret_words::for_each(text_, [this](std::size_t at, Hint hint) {
      look(at, hint);
      return true;
    });
    return joined();
  }

 private:
  void found(const Found& password) {
    if (password) add(SecretKind::password, *password);
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

  [[nodiscard]] static bool is_plain_answer(std::string_view value) {
    for (const std::string_view word :
         {"true", "false", "null", "none", "yes", "no", "nil", "undefined", "0", "1", "-"})
      if (equal_folded(value, word)) return true;
    return false;
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
        found(net(*this, position));
        break;
      case Hint::switch_p:
        found(slash_p(*this, position));
        break;
      case Hint::psexec:
        found(option_of(*this, position, "-p"));
        break;
      case Hint::mysql:
        found(mysql(*this, position));
        break;
      case Hint::curl:
        found(curl(*this, position));
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
        found(run_as_of_a_task(*this, position));
        break;
      case Hint::short_switch:
        found(short_switch(*this, position, command_));
        break;
      case Hint::user_and_password:
        found(user_and_password(*this, position, command_));
        break;
      case Hint::archiver:
        found(archiver(*this, position));
        break;
      case Hint::ldap:
        found(ldap(*this, position));
        break;
      case Hint::impacket:
        found(impacket(*this, position));
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
    if (equal_folded(name, "sshpass")) return found(option_of(*this, begin, "-p"));
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

  std::vector<Secret> found_;
  CommandWords command_;
  std::size_t covered_ = 0;  // end of the secrets found
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
