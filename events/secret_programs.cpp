#include "events/secret_programs.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "events/secrets.hpp"

namespace stemma {
namespace {

struct PasswordSwitch {
  std::string_view name;      // as the programs read it
  bool folded;                // any case
  std::string_view programs;  // lower case, separated by blanks
  std::string_view command;   // a word that must stand between; empty: none
};

constexpr PasswordSwitch kSwitches[] = {
    {"-p", false,
     "psexec psexec64 paexec csexec remcom psfile psfile64 psgetsid psgetsid64 psinfo psinfo64 "
     "pskill pskill64 pslist pslist64 psloglist psloglist64 pspasswd pspasswd64 psservice "
     "psservice64 psshutdown psshutdown64 pssuspend pssuspend64 nxc netexec crackmapexec cme "
     "evil-winrm smbmap bloodhound-python certipy certipy-ad createhiddenaccount sshpass rdesktop "
     "useradd usermod mongo mongosh mongodump mongorestore mongoexport mongoimport",
     ""},
    {"-p", false, "docker podman nerdctl az oc", "login"},
    {"-P", false, "sqlcmd osql bcp zip unzip zipcloak ipmitool mosquitto_pub mosquitto_sub", ""},
    {"-pw", true, "plink pscp psftp putty klink kitty", ""},
    {"/p", true,
     "schtasks tasklist taskkill systeminfo gpresult getmac driverquery openfiles eventcreate", ""},
    {"-p", true,
     "schtasks tasklist taskkill systeminfo gpresult getmac driverquery openfiles eventcreate", ""},
    {"-p:", true, "winrs", ""},
    {"-u%", true,
     "smbclient rpcclient smbget smbcacls smbcquotas winexe wmic net pth-winexe pth-smbclient "
     "pth-wmic",
     ""},
};
static_assert(std::size(kSwitches) < 31, "a switch is a bit of a mask, and one is for the others");

// Programs that read the same switches another way: what stands behind them is not for a program of
// the list before them (`sshpass -p X ssh -p 22`).
constexpr std::string_view kOthers = "ssh scp sftp rsync mkdir cp tar powershell pwsh cmd bash sh";
constexpr std::uint32_t kOther = 1u << 31;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\0';
}
bool equal(std::string_view a, std::string_view b, bool folded) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [folded](char x, char y) { return folded ? lower(x) == lower(y) : x == y; });
}
bool contains_folded(std::string_view text, std::string_view lower_word) {
  return std::search(text.begin(), text.end(), lower_word.begin(), lower_word.end(),
                     [](char x, char y) { return lower(x) == y; }) != text.end();
}

// Takes the next word off `text`; empty at its end.
std::string_view next_word(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end])) ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// The name of the program that a word of a command names.
std::string_view program_of(std::string_view word) {
  while (!word.empty() && (word.back() == '"' || word.back() == '\'' || word.back() == '\\'))
    word.remove_suffix(1);
  if (const std::size_t slash = word.find_last_of("/\\\"'"); slash != std::string_view::npos)
    word.remove_prefix(slash + 1);
  if (word.size() > 4 && equal(word.substr(word.size() - 4), ".exe", true)) word.remove_suffix(4);
  return word;
}

// `DOM\name`, `.\name`, `name@domain`: an account, not a path, an option or a word.
bool is_account(std::string_view word) {
  while (!word.empty() && (word.front() == '"' || word.front() == '\'')) word.remove_prefix(1);
  if (word.size() < 3 || word.find(':') != std::string_view::npos || word.front() == '-' ||
      word.front() == '/' || word.front() == '\\')
    return false;
  if (const std::size_t at = word.find('@'); at != std::string_view::npos)
    return at > 0 && at + 1 < word.size();
  const std::size_t first = word.find('\\');
  if (first == std::string_view::npos) return false;
  const std::size_t last = word.rfind('\\');
  return last - first <= 1 && last + 1 < word.size();  // written twice inside JSON
}

// By name: which switches of kSwitches a program takes.
using Programs = std::vector<std::pair<std::string_view, std::uint32_t>>;

Programs make_programs() {
  Programs made;
  const auto add = [&](std::string_view names, std::uint32_t bit) {
    for (std::string_view name = next_word(names); !name.empty(); name = next_word(names))
      made.emplace_back(name, bit);
  };
  for (std::size_t i = 0; i < std::size(kSwitches); ++i) add(kSwitches[i].programs, 1u << i);
  add(kOthers, kOther);
  std::sort(made.begin(), made.end());
  Programs out;
  for (const auto& [name, bit] : made) {
    if (out.empty() || out.back().first != name)
      out.emplace_back(name, bit);
    else
      out.back().second |= bit;
  }
  return out;
}

std::uint32_t switches_of(std::string_view word) {
  static const Programs kPrograms = make_programs();
  constexpr std::size_t kLongest = 20;
  constexpr std::string_view kHidden = "createhiddenaccount";
  std::string_view name = program_of(word);
  if (name.size() < 2) return 0;
  // Some builds say what they are behind the name: `CreateHiddenAccount_upx_v0.2`.
  if (equal(name.substr(0, kHidden.size()), kHidden, true)) name = name.substr(0, kHidden.size());
  if (name.size() > kLongest) return 0;
  char folded[kLongest];
  std::transform(name.begin(), name.end(), folded, lower);
  const std::string_view wanted(folded, name.size());
  const auto at = std::lower_bound(kPrograms.begin(), kPrograms.end(), wanted,
                                   [](const auto& a, std::string_view b) { return a.first < b; });
  return at != kPrograms.end() && at->first == wanted ? at->second : 0;
}

bool ends_command(char c) {
  return c == '\n' || c == '\r' || c == '|' || c == ';' || c == '&';
}

}  // namespace

bool is_program(std::string_view word, std::string_view programs) {
  const std::string_view name = program_of(word);
  for (std::string_view each = next_word(programs); !each.empty(); each = next_word(programs))
    if (equal(each, name, true)) return true;
  return false;
}

void CommandWords::read_to(std::string_view text, std::size_t to) {
  while (at_ < to) {
    const std::size_t begin = at_;
    if (ends_command(text[at_])) {
      *this = CommandWords();
      at_ = begin + 1;
    } else if (is_blank(text[at_])) {
      ++at_;
    } else {
      while (at_ < to && !is_blank(text[at_]) && !ends_command(text[at_])) ++at_;
      word(text.substr(begin, at_ - begin), begin);
    }
  }
}

void CommandWords::word(std::string_view word, std::size_t at) {
  if (user_next_) {
    user_ = word;
    user_at_ = at;
  }
  user_next_ = word.size() == 2 && (word[0] == '-' || word[0] == '/') && lower(word[1]) == 'u';
  user_next_ = user_next_ || word == "--user" || word == "--username";
  if (contains_folded(word, "accepteula")) eula_ = true;
  if (const std::uint32_t switches = switches_of(word); switches != 0) {
    open_ = switches & ~kOther;
    program_at_ = at;
    return;
  }
  for (std::size_t i = 0; i < std::size(kSwitches); ++i) {
    const PasswordSwitch& each = kSwitches[i];
    if ((open_ >> i & 1u) != 0 && equal(word, each.name, each.folded)) open_ &= ~(1u << i);
    if (!each.command.empty() && word == each.command) commands_ |= 1u << i;
  }
}

bool CommandWords::takes_password(std::string_view name, std::string_view after) const {
  if (at_ - program_at_ <= kMaxSecretContext) {
    for (std::size_t i = 0; i < std::size(kSwitches); ++i) {
      if ((open_ >> i & 1u) == 0 || !equal(name, kSwitches[i].name, kSwitches[i].folded)) continue;
      if (kSwitches[i].command.empty() || (commands_ >> i & 1u) != 0) return true;
    }
  }
  if (!equal(name, "-p", true) && !equal(name, "/p", true)) return false;
  if (user_.empty() || user_.front() == '-' || user_.front() == '/') return false;
  if (at_ - user_at_ > kMaxSecretContext) return false;
  return is_account(user_) || eula_ || contains_folded(after, "accepteula");
}

}  // namespace stemma
