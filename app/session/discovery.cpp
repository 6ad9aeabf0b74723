#include "app/session/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <tuple>

#include "app/session/archive_reader.hpp"
#include "events/archive_path.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxHostNameLength = 255;  // POSIX HOST_NAME_MAX is 64, DNS allows 253
constexpr std::size_t kKeySample =
    4096;  // an EVTX header holds the file's own counters and checksum

struct Candidate {
  std::string path;
  std::string root;  // the given path it was found below
};

class Walk {
 public:
  std::vector<Candidate> files;
  std::vector<std::pair<std::string, std::string>> skipped;
  std::vector<std::string> unreadable;

  void given(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error || !fs::exists(status)) {
      refuse(path, error ? error.message() : "no such file or directory");
    } else if (fs::is_directory(status)) {
      folder(path, path, 0);
    } else {
      file(path, path, status);
    }
  }

 private:
  void refuse(const std::string& path, const std::string& why) {
    skipped.emplace_back(path, "cannot be read: " + ascii_first_lower(why));
    unreadable.push_back(path);
  }

  static std::string ascii_first_lower(std::string text) {
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
      text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
  }

  void file(const std::string& path, const std::string& root, const fs::file_status& status) {
    if (fs::is_regular_file(status)) {
      files.push_back({path, root});
    } else {
      skipped.emplace_back(path, "not a regular file");
    }
  }

  void folder(const std::string& path, const std::string& root, std::size_t depth) {
    if (depth > kMaxFolderDepth) {
      refuse(path, fmt::format("folders nested deeper than {}", kMaxFolderDepth));
      return;
    }
    std::error_code error;
    fs::directory_iterator entries(path, error);
    if (error) {
      refuse(path, error.message());
      return;
    }
    std::vector<fs::directory_entry> sorted;
    for (; entries != fs::directory_iterator(); entries.increment(error)) {
      sorted.push_back(*entries);
      if (error) break;
    }
    if (error) refuse(path, error.message());
    std::sort(sorted.begin(), sorted.end());
    for (const fs::directory_entry& entry : sorted) {
      const std::string name = entry.path().string();
      const fs::file_status status = entry.symlink_status(error);
      if (error) {
        refuse(name, error.message());
      } else if (fs::is_symlink(status)) {
        skipped.emplace_back(name, "symbolic link, not followed");
      } else if (fs::is_directory(status)) {
        folder(name, root, depth + 1);
      } else {
        file(name, root, status);
      }
    }
  }
};

std::uint64_t content_key(std::span<const std::byte> content) {
  std::uint64_t key = 0xCBF29CE484222325u ^ content.size();
  const auto take = [&](std::span<const std::byte> part) {
    for (const std::byte byte : part)
      key = (key ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3u;
  };
  take(content.first(std::min(kKeySample, content.size())));
  take(content.last(std::min(kKeySample, content.size())));
  return key;
}

// Names in the etc/hostname of archives' members, by the folder that etc lies in.
using HostNames = std::map<std::string, std::string>;

// The name that a hostname file's text gives.
std::optional<std::string> host_name_in(std::string name) {
  name.resize(std::min(name.find('\n'), name.size()));
  while (!name.empty() && (name.back() == ' ' || name.back() == '\r' || name.back() == '\t'))
    name.pop_back();
  if (name.empty() || name.size() > kMaxHostNameLength || visible(name) != name)
    return std::nullopt;
  return name;
}

// The name in `<folder>/etc/hostname` of a collected file system, where there is one.
std::optional<std::string> host_name_file(const fs::path& folder, const HostNames& in_archives) {
  if (const auto at = in_archives.find(folder.string()); at != in_archives.end()) return at->second;
  const fs::path path = folder / "etc" / "hostname";
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return std::nullopt;
  std::ifstream in(path);
  std::string name;
  std::getline(in, name);
  return host_name_in(std::move(name));
}

// `C`, `C:`, `C%3A`: a drive of a collected Windows file system.
bool is_drive(const std::string& name) {
  const bool letter = !name.empty() && ((name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= 'a' && name[0] <= 'z'));
  const std::string_view behind = std::string_view(name).substr(letter ? 1 : 0);
  return letter && (behind.empty() || behind == ":" || ascii_iequals(behind, "%3A"));
}

// Velociraptor names a collection `Collection-<host>-2026-05-13T07_10_00Z`.
std::string without_collection_stamp(const std::string& name) {
  constexpr std::string_view kPrefix = "Collection-";
  constexpr std::string_view kStamp = "-dddd-dd-ddT";
  if (name.rfind(kPrefix, 0) != 0) return name;
  for (std::size_t at = kPrefix.size() + 1; at + kStamp.size() <= name.size(); ++at) {
    const bool stamp = std::equal(kStamp.begin(), kStamp.end(), name.begin() + static_cast<std::ptrdiff_t>(at),
                                  [](char expected, char c) { return expected == 'd' ? c >= '0' && c <= '9' : c == expected; });
    if (stamp) return name.substr(kPrefix.size(), at - kPrefix.size());
  }
  return name;
}

// The folder that holds the Windows file system that a file lies in: above its drive, else above the folders that Azure's agent makes in the root of one.
// Empty where there is neither. Below the given path the outermost counts, since what lies deeper is that machine's own; above it the nearest, since the
// analyst's own disk may have such folders, too.
std::string windows_machine_folder(const fs::path& path, const fs::path& root) {
  // What collectors put between the machine's folder and its drives.
  static constexpr std::array kBetween = {"uploads", "auto", "ntfs", "lazy_ntfs", "mft", "file"};
  std::vector<std::string> names;
  for (const fs::path& part : path.relative_path().parent_path()) names.push_back(part.string());
  const auto is_root = [&](std::size_t i) {
    const bool has_next = i + 1 < names.size();
    return is_drive(names[i]) || ascii_iequals(names[i], "WindowsAzure") ||
           (ascii_iequals(names[i], "Packages") && has_next && ascii_iequals(names[i + 1], "Plugins"));
  };
  const auto machine = [&](std::size_t i) {
    std::size_t at = i - 1;
    const auto is_between = [&](const std::string& name) {
      return is_drive(name) || std::any_of(kBetween.begin(), kBetween.end(), [&](const char* known) { return ascii_iequals(name, known); });
    };
    while (at > 0 && is_between(names[at])) --at;
    return without_collection_stamp(names[at]);
  };
  const fs::path relative_root = root.relative_path();
  const auto above = static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::distance(relative_root.begin(), relative_root.end()) - 1, 1));
  for (std::size_t i = above; i < names.size(); ++i) {
    if (is_root(i)) return machine(i);
  }
  for (std::size_t i = std::min(above, names.size()); i-- > 1;) {
    if (is_root(i)) return machine(i);
  }
  return {};
}

// Which machine a file without host names is from: the name inside its collected file system, else
// the folder that holds that file system, else the folder that holds the file. Nothing above the
// given path is opened.
std::string host_by_place(const fs::path& path, const fs::path& root, const HostNames& in_archives) {
  for (fs::path at = path.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    if (at.string().size() < root.string().size()) break;
    if (auto name = host_name_file(at, in_archives)) return *name;
  }
  for (fs::path at = path.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    const fs::path above = at.parent_path();
    if ((at.filename() == "log" || at.filename() == "lib") && above.filename() == "var")
      return above.parent_path().filename().string();
  }
  if (std::string name = windows_machine_folder(path, root); !name.empty()) return name;
  return path.parent_path().filename().string();
}

bool equal_content(const FileBytes& a, const FileBytes& b) {
  const auto x = a.mapped();
  const auto y = b.mapped();
  return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size()) == 0);
}

std::string joined(const std::vector<const Parser*>& parsers) {
  std::string names;
  for (const Parser* parser : parsers)
    names += (names.empty() ? "" : ",") + std::string(parser->format());
  return names;
}

// A file that is to be looked at, on disk or in an archive.
struct Opened {
  std::string path;      // as it is shown
  fs::path place, root;  // canonical; of a member as if its archive were a folder
  FileBytes bytes;
  std::string damage;  // of a member: why its end is missing
  std::size_t depth = 0;  // archives that it lies in
};

class Discoverer {
 public:
  Discoverer(const std::vector<std::unique_ptr<Parser>>& parsers, Walk& walk)
      : parsers_(parsers), walk_(walk) {}

  void take(const Candidate& candidate) {
    auto opened = FileBytes::open(candidate.path);
    if (!opened) {
      return refuse(candidate.path, fmt::format("cannot be read: {}",
                                                std::strerror(static_cast<int>(opened.error().need))));
    }
    std::error_code error;
    Opened file;
    file.path = candidate.path;
    file.place = fs::weakly_canonical(candidate.path, error);
    file.root = fs::weakly_canonical(candidate.root, error);
    file.bytes = std::move(*opened);
    take(std::move(file));
  }

  Discovery finish() {
    std::sort(found_.artifacts.begin(), found_.artifacts.end(),
              [](const FoundArtifact& a, const FoundArtifact& b) {
                return std::tie(a.artifact.content_key, a.artifact.path) <
                       std::tie(b.artifact.content_key, b.artifact.path);
              });
    std::sort(walk_.skipped.begin(), walk_.skipped.end());
    std::sort(walk_.unreadable.begin(), walk_.unreadable.end());
    found_.skipped = std::move(walk_.skipped);
    found_.unreadable = std::move(walk_.unreadable);
    return std::move(found_);
  }

 private:
  void refuse(const std::string& path, std::string why) {
    walk_.skipped.emplace_back(path, std::move(why));
    walk_.unreadable.push_back(path);
  }

  void take(Opened file) {
    if (file.bytes.size_on_disk() == 0) {
      if (!file.damage.empty()) return refuse(file.path, file.damage);
      walk_.skipped.emplace_back(file.path, "empty file");
      return;
    }
    if (is_archive(file.bytes.mapped()) && archive(file)) return;
    FoundArtifact artifact;
    artifact.bytes = std::move(file.bytes);
    const auto host = [&] { return host_by_place(file.place, file.root, host_names_); };
    const auto same_size = by_size_.equal_range(artifact.bytes.size_on_disk());
    const auto twin = std::find_if(same_size.first, same_size.second, [&](const auto& entry) {
      const FoundArtifact& known = found_.artifacts[entry.second];
      return !known.parsers.front()->place_matters() && equal_content(known.bytes, artifact.bytes);
    });
    if (twin != same_size.second) {
      found_.artifacts[twin->second].artifact.copies.push_back(file.path);
      found_.artifacts[twin->second].artifact.hosts.push_back(host());
      return;
    }
    const Result<void> unpacked = artifact.bytes.unpack();
    artifact.default_host = host();
    artifact.artifact.hosts.push_back(artifact.default_host);
    const ArtifactBytes view{ArtifactId{1}, artifact.bytes.content(), artifact.default_host,
                             file.path};
    for (const auto& parser : parsers_) {
      if (!parser->recognizes(view)) continue;
      artifact.parsers.push_back(parser.get());
      if (!parser->shares_files()) break;
    }
    if (!unpacked) artifact.artifact.log.note(unpacked.error());
    if (artifact.parsers.empty()) {
      if (!file.damage.empty()) return refuse(file.path, file.damage);
      if (!unpacked) return refuse(file.path, "cannot be read: " + describe(unpacked.error()));
      walk_.skipped.emplace_back(file.path, "no evidence of a known format in it");
      return;
    }
    // What was read of a damaged member is evidence; that its end is missing is a refusal.
    if (!file.damage.empty())
      artifact.artifact.log.note(Defect::bad_compression, artifact.bytes.mapped().size(), file.damage);
    if (file.depth > 0) held_ += artifact.bytes.held();
    artifact.artifact.path = file.path;
    artifact.artifact.format = joined(artifact.parsers);
    artifact.artifact.decoders = artifact.bytes.packed() ? "gzip" : "";
    artifact.artifact.size = artifact.bytes.size_on_disk();
    artifact.artifact.content_size = artifact.bytes.content().size();
    artifact.artifact.content_key = content_key(artifact.bytes.content());
    by_size_.emplace(artifact.artifact.size, found_.artifacts.size());
    found_.artifacts.push_back(std::move(artifact));
  }

  // Reads an archive as a folder. False where it is to be read as a file: a ZIP of an agent's goal
  // states, which is flat, or a file whose place says what it is.
  bool archive(const Opened& file) {
    const fs::path folder =
        file.place.parent_path() / without_archive_ending(file.place.filename().string());
    bool flat = true;
    HostNames names;
    const auto look = [&](std::string_view name) {
      flat = flat && name.find('/') == std::string_view::npos;
      return name == kHostNameFile || (name.size() > kHostNameFile.size() &&
                                       name.substr(name.size() - kHostNameFile.size() - 1) ==
                                           "/" + std::string(kHostNameFile));
    };
    (void)read_archive(file.bytes.mapped(), look, [&](ArchiveMember member) {
      const std::string_view text(reinterpret_cast<const char*>(member.bytes.data()),
                                  std::min(member.bytes.size(), kMaxHostNameLength + 2));
      const std::string_view above =
          std::string_view(member.name).substr(0, member.name.size() - kHostNameFile.size());
      if (auto name = host_name_in(std::string(text)); name && member.refused.empty())
        names.emplace((folder / above).lexically_normal().string(), *name);
    });
    const ArtifactBytes view{ArtifactId{1}, file.bytes.mapped(), {}, file.path};
    // A collection may hold goal states as well, in folders: only flat ones are an agent's own ZIP.
    for (const auto& parser : parsers_) {
      if (!parser->shares_files() && (flat || !parser->place_matters()) && parser->recognizes(view))
        return false;
    }
    if (file.depth == kMaxArchiveDepth) {
      refuse(file.path, fmt::format("archives nested deeper than {}", kMaxArchiveDepth));
      return true;
    }
    for (auto& [where, name] : names) {
      std::string key = where;
      while (key.size() > 1 && key.back() == '/') key.pop_back();
      host_names_.emplace(std::move(key), std::move(name));
    }
    std::map<std::string, std::size_t> met;
    std::size_t members = 0;
    const std::string broken = read_archive(
        file.bytes.mapped(), [](std::string_view) { return true; },
        [&](ArchiveMember member) {
          ++members;
          Opened inside;
          inside.path = file.path + kMemberMark + member.name;
          if (const std::size_t times = ++met[member.name]; times > 1)
            inside.path += fmt::format(" ({})", times);
          if (!member.refused.empty() && member.bytes.empty()) {
            if (member.refused.rfind("cannot be read", 0) == 0) return refuse(inside.path, member.refused);
            walk_.skipped.emplace_back(inside.path, member.refused);
            return;
          }
          if (member.bytes.size() > kMaxHeldBytes - std::min(kMaxHeldBytes, held_)) {
            return refuse(inside.path, fmt::format("cannot be read: more than {} bytes of archives are not held", kMaxHeldBytes));
          }
          inside.place = folder / member.name;
          inside.root = file.place == file.root ? folder : file.root;
          inside.damage = std::move(member.refused);
          inside.depth = file.depth + 1;
          inside.bytes = FileBytes::of_member(std::move(member.bytes), file.path, file.bytes);
          take(std::move(inside));
        });
    if (!broken.empty())
      refuse(file.path, fmt::format("an archive that cannot be read whole, {} members are read as files: {}", members, broken));
    else
      walk_.skipped.emplace_back(
          file.path, fmt::format("an archive: its {} members are read as files", members));
    return true;
  }

  static constexpr std::string_view kHostNameFile = "etc/hostname";

  const std::vector<std::unique_ptr<Parser>>& parsers_;
  Walk& walk_;
  Discovery found_;
  std::multimap<std::uint64_t, std::size_t> by_size_;
  HostNames host_names_;
  std::uint64_t held_ = 0;  // bytes of members that are artifacts
};

}  // namespace

Discovery discover(const std::vector<std::string>& paths,
                   const std::vector<std::unique_ptr<Parser>>& parsers) {
  Walk walk;
  for (const std::string& path : paths) walk.given(path);
  std::sort(walk.files.begin(), walk.files.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.path, a.root) < std::tie(b.path, b.root);
  });
  walk.files.erase(
      std::unique(walk.files.begin(), walk.files.end(),
                  [](const Candidate& a, const Candidate& b) { return a.path == b.path; }),
      walk.files.end());
  Discoverer discoverer(parsers, walk);
  const std::vector<Candidate> files = std::move(walk.files);
  for (const Candidate& candidate : files) discoverer.take(candidate);
  return discoverer.finish();
}

}  // namespace stemma
