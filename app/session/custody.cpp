#include "app/session/custody.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/session/digest.hpp"
#include "app/session/file_bytes.hpp"
#include "events/archive_path.hpp"
#include "events/text.hpp"

namespace stemma {
namespace fs = std::filesystem;
namespace {

std::string modified_of(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return format_time({static_cast<std::int64_t>(status.st_mtim.tv_sec) * kNsPerSecond + status.st_mtim.tv_nsec}, 9);
}

ManifestFile plain(const std::string& path) {
  ManifestFile file;
  file.path = path;
  file.modified = modified_of(path);
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return file;
  if (auto opened = FileBytes::open(path)) {
    file.size = opened->size_on_disk();
    file.sha256 = sha256_hex(opened->mapped());
  }
  return file;
}

// A name on disk need not be UTF-8, and JSON must be: a byte that is none is written `\xNN`, and a backslash twice.
std::string escaped(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const CodePoint point = next_code_point(path);
    if (!point.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(path[0]));
    } else if (path[0] == '\\') {
      out += "\\\\";
    } else {
      out += path.substr(0, point.bytes);
    }
    path.remove_prefix(point.bytes);
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] == 'x' && i + 3 < text.size()) {
      out += static_cast<char>(std::strtoul(std::string(text.substr(i + 2, 2)).c_str(), nullptr, 16));
      i += 3;
    } else {
      out += text[++i];
    }
  }
  return out;
}

}  // namespace

std::string rules_digest(const RuleSet& rules) {
  std::string all;
  for (const Rule& rule : rules.rules) all += fmt::format("{}\n{}\n", rule.id, sha256_hex(rule.query));
  return sha256_hex(all);
}

Manifest make_manifest(const Session& session, const std::vector<std::string>& paths, const RuleSet& rules, const Detection& detection,
                       std::string_view version) {
  const CaseSnapshot& snapshot = session.snapshot();
  Manifest manifest;
  manifest.version = version;
  manifest.paths = paths;
  manifest.rules = rules_digest(rules);
  const std::vector<std::string> digests = artifact_digests(session);
  for (std::size_t i = 0; i < snapshot.artifacts.size(); ++i) {
    const Artifact& artifact = snapshot.artifacts[i];
    ManifestFile file;
    file.path = artifact.path;
    file.sha256 = digests[i];
    file.size = artifact.size;
    file.modified = modified_of(artifact.path);
    file.format = artifact.format;
    const ByteCount& bytes = artifact.log.bytes;
    const RecordCount& records = artifact.log.records;
    const std::uint64_t of_bytes[] = {bytes.parsed, bytes.recovered, bytes.refused, bytes.unused};
    const std::uint64_t of_records[] = {records.parsed, records.recovered, records.refused};
    std::copy(std::begin(of_bytes), std::end(of_bytes), file.bytes);
    std::copy(std::begin(of_records), std::end(of_records), file.records);
    manifest.files.push_back(std::move(file));
    for (const std::string& copy : artifact.copies) {
      manifest.files.push_back(plain(copy));
      // A member of an archive is no file on disk; what it equals was read.
      if (manifest.files.back().sha256.empty() && copy.find(kMemberMark) != std::string::npos) {
        manifest.files.back().sha256 = digests[i];
        manifest.files.back().size = artifact.size;
      }
      manifest.files.back().reason = "same content as " + artifact.path;
    }
  }
  for (const auto& [path, reason] : snapshot.skipped) {
    manifest.files.push_back(plain(path));
    manifest.files.back().reason = reason;
  }
  std::sort(manifest.files.begin(), manifest.files.end(), [](const ManifestFile& a, const ManifestFile& b) { return a.path < b.path; });
  for (const Finding& finding : detection.findings) manifest.findings.push_back(finding.id);
  std::sort(manifest.findings.begin(), manifest.findings.end());
  return manifest;
}

std::string manifest_json(const Manifest& manifest) {
  using Json = nlohmann::ordered_json;
  const auto text = [](std::string_view value) { return Json(escaped(value)).dump(); };
  std::string out = fmt::format("{{\"stemma_manifest\":1,\"version\":{},\"rules_sha256\":{},\n\"paths\":[", text(manifest.version), text(manifest.rules));
  for (std::size_t i = 0; i < manifest.paths.size(); ++i) out += fmt::format("{}{}", i == 0 ? "" : ",", text(manifest.paths[i]));
  out += "],\n\"files\":[";
  for (std::size_t i = 0; i < manifest.files.size(); ++i) {
    const ManifestFile& file = manifest.files[i];
    Json one;
    one["path"] = escaped(file.path);
    one["sha256"] = file.sha256;
    one["size"] = file.size;
    one["modified"] = file.modified;
    if (!file.format.empty()) {
      one["format"] = file.format;
      one["bytes"] = {{"parsed", file.bytes[0]}, {"recovered", file.bytes[1]}, {"refused", file.bytes[2]}, {"unused", file.bytes[3]}};
      one["records"] = {{"parsed", file.records[0]}, {"recovered", file.records[1]}, {"refused", file.records[2]}};
    }
    if (!file.reason.empty()) one["not_read"] = escaped(file.reason);
    out += fmt::format("{}\n{}", i == 0 ? "" : ",", one.dump());
  }
  out += "],\n\"findings\":[";
  for (std::size_t i = 0; i < manifest.findings.size(); ++i) out += fmt::format("{}{}", i == 0 ? "" : ",\n", text(manifest.findings[i]));
  return out + "]}\n";
}

tl::expected<Manifest, std::string> read_manifest(std::string_view json) {
  if (json.size() > kMaxManifest) return tl::unexpected(fmt::format("{} bytes, at most {} are read", json.size(), kMaxManifest));
  try {
    const nlohmann::json document = nlohmann::json::parse(json);
    if (document.value("stemma_manifest", 0) != 1) return tl::unexpected<std::string>("not a manifest of version 1");
    Manifest manifest;
    manifest.version = unescaped(document.at("version").get<std::string>());
    manifest.rules = unescaped(document.at("rules_sha256").get<std::string>());
    for (const auto& path : document.at("paths")) manifest.paths.push_back(unescaped(path.get<std::string>()));
    for (const auto& one : document.at("files")) {
      ManifestFile file;
      file.path = unescaped(one.at("path").get<std::string>());
      file.sha256 = one.at("sha256").get<std::string>();
      file.size = one.at("size").get<std::uint64_t>();
      file.modified = one.value("modified", "");
      file.format = one.value("format", "");
      file.reason = unescaped(one.value("not_read", ""));
      if (one.contains("bytes")) {
        const char* names[] = {"parsed", "recovered", "refused", "unused"};
        for (std::size_t i = 0; i < 4; ++i) file.bytes[i] = one["bytes"].at(names[i]).get<std::uint64_t>();
        for (std::size_t i = 0; i < 3; ++i) file.records[i] = one.at("records").at(names[i]).get<std::uint64_t>();
      }
      manifest.files.push_back(std::move(file));
    }
    for (const auto& id : document.at("findings")) manifest.findings.push_back(unescaped(id.get<std::string>()));
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    return tl::unexpected(fmt::format("not a manifest: {}", visible(error.what())));
  }
}

std::vector<std::string> compare(const Manifest& then, const Manifest& now) {
  std::vector<std::string> out;
  std::map<std::string_view, const ManifestFile*> old_files, new_files;
  for (const ManifestFile& file : then.files) old_files[file.path] = &file;
  for (const ManifestFile& file : now.files) new_files[file.path] = &file;
  std::size_t left_out = 0;
  const auto say = [&](std::string line) {
    if (out.size() < kMaxDifferences) {
      out.push_back(std::move(line));
    } else {
      ++left_out;
    }
  };
  for (const auto& [path, file] : old_files) {
    const auto at = new_files.find(path);
    if (at == new_files.end()) {
      say(fmt::format("{}: gone", visible(path)));
      continue;
    }
    const ManifestFile& other = *at->second;
    if (file->sha256 != other.sha256 || file->size != other.size) {
      say(fmt::format("{}: changed: {} bytes {} then, {} bytes {} now", visible(path), file->size, file->sha256.empty() ? "unread" : file->sha256, other.size,
                      other.sha256.empty() ? "unread" : other.sha256));
    } else if (file->format != other.format || !std::equal(file->bytes, file->bytes + 4, other.bytes) ||
               !std::equal(file->records, file->records + 3, other.records)) {
      say(fmt::format("{}: the same bytes were read otherwise: {} records of '{}' then, {} of '{}' now", visible(path), file->records[0] + file->records[1], file->format,
                      other.records[0] + other.records[1], other.format));
    }
  }
  for (const auto& [path, file] : new_files) {
    if (old_files.count(path) == 0) say(fmt::format("{}: new", visible(path)));
  }
  if (then.rules != now.rules) say("the rules are others: findings may differ for that");
  std::vector<std::string> gone, fresh;
  std::set_difference(then.findings.begin(), then.findings.end(), now.findings.begin(), now.findings.end(), std::back_inserter(gone));
  std::set_difference(now.findings.begin(), now.findings.end(), then.findings.begin(), then.findings.end(), std::back_inserter(fresh));
  for (const std::string& id : gone) say(fmt::format("finding {}: gone", visible(id)));
  for (const std::string& id : fresh) say(fmt::format("finding {}: new", visible(id)));
  if (left_out > 0) out.push_back(fmt::format("… and {} more differences", left_out));
  return out;
}

}  // namespace stemma
