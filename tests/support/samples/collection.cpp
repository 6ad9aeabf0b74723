#include "tests/support/samples/collection.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <stdexcept>

namespace stemma::samples {

void Collection::add(const std::string& path, std::string content) {
  if (!files_.emplace(path, std::move(content)).second)
    throw std::runtime_error("twice in the collection: " + path);
}

void Collection::write(const std::filesystem::path& folder) const {
  for (const auto& [path, content] : files_) {
    const std::filesystem::path target = folder / path;
    std::filesystem::create_directories(target.parent_path());
    std::ofstream out(target, std::ios::binary);
    out << content;
    if (!out.flush()) throw std::runtime_error("cannot write " + target.string());
  }
}

std::string sha256(const std::string& content) {
  unsigned char digest[EVP_MAX_MD_SIZE] = {};
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  std::string out;
  for (unsigned int i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace stemma::samples
