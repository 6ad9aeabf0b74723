// Earlier goal states in ZIP files, and ExtensionsConfig.xml: what they give whole, cut, damaged,
// and where somebody packed a bomb into one.
#include <gmock/gmock.h>
#include <zlib.h>

#include "parsers/azure_guest/document.hpp"
#include "parsers/azure_guest/zip_members.hpp"
#include "tests/parsers/azure_guest/reading.hpp"

namespace stemma {
namespace {

using azure_guest_test::notes;
using azure_guest_test::Reading;
using azure_guest_test::shown;
using azure_guest_test::value;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHistory = "/case/vm7/var/lib/waagent/history/2026-05-12T10-12-03__7-9.zip";

std::string deflated(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string little(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
  return out;
}

struct Member {
  std::string name, text;
  bool pack = true;
  unsigned flags = 0, method = 8;
  std::optional<std::uint32_t> checksum = {};
};

std::string local(const Member& member) {
  const std::string data = member.pack ? deflated(member.text) : member.text;
  const auto checksum =
      static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(member.text.data()),
                                       static_cast<uInt>(member.text.size())));
  return "PK\3\4" + little(20, 2) + little(member.flags, 2) +
         little(member.pack ? member.method : 0, 2) + little(0, 4) +
         little(member.checksum.value_or(checksum), 4) + little(data.size(), 4) +
         little(member.text.size(), 4) + little(member.name.size(), 2) + little(0, 2) +
         member.name + data;
}

std::string zip(const std::vector<Member>& members) {
  std::string out;
  for (const Member& member : members) out += local(member);
  return out + "PK\1\2" + std::string(42, '\0') + "PK\5\6" + std::string(18, '\0');
}

std::string vm_settings(const std::string& script = "id") {
  return R"({"vmSettingsSchemaVersion":"0.0","activityId":"act","correlationId":"corr",)"
         R"("extensionsLastModifiedTickCount":637726657706205299,"extensionGoalStates":[{"name":)"
         R"("Microsoft.CPlat.Core.RunCommandHandlerLinux","version":"1.3.28","state":"enabled",)"
         R"("settings":[{"publicSettings":"{\"source\":{\"script\":\")" +
         script +
         R"(\"}}","seqNo":3,"extensionName":"hardening"},{"protectedSettings":)"
         R"("*** REDACTED ***","seqNo":4,"extensionName":"other"}]}]})";
}

const std::string kConfig =
    R"(<?xml version="1.0" encoding="utf-8"?>
<Extensions version="1.0.0.0" goalStateIncarnation="9">
<Plugins>
 <Plugin name="Microsoft.CPlat.Core.RunCommandHandlerLinux" version="1.3.28" state="enabled"/>
 <Plugin name="A.B" version="2.0" state="uninstall"/>
</Plugins>
<PluginSettings>
 <Plugin name="Microsoft.CPlat.Core.RunCommandHandlerLinux" version="1.3.28">
  <ExtensionRuntimeSettings seqNo="2" name="hardening" state="enabled">{"runtimeSettings":[{"handlerSettings":{"publicSettings":{"source":{"script":"echo '&lt;a&gt;'"}}}}]}</ExtensionRuntimeSettings>
  <RuntimeSettings seqNo="5">{"runtimeSettings":[{"handlerSettings":{"protectedSettings":"MIIB","publicSettings":{"commandToExecute":"sh x"}}}]}</RuntimeSettings>
 </Plugin>
</PluginSettings>
<InVMGoalStateMetaData inSvdSeqNo="1" createdOnTicks="637726657706205299" activityId="act" correlationId="corr"/>
</Extensions>)";

const std::vector<std::string> kFields = {"@timestamp",
                                          "event.action",
                                          "azure.correlation_id",
                                          "stemma.extension.name",
                                          "stemma.run.name",
                                          "stemma.run.sequence",
                                          "stemma.run.state",
                                          "stemma.run.script",
                                          "stemma.run.command",
                                          "stemma.run.protected_settings",
                                          "file.name"};

Reading read(const std::string& file) {
  return azure_guest_test::read(*make_azure_guest_archive_parser(), file, kHistory, "vm7");
}
Reading read_document(const std::string& file) {
  return azure_guest_test::read(*make_azure_guest_document_parser(), file);
}
bool recognizes(const std::string& file) {
  return make_azure_guest_archive_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(file)), {}});
}

TEST(AzureHistory, GoalStatesOfAnArchive) {
  for (const bool pack : {true, false}) {
    const std::string other = local({"GoalState.xml", "<GoalState/>", pack});
    const std::string member = local({"VmSettings.json", vm_settings(), pack});
    const std::string file =
        zip({{"GoalState.xml", "<GoalState/>", pack}, {"VmSettings.json", vm_settings(), pack}});
    EXPECT_TRUE(recognizes(file));
    const Reading reading = read(file);
    ASSERT_EQ(reading.documents.size(), 2u);
    EXPECT_EQ(shown(reading.documents[0], kFields),
              "@timestamp=2021-11-16T13:22:50.6205299Z\nevent.action=goal_state_settings\n"
              "azure.correlation_id=corr\n"
              "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
              "stemma.run.name=hardening\nstemma.run.sequence=3\nstemma.run.state=enabled\n"
              "stemma.run.script=id\nstemma.run.protected_settings=false\n"
              "file.name=VmSettings.json\n");
    EXPECT_EQ(value(reading.documents[1], "stemma.run.protected_settings"), "true");
    EXPECT_EQ(value(reading.documents[0], "host.name"), "vm7");
    EXPECT_EQ(reading.spans[0].offset, other.size());
    EXPECT_EQ(reading.log.bytes.parsed, member.size());
    EXPECT_EQ(reading.log.bytes.refused, 0u);
    EXPECT_THAT(notes(reading.log), IsEmpty());
  }
}

TEST(AzureHistory, DamageCostsTheMember) {
  const std::string good = local({"VmSettings.json", vm_settings()});
  // A member that ends with the file.
  const std::string cut = good + local({"ExtensionsConfig.xml", kConfig, false});
  const Reading short_one = read(cut.substr(0, cut.size() - 300));
  EXPECT_EQ(short_one.documents.size(), 5u);  // the last one as far as it goes
  EXPECT_EQ(short_one.log.count(Defect::truncated), 1u);
  // A packed stream that contradicts itself.
  std::string broken = good;
  broken.replace(good.size() - 60, 20, std::string(20, '\xFF'));
  const Reading torn = read(broken + good);
  EXPECT_GE(torn.documents.size(), 2u);
  EXPECT_EQ(torn.log.count(Defect::bad_compression) + torn.log.count(Defect::checksum_mismatch) +
                torn.log.count(Defect::truncated),
            1u);
  // Something else between two members.
  const Reading between = read(good + "junk" + good);
  EXPECT_EQ(between.documents.size(), 2u);
  EXPECT_EQ(between.log.bytes.refused, 4 + good.size());
  EXPECT_THAT(notes(between.log), ElementsAre("bad_magic@" + std::to_string(good.size()) +
                                              " local header of a member"));
  const Reading sum = read(zip({{"VmSettings.json", vm_settings(), true, 0, 8, 7u}}));
  EXPECT_EQ(sum.documents.size(), 2u);
  EXPECT_EQ(sum.log.count(Defect::checksum_mismatch), 1u);
}

TEST(AzureHistory, WhatIsNotReadIsSaid) {
  EXPECT_EQ(read(zip({{"VmSettings.json", vm_settings(), true, 1}})).log.count(Defect::bad_header),
            1u);
  EXPECT_EQ(read(zip({{"VmSettings.json", vm_settings(), true, 8}})).log.count(Defect::bad_header),
            1u);
  EXPECT_EQ(read(zip({{"VmSettings.json", vm_settings(), true, 0, 14}}))
                .log.count(Defect::bad_compression),
            1u);
  const Reading empty = read(zip({{"VmSettings.json", "nothing"}}));
  EXPECT_THAT(empty.documents, IsEmpty());
  EXPECT_EQ(empty.log.records, (RecordCount{0, 0, 1}));
}

TEST(AzureHistory, Bombs) {
  using azure_guest::kMaxDocument;
  // A ratio that no goal state has.
  const Reading ratio =
      read(zip({{"VmSettings.json", vm_settings() + std::string(8u << 20, ' ')}}));
  EXPECT_EQ(ratio.log.count(Defect::limit_exceeded), 1u);
  EXPECT_EQ(ratio.documents.size(), 2u);  // what stands before the cap was read
  // More than a document may have.
  const Reading size =
      read(zip({{"VmSettings.json", vm_settings() + std::string(kMaxDocument, ' '), false}}));
  EXPECT_EQ(size.log.count(Defect::limit_exceeded), 1u);
  // Many members.
  std::vector<Member> members(azure_guest::kMaxMembers + 5, {"x", "", false});
  members.front() = {"VmSettings.json", vm_settings()};
  const Reading many = read(zip(members));
  EXPECT_EQ(many.documents.size(), 2u);
  EXPECT_EQ(many.log.count(Defect::limit_exceeded), 1u);
}

TEST(AzureHistory, Recognition) {
  EXPECT_FALSE(recognizes(""));
  EXPECT_FALSE(recognizes("PK\3\4"));
  EXPECT_FALSE(recognizes(zip({{"word/document.xml", "<w/>"}})));
  EXPECT_TRUE(recognizes(zip({{"a", "b"}, {"ExtensionsConfig.7.xml", kConfig}})));
}

TEST(AzureExtensionsConfig, Settings) {
  const Reading reading = read_document(kConfig);
  ASSERT_EQ(reading.documents.size(), 3u);
  EXPECT_EQ(shown(reading.documents[0], kFields),
            "@timestamp=2021-11-16T13:22:50.6205299Z\nevent.action=goal_state_settings\n"
            "azure.correlation_id=corr\nstemma.extension.name=A.B\nstemma.run.state=uninstall\n");
  EXPECT_EQ(shown(reading.documents[1], kFields),
            "@timestamp=2021-11-16T13:22:50.6205299Z\nevent.action=goal_state_settings\n"
            "azure.correlation_id=corr\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=hardening\nstemma.run.sequence=2\nstemma.run.state=enabled\n"
            "stemma.run.script=echo '<a>'\nstemma.run.protected_settings=false\n");
  EXPECT_EQ(shown(reading.documents[2], {"stemma.run.sequence", "stemma.run.command",
                                         "stemma.run.state", "stemma.run.protected_settings"}),
            "stemma.run.sequence=5\nstemma.run.command=sh x\nstemma.run.state=enabled\n"
            "stemma.run.protected_settings=true\n");
  EXPECT_EQ(reading.spans[1].offset, kConfig.find("<ExtensionRuntimeSettings"));
  EXPECT_THAT(notes(reading.log), IsEmpty());
  const Reading marked = read_document("\xEF\xBB\xBF" + kConfig);
  EXPECT_EQ(marked.spans.at(1).offset, reading.spans[1].offset + 3);
}

TEST(AzureExtensionsConfig, Cut) {
  const Reading reading = read_document(kConfig.substr(0, kConfig.find("</RuntimeSettings>") - 20));
  EXPECT_EQ(reading.documents.size(), 3u);
  EXPECT_EQ(value(reading.documents.at(1), "stemma.run.script"), "echo '<a>'");
  EXPECT_EQ(reading.log.count(Defect::time_out_of_range), 3u);  // it stood behind the cut
  EXPECT_EQ(reading.log.count(Defect::truncated) + reading.log.count(Defect::bad_value), 1u);
}

TEST(AzureGoalState, WithoutExtensions) {
  const Reading reading = read_document(
      R"({"vmSettingsSchemaVersion":"0.0","correlationId":"corr","extensionGoalStates":[]})");
  EXPECT_EQ(value(reading.documents.at(0), "azure.correlation_id"), "corr");
}

}  // namespace
}  // namespace stemma
