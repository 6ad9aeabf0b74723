#include "parsers/azure_guest/place.hpp"

#include <algorithm>

#include "events/archive_path.hpp"
#include "events/paths.hpp"

namespace stemma::azure_guest {
namespace {

constexpr std::string_view kRunCommand = "Microsoft.CPlat.Core.RunCommandLinux";
constexpr std::string_view kManagedRunCommand = "Microsoft.CPlat.Core.RunCommandHandlerLinux";
constexpr std::string_view kCustomScript = "Microsoft.Azure.Extensions.CustomScript";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Components, percent-encoding decoded; `.` and empty ones left out.
std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%' && path.size() - i > 2 && hex_digit(path[i + 1]) >= 0 &&
        hex_digit(path[i + 2]) >= 0) {
      c = static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
      i += 2;
    }
    if (c != '/' && c != '\\') {
      parts.back() += c;
    } else if (parts.back().empty() || parts.back() == ".") {
      parts.back().clear();
    } else {
      if (parts.size() == kMaxComponents) return {};
      parts.emplace_back();
    }
  }
  return parts;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_version(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && text.find('.') != std::string_view::npos &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// `Publisher.Type`: two names at least, so that `Logs` or `azure` is none.
bool is_extension_name(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.front() != '.' && text.back() != '.' &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._") ==
             std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::vector<std::string> parts) : parts_(std::move(parts)) {
    for (const std::string& part : parts_) lower_.push_back(ascii_lower(part));
    file_ = parts_.size() - 1;
  }

  Place read() {
    place_.file_name = parts_[file_];
    for (std::size_t i = 0; i < file_; ++i) {
      extension(i);
      run_folder(i);
      if (lower_[i] == "orchestration" && i > 0 && lower_[i - 1] == "document") aws(i);
    }
    cloud_init();
    file_name();
    return std::move(place_);
  }

 private:
  void known_as(std::string_view name, PlaceSystem system) {
    if (place_.extension.empty()) place_.extension = name;
    place_.system = system;
  }

  void extension(std::size_t i) {
    if (lower_[i] == "waagent") place_.system = PlaceSystem::linux_;
    if (lower_[i] == "windowsazure") place_.system = PlaceSystem::windows;
    if (i > 0 && lower_[i - 1] == "azure") {
      if (lower_[i] == "run-command") known_as(kRunCommand, PlaceSystem::linux_);
      if (lower_[i] == "run-command-handler") known_as(kManagedRunCommand, PlaceSystem::linux_);
      if (lower_[i] == "custom-script") known_as(kCustomScript, PlaceSystem::linux_);
      if (i > 1 && lower_[i - 2] == "log" && is_extension_name(parts_[i]))
        known_as(parts_[i], PlaceSystem::linux_);
    }
    if (i > 0 && lower_[i - 1] == "plugins" && is_extension_name(parts_[i])) {
      known_as(parts_[i], PlaceSystem::windows);
      if (i + 1 < file_ && is_version(parts_[i + 1])) place_.version = parts_[i + 1];
    }
    if (const auto both = split_name_version(parts_[i]); both && is_extension_name(both->name)) {
      place_.extension = both->name;
      place_.version = both->version;
    }
  }

  // `<N>/…` or `<name>/<N>/…` behind a folder of downloads.
  bool numbered(std::size_t at) {
    if (at >= file_) return false;
    const auto number = decimal(parts_[at]);
    if (!number) return false;
    place_.sequence = number;
    place_.kind = PlaceKind::run_file;
    return true;
  }
  bool named(std::size_t at) {
    if (at + 1 >= file_ || !numbered(at + 1)) return false;
    place_.run_name = parts_[at];
    return true;
  }

  void run_folder(std::size_t i) {
    if (lower_[i] == "immediatedownload") {
      if (named(i + 1)) known_as(kManagedRunCommand, PlaceSystem::linux_);
    } else if (lower_[i] == "download" && i > 0) {
      const std::string& above = lower_[i - 1];
      if (above == "run-command" && numbered(i + 1)) known_as(kRunCommand, PlaceSystem::linux_);
      if (above == "custom-script" && numbered(i + 1)) known_as(kCustomScript, PlaceSystem::linux_);
      if ((above == "run-command-handler" || above == "run-command-handler-runas") && named(i + 1))
        known_as(kManagedRunCommand, PlaceSystem::linux_);
    } else if (lower_[i] == "downloads" && i > 1) {
      const std::string& plugin = lower_[i - 2];
      if (plugin.rfind("microsoft.cplat.core.runcommand", 0) != 0 &&
          plugin.rfind("microsoft.compute.customscriptextension", 0) != 0)
        return;
      known_as(parts_[i - 2], PlaceSystem::windows);
      place_.version = parts_[i - 1];
      place_.kind = PlaceKind::run_file;
      if (!numbered(i + 1)) named(i + 1);
    }
  }

  void aws(std::size_t i) {
    const std::string& file = lower_[file_];
    if (i + 1 >= file_ ||
        (file != "_script.sh" && file != "_script.ps1" && file != "stdout" && file != "stderr"))
      return;
    place_.kind = PlaceKind::run_file;
    place_.run_name = parts_[i + 1];
    place_.system = file == "_script.ps1" ? PlaceSystem::windows : place_.system;
  }

  void cloud_init() {
    const std::string& file = lower_[file_];
    if (file_ < 1 || lower_[file_ - 1] != "scripts" || file.rfind("part-", 0) != 0 ||
        !decimal(std::string_view(file).substr(5)))
      return;
    if (std::find(lower_.begin(), lower_.end(), "cloud") == lower_.end()) return;
    place_.kind = PlaceKind::run_file;
    place_.system = PlaceSystem::linux_;
  }

  void file_name() {
    const std::string_view file = parts_[file_];
    const std::string_view lower = lower_[file_];
    if (lower == "mrseq" || ends_with(lower, ".mrseq")) {
      place_.kind = PlaceKind::counter;
      if (lower != "mrseq") place_.run_name = file.substr(0, file.size() - 6);
    } else if (ends_with(lower, ".settings") || ends_with(lower, ".status")) {
      numbered_file(file.substr(0, file.rfind('.')));
    } else if (lower.rfind("script", 0) == 0 && ends_with(lower, ".ps1") && !place_.sequence) {
      place_.sequence = decimal(lower.substr(6, lower.size() - 10));
    } else if (lower.rfind("commandexecution_", 0) == 0 && place_.run_name.empty()) {
      const std::string_view rest = file.substr(17);
      place_.run_name = rest.substr(0, rest.find('.'));
    }
  }

  void numbered_file(std::string_view stem) {
    const std::size_t dot = stem.rfind('.');
    const auto number = decimal(dot == std::string_view::npos ? stem : stem.substr(dot + 1));
    if (!number) return;
    place_.sequence = number;
    if (dot != std::string_view::npos) place_.run_name = stem.substr(0, dot);
  }

  std::vector<std::string> parts_, lower_;
  std::size_t file_ = 0;
  Place place_;
};

}  // namespace

std::optional<std::uint64_t> decimal(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

std::optional<NameVersion> split_name_version(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || !is_version(text.substr(dash + 1)))
    return std::nullopt;
  return NameVersion{text.substr(0, dash), text.substr(dash + 1)};
}

Place read_place(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath) return {};
  std::vector<std::string> parts = components(place_of_member(path));
  if (parts.empty() || parts.back().empty()) return {};
  return Reader(std::move(parts)).read();
}

}  // namespace stemma::azure_guest
