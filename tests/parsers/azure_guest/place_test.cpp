// What a path tells, in the ways in which collectors write it, and what it must not tell.
#include "parsers/azure_guest/place.hpp"

#include <gtest/gtest.h>

namespace stemma::azure_guest {
namespace {

std::string text(std::string_view path) {
  const Place place = read_place(path);
  std::string out = place.kind == PlaceKind::run_file  ? "run_file"
                    : place.kind == PlaceKind::counter ? "counter"
                                                       : "other";
  if (place.system != PlaceSystem::unknown)
    out += place.system == PlaceSystem::windows ? " windows" : " linux";
  if (!place.extension.empty()) out += " " + place.extension;
  if (!place.version.empty()) out += " v" + place.version;
  if (!place.run_name.empty()) out += " name=" + place.run_name;
  if (place.sequence) out += " n=" + std::to_string(*place.sequence);
  return out;
}

TEST(Place, FilesOfRuns) {
  EXPECT_EQ(text("h/var/lib/waagent/run-command/download/12/script.sh"),
            "run_file linux Microsoft.CPlat.Core.RunCommandLinux n=12");
  EXPECT_EQ(text("h/var/lib/waagent/run-command/download/12/tools/dropped.elf"),
            "run_file linux Microsoft.CPlat.Core.RunCommandLinux n=12");
  EXPECT_EQ(text("/var/lib/waagent/run-command-handler/download/Hard.ening/0/stderr"),
            "run_file linux Microsoft.CPlat.Core.RunCommandHandlerLinux name=Hard.ening n=0");
  EXPECT_EQ(text("/var/lib/waagent/run-command-handler/immediateDownload/quick/3/script.sh"),
            "run_file linux Microsoft.CPlat.Core.RunCommandHandlerLinux name=quick n=3");
  EXPECT_EQ(text("/home/eve/waagent/run-command-handler-runas/download/x/4/script.sh"),
            "run_file linux Microsoft.CPlat.Core.RunCommandHandlerLinux name=x n=4");
  EXPECT_EQ(text("/var/lib/waagent/custom-script/download/1/deploy.sh"),
            "run_file linux Microsoft.Azure.Extensions.CustomScript n=1");
  const std::string v1 = "Microsoft.CPlat.Core.RunCommandWindows";
  EXPECT_EQ(text("vm/C/Packages/Plugins/" + v1 + "/1.1.22/Downloads/script12.ps1"),
            "run_file windows " + v1 + " v1.1.22 n=12");
  EXPECT_EQ(text("vm\\C\\Packages\\Plugins\\" + v1 + "\\1.1.22\\Downloads\\beacon.exe"),
            "run_file windows " + v1 + " v1.1.22");
  EXPECT_EQ(text("up/C%3A/packages/plugins/" + v1 + "/1.1.22/DOWNLOADS/Script7.PS1"),
            "run_file windows " + v1 + " v1.1.22 n=7");
  EXPECT_EQ(text("up/C%3A%5CPackages%5CPlugins%5C" + v1 + "%5C1.1.22%5CDownloads%5Cscript7.ps1"),
            "run_file windows " + v1 + " v1.1.22 n=7");
  EXPECT_EQ(text("C/Packages/Plugins/Microsoft.Compute.CustomScriptExtension/1.10.15/Downloads/2/"
                 "setup.ps1"),
            "run_file windows Microsoft.Compute.CustomScriptExtension v1.10.15 n=2");
  EXPECT_EQ(text("/var/lib/amazon/ssm/i-1/document/orchestration/0a-b/awsrunShellScript/"
                 "0.awsrunShellScript/_script.sh"),
            "run_file name=0a-b");
  EXPECT_EQ(text("/var/lib/cloud/instance/scripts/part-001"), "run_file linux");
}

TEST(Place, FilesOfHandlers) {
  EXPECT_EQ(text("/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/status/7.status"),
            "other linux Microsoft.CPlat.Core.RunCommandLinux v1.0.5 n=7");
  EXPECT_EQ(text("/var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28/config/"
                 "hard.ening.0.settings"),
            "other linux Microsoft.CPlat.Core.RunCommandHandlerLinux v1.3.28 name=hard.ening n=0");
  EXPECT_EQ(
      text("C/Packages/Plugins/Microsoft.CPlat.Core.RunCommandWindows/1.1.22/Status/12.status"),
      "other windows Microsoft.CPlat.Core.RunCommandWindows v1.1.22 n=12");
  EXPECT_EQ(text("C/WindowsAzure/Logs/Plugins/Microsoft.Compute.CustomScriptExtension/1.10.15/"
                 "CustomScriptHandler.log"),
            "other windows Microsoft.Compute.CustomScriptExtension v1.10.15");
  EXPECT_EQ(text("/var/log/azure/run-command/handler.log"),
            "other linux Microsoft.CPlat.Core.RunCommandLinux");
  EXPECT_EQ(text("/var/log/azure/Microsoft.CPlat.Core.RunCommandHandlerLinux/"
                 "CommandExecution_hardening.log"),
            "other linux Microsoft.CPlat.Core.RunCommandHandlerLinux name=hardening");
  EXPECT_EQ(text("/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/mrseq"),
            "counter linux Microsoft.CPlat.Core.RunCommandLinux v1.0.5");
  EXPECT_EQ(text("x/hardening.mrseq"), "counter name=hardening");
}

TEST(Place, WhatIsNoPlaceOfARun) {
  EXPECT_EQ(text(""), "other");
  EXPECT_EQ(text("/"), "other");
  EXPECT_EQ(text("script.sh"), "other");
  EXPECT_EQ(text("/home/a/run-command/download/script.sh"), "other");
  EXPECT_EQ(text("/home/a/run-command/download/7"), "other");
  EXPECT_EQ(text("/home/a/run-command/download/seven/script.sh"), "other");
  EXPECT_EQ(text("/home/a/run-command/download/9999999999999999999/script.sh"), "other");
  EXPECT_EQ(text("/home/a/run-command-handler/download/name/script.sh"), "other");
  EXPECT_EQ(text("C/Users/a/Downloads/script1.ps1"), "other n=1");
  EXPECT_EQ(text("/home/a/scripts/part-001"), "other");
  EXPECT_EQ(text("/var/lib/cloud/instance/scripts/part-"), "other");
  EXPECT_EQ(text("/x/document/orchestration/id/other.txt"), "other");
  EXPECT_EQ(text("notes.status"), "other");
  EXPECT_EQ(text(std::string(kMaxPath + 1, 'a')), "other");
  std::string deep;
  for (std::size_t i = 0; i <= kMaxComponents; ++i) deep += "a/";
  EXPECT_EQ(text(deep + "run-command/download/7/script.sh"), "other");
}

TEST(Place, NamesWithVersions) {
  const auto both = split_name_version("Microsoft.Azure.Extensions.customScript-2.0.6");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->name, "Microsoft.Azure.Extensions.customScript");
  EXPECT_EQ(both->version, "2.0.6");
  EXPECT_FALSE(split_name_version("no-version"));
  EXPECT_FALSE(split_name_version("-1.0"));
  EXPECT_FALSE(split_name_version("name-1"));
  EXPECT_FALSE(split_name_version(""));
}

}  // namespace
}  // namespace stemma::azure_guest
