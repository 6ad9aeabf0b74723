#include "reports/redaction.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace stemma {
namespace {

std::string with_marks(std::string_view text, std::span<const Secret> secrets) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  for (const Secret& secret : secrets) {
    out.append(text, at, secret.begin - at);
    out += kRedacted;
    at = secret.begin + secret.size;
  }
  out.append(text, at);
  return out;
}

// What is left of the argument that lies at [begin, end) of the joined text.
std::string marked_part(std::string_view joined, std::span<const Secret> secrets, std::size_t begin,
                        std::size_t end) {
  std::vector<Secret> inside;
  for (const Secret& secret : secrets) {
    const std::size_t from = std::max(secret.begin, begin);
    const std::size_t to = std::min(secret.begin + secret.size, end);
    if (from < to) inside.push_back({secret.kind, from - begin, to - from});
  }
  return with_marks(joined.substr(begin, end - begin), inside);
}

bool starts(std::string_view text, std::string_view begin) {
  return text.substr(0, begin.size()) == begin;
}
bool ends(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Names are looked at once a field and thread.
SecretPlace place_of(FieldId field) {
  thread_local std::vector<std::uint8_t> known;  // by id: 0 not asked yet, else SecretPlace + 1
  if (known.size() <= field.value) known.resize(field.value + 64);
  std::uint8_t& place = known[field.value];
  if (place == 0)
    place = static_cast<std::uint8_t>(static_cast<unsigned>(secret_place(field_name(field))) + 1);
  return static_cast<SecretPlace>(place - 1);
}

}  // namespace

// Nearly all values of a log are of these fields, and nearly all of the time goes into looking at
// values; so what a field's name promises is believed. Whoever writes a password into a field of
// this kind (a file's name, say) has it printed.
SecretPlace secret_place(std::string_view name) {
  if (name == "process.args" || name == "process.parent.args") return SecretPlace::arguments;
  if (name == "event.original" || name == "auditd.paths.name") return SecretPlace::text;
  for (const std::string_view group : {"event.",
                                       "host.",
                                       "log.",
                                       "ecs.",
                                       "agent.",
                                       "user.",
                                       "related.",
                                       "rule.",
                                       "threat.",
                                       "stemma.",
                                       "auditd.paths.",
                                       "process.hash.",
                                       "process.pe.",
                                       "process.Ext.",
                                       "process.user.",
                                       "process.group.",
                                       "process.parent.hash.",
                                       "process.parent.pe.",
                                       "process.parent.user.",
                                       "process.parent.Ext.",
                                       "file.",
                                       "source.",
                                       "destination.",
                                       "dns.",
                                       "network."})
    if (starts(name, group)) return SecretPlace::none;
  if (starts(name, "winlog.") && !starts(name, "winlog.event_data.") &&
      !starts(name, "winlog.user_data."))
    return SecretPlace::none;
  for (const std::string_view closed : {"tags",
                                        "auditd.message_type",
                                        "auditd.result",
                                        "process.name",
                                        "process.executable",
                                        "process.entity_id",
                                        "process.working_directory",
                                        "process.parent.name",
                                        "process.parent.executable",
                                        "process.parent.entity_id",
                                        "process.parent.working_directory",
                                        "registry.path",
                                        "registry.key",
                                        "registry.hive",
                                        "registry.value",
                                        "auditd.data.syscall",
                                        "auditd.data.arch",
                                        "auditd.data.exit",
                                        "auditd.data.tty",
                                        "auditd.data.comm",
                                        "auditd.data.a0",
                                        "auditd.data.a1",
                                        "auditd.data.a2",
                                        "auditd.data.a3"})
    if (name == closed) return SecretPlace::none;
  if (starts(name, "winlog.event_data.")) {
    name.remove_prefix(std::string_view("winlog.event_data.").size());
    for (const std::string_view end : {"Guid", "GUID", "Id", "ID", "Sid", "Hashes", "Time", "Image",
                                       "Port", "Address", "Mask", "DomainName", "UserName"})
      if (ends(name, end)) return SecretPlace::none;
    for (const std::string_view closed :
         {"User",          "ParentUser",       "Company",        "Product",
          "FileVersion",   "OriginalFileName", "IntegrityLevel", "CurrentDirectory",
          "ProcessName",   "Protocol",         "ObjectServer",   "ObjectType",
          "AccessList",    "LayerName",        "Application",    "RuleName",
          "EventType",     "Initiated",        "SourceIp",       "TargetObject",
          "ObjectName",    "TargetFilename",   "CallTrace",      "ImageLoaded",
          "DestinationIp", "LogonType",        "PrivilegeList"})
      if (name == closed) return SecretPlace::none;
  }
  return SecretPlace::text;
}

bool may_hold_secret_argument(std::string_view argument) {
  // Switches whose meaning the program's name decides (events/secret_programs.hpp).
  if (argument.size() >= 2 && (argument[0] == '-' || argument[0] == '/')) {
    const char letter = static_cast<char>(argument[1] | 32);
    if (argument.size() == 2 && (letter == 'p' || letter == 'u')) return true;
    if (argument.size() >= 3 && letter == 'p' && (argument[2] == ':' || (argument[2] | 32) == 'w'))
      return true;
  }
  // Archivers: the word of the search reaches over the end of the name.
  for (const std::string_view name : {"7z", "7za", "rar"})
    if (ends(argument, name)) return true;
  if (argument.size() < 3) return false;
  // Words of the search that begin or end with the blank between two arguments.
  const char first = argument.front();
  if ((first == 'u' || first == 'U') && (argument[1] == 's' || argument[1] == 'S')) return true;
  if (first == '/' &&
      (argument[1] == 'p' || argument[1] == 'P' || argument[1] == 'r' || argument[1] == 'R'))
    return true;
  const char last = argument.back();
  if ((last == 'd' || last == 'D') && (argument[argument.size() - 2] | 32) == 'w') return true;
  return may_hold_secret(argument);
}

std::string redact(std::string_view text) {
  if (!may_hold_secret(text)) return std::string(text);
  return with_marks(text, find_secrets(text));
}

std::string redact(std::string_view text, Secrets secrets) {
  return secrets == Secrets::shown ? std::string(text) : redact(text);
}

std::vector<std::string> redact_arguments(std::span<const std::string_view> arguments) {
  std::string joined;
  for (const std::string_view argument : arguments) {
    joined += argument;
    joined += '\0';
  }
  const std::vector<Secret> secrets = find_secrets(joined);
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (const std::string_view argument : arguments) {
    out.push_back(marked_part(joined, secrets, begin, begin + argument.size()));
    begin += argument.size() + 1;
  }
  return out;
}

bool redact(Event& event) {
  // Values are counted as for_each_value() hands them out; those of one list are neighbours there
  // or, where not, each stands for itself.
  struct Change {
    std::size_t position;
    std::string text;
  };
  std::vector<Change> changes;  // nearly always empty: no allocation
  struct Argument {
    std::size_t position;
    std::string_view text;
  };
  std::vector<Argument> arguments;
  FieldId list;
  const auto end_list = [&] {
    if (arguments.size() < 2) {
      arguments.clear();
      return;
    }
    std::size_t size = 0;
    for (const Argument& argument : arguments) size += argument.text.size() + 1;
    const std::span<char> room = event.room(size);
    char* to = room.data();
    for (const Argument& argument : arguments) {
      if (!argument.text.empty()) std::memcpy(to, argument.text.data(), argument.text.size());
      to += argument.text.size();
      *to++ = '\0';
    }
    const std::string_view joined(room.data(), size);
    if (may_hold_secret(joined)) {
      const std::vector<Secret> secrets = find_secrets(joined);
      std::size_t begin = 0;
      for (const Argument& argument : arguments) {
        std::string text = marked_part(joined, secrets, begin, begin + argument.text.size());
        if (text != argument.text) changes.push_back({argument.position, std::move(text)});
        begin += argument.text.size() + 1;
      }
    }
    arguments.clear();
  };
  std::size_t position = 0;
  event.for_each_value([&](FieldId field, const Value& value) {
    if (!arguments.empty() && field != list) end_list();
    const SecretPlace place = value.kind == Value::Kind::text ? place_of(field) : SecretPlace::none;
    if (place == SecretPlace::arguments) {
      list = field;
      arguments.push_back({position, value.text});
    }
    if (place != SecretPlace::none && may_hold_secret(value.text)) {
      const std::vector<Secret> secrets = find_secrets(value.text);
      if (!secrets.empty()) changes.push_back({position, with_marks(value.text, secrets)});
    }
    ++position;
  });
  end_list();
  // An argument may be changed by itself and as part of its list; the later one knows more.
  for (const Change& change : changes) event.replace_text(change.position, change.text);
  return !changes.empty();
}

}  // namespace stemma
