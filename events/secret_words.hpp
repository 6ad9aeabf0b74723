// Finds the places of a text at which one of a few dozen words of four characters stands, by
// a table of pairs of characters. The first step of find_secrets().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stemma::secret_words {

inline constexpr std::size_t kWord = 4;

/// What a word may be part of; secrets.cpp looks closer.
enum class Hint : std::uint8_t {
  key,
  sudo,
  net_use,
  switch_p,
  psexec,
  mysql,
  curl,
  url,
  bearer,
  basic,
  jwt,
  secure_string,
  pem,
  rp,
  short_switch,
  user_and_password,
  archiver,
  ldap,
  impacket
};

struct Word {
  char text[kWord + 1];
  Hint hint;
};

/// Lower case; a blank stands for NUL too. Every pattern of secrets.cpp holds one of these.
inline constexpr Word kWords[] = {
    {"pass", Hint::key},
    {"pwd=", Hint::key},
    {"pwd:", Hint::key},
    {"pwd ", Hint::key},
    {"pwd\"", Hint::key},
    {"pwd'", Hint::key},
    {"sig=", Hint::key},
    {"sig%", Hint::key},
    {"tkey", Hint::key},
    {"skey", Hint::key},
    {"_key", Hint::key},
    {"ikey", Hint::key},
    {"-key", Hint::key},
    {"ekey", Hint::key},
    {"ecre", Hint::key},
    {"toke", Hint::key},
    {"edse", Hint::key},
    {"ed_s", Hint::key},
    {"sudo", Hint::sudo},
    {" use", Hint::net_use},
    {" /p:", Hint::switch_p},
    {"sexe", Hint::psexec},
    {"mysq", Hint::mysql},
    {"curl", Hint::curl},
    {"s://", Hint::url},
    {"p://", Hint::url},
    {"b://", Hint::url},
    {"l://", Hint::url},
    {"eare", Hint::bearer},
    {"basi", Hint::basic},
    {"eyjh", Hint::jwt},
    {"eyj0", Hint::jwt},
    {"eyjr", Hint::jwt},
    {"o-se", Hint::secure_string},
    {"e ke", Hint::pem},
    {" /rp", Hint::rp},
    {" -p ", Hint::short_switch},
    {" /p ", Hint::short_switch},
    {" -p:", Hint::short_switch},
    {" -pw", Hint::short_switch},
    {" -u ", Hint::user_and_password},
    {"7z.e", Hint::archiver},
    {"7z a", Hint::archiver},
    {"7z x", Hint::archiver},
    {"7za.", Hint::archiver},
    {"7za ", Hint::archiver},
    {"rar.", Hint::archiver},
    {"rar ", Hint::archiver},
    {"ldap", Hint::ldap},
    {"c.py", Hint::impacket},
    {"p.py", Hint::impacket},
    {"s.py", Hint::impacket},
    {"t.py", Hint::impacket},
    {"cket", Hint::impacket},
};
static_assert(std::size(kWords) <= 64, "a word is a bit of a mask");

/// Folds ASCII so that both cases of a letter agree; other characters may agree by accident.
constexpr unsigned fold(char c) {
  return static_cast<unsigned char>(c) & 31u;
}
constexpr unsigned pair_of(char a, char b) {
  return fold(a) << 5 | fold(b);
}

struct Tables {
  std::array<bool, 1024> inner{};  // pairs that are a word's first two characters, or its
                                   // second and third: every second pair of a text is asked
  std::array<std::uint64_t, 1024> first{};  // words that begin with the pair
  std::array<std::uint64_t, 1024> last{};   // words that end in it
};

constexpr Tables make_tables() {
  Tables tables;
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    const char* word = kWords[i].text;
    tables.inner[pair_of(word[0], word[1])] = true;
    tables.inner[pair_of(word[1], word[2])] = true;
    tables.first[pair_of(word[0], word[1])] |= std::uint64_t{1} << i;
    tables.last[pair_of(word[2], word[3])] |= std::uint64_t{1} << i;
  }
  return tables;
}
inline constexpr Tables kTables = make_tables();

/// Hands the words that stand at `at` to `visit(position, hint)`; false where that says so.
template <class Visit>
bool look(std::string_view text, std::size_t at, Visit& visit) {
  std::uint64_t words = kTables.first[pair_of(text[at], text[at + 1])] &
                        kTables.last[pair_of(text[at + 2], text[at + 3])];
  for (; words != 0; words &= words - 1) {
    const Word& word = kWords[static_cast<std::size_t>(__builtin_ctzll(words))];
    bool equal = true;
    for (std::size_t i = 0; i < kWord && equal; ++i) {
      const char c = text[at + i];
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c == '\0' ? ' ' : c;
      equal = lower == word.text[i];
    }
    if (equal && !visit(at, word.hint)) return false;
  }
  return true;
}

/// Hands each place, ascending, and its word to `visit(position, hint)` until that says false.
template <class Visit>
void for_each(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i + 2 < text.size(); i += 2) {
    if (!kTables.inner[pair_of(text[i], text[i + 1])]) [[likely]]
      continue;
    if (i != 0 && i + kWord - 1 <= text.size() && !look(text, i - 1, visit)) return;
    if (i + kWord <= text.size() && !look(text, i, visit)) return;
  }
}

}  // namespace stemma::secret_words
