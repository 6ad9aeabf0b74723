// The traps of the records' quoting, one by one.
#include "parsers/auditd/fields.hpp"

#include <gtest/gtest.h>

#include <string>

#include "parsers/auditd/sockaddr.hpp"

namespace stemma::auditd {
namespace {

/// `key=value` one after the other; `^` enriched, `'` inside a message, `~` absent, quotes kept for
/// quoted values, `(words)` before.
std::string read(std::string_view body) {
  FieldReader fields(body);
  Field field;
  std::string all;
  std::string scratch;
  while (fields.next(field)) {
    if (!all.empty()) all += ' ';
    if (!field.before.empty()) all.append("(").append(field.before).append(") ");
    if (field.enriched) all += '^';
    if (field.in_message) all += '\'';
    if (is_absent(field)) all += '~';
    all.append(field.key).append("=");
    const std::string_view value = decoded_value(field, scratch);
    if (field.quote == Quote::quoted) {
      all.append("\"").append(value).append("\"");
    } else if (field.quote == Quote::braces) {
      all.append("{").append(value).append("}");
    } else {
      all.append(value);
    }
  }
  if (!fields.trailing().empty()) all.append(" (").append(fields.trailing()).append(")");
  return all;
}

TEST(Fields, HexByKeyAndByAbsenceOfQuotes) {
  EXPECT_EQ(read("comm=\"DEADBEEF\" comm=6C73 exe=2F62696E2F6C73"),
            "comm=\"DEADBEEF\" comm=ls exe=/bin/ls");
  EXPECT_EQ(read("a0=DEADBEEF ino=1234 mode=0100755"), "a0=DEADBEEF ino=1234 mode=0100755");
  EXPECT_EQ(read("comm=6c73 comm=6C7 comm=6C7G"), "comm=6c73 comm=6C7 comm=6C7G");
  EXPECT_EQ(read("name=2F746D702FC3A9"), "name=/tmp/\xC3\xA9");
  EXPECT_EQ(read("key=6B3101 key=\"k1\""), "key=k1\x01 key=\"k1\"");
}

TEST(Fields, NullAndEmpty) {
  EXPECT_EQ(read("key=(null) name=\"(null)\" comm=\"\" hostname=? acct=\"?\" tty=(none) x="),
            "~key=(null) name=\"(null)\" comm=\"\" ~hostname=? ~acct=\"?\" tty=(none) ~x=");
}

TEST(Fields, Messages) {
  EXPECT_EQ(read("pid=1 uid=0 msg='op=PAM:setcred acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? "
                 "res=success'"),
            "pid=1 uid=0 'op=PAM:setcred 'acct=\"root\" 'exe=\"/usr/sbin/cron\" '~hostname=? "
            "'res=success");
  EXPECT_EQ(read("user pid=1 msg='PAM: session open acct=\"root\" : exe=\"/bin/su\" (hostname=?, "
                 "addr=?, terminal=pts/0 res=success)'"),
            "(user) pid=1 (PAM: session open) 'acct=\"root\" (:) 'exe=\"/bin/su\" '~hostname=? "
            "'~addr=? 'terminal=pts/0 'res=success");
  EXPECT_EQ(read("pid=1 msg='it's op=x res=success'"), "pid=1 (it's) 'op=x 'res=success");
  EXPECT_EQ(read("pid=1 msg='free text'"), "pid=1 msg=free text");
  EXPECT_EQ(read("pid=1 msg='op=x res=succ"), "pid=1 'op=x 'res=succ");
  EXPECT_EQ(read("pid=1 msg=''"), "pid=1 msg=");
  EXPECT_EQ(read("msg='op=adding group to /etc/group id=1004'"),
            "'op=adding (group to /etc/group) 'id=1004");
}

TEST(Fields, Enriched) {
  EXPECT_EQ(read("uid=0 key=\"k\"\x1D"
                 "ARCH=x86_64 UID=\"root\""),
            "uid=0 key=\"k\" ^ARCH=x86_64 ^UID=\"root\"");
  EXPECT_EQ(read("uid=0 key=\"k\" ARCH=x86_64 UID=\"root\""),
            "uid=0 key=\"k\" ^ARCH=x86_64 ^UID=\"root\"");
  EXPECT_EQ(read("uid=0 key=(null)ARCH=x86_64 UID=\"root\""),
            "uid=0 ~key=(null) ^ARCH=x86_64 ^UID=\"root\"");
  EXPECT_EQ(read("uid=0 key=\"k\"ARCH=x86_64"), "uid=0 key=\"k\" ^ARCH=x86_64");
  EXPECT_EQ(read("op=start res=successAUID=\"unset\" UID=\"root\""),
            "op=start res=success ^AUID=\"unset\" ^UID=\"root\"");
  EXPECT_EQ(read("msg='op=x res=success'\x1DUID=\"root\" AUID=\"o'brien\""),
            "'op=x 'res=success ^UID=\"root\" ^AUID=\"o'brien\"");
  EXPECT_EQ(read("msg='op=x res=success'UID=\"root\""), "'op=x 'res=success ^UID=\"root\"");
  EXPECT_EQ(read("saddr=0200\x1DSADDR={ saddr_fam=inet laddr=1.2.3.4 lport=80 }"),
            "saddr=0200 ^SADDR={ saddr_fam=inet laddr=1.2.3.4 lport=80 }");
  EXPECT_EQ(read("saddr=0200SADDR={ x }"), "saddr=0200 ^SADDR={ x }");
  EXPECT_EQ(read("cap_frootid=0OUID=\"root\" OGID=\"root\""),
            "cap_frootid=0 ^OUID=\"root\" ^OGID=\"root\"");
  EXPECT_EQ(read("uid=0 OLD-AUID=\"unset\""), "uid=0 ^OLD-AUID=\"unset\"");
  EXPECT_EQ(read("IN=eth0 OUT= MARK=1"), "IN=eth0 ~OUT= MARK=1");
}

TEST(Fields, WordsAndJunk) {
  EXPECT_EQ(read("avc:  denied  { read write } for  pid=1 comm=\"ls\""),
            "(avc:  denied  { read write } for) pid=1 comm=\"ls\"");
  EXPECT_EQ(read("old auid=4294967295 new auid=0"), "(old) auid=4294967295 (new) auid=0");
  EXPECT_EQ(read("=x a=b = c"), "(=x) a=b (= c)");
  EXPECT_EQ(read("a=\"unclosed value"), "a=\"unclosed value\"");
  EXPECT_EQ(read("a=\"x\"y b=c"), "a=\"x\" (y) b=c");
  EXPECT_EQ(read("config changed, auid=0"), "(config changed,) auid=0");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("   "), "");
  EXPECT_EQ(read(std::string("a=b\0c d=e", 9)), std::string("a=b\0c d=e", 9));
}

TEST(Sockaddr, Families) {
  const auto read_address = [](std::string_view hex) -> std::string {
    const auto socket = read_socket_address(hex);
    if (!socket) return "no";
    return std::string(socket->family) + "/" + socket->address + "/" +
           (socket->has_port ? std::to_string(socket->port) : "") + "/" + socket->path;
  };
  EXPECT_EQ(read_address("02000050A9FEA9FE0000000000000000"), "ipv4/169.254.169.254/80/");
  EXPECT_EQ(read_address("0A002BCB00000000000000000000000000000000000000010000000000"),
            "ipv6/::1/11211/");
  EXPECT_EQ(read_address("01007075626C69632F7069636B7570000000"), "unix///public/pickup");
  EXPECT_EQ(read_address("0100002F746D702F782F00"), "unix///@/tmp/x/");
  EXPECT_EQ(read_address("0100"), "unix///");
  EXPECT_EQ(read_address("100000000000000000000000"), "netlink///");
  EXPECT_EQ(read_address("1D00"), "///");
  EXPECT_EQ(read_address("0200005"), "no");
  EXPECT_EQ(read_address("02000050A9"), "no");
  EXPECT_EQ(read_address("0A000050A9FEA9FE"), "no");
  EXPECT_EQ(read_address(""), "no");
  EXPECT_EQ(read_address(std::string(2000, '0')), "no");
  EXPECT_TRUE(is_ip_address("::1"));
  EXPECT_FALSE(is_ip_address(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_FALSE(is_ip_address("localhost"));
}

}  // namespace
}  // namespace stemma::auditd
