// Files that their place alone makes evidence: no event, all bytes booked, nothing looked at.
#include <gtest/gtest.h>

#include "tests/parsers/azure_guest/reading.hpp"

namespace stemma {
namespace {

bool recognizes(const std::string& content, std::string_view path) {
  return make_script_files_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(content)), {}, path});
}

TEST(ScriptFiles, AreKnownByPlaceAndMakeNoEvent) {
  const std::string audit = "type=SYSCALL msg=audit(1700000000.000:7): arch=c000003e syscall=59\n";
  const std::string path = "/var/lib/waagent/run-command/download/7/script.sh";
  EXPECT_TRUE(recognizes(audit, path));
  EXPECT_FALSE(recognizes(audit, "/tmp/script.sh"));
  EXPECT_FALSE(recognizes(audit, ""));
  EXPECT_FALSE(make_script_files_parser()->shares_files());
  const auto reading = azure_guest_test::read(*make_script_files_parser(), audit, path);
  EXPECT_TRUE(reading.documents.empty());
  EXPECT_EQ(reading.log.bytes.parsed, audit.size());
  EXPECT_EQ(reading.log.records, (RecordCount{1, 0, 0}));
}

TEST(ScriptFiles, CountersAreNumbers) {
  EXPECT_TRUE(
      recognizes("12", "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/mrseq"));
  EXPECT_TRUE(recognizes("0\n", "x/hardening.mrseq"));
  EXPECT_FALSE(recognizes("twelve", "x/mrseq"));
  EXPECT_FALSE(recognizes(std::string(65, '1'), "x/mrseq"));
}

}  // namespace
}  // namespace stemma
