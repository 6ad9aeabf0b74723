// The files of a log that was cut by rotation, one behind the other. Not which files those are
// (streams.hpp) and not their lines' content.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma::auditd {

/// A place in a stream: before a line, or at the end of a file.
struct StreamPlace {
  std::size_t file = 0;      ///< counts from 0
  std::uint64_t offset = 0;  ///< in the file
};

class StreamText {
 public:
  /// @param artifacts borrowed; `unit` says which of them are the stream
  StreamText(std::span<const ArtifactBytes> artifacts, const Unit& unit);

  [[nodiscard]] std::size_t files() const { return files_.size(); }
  [[nodiscard]] std::string_view text(std::size_t file) const { return files_[file]; }
  [[nodiscard]] ArtifactId id(std::size_t file) const { return ids_[file]; }
  /// Which of the files the unit lies in.
  [[nodiscard]] std::size_t own_file() const { return own_; }

  /// Bytes of the stream before the place.
  [[nodiscard]] std::uint64_t position(StreamPlace place) const {
    return starts_[place.file] + place.offset;
  }
  [[nodiscard]] bool is_start(StreamPlace place) const { return position(place) == 0; }

  /// The beginning of the line that lies `lines` lines before `from`, which begins a line; the line
  /// that reaches over `bytes` bytes before `from` where that is nearer, and the stream's start
  /// where there are not as many. O(bytes stepped over).
  [[nodiscard]] StreamPlace back(StreamPlace from, std::uint64_t lines, std::uint64_t bytes) const;

 private:
  std::vector<std::string_view> files_;
  std::vector<std::uint64_t> starts_;
  std::vector<ArtifactId> ids_;
  std::size_t own_ = 0;
};

}  // namespace stemma::auditd
