// Files that change, shrink or go while they are mapped.
#include "app/session/file_bytes.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace stemma {
namespace {

namespace fs = std::filesystem;

class FileBytesTest : public testing::Test {
 protected:
  FileBytesTest() {
    std::string pattern = (fs::temp_directory_path() / "stemma-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "log").string();
  }
  ~FileBytesTest() override { fs::remove_all(folder_); }

  void write(std::size_t size, char with = 'a') {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << std::string(size, with);
  }
  static std::size_t zeros(std::span<const std::byte> bytes) {
    return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), std::byte{0}));
  }

  fs::path folder_;
  std::string path_;
  std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
};

TEST_F(FileBytesTest, WhatIsGoneReadsAsZerosAndIsTold) {
  write(5 * page_ + 100);
  auto file = FileBytes::open(path_);
  ASSERT_TRUE(file);
  EXPECT_EQ(zeros(file->content()), 0u);
  EXPECT_EQ(file->change_of(path_), FileChange::none);
  fs::resize_file(path_, 2 * page_);
  EXPECT_EQ(file->content().size(), 5 * page_ + 100);
  EXPECT_EQ(zeros(file->content()), 3 * page_ + 100);
  EXPECT_EQ(zeros(file->content().first(2 * page_)), 0u);
  EXPECT_EQ(file->change_of(path_), FileChange::shrunk);
  // Long again, it is not what it was: what was read meanwhile stays lost.
  write(5 * page_ + 100);
  EXPECT_EQ(file->change_of(path_), FileChange::shrunk);
}

TEST_F(FileBytesTest, ReadersSideBySideAllGoOn) {
  write(64 * page_);
  auto file = FileBytes::open(path_);
  ASSERT_TRUE(file);
  fs::resize_file(path_, 0);
  std::vector<std::jthread> readers;
  std::array<std::size_t, 4> found{};
  for (std::size_t i = 0; i < found.size(); ++i)
    readers.emplace_back([&, i] { found[i] = zeros(file->content()); });
  readers.clear();
  for (const std::size_t count : found) EXPECT_EQ(count, 64 * page_);
}

TEST_F(FileBytesTest, AMovedFileIsGuardedToo) {
  std::vector<FileBytes> files;
  write(2 * page_);
  for (int i = 0; i < 3000; ++i) files.push_back(std::move(*FileBytes::open(path_)));
  files.erase(files.begin(), files.begin() + 1000);
  for (int i = 0; i < 500; ++i) files.push_back(std::move(*FileBytes::open(path_)));
  fs::resize_file(path_, 0);
  for (const FileBytes& file : files) ASSERT_EQ(zeros(file.content()), 2 * page_);
}

TEST_F(FileBytesTest, ChangesAndAbsenceAreTold) {
  write(100);
  auto file = FileBytes::open(path_);
  ASSERT_TRUE(file);
  fs::last_write_time(path_, fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(file->change_of(path_), FileChange::changed);
  write(200);
  EXPECT_EQ(file->change_of(path_), FileChange::changed);
  fs::remove(path_);
  EXPECT_EQ(file->change_of(path_), FileChange::gone);
  EXPECT_EQ(file->content()[50], std::byte{'a'});  // mapped, it is still there
}

using FileBytesDeathTest = FileBytesTest;

TEST_F(FileBytesDeathTest, AnyOtherBusErrorEndsTheProgram) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer ends the program in its own way";
#endif
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  write(page_);
  EXPECT_EXIT(
      {
        auto guarded = FileBytes::open(path_);
        const int fd = ::open(path_.c_str(), O_RDONLY);
        const auto* map =
            static_cast<const char*>(::mmap(nullptr, page_, PROT_READ, MAP_PRIVATE, fd, 0));
        fs::resize_file(path_, 0);
        const volatile char read = map[0];
        static_cast<void>(read);
      },
      testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace stemma
