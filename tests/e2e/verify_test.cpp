// A manifest says what a collection was; verify says whether it still is.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/temp_dir.hpp"

using stemma::support::Outcome;
using stemma::support::read_file;
using stemma::support::TempDir;
namespace {

namespace fs = std::filesystem;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("STEMMA_ROOT");
    ASSERT_NE(root, nullptr);
    fs::copy(fs::path(root) / "samples/azure-run-command", collection(),
             fs::copy_options::recursive);
    ASSERT_EQ(
        stemma::support::stemma("evidence -q --manifest " + manifest() + " " + collection()).code,
        0);
  }
  std::string collection() { return dir_.path() + "/case"; }
  std::string manifest() { return dir_.path() + "/manifest.json"; }
  // What verify prints, and its exit code, on one line.
  std::string verify(const std::string& more = {}) {
    const Outcome result = stemma::support::stemma("verify -q " + manifest() + more);
    std::string text = result.out;
    for (std::size_t at = 0; (at = text.find(dir_.path(), at)) != std::string::npos;)
      text.replace(at, dir_.path().size(), "");
    return std::to_string(result.code) + " " + text;
  }
  void change(const std::string& file, std::size_t at) {
    std::string bytes = read_file(collection() + file);
    ASSERT_LT(at, bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    fs::permissions(collection() + file, fs::perms::owner_write, fs::perm_options::add);
    dir_.write("case" + file, bytes);
  }
  TempDir dir_;
};

TEST_F(Verify, NothingDiffersWhereNothingWasChanged) {
  EXPECT_EQ(verify().substr(0, 17), "0 nothing differs");
}

TEST_F(Verify, ACollectionMayBeMoved) {
  fs::rename(collection(), dir_.path() + "/elsewhere");
  EXPECT_EQ(verify(" " + dir_.path() + "/elsewhere").substr(0, 17), "0 nothing differs");
}

TEST_F(Verify, OneFlippedByteInAnyArtifactIsNamed) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(collection())) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    const std::string file = entry.path().string().substr(collection().size());
    const std::string before = read_file(entry.path().string());
    change(file, before.size() / 2);
    const std::string said = verify();
    EXPECT_EQ(said.substr(0, 2), "1 ") << file;
    EXPECT_NE(said.find("/case" + file + ": changed: "), std::string::npos) << file << ": " << said;
    dir_.write("case" + file, before);
    if (++files == 12) break;  // each runs the whole program twice
  }
  EXPECT_EQ(files, 12u);
  EXPECT_EQ(verify().substr(0, 17), "0 nothing differs");
}

TEST_F(Verify, WhatIsGoneAndWhatIsNewIsNamed) {
  fs::remove(collection() + "/vm-lnx01/etc/hostname");
  dir_.write("case/vm-lnx01/notes.txt", "later\n");
  const std::string said = verify();
  EXPECT_NE(said.find("/case/vm-lnx01/etc/hostname: gone\n"), std::string::npos) << said;
  EXPECT_NE(said.find("/case/vm-lnx01/notes.txt: new\n"), std::string::npos) << said;
}

TEST_F(Verify, WhatIsNoManifestIsSaid) {
  dir_.write("manifest.json", "{\"stemma_manifest\":1}");
  const Outcome result = stemma::support::stemma("verify -q " + manifest());
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("not a manifest: "), std::string::npos) << result.err;
}

// A collection in an archive: its members and the archive itself are in the manifest.
TEST(VerifyArchive, TheArchiveAndItsMembers) {
  const TempDir dir;
  const std::string samples =
      std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
  const std::string tar = dir / "case.tgz";
  ASSERT_EQ(std::system(("tar -C " + samples + " -czf " + tar + " vm-lnx01 cloud").c_str()), 0);
  const std::string manifest = dir / "m.json";
  EXPECT_EQ(stemma::support::stemma("evidence -q --manifest " + manifest + " " + tar).code, 0);
  EXPECT_EQ(stemma::support::stemma("verify " + manifest).code, 0);
  const std::string text = stemma::support::read_file(manifest);
  EXPECT_NE(text.find("case.tgz!vm-lnx01/var/log/audit/audit.log"), std::string::npos);
  std::string bytes = stemma::support::read_file(tar);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(tar, std::ios::binary) << bytes;
  const auto changed = stemma::support::stemma("verify " + manifest);
  EXPECT_NE(changed.code, 0);
  EXPECT_NE(changed.out.find("case.tgz"), std::string::npos) << changed.out << changed.err;
}

}  // namespace
