#include "parsers/azure_guest/log_text.hpp"

#include <charconv>
#include <string>

#include "events/paths.hpp"
#include "parsers/azure_guest/guest_event.hpp"
#include "parsers/azure_guest/json_text.hpp"

namespace stemma::azure_guest {
namespace {

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

std::string_view without_line_ends(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// Text between `open` and the next `close` behind it.
std::string_view between(std::string_view text, std::string_view open, char close) {
  const std::size_t begin = text.find(open);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = text.substr(begin + open.size());
  const std::size_t end = rest.find(close);
  return end == std::string_view::npos ? std::string_view{} : rest.substr(0, end);
}

// The word behind `label`, up to a blank or a bracket.
std::string_view word_behind(std::string_view text, std::string_view label) {
  const std::size_t begin = text.find(label);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = text.substr(begin + label.size());
  return rest.substr(0, rest.find_first_of(" ]\r\n"));
}

bool is_plain_word(std::string_view word) {
  return !word.empty() && word.size() <= 32 &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

void set_command(std::string_view command, Event& event) {
  set_text(event, field::run_command, command);
  const std::string_view last = command.substr(command.rfind(' ') + 1);
  if (is_plain_word(last)) set_text(event, field::run_operation, last, Origin::derived);
}

void executing(std::string_view text, Event& event) {
  event.set_lasting(field::event_action, "execute_command", Origin::derived);
  constexpr std::string_view kEnvironment = " with environment variables: ";
  const std::size_t cut = text.find(kEnvironment);
  set_command(text.substr(0, cut), event);
  if (cut == std::string_view::npos) return;
  const JsonDocument environment = read_json(text.substr(cut + kEnvironment.size()));
  if (const Json* number = environment.root.find("ConfigSequenceNumber")) {
    if (const auto value = number->integer(); value && *value >= 0)
      event.set(field::run_sequence, *value);
  }
  set_text(event, field::run_name, environment.root.text_of("ConfigExtensionName"));
  set_text(event, field::extension_version,
           environment.root.text_of("AZURE_GUEST_AGENT_EXTENSION_VERSION"));
}

void goal_state(std::string_view text, std::string_view action, Event& event) {
  event.set_lasting(field::event_action, action, Origin::derived);
  const std::string_view inside = between(text, "[", ']');
  const auto set_id = [&](FieldId field, std::string_view label) {
    const std::string_view id = word_behind(inside, label);
    if (id != "None" && id != "unknown") set_text(event, field, id);
  };
  set_id(field::azure_correlation_id, " correlation ");
  set_id(field::run_activity_id, " activity: ");
  if (const auto created = parse_time(word_behind(inside, " created: ")))
    event.set_time(field::run_goal_created, created->time, created->digits);
}

void map_waagent(std::string_view text, Event& event) {
  // `<thread> [<extension>] …` or `<thread> <thread> …`; old logs have no thread.
  for (int words = 0; words < 2 && !starts_with(text, "["); ++words) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos || blank > 32 ||
        text.substr(0, blank).find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != std::string_view::npos)
      break;
    if (starts_with(text, "Executing ") || starts_with(text, "Started ") ||
        starts_with(text, "Enable "))
      break;
    text.remove_prefix(blank + 1);
  }
  if (starts_with(text, "[")) {
    const std::size_t close = text.find("] ");
    const auto both = close == std::string_view::npos
                          ? std::nullopt
                          : split_name_version(text.substr(1, close - 1));
    if (both) {
      set_text(event, field::extension_name, both->name);
      set_text(event, field::extension_version, both->version);
      text.remove_prefix(close + 2);
    }
  }
  constexpr std::string_view kExecuting = "Executing command: ";
  constexpr std::string_view kEnable = "Enable extension [";
  if (starts_with(text, kExecuting)) {
    executing(text.substr(kExecuting.size()), event);
  } else if (starts_with(text, kEnable)) {
    event.set_lasting(field::event_action, "execute_command", Origin::derived);
    set_command(between(text, kEnable, ']'), event);
  } else if (starts_with(text, "Started extension in unit ")) {
    event.set_lasting(field::event_action, "start_unit", Origin::derived);
    set_text(event, field::run_unit, between(text, "'", '\''));
  } else if (starts_with(text, "ProcessExtensionsGoalState started ")) {
    goal_state(text, "goal_state_started", event);
  } else if (starts_with(text, "ProcessExtensionsGoalState completed ")) {
    goal_state(text, "goal_state_completed", event);
  }
}

// `key=value key="quoted \"value\""`, one pair at a time.
class Pairs {
 public:
  explicit Pairs(std::string_view text) : text_(text) {}

  bool next(std::string_view& key, std::string& value) {
    value.clear();
    const std::size_t begin = text_.find_first_not_of(' ', at_);
    if (begin == std::string_view::npos) return false;
    const std::size_t stop = std::min(text_.find_first_of("= ", begin), text_.size());
    key = text_.substr(begin, stop - begin);
    at_ = stop;
    if (at_ == text_.size() || text_[at_] == ' ') return true;  // a word without a value
    ++at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      quoted(value);
    } else {
      const std::size_t end = std::min(text_.find(' ', at_), text_.size());
      value = text_.substr(at_, end - at_);
      at_ = end;
    }
    return true;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  // As Go's strconv and JSON quote it.
  void quoted(std::string& value) {
    const JsonDocument read = read_json(text_.substr(at_));
    value = read.root.text;
    if (read.problem == JsonProblem::none) {
      at_ += read.used;
      return;
    }
    // Of an escape that is not JSON's, the raw text up to the closing quote.
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2u : 1u;
    complete_ = complete_ && end < text_.size();
    end = std::min(end, text_.size());
    value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = std::min(end + 1, text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool complete_ = true;
};

void handler_message(std::string_view message, Event& event) {
  constexpr std::string_view kCommand = "RunAs cmd is ";
  constexpr std::string_view kUser = "RunAsUser is ";
  if (starts_with(message, kCommand)) {
    const std::string_view command = message.substr(kCommand.size());
    event.set_lasting(field::event_action, "run_as", Origin::derived);
    set_text(event, field::run_command, command);
    set_text(event, field::run_user, word_behind(command, " -u "));
  } else if (starts_with(message, kUser)) {
    set_text(event, field::run_user, message.substr(kUser.size()));
  }
}

bool map_handler(std::string_view line, Event& event) {
  Pairs pairs(line);
  std::string_view key;
  std::string value;
  for (std::size_t i = 0; i < kMaxPairs && pairs.next(key, value); ++i) {
    if (key == "version") {
      std::string_view version = value;
      if (starts_with(version, "v")) version.remove_prefix(1);
      set_text(event, field::extension_version, version.substr(0, version.find('/')));
    } else if (key == "operation") {
      set_text(event, field::run_operation, value);
    } else if (key == "seq") {
      if (const auto number = decimal(value); number && event.lacks(field::run_sequence))
        event.set(field::run_sequence, static_cast<std::int64_t>(*number));
    } else if (key == "extensionName") {
      set_text(event, field::run_name, value);
    } else if (key == "event") {
      set_text(event, field::event_action, value);
    } else if (key == "scriptFile") {
      if (!value.empty()) event.set(field::run_script_path, value);
    } else if (key == "path") {
      // `path=mrseq` is no script's.
      if (starts_with(value, "/")) set_text(event, field::run_script_path, value);
    } else if (key == "scriptUri") {
      set_text(event, field::run_script_uri, value);
    } else if (key == "error") {
      set_text(event, field::error_message, value);
      if (event.has(field::error_message))
        event.set_lasting(field::event_outcome, "failure", Origin::derived);
    } else if (key == "message") {
      handler_message(value, event);
    } else {
      continue;
    }
    if (key == "error" || key == "message" || key == "event") {
      if (const auto code = exit_status(value); code && event.lacks(field::run_exit_code))
        event.set(field::run_exit_code, *code);
    }
  }
  return pairs.complete();
}

void map_windows(std::string_view text, Event& event) {
  for (const std::string_view label :
       {"Command exited with code: ", "Command existed with code: "}) {
    const std::size_t at = text.find(label);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = text.substr(at + label.size());
    std::int64_t code = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), code).ec != std::errc()) continue;
    event.set(field::run_exit_code, code);
    event.set_lasting(field::event_action, "command_exited", Origin::derived);
    return;
  }
}

std::string_view provider_of(LogKind kind, const Place& place) {
  if (kind == LogKind::waagent) return "waagent";
  const std::string_view file = place.file_name;
  if (kind == LogKind::windows) return file.substr(0, file.find('.'));
  if (ascii_lower(file).rfind("immediateruncommand", 0) == 0)
    return "immediate-run-command-handler";
  if (place.extension.find("RunCommandHandler") != std::string::npos) return "run-command-handler";
  if (place.extension.find("RunCommand") != std::string::npos) return "run-command-extension";
  if (ascii_lower(place.extension).find("customscript") != std::string::npos)
    return "custom-script-extension";
  return {};
}

}  // namespace

bool map_record(const LogPiece& record, const Place& place, Event& event) {
  const LogHead& head = record.head;
  event.time = head.time.time;
  event.time_digits = head.time.digits;
  event.set_time(field::timestamp, event.time, event.time_digits);
  const auto begin = static_cast<std::size_t>(head.text.data() - record.whole.data());
  const std::string_view text = record.whole.substr(begin);
  set_text(event, field::message, without_line_ends(text));
  set_text(event, field::log_level, head.level);
  set_text(event, field::event_provider, provider_of(head.kind, place), Origin::derived);
  const bool windows = head.kind == LogKind::windows;
  event.set_lasting(field::host_os_type, windows ? "windows" : "linux", Origin::derived);
  bool complete = true;
  if (head.kind == LogKind::waagent) {
    map_waagent(first_line(text), event);
  } else if (windows) {
    map_windows(first_line(text), event);
  } else {
    complete = map_handler(first_line(text), event);
  }
  set_text(event, field::extension_name, place.extension, Origin::derived);
  set_text(event, field::extension_version, place.version, Origin::derived);
  set_text(event, field::run_name, place.run_name, Origin::derived);
  return complete;
}

}  // namespace stemma::azure_guest
