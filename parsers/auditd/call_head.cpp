#include "parsers/auditd/call_head.hpp"

#include <charconv>

#include "parsers/auditd/tables.hpp"

namespace stemma::auditd {
namespace {

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

CallHead read_call_head(std::string_view body) {
  std::string_view arch, call, success, items;
  bool has_arch = false, has_call = false, has_success = false, has_items = false;
  while (!body.empty() && !(has_arch && has_call && has_success && has_items)) {
    const std::size_t blank = body.find(' ');
    const std::string_view word = body.substr(0, blank);
    body.remove_prefix(blank == std::string_view::npos ? body.size() : blank + 1);
    const auto take = [&](std::string_view key, std::string_view& value, bool& has) {
      if (has || !starts_with(word, key)) return;
      value = word.substr(key.size());
      has = true;
    };
    // The kernel's order, so that the common record is one test a word.
    switch (word.empty() ? '\0' : word.front()) {
      case 'a':
        take("arch=", arch, has_arch);
        break;
      case 's':
        take("syscall=", call, has_call);
        take("success=", success, has_success);
        break;
      case 'i':
        take("items=", items, has_items);
        break;
      default:
        break;
    }
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
