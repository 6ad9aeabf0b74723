#include "events/event.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "events/hosts.hpp"
#include "events/ledger.hpp"
#include "events/string_pool.hpp"

namespace stemma {
namespace {

std::string dump(const EventView& view) {
  std::string text;
  for (std::uint32_t slot = 0; slot < view.shape().fields().size(); ++slot) {
    text += std::string(field_name(view.shape().fields()[slot])) + "=";
    for (const Value& value : view.at(slot)) text += std::string(value.text) + ",";
  }
  return text;
}

TEST(Event, KeepsValuesAndListsApart) {
  const Projection all = Projection::all();
  ShapeTable shapes;
  Event event;
  event.reset(all);
  event.add(field::process_args, "a");
  event.set(field::host_name, "h1");
  event.add(field::process_args, "");
  event.set(field::host_name, "h2");
  event.add(field::process_args, "a");
  event.add_unique(field::related_user, "u");
  event.add_unique(field::related_user, "u");
  EXPECT_EQ(dump(event.view(shapes)), "host.name=h2,process.args=a,,a,related.user=u,");
  event.set(field::process_args, "only");
  EXPECT_EQ(dump(event.view(shapes)), "host.name=h2,process.args=only,related.user=u,");
  event.reset(all);
  EXPECT_EQ(dump(event.view(shapes)), "");
}

TEST(Event, DropsWhatIsNotWanted) {
  Projection few;
  few.want(field::host_name);
  Event event;
  event.reset(few);
  event.set(field::host_name, "h");
  event.set(field::user_name, "u");
  EXPECT_TRUE(event.has(field::host_name));
  EXPECT_FALSE(event.has(field::user_name));
}

TEST(Event, EqualFieldsShareAShape) {
  const Projection all = Projection::all();
  ShapeTable shapes;
  Event a;
  Event b;
  a.reset(all);
  b.reset(all);
  a.set(field::host_name, "1");
  a.set(field::user_name, "2");
  b.set(field::user_name, "3");
  b.set(field::host_name, "4");
  EXPECT_EQ(&a.view(shapes).shape(), &b.view(shapes).shape());
}

TEST(Event, ContentHashIgnoresOrderAndSeesEveryValue) {
  const Projection all = Projection::all();
  Event a;
  Event b;
  a.reset(all);
  b.reset(all);
  a.set(field::host_name, "1");
  a.set(field::user_name, "2");
  b.set(field::user_name, "2");
  b.set(field::host_name, "1");
  EXPECT_EQ(a.content_hash(), b.content_hash());
  b.set(field::host_name, "2");
  EXPECT_NE(a.content_hash(), b.content_hash());
}

TEST(Fields, KnownOnesHaveTypesAndMetOnesAreInterned) {
  EXPECT_EQ(find_field("process.pid"), field::process_pid);
  EXPECT_EQ(field_info(field::process_pid).type, FieldType::long_);
  EXPECT_EQ(field_name(field::process_parent_args), "process.parent.args");
  EXPECT_FALSE(find_field("winlog.event_data.NeverMet"));
  const FieldId met = intern_field("winlog.event_data.MetHere");
  EXPECT_EQ(intern_field("winlog.event_data.MetHere"), met);
  EXPECT_FALSE(field_info(met).known);
  EXPECT_FALSE(intern_field(""));
  EXPECT_FALSE(intern_field(std::string(kMaxFieldNameLength + 1, 'x')));
}

TEST(Fields, InternFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 3000; ++i) {
        const std::string name = "winlog.event_data.T" + std::to_string(i);
        EXPECT_EQ(field_name(intern_field(name)), name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(StringPool, EqualIdsMeanEqualBytes) {
  StringPool pool;
  EXPECT_FALSE(pool.intern(""));
  const StringId a = pool.intern("a");
  EXPECT_EQ(pool.intern("a"), a);
  std::vector<StringId> ids;
  for (int i = 0; i < 50'000; ++i) ids.push_back(pool.intern("s" + std::to_string(i)));
  for (int i = 0; i < 50'000; ++i)
    EXPECT_EQ(pool.view(ids[static_cast<std::size_t>(i)]), "s" + std::to_string(i));
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(pool.view(pool.intern(large)), large);
  EXPECT_EQ(pool.view(a), "a");
  EXPECT_FALSE(pool.find("never"));
  EXPECT_EQ(pool.find("s7"), ids[7]);
}

TEST(Hosts, UniteShortAndFullNamesOnlyWhereThereIsNoDoubt) {
  HostTable hosts;
  const HostId pc = hosts.intern("PC1");
  const HostId full = hosts.intern("pc1.corp.example");
  const HostId web = hosts.intern("web");
  hosts.intern("web.a.example");
  hosts.intern("web.b.example");
  EXPECT_EQ(hosts.intern("pc1"), pc);
  const auto stands_for = hosts.unite();
  EXPECT_EQ(stands_for[pc.index()], full);
  EXPECT_EQ(stands_for[web.index()], web);
  EXPECT_EQ(hosts.find("PC1"), full);
  EXPECT_FALSE(hosts.find("nobody"));
}

TEST(Ledger, JoinsInAnyOrder) {
  ImportLog a;
  ImportLog b;
  a.bytes = {.parsed = 10, .recovered = 1, .refused = 2, .unused = 3};
  b.bytes = {.parsed = 5, .recovered = 0, .refused = 0, .unused = 1};
  for (std::uint64_t i = 0; i < 20; ++i) a.note(Defect::bad_line, 1000 - i, "late");
  b.note(Defect::bad_line, 3, "early");
  b.note(Fault{Defect::bad_record_size, 0x11200, 70000, 512, "record size"});
  ImportLog ab = a;
  ab.add(b);
  ImportLog ba = b;
  ba.add(a);
  EXPECT_EQ(ab, ba);
  EXPECT_EQ(ab.bytes.sum(), 22u);
  EXPECT_EQ(ab.count(Defect::bad_line), 21u);
  const auto& places = ab.defects().at(Defect::bad_line).first_places;
  ASSERT_EQ(places.size(), kFirstPlaces);
  EXPECT_EQ(places.front(), (DefectPlace{3, "early"}));
  EXPECT_EQ(
      describe("s.evtx", Defect::bad_record_size,
               ab.defects().at(Defect::bad_record_size).first_places.front()),
      "s.evtx @0x11200: bad_record_size: record size (need 70000, have 512)");
}

}  // namespace
}  // namespace stemma
