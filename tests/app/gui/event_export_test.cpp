#include "app/gui/event_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "events/fields.hpp"

namespace stemma {
namespace {

std::string exported(unsigned threads, const std::vector<EventId>* events, const std::vector<FieldId>& fields) {
  SessionOptions options;
  options.threads = threads;
  const auto session = Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, options);
  const std::string path = (std::filesystem::temp_directory_path() / ("stemma-export-" + std::to_string(getpid()) + ".csv")).string();
  const std::atomic<bool> dropped{false};
  EXPECT_EQ(export_csv(*session, events, fields, path, Secrets::redacted, dropped), "");
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(path);
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

TEST(EventExport, SaysWhatCannotBeWritten) {
  const auto session = Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, {});
  const std::atomic<bool> dropped{false};
  EXPECT_EQ(export_csv(*session, nullptr, {}, "/no/such/folder/e.csv", Secrets::redacted, dropped), "/no/such/folder/e.csv could not be written");
}

}  // namespace
}  // namespace stemma
