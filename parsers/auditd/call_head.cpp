#include "parsers/auditd/call_head.hpp"

#include <charconv>
#include <cstring>

#include "parsers/auditd/tables.hpp"
#include "parsers/auditd/text_scan.hpp"

namespace stemma::auditd {
namespace {

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

CallHead read_call_head(std::string_view body) {
  std::string_view arch, call, success, items;
  bool has_arch = false, has_call = false, has_success = false, has_items = false;
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at < end && !(has_arch && has_call && has_success && has_items)) {
    const auto take = [&](std::string_view key, std::string_view& value, bool& has) {
      if (has || static_cast<std::size_t>(end - at) < key.size() ||
          std::memcmp(at, key.data(), key.size()) != 0)
        return false;
      const char* const start = at + key.size();
      at = TextScan::space(start, end);
      value = {start, static_cast<std::size_t>(at - start)};
      return has = true;
    };
    // The kernel's order, so that the common record is one test a word.
    bool taken = false;
    switch (*at) {
      case 'a':
        taken = take("arch=", arch, has_arch);
        break;
      case 's':
        taken = take("syscall=", call, has_call) || take("success=", success, has_success);
        break;
      case 'i':
        taken = take("items=", items, has_items);
        break;
      default:
        break;
    }
    if (!taken) at = TextScan::space(at, end);
    if (at < end) ++at;
  }
  CallHead head;
  head.items = number(items);
  if (call.empty()) return head;
  std::string_view name;
  if (arch == "c000003e" && call == "59") {
    name = "execve";  // without a search through the tables
  } else {
    name = syscall_name(arch_of(arch), number(call));
    if (name.empty()) name = call;  // an interpreted log
  }
  const bool exec = name == "execve" || name == "execveat";
  head.is_exec = exec && success == "yes";
  head.is_prompt = exec || name == "exit_group";
  return head;
}

}  // namespace stemma::auditd
