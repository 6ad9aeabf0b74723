// TextBuffer: where a record's values become text. One record after another reuses it. Views stay
// valid until reset(), and no record gets more than its cap.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "parsers/evtx/binxml_caps.hpp"

namespace stemma::evtx {

class TextBuffer {
 public:
  TextBuffer() { add_block(kFirstBlock); }

  void reset() {
    blocks_.resize(1);
    at_ = blocks_[0].get();
    left_ = kFirstBlock;
    taken_ = 0;
  }

  /// Room for `size` bytes, or nullptr where the record has taken kMaxBinXmlOutput already. What is
  /// not used is given back by commit().
  char* room(std::size_t size) {
    if (size <= left_) return at_;
    return grow(size);
  }
  /// Takes the first bytes of what room() gave, up to `end`.
  std::string_view commit(const char* end) {
    const auto used = static_cast<std::size_t>(end - at_);
    const std::string_view text(at_, used);
    at_ += used;
    left_ -= used;
    taken_ += used;
    return text;
  }
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  static constexpr std::size_t kFirstBlock = 256 * 1024;  // no real record needs more

  void add_block(std::size_t size) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    at_ = blocks_.back().get();
    left_ = size;
  }
  char* grow(std::size_t size) {
    if (size > kMaxBinXmlOutput || taken_ > kMaxBinXmlOutput - size) return nullptr;
    add_block(size > kFirstBlock ? size : kFirstBlock);
    return at_;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace stemma::evtx
