#include "app/gui/event_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "events/fields.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

std::string exported(unsigned threads, const std::vector<EventId>* events, const std::vector<FieldId>& fields, const std::vector<std::uint32_t>* rows = nullptr) {
  SessionOptions options;
  options.threads = threads;
  const auto session = Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, options);
  const support::TempDir dir;
  const std::string path = dir / "export.csv";
  const std::atomic<bool> dropped{false};
  EXPECT_EQ(export_csv(*session, events, rows, fields, path, Secrets::redacted, dropped), "");
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator(dir.path())) ++files;
  EXPECT_EQ(files, 1u);  // nothing stays but the export
  return text;
}

TEST(EventExport, HasALineAnEventInTheOrderOfTimeForAnyNumberOfThreads) {
  const std::string text = exported(1, nullptr, {});
  EXPECT_EQ(text, exported(2, nullptr, {}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 645);  // 644 events and the titles
  EXPECT_EQ(text.substr(0, text.find("\r\n")), "timestamp,host.name,log,event.code,process,summary");
  EXPECT_NE(text.find("[redacted]"), std::string::npos);
}

TEST(EventExport, OfChosenEventsAndFields) {
  const std::vector<EventId> events{EventId{5}, EventId{600}};
  const std::string text = exported(2, &events, {field::host_name});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.substr(0, text.find("\r\n")), "timestamp,host.name,log,event.code,process,summary,host.name");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end; (end = text.find("\r\n", at)) != std::string::npos; at = end + 2) lines.push_back(text.substr(at, end - at));
  return lines;
}

TEST(EventExport, InTheOrderThatTheGridShows) {
  const std::vector<std::string> in_time = lines_of(exported(2, nullptr, {}));
  std::vector<std::uint32_t> rows;
  for (std::uint32_t place = 644; place-- > 0;) rows.push_back(place);
  std::vector<std::string> turned = lines_of(exported(2, nullptr, {}, &rows));
  ASSERT_EQ(turned.size(), 645u);
  EXPECT_EQ(turned.front(), in_time.front());
  std::reverse(turned.begin() + 1, turned.end());
  EXPECT_EQ(turned, in_time);
  const std::vector<EventId> events{EventId{5}, EventId{9}, EventId{600}};
  const std::vector<std::uint32_t> three{2, 0, 1};
  EXPECT_EQ(lines_of(exported(1, &events, {}, &three)), (std::vector<std::string>{in_time[0], in_time[600], in_time[5], in_time[9]}));
}

TEST(EventExport, SaysWhatCannotBeWritten) {
  const auto session = Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, {});
  const std::atomic<bool> dropped{false};
  EXPECT_EQ(export_csv(*session, nullptr, nullptr, {}, "/no/such/folder/e.csv", Secrets::redacted, dropped), "/no/such/folder/e.csv could not be written");
}

}  // namespace
}  // namespace stemma
