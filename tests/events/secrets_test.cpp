#include "events/secrets.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "events/secret_words.hpp"

namespace stemma {
namespace {

// The secrets of `text` as text: `kind=bytes`, separated by blanks.
std::string secrets(std::string_view text) {
  std::string out;
  for (const Secret& secret : find_secrets(text)) {
    if (!out.empty()) out += " ; ";
    out += std::string(secret_kind_name(secret.kind)) + "=" +
           std::string(text.substr(secret.begin, secret.size));
  }
  EXPECT_TRUE(out.empty() || may_hold_secret(text)) << text;
  return out;
}

std::string of_arguments(std::initializer_list<std::string_view> arguments) {
  std::string joined;
  for (const std::string_view argument : arguments) joined += std::string(argument) + '\0';
  return secrets(joined);
}

TEST(Secrets, RunAsAsTheHandlerWritesIt) {
  EXPECT_EQ(secrets("/bin/bash -c echo S3cr3t!pw | sudo -S -u svc "
                    "/home/svc/waagent/run-command-handler-runas/download/a/0/script.sh"),
            "RunAs password=S3cr3t!pw");
  EXPECT_EQ(secrets("time=2026-11-20T09:14:03Z event=\"x\" message=\"RunAs cmd is echo p w | sudo "
                    "-S -u svc /home/svc/s.sh\""),
            "RunAs password=p w");
  EXPECT_EQ(secrets("echo 'p w' | sudo -kS id"), "password=p w");
  EXPECT_EQ(secrets("echo -n pw|/usr/bin/sudo -S -u bob id"), "RunAs password=pw");
  EXPECT_EQ(secrets("sudo -S id <<< 'here'"), "password=here");
  EXPECT_EQ(secrets("echo done | sudo tee /etc/motd"), "");
  EXPECT_EQ(secrets("sudo -u bob id"), "");
}

TEST(Secrets, StorageTokensAndKeys) {
  EXPECT_EQ(
      secrets("curl https://a.blob.core.windows.net/c/s.sh?sv=2022&sp=r&sig=aB3%2FcdEFgh%3D -o x"),
      "SAS token=aB3%2FcdEFgh%3D");
  EXPECT_EQ(secrets("x%26sig%3DaB3cdEFgh1234"), "SAS token=aB3cdEFgh1234");
  EXPECT_EQ(
      secrets(
          "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFy==;EndpointSuffix=x"),
      "account key=Zm9vYmFy==");
  EXPECT_EQ(secrets("SharedAccessKey=abc123="), "account key=abc123=");
  EXPECT_EQ(secrets("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI"), "account key=wJalrXUtnFEMI");
  EXPECT_EQ(secrets("config=1 design=4 sig=short"), "");
}

TEST(Secrets, SettingsAndTokens) {
  EXPECT_EQ(secrets(R"({"protectedSettings": "MIIBsAYJ","publicSettings":{}})"),
            "protected settings=MIIBsAYJ");
  EXPECT_EQ(secrets(R"({\"protectedSettings\":\"MIIBsAYJ\"})"), "protected settings=MIIBsAYJ");
  EXPECT_EQ(secrets(R"({"protectedSettings":null})"), "");
  EXPECT_EQ(secrets("Authorization: Bearer abcDEF123.x_y-z"), "bearer token=abcDEF123.x_y-z");
  EXPECT_EQ(secrets("authorization: basic dXNlcjpwYXNz"), "bearer token=dXNlcjpwYXNz");
  EXPECT_EQ(secrets("the bearer presented basic credentials"), "");
  EXPECT_EQ(secrets("t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl "),
            "bearer token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl");
  EXPECT_EQ(secrets("access_token=abc&token_type=x"), "bearer token=abc");
  EXPECT_EQ(secrets("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"),
            "private key=\nMIIE\n");
}

TEST(Secrets, SwitchesOfPrograms) {
  EXPECT_EQ(secrets("tool --password hunter2 --verbose"), "password=hunter2");
  EXPECT_EQ(secrets("tool --password=hunter2"), "password=hunter2");
  EXPECT_EQ(secrets("tool --db-password 'a b' -x"), "password=a b");
  EXPECT_EQ(secrets("Connect-X -Password P@ss;w0rd"), "password=P@ss;w0rd");
  EXPECT_EQ(secrets("wmic /node:h /password:Abc1 os"), "password=Abc1");
  EXPECT_EQ(secrets("xfreerdp /v:h /u:a /p:Abc1"), "password=Abc1");
  EXPECT_EQ(secrets("msbuild a.sln /p:Configuration=Release"), "");
  EXPECT_EQ(secrets("Server=h;Uid=sa;Pwd=x1;Database=d"), "password=x1");
  EXPECT_EQ(secrets("{\"user\":\"a\",\"password\":\"x y\"}"), "password=x y");
  EXPECT_EQ(secrets("net user bob P4ss /add"), "password=P4ss");
  EXPECT_EQ(secrets("C:\\Windows\\system32\\net1 user bob P4ss /add /y"), "password=P4ss");
  EXPECT_EQ(secrets("\"C:\\Windows\\net.exe\" user bob P4ss /add"), "password=P4ss");
  EXPECT_EQ(secrets("net user bob /domain"), "");
  EXPECT_EQ(secrets("net user bob * /add"), "");
  EXPECT_EQ(secrets("net use Z: \\\\srv\\c$ P4ss /user:d\\a"), "password=P4ss");
  EXPECT_EQ(secrets("net use \\\\srv\\c$ /user:d\\a P4ss"), "password=P4ss");
  EXPECT_EQ(secrets("echo 'bob:P4ss' | chpasswd"), "password=P4ss");
  EXPECT_EQ(secrets("echo bob:P4ss | sudo chpasswd -e"), "password=P4ss");
  EXPECT_EQ(secrets("echo P4ss | passwd --stdin bob"), "password=P4ss");
  EXPECT_EQ(secrets("echo P4ss | docker login -u a --password-stdin r.io"), "password=P4ss");
  EXPECT_EQ(secrets("PsExec.exe \\\\h -u a -p P4ss cmd"), "password=P4ss");
  EXPECT_EQ(secrets("sshpass -p P4ss ssh h"), "password=P4ss");
  EXPECT_EQ(secrets("sshpass -pP4ss ssh h"), "password=P4ss");
  EXPECT_EQ(secrets("mysql -uroot -pP4ss db"), "password=P4ss");
  EXPECT_EQ(secrets("curl -u a:P4ss http://h/"), "password=P4ss");
  EXPECT_EQ(secrets("git clone https://a:P4ss@h/r.git"), "password=P4ss");
  EXPECT_EQ(secrets("http://h:8080/a@b"), "");
  EXPECT_EQ(secrets("schtasks /create /ru a /rp P4ss /tn t"), "password=P4ss");
  EXPECT_EQ(secrets("ConvertTo-SecureString 'P4ss' -AsPlainText -Force"), "password=P4ss");
  EXPECT_EQ(secrets("'P4ss' | ConvertTo-SecureString -AsPlainText -Force"), "password=P4ss");
  EXPECT_EQ(secrets("MYSQL_PWD=P4ss mysqldump db"), "password=P4ss");
}

TEST(Secrets, ShortSwitchesMeanAPasswordWhereTheProgramOrAnAccountSaysSo) {
  // As PsExec hands it on: its own name is not there any more.
  EXPECT_EQ(secrets("\"cmd.exe\" -u demo\\admmig -p Admin1235 -accepteula "), "password=Admin1235");
  EXPECT_EQ(secrets("x.exe -u demo\\admmig -p Admin1235"), "password=Admin1235");
  EXPECT_EQ(secrets("{\"c\":\"x.exe -u demo\\\\admmig -p Admin1235\"}"), "password=Admin1235");
  EXPECT_EQ(secrets("x -u bob@corp.example -p 'a b' -v"), "password=a b");
  EXPECT_EQ(secrets("PsInfo64.exe -accepteula \\\\h -u a -p X1"), "password=X1");
  EXPECT_EQ(secrets("\"C:\\Program Files\\Sys\\PsList.exe\" -u a -p \"X 1\" -t"), "password=X 1");
  EXPECT_EQ(secrets("nxc.exe  smb 192.168.1.1 -u admin -p password123"), "password=password123");
  EXPECT_EQ(secrets("/usr/bin/netexec smb h -u a -p P4ss -x id"), "password=P4ss");
  EXPECT_EQ(secrets("CreateHiddenAccount_upx_v0.2.exe  -u 3teamssixf -p Passw0rd"),
            "password=Passw0rd");
  EXPECT_EQ(secrets("plink.exe -ssh -l root -pw P4ss h"), "password=P4ss");
  EXPECT_EQ(secrets("tasklist /s h /u d\\a /p P4ss /v"), "password=P4ss");
  EXPECT_EQ(secrets("schtasks.exe /create /s h /u a /P P4ss /tn t"), "password=P4ss");
  EXPECT_EQ(secrets("winrs -r:h -u:d\\a -p:P4ss cmd"), "password=P4ss");
  EXPECT_EQ(secrets("sqlcmd -S h -U sa -P P4ss -Q x"), "password=P4ss");
  EXPECT_EQ(secrets("zip -r -P P4ss out.zip dir"), "password=P4ss");
  EXPECT_EQ(secrets("docker login -u a -p P4ss r.io"), "password=P4ss");
  EXPECT_EQ(secrets("useradd -m -p $6$abc$hash -s /bin/sh bob"), "password=$6$abc$hash");
  EXPECT_EQ(secrets("sshpass -p P4ss ssh -p 2222 h"), "password=P4ss");
  EXPECT_EQ(secrets("7z a -pP4ss out.7z dir"), "password=P4ss");
  EXPECT_EQ(secrets("\"C:\\7-Zip\\7z.exe\" a out.7z -mhe -pP4ss dir"), "password=P4ss");
  EXPECT_EQ(secrets("rar.exe a -hpP4ss out.rar dir"), "password=P4ss");
  EXPECT_EQ(secrets("smbclient //h/c$ -U a%P4ss -c ls"), "password=P4ss");
  EXPECT_EQ(secrets("wmiexec.py CORP/admin:P4ss@10.0.0.1 whoami"), "password=P4ss");
  EXPECT_EQ(secrets("impacket-secretsdump -just-dc admin:P@ss@10.0.0.1"), "password=P@ss");
  EXPECT_EQ(secrets("ldapsearch -x -D cn=a -w P4ss -b dc=b"), "password=P4ss");
  EXPECT_EQ(secrets("cmdkey /add:h /user:d\\a /pass:P4ss"), "password=P4ss");
  EXPECT_EQ(secrets("net  use \\\\Target\\C$ P@ssw0rd1 /u:DOMAIN\\Administrator"),
            "password=P@ssw0rd1");
}

TEST(Secrets, ShortSwitchesMeanSomethingElseForMostPrograms) {
  for (const char* text :
       {"ssh -p 2222 host",
        "mkdir -p /opt/x",
        "cp -p a b",
        "nmap -p 443 10.0.0.1",
        "docker run -p 8080:80 -u root image",
        "C:\\Windows\\system32\\WerFault.exe -u -p 5424 -s 4616",
        "C:\\WINDOWS\\system32\\svchost.exe -k LocalService -p -s WdiServiceHost",
        "python  winpwnage.py -u uac -i 11 -p c:\\Users\\IEUser\\Desktop\\x.dll",
        "handle64.exe -accepteula -p 1234",
        "handle64.exe -accepteula -u -p 1234",
        "C:\\WINDOWS\\system32\\cmd.exe  /S /D /c\" set /p=false\"",
        "cmd /c set /p name",
        "psexec \\\\h -s cmd -p",
        "psexec \\\\h -u a -p -s",
        "psexec \\\\h -u a -p $pw cmd",
        "sqlcmd -p 1 -E",
        "unzip -p a.zip b",
        "useradd -u 3005 -m trainer5",
        "7z a out.7z dir",
        "smbclient //h/c$ -U a",
        "python sync.py git@github.com:a/b",
        "ps -u root -p 12",
        "powershell -w hidden -p x",
        "wget http://h/x -p -u a",
        "plink -P 22 h"}) {
    EXPECT_EQ(secrets(text), "") << text;
  }
}

TEST(Secrets, WhatOnlyLooksLikeOne) {
  for (const char* text :
       {"$password = Read-Host -AsSecureString",
        "param([string]$Password)",
        "--password",
        "tool --password --verbose",
        "password=$env:X",
        "password=%DB_PASSWORD%",
        "Accepted password for root from 10.0.0.4",
        "PasswordLastSet: 1",
        "password: *****",
        "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
        "ElevatedToken: %%1843",
        "password=[redacted]",
        "--password [redacted]",
        "echo [redacted] | sudo -S -u a b",
        "C:\\Users\\bob\\passwords.txt",
        "/etc/passwd",
        "cat /etc/passwd | grep root",
        "curl -u a http://h/",
        "\"password\": null",
        "ConvertTo-SecureString $p -AsPlainText -Force",
        "password=(Get-Content x)",
        "passwd: file",
        "sudo",
        "pass",
        "",
        "://@",
        "p://:@",
        "-p",
        "net user",
        "/rp",
        "sig="}) {
    EXPECT_EQ(secrets(text), text == std::string_view("passwd: file") ? "password=file" : "")
        << text;
  }
}

TEST(Secrets, AVariableIsNoneATextWithADollarIs) {
  EXPECT_EQ(secrets("$password = 'P4ss'"), "password=P4ss");
  EXPECT_EQ(secrets("--password $PASS"), "");
  EXPECT_EQ(secrets("--password $1abc"), "password=$1abc");
}

TEST(Secrets, ArgumentsOfOneCommand) {
  EXPECT_EQ(of_arguments({"tool", "--password", "two words", "-x"}), "password=two words");
  EXPECT_EQ(of_arguments({"net", "user", "bob", "P4ss", "/add"}), "password=P4ss");
  EXPECT_EQ(of_arguments({"sshpass", "-p", "P4ss", "ssh"}), "password=P4ss");
  EXPECT_EQ(of_arguments({"curl", "-u", "a:b c", "h"}), "password=b c");
  EXPECT_EQ(of_arguments({"bash", "-c", "echo pw | sudo -S -u a x"}), "RunAs password=pw");
  EXPECT_EQ(of_arguments({"tool", "--password"}), "");
  EXPECT_EQ(of_arguments({"cmd.exe", "-u", "demo\\admmig", "-p", "Admin 1235", "-accepteula"}),
            "password=Admin 1235");
  EXPECT_EQ(of_arguments({"7z", "a", "-pP4ss", "x.7z"}), "password=P4ss");
  EXPECT_EQ(of_arguments({"ssh", "-p", "22", "h"}), "");
}

TEST(Secrets, OverlapsAreOneAndAscend) {
  EXPECT_EQ(secrets("a password=https://u:p@h/ --token abc"),
            "password=https://u:p@h/ ; bearer token=abc");
}

// The search that skips finds what looking at every place finds.
TEST(Secrets, NoWordIsSkipped) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = "pasword=sig :/tkeyudobrhPASS\"\xC3"[random() % 30];
    if (random() % 2 == 0) {
      const auto& word = secret_words::kWords[random() % std::size(secret_words::kWords)];
      text.insert(random() % (text.size() + 1), word.text);
    }
    std::vector<std::size_t> plain, skipping;
    for (std::size_t i = 0; i + secret_words::kWord <= text.size(); ++i) {
      for (const auto& word : secret_words::kWords) {
        bool equal = true;
        for (std::size_t k = 0; k < secret_words::kWord; ++k) {
          char c = text[i + k];
          if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
          equal = equal && c == word.text[k];
        }
        if (equal) plain.push_back(i);
      }
    }
    secret_words::for_each(text, [&](std::size_t at, secret_words::Hint) {
      skipping.push_back(at);
      return true;
    });
    ASSERT_EQ(skipping, plain) << text;
  }
}

// Whatever the bytes: spans lie inside, ascend, and what was found once is found no more.
TEST(Secrets, HoldForAnyBytes) {
  std::mt19937 random(5);
  const std::string_view parts[] = {"echo ",
                                    " | ",
                                    "sudo -S",
                                    "-u a",
                                    "password",
                                    "=",
                                    ":",
                                    "\"",
                                    "'",
                                    "\\\"",
                                    "net user",
                                    " ",
                                    std::string_view("\0", 1),
                                    "\n",
                                    "sig=",
                                    "/p:",
                                    "<<<",
                                    "chpasswd",
                                    "://",
                                    "@",
                                    "bearer ",
                                    "eyJh",
                                    ".",
                                    "abc123",
                                    "%",
                                    "$x",
                                    "-----BEGIN PRIVATE KEY-----",
                                    "ConvertTo-SecureString ",
                                    "-AsPlainText",
                                    "mysql -p",
                                    "curl -u ",
                                    "psexec -p ",
                                    " -u a\\b",
                                    " -p ",
                                    " -p:",
                                    " -pw ",
                                    "winrs ",
                                    "plink",
                                    "7z a -p",
                                    "rar.exe",
                                    "smbclient -U ",
                                    "wmiexec.py ",
                                    "ldapsearch -w ",
                                    "-accepteula",
                                    " /rp ",
                                    "\xFF",
                                    "[redacted]"};
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (auto i = random() % 12; i > 0; --i) text += parts[random() % std::size(parts)];
    std::size_t end = 0;
    for (const Secret& secret : find_secrets(text)) {
      ASSERT_GE(secret.begin, end) << text;
      ASSERT_GT(secret.size, 0u);
      end = secret.begin + secret.size;
      ASSERT_LE(end, text.size()) << text;
    }
  }
}

TEST(Secrets, ForgedTextCostsNoMoreThanItsContext) {
  std::string text;
  while (text.size() < 4u << 20) text += "| sudo -S echo psexec -p mysql curl net user ://";
  EXPECT_FALSE(find_secrets(text).empty());  // the test's own time limit is the claim
  for (const std::string_view unit :
       {"password=(", "eyJh.", "-----BEGIN PRIVATE KEY-----", "\"password\":\"$x", "password=%a",
        "--password <", "bearer x", "curl\0-u\0", "echo |sudo -S", "ConvertTo-SecureString -AsPl ",
        " -p x", "7z.exe -x ", "psexec.py a ", "rar -a ", " -U a%b", "psexec -u a -p "}) {
    text.clear();
    while (text.size() < 4u << 20) text += unit;
    find_secrets(text);
  }
}

}  // namespace
}  // namespace stemma
