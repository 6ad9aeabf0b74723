// Passwords that programs take on their command line, each program in its own way. Each function is
// asked at a place where a word of its pattern stands (secret_words.hpp), looks at one command, of
// kMaxSecretContext bytes at most, and gives the password's place; none where there is none.
#pragma once

#include <optional>
#include <string_view>

#include "events/secret_programs.hpp"
#include "events/secret_text.hpp"

namespace stemma::secret_text {

using Found = std::optional<Span>;

/// `net user NAME X /add`, `net use \\server\share X`. @param blank  before the word
Found net(const SecretText& in, std::size_t blank);
/// ` /p:X`, but not a property of a build.
Found slash_p(const SecretText& in, std::size_t blank);
/// A switch with its value somewhere behind a program: `sshpass -p X`.
Found option_of(const SecretText& in, std::size_t program, std::string_view name);
/// `mysql -pX`.
Found mysql(const SecretText& in, std::size_t program);
/// `curl -u name:X`.
Found curl(const SecretText& in, std::size_t program);
/// `schtasks … /rp X`.
Found run_as_of_a_task(const SecretText& in, std::size_t blank);
/// `psexec … -p X`, `plink -pw X`, `tasklist /p X`, `winrs -p:X`; the program decides
/// (secret_programs.hpp). @param blank  before the switch. @param command  read on to it
Found short_switch(const SecretText& in, std::size_t blank, CommandWords& command);
/// `smbclient -U name%X`. @param blank  before the switch
Found user_and_password(const SecretText& in, std::size_t blank, CommandWords& command);
/// `7z a -pX`, `rar a -hpX`. @param position  in the name
Found archiver(const SecretText& in, std::size_t position);
/// `ldapsearch -w X`. @param position  in the name
Found ldap(const SecretText& in, std::size_t position);
/// `wmiexec.py DOM/name:X@host`. @param position  in the name
Found impacket(const SecretText& in, std::size_t position);

}  // namespace stemma::secret_text
