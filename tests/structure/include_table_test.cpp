// Holds every #include of the project against the table of who may include whom (docs/architecture.md), so that data keeps flowing
// one way.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Row {
  std::string folder;
  std::vector<std::string> may_include;  // prefixes of project paths
  bool qt = false;
};

// The longest matching folder counts. What a row does not name may not be included.
const std::vector<Row> kTable = {
    {"events", {"events/"}},
    {"parsers/common", {"events/", "parsers/common/"}},
    {"parsers/winlog", {"events/", "parsers/common/", "parsers/winlog/"}},
    {"parsers/evtx", {"events/", "parsers/common/", "parsers/winlog/", "parsers/evtx/"}},
    {"parsers/auditd", {"events/", "parsers/common/", "parsers/auditd/"}},
    {"parsers/sysmon_linux", {"events/", "parsers/common/", "parsers/winlog/", "parsers/sysmon_linux/"}},
    {"parsers/azure_guest", {"events/", "parsers/common/", "parsers/azure_guest/"}},
    {"parsers/aws_cloudtrail", {"events/", "parsers/common/", "parsers/aws_cloudtrail/"}},
    {"parsers/azure_activity", {"events/", "parsers/common/", "parsers/azure_activity/"}},
    {"parsers/ecs", {"events/", "parsers/common/", "parsers/winlog/", "parsers/ecs/"}},
    {"detection", {"events/", "detection/"}},
    {"reports", {"events/", "detection/", "reports/"}},
    {"ui", {"events/", "detection/", "reports/", "ui/"}, true},
    {"app", {"events/", "parsers/", "detection/", "reports/", "app/"}},
    {"app/gui", {"events/", "parsers/", "detection/", "reports/", "ui/", "app/"}, true},
    {"tests", {"events/", "parsers/", "detection/", "reports/", "ui/", "app/", "tests/"}, true},
    {"bench", {"events/", "parsers/", "detection/", "reports/", "ui/", "app/", "tests/support/", "bench/"}, true},
};

const Row* row_for(const std::string& path) {
  const Row* best = nullptr;
  for (const Row& row : kTable) {
    if (path.rfind(row.folder + "/", 0) == 0 && (best == nullptr || row.folder.size() > best->folder.size())) best = &row;
  }
  return best;
}

TEST(Structure, IncludesFollowTheTable) {
  const char* root_env = std::getenv("STEMMA_ROOT");
  ASSERT_NE(root_env, nullptr);
  const fs::path root(root_env);
  std::set<std::string> folders;
  for (const Row& row : kTable) folders.insert(row.folder.substr(0, row.folder.find('/')));

  std::size_t files = 0;
  for (const std::string& folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp") continue;
      const std::string path = fs::relative(entry.path(), root).string();
      const Row* row = row_for(path);
      ASSERT_NE(row, nullptr) << path << " lies in a folder that the table does not name";
      ++files;
      std::ifstream in(entry.path());
      std::string line;
      for (int number = 1; std::getline(in, line); ++number) {
        if (line.rfind("#include ", 0) != 0) continue;
        const std::string target = line.substr(10, line.find_last_of(">\"") - 10);
        if (line[9] == '<') {
          EXPECT_TRUE(row->qt || target[0] != 'Q') << path << ":" << number << " includes Qt: " << target;
          continue;
        }
        bool allowed = false;
        for (const std::string& prefix : row->may_include) allowed = allowed || target.rfind(prefix, 0) == 0;
        EXPECT_TRUE(allowed) << path << ":" << number << " may not include " << target;
        EXPECT_TRUE(fs::exists(root / target)) << path << ":" << number << " names no file from the root: " << target;
      }
    }
  }
  EXPECT_GT(files, 40u);
}

}  // namespace
