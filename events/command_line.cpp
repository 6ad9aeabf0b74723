#include "events/command_line.hpp"

namespace stemma {

std::vector<std::string> split_command_line(std::string_view text) {
  std::vector<std::string> args;
  std::size_t at = 0;
  const auto blank = [&](std::size_t i) { return text[i] == ' ' || text[i] == '\t'; };
  while (args.size() < kMaxArguments) {
    while (at < text.size() && blank(at)) ++at;
    if (at == text.size()) break;
    std::string arg;
    bool quoted = false;
    while (at < text.size() && (quoted || !blank(at))) {
      std::size_t slashes = 0;
      while (at < text.size() && text[at] == '\\') {
        ++slashes;
        ++at;
      }
      if (at < text.size() && text[at] == '"') {
        arg.append(slashes / 2, '\\');
        if (slashes % 2 == 1) {
          arg += '"';
        } else {
          if (quoted && at + 1 < text.size() && text[at + 1] == '"') {
            arg += '"';
            ++at;
          }
          quoted = !quoted;
        }
        ++at;
        continue;
      }
      arg.append(slashes, '\\');
      if (at < text.size() && slashes == 0) arg += text[at++];
    }
    args.push_back(std::move(arg));
  }
  return args;
}

}  // namespace stemma
