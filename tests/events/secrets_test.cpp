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
        "--password <", "bearer x", "curl\0-u\0", "echo |sudo -S",
        "ConvertTo-SecureString -AsPl "}) {
    text.clear();
    while (text.size() < 4u << 20) text += unit;
    find_secrets(text);
  }
}

}  // namespace
}  // namespace stemma
