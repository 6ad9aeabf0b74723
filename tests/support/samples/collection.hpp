// A collection as a responder brings it home: files by path. Written to a folder, or compared with
// one.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace stemma::samples {

class Collection {
 public:
  /// Adds a file; `path` is relative and has `/` between its parts. Throws where it is there
  /// already.
  void add(const std::string& path, std::string content);

  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }

  /// Writes every file below `folder`, which is made where it is missing. Throws
  /// std::runtime_error.
  void write(const std::filesystem::path& folder) const;

 private:
  std::map<std::string, std::string> files_;
};

/// SHA-256 in lower-case hexadecimal.
std::string sha256(const std::string& content);

}  // namespace stemma::samples
