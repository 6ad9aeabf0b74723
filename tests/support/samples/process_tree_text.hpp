// The tree of one host while its story is told: who started whom, as text with one blank a level.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace stemma::samples {

class TreeText {
 public:
  static constexpr std::size_t kRoot = static_cast<std::size_t>(-1);

  std::size_t add(std::size_t parent, std::string line) {
    nodes_.push_back({std::move(line), {}});
    const std::size_t index = nodes_.size() - 1;
    if (parent == kRoot)
      roots_.push_back(index);
    else
      nodes_[parent].children.push_back(index);
    return index;
  }
  void set(std::size_t node, std::string text) { nodes_[node].line = std::move(text); }
  void append(std::size_t node, const std::string& text) { nodes_[node].line += text; }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::size_t root : roots_) print(root, 0, out);
    return out;
  }

 private:
  struct Node {
    std::string line;
    std::vector<std::size_t> children;
  };
  void print(std::size_t node, std::size_t depth, std::string& out) const {
    out += std::string(depth, ' ') + nodes_[node].line + '\n';
    for (const std::size_t child : nodes_[node].children) print(child, depth + 1, out);
  }

  std::vector<Node> nodes_;
  std::vector<std::size_t> roots_;
};

}  // namespace stemma::samples
