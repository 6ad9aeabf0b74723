// What the tree fills into events that lack it, and that it says so.
#include "events/completion.hpp"

#include <gtest/gtest.h>

#include "tests/support/story.hpp"

namespace stemma {
namespace {

struct Completed {
  Projection all = Projection::all();
  Event event;

  explicit Completed(const CaseSnapshot& snapshot, std::uint32_t id,
                     const std::function<void(Event&)>& read = {}) {
    event.reset(all);
    event.source_kind = snapshot.events.source_kind(EventId{id});
    if (read) read(event);
    complete(snapshot, EventId{id}, event);
  }
  [[nodiscard]] std::string text(FieldId field) const { return std::string(event.text(field)); }
  [[nodiscard]] std::string origin(FieldId field) {
    ShapeTable shapes;
    const EventView view = event.view(shapes);
    switch (view.origin(view.shape().slot_of(field))) {
      case Origin::record:
        return "record";
      case Origin::derived:
        return "derived";
      case Origin::synthesised:
        return "synthesised";
    }
    return "?";
  }
};

TEST(Completion, Gives4688ItsParentsCommandLineAndArgs) {
  const auto snapshot =
      support::Story()
          .security_start({.at_ms = 1,
                           .pid = 10,
                           .executable = "C:\\p\\powershell.exe",
                           .command_line = "powershell  -File \"script 1.ps1\""})
          .security_start(
              {.at_ms = 2, .pid = 20, .parent_pid = 10, .executable = "C:\\w\\whoami.exe"})
          .freeze();
  Completed child(*snapshot, 2);
  EXPECT_EQ(child.text(field::process_parent_command_line), "powershell  -File \"script 1.ps1\"");
  EXPECT_EQ(child.text(field::process_parent_name), "powershell.exe");
  EXPECT_EQ(child.event.texts(field::process_parent_args),
            (std::vector<std::string_view>{"powershell", "-File", "script 1.ps1"}));
  EXPECT_EQ(child.event.integer(field::process_parent_args_count), 3);
  EXPECT_EQ(child.origin(field::process_parent_command_line), "synthesised");
  EXPECT_EQ(child.event.texts(field::process_ext_ancestry).size(), 1u);
}

TEST(Completion, LeavesWhatTheRecordSays) {
  const auto snapshot = support::Story()
                            .sysmon_start({.at_ms = 1,
                                           .pid = 10,
                                           .guid = "{A}",
                                           .executable = "C:\\a.exe",
                                           .command_line = "a"})
                            .sysmon_start({.at_ms = 2,
                                           .pid = 20,
                                           .guid = "{B}",
                                           .parent_guid = "{A}",
                                           .executable = "C:\\b.exe"})
                            .freeze();
  Completed child(*snapshot, 2, [](Event& event) {
    event.set(field::process_parent_command_line, "as recorded");
  });
  EXPECT_EQ(child.text(field::process_parent_command_line), "as recorded");
  EXPECT_EQ(child.origin(field::process_parent_command_line), "record");
}

TEST(Completion, KeepsEmptyArgumentsOfLinuxParents) {
  const auto snapshot =
      support::Story()
          .exec({.at_ms = 1,
                 .pid = 10,
                 .parent_pid = 1,
                 .executable = "/bin/dash",
                 .args = {"sh", "", "x y"}})
          .exec({.at_ms = 2, .pid = 20, .parent_pid = 10, .executable = "/usr/bin/id"})
          .freeze();
  Completed child(*snapshot, 2);
  EXPECT_EQ(child.event.texts(field::process_parent_args),
            (std::vector<std::string_view>{"sh", "", "x y"}));
}

TEST(Completion, ReplacesSysmonForLinuxsPartialParentCommandLine) {
  const auto snapshot = support::Story()
                            .linux_start({.at_ms = 1,
                                          .pid = 10,
                                          .guid = "{A}",
                                          .executable = "/bin/dash",
                                          .command_line = "/bin/sh -c /x/script.sh"})
                            .linux_start({.at_ms = 2,
                                          .pid = 20,
                                          .guid = "{B}",
                                          .parent_guid = "{A}",
                                          .executable = "/usr/bin/id"})
                            .freeze();
  Completed child(*snapshot, 2,
                  [](Event& event) { event.set(field::process_parent_command_line, "/bin/sh"); });
  EXPECT_EQ(child.text(field::process_parent_command_line), "/bin/sh -c /x/script.sh");
  EXPECT_EQ(child.origin(field::process_parent_command_line), "synthesised");
}

}  // namespace
}  // namespace stemma
