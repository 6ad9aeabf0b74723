// Event against the plainest thing that could stand for it: a list of entries, searched from the
// front. Random calls on both, over known and interned fields.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "events/event.hpp"

namespace stemma {
namespace {

struct Entry {
  FieldId field;
  Origin origin = Origin::record;
  Value value;
  std::string text;
};

class PlainEvent {
 public:
  explicit PlainEvent(const Projection& wanted) : wanted_(wanted) {}

  void add(FieldId field, const Value& value, std::string_view text, Origin origin) {
    if (field && wanted_.wants(field)) entries.push_back({field, origin, value, std::string(text)});
  }
  void set(FieldId field, const Value& value, std::string_view text, Origin origin) {
    if (!field || !wanted_.wants(field)) return;
    remove(field);
    add(field, value, text, origin);
  }
  void add_unique(FieldId field, std::string_view text, Origin origin) {
    if (text.empty()) return;
    for (const Entry& entry : entries) {
      if (entry.field == field && entry.text == text) return;
    }
    add(field, Value::of(text), text, origin);
  }
  void remove(FieldId field) {
    std::erase_if(entries, [field](const Entry& entry) { return entry.field == field; });
  }

  std::vector<Entry> entries;

 private:
  const Projection& wanted_;
};

std::string text_of(const Value& value, std::string_view text) {
  switch (value.kind) {
    case Value::Kind::text:
      return "'" + std::string(text) + "'";
    case Value::Kind::boolean:
      return value.boolean ? "true" : "false";
    case Value::Kind::date:
      return format_time(value.time(), value.digits);
    default:
      return std::to_string(value.integer);
  }
}

std::string dump(const PlainEvent& event) {
  std::map<FieldId, std::string> lines;
  for (const Entry& entry : event.entries) {
    std::string& line = lines[entry.field];
    if (line.empty()) line = std::to_string(static_cast<int>(entry.origin)) + ":";
    line += text_of(entry.value, entry.text) + " ";
  }
  std::string all;
  for (const auto& [field, line] : lines) all += std::to_string(field.value) + "=" + line + "\n";
  return all;
}

std::string dump(Event& event, ShapeTable& shapes) {
  const EventView view = event.view(shapes);
  std::string all;
  for (std::uint32_t slot = 0; slot < view.shape().fields().size(); ++slot) {
    all += std::to_string(view.shape().fields()[slot].value) + "=" +
           std::to_string(static_cast<int>(view.origin(slot))) + ":";
    for (const Value& value : view.at(slot)) all += text_of(value, value.text) + " ";
    all += "\n";
  }
  return all;
}

class Fields {
 public:
  Fields() {
    for (std::uint32_t id = 1; id <= 12; ++id) all_.push_back(FieldId{id});
    for (int i = 0; i < 6; ++i)
      all_.push_back(intern_field("winlog.event_data.oracle" + std::to_string(i)));
    all_.push_back(FieldId{});
  }
  FieldId any(std::mt19937& random) const { return all_[random() % all_.size()]; }

 private:
  std::vector<FieldId> all_;
};

TEST(EventOracle, RandomCallsAgree) {
  std::mt19937 random(7);
  const Fields fields;
  ShapeTable shapes;
  Event event;
  Event late;
  for (int round = 0; round < 4000; ++round) {
    Projection wanted = Projection::all();
    if (round % 3 == 0) {
      wanted = Projection();
      for (int i = 0; i < 9; ++i) {
        if (const FieldId field = fields.any(random)) wanted.want(field);
      }
    }
    // Borrowed texts change under nobody here: they live in `kept` until the round ends.
    std::vector<std::string> kept;
    kept.reserve(200);
    PlainEvent plain(wanted);
    event.reset(wanted, round % 2 == 0 ? Texts::borrowed : Texts::copied);
    if (round % 5 == 0) {  // begin with what an earlier event had
      late.reset(wanted);
      late.set(field::host_name, "prepared");
      late.add(FieldId{9}, "a");
      late.add(FieldId{9}, "b");
      const PreparedFields prepared = late.prepare();
      event.reset(wanted);
      event.append(prepared);
      plain.set(field::host_name, Value::of("prepared"), "prepared", Origin::record);
      plain.add(FieldId{9}, Value::of("a"), "a", Origin::record);
      plain.add(FieldId{9}, Value::of("b"), "b", Origin::record);
    }
    const std::size_t calls = random() % 40;
    for (std::size_t call = 0; call < calls; ++call) {
      const FieldId field = fields.any(random);
      const auto origin = static_cast<Origin>(random() % 3);
      const std::string& text =
          kept.emplace_back(random() % 6, static_cast<char>('a' + random() % 3));
      const auto number = static_cast<std::int64_t>(random()) - 1000;
      switch (random() % 12) {
        case 0:
          event.set(field, text, origin);
          plain.set(field, Value::of(text), text, origin);
          break;
        case 1:
          event.set_view(field, text, origin);
          plain.set(field, Value::of(text), text, origin);
          break;
        case 2:
          event.set_lasting(field, "lasting", origin);
          plain.set(field, Value::of("lasting"), "lasting", origin);
          break;
        case 3:
          event.set(field, number, origin);
          plain.set(field, Value::of(number), "", origin);
          break;
        case 4:
          event.set_boolean(field, number % 2 == 0, origin);
          plain.set(field, Value::of_boolean(number % 2 == 0), "", origin);
          break;
        case 5:
          event.set_time(field, Timestamp{number}, 3, origin);
          plain.set(field, Value::of(Timestamp{number}, 3), "", origin);
          break;
        case 6:
        case 7:
          event.add(field, text, origin);
          plain.add(field, Value::of(text), text, origin);
          break;
        case 8:
          event.add_view(field, text, origin);
          plain.add(field, Value::of(text), text, origin);
          break;
        case 9:
          event.add_unique(field, text, origin);
          plain.add_unique(field, text, origin);
          break;
        case 10:
          event.add_unique_view(field, text, origin);
          plain.add_unique(field, text, origin);
          break;
        case 11:
          event.remove(field);
          plain.remove(field);
          break;
      }
      const auto first = std::find_if(plain.entries.begin(), plain.entries.end(),
                                      [field](const Entry& entry) { return entry.field == field; });
      ASSERT_EQ(event.has(field), first != plain.entries.end());
      if (first == plain.entries.end()) {
        ASSERT_EQ(event.text(field), "");
        ASSERT_EQ(event.integer(field), std::nullopt);
        continue;
      }
      ASSERT_EQ(event.text(field), first->text);
      if (first->value.kind == Value::Kind::integer) {
        ASSERT_EQ(event.integer(field), first->value.integer);
      }
      std::vector<std::string_view> texts;
      for (const Entry& entry : plain.entries) {
        if (entry.field == field && entry.value.kind == Value::Kind::text)
          texts.push_back(entry.text);
      }
      ASSERT_EQ(event.texts(field), texts);
    }
    ASSERT_EQ(dump(event, shapes), dump(plain));
    const std::uint64_t hash = event.content_hash();
    // The same content in another order.
    std::stable_sort(plain.entries.begin(), plain.entries.end(),
                     [](const Entry& a, const Entry& b) { return a.field > b.field; });
    late.reset(wanted);
    for (const Entry& entry : plain.entries) {
      if (entry.value.kind == Value::Kind::text) {
        late.add(entry.field, entry.text, entry.origin);
      } else if (entry.value.kind == Value::Kind::boolean) {
        late.set_boolean(entry.field, entry.value.boolean, entry.origin);
      } else {
        late.set_time(entry.field, entry.value.time(), 3, entry.origin);
      }
    }
    ASSERT_EQ(late.content_hash(), hash);
    if (round % 1000 == 999) shapes.clear();
  }
}

TEST(EventOracle, MoreArrangementsThanAreKept) {
  const Projection all = Projection::all();
  ShapeTable shapes;
  Event event;
  for (std::size_t i = 0; i < kMaxArrangements + 100; ++i) {
    event.reset(all);
    for (std::size_t bit = 0; bit < 14; ++bit) {
      if (i >> bit & 1) event.set(FieldId{static_cast<std::uint32_t>(20 - bit)}, "x");
    }
    std::string expected;
    for (std::size_t bit = 14; bit-- > 0;) {
      if (i >> bit & 1) expected += std::to_string(20 - bit) + "=0:'x' \n";
    }
    ASSERT_EQ(dump(event, shapes), expected);
  }
}

TEST(EventOracle, PreparedFieldsOutliveTheirEvent) {
  const Projection all = Projection::all();
  PreparedFields prepared;
  {
    Event event;
    event.reset(all);
    event.set(field::host_name, std::string("gone"));
    event.set(field::process_pid, 7);
    prepared = event.prepare();
  }
  EXPECT_EQ(prepared.size(), 2u);
  ShapeTable shapes;
  Event event;
  event.reset(all, Texts::borrowed);
  event.append(prepared);
  EXPECT_EQ(event.text(field::host_name), "gone");
  EXPECT_EQ(event.integer(field::process_pid), 7);
  event.set(field::host_name, "new");
  EXPECT_EQ(event.texts(field::host_name), std::vector<std::string_view>{"new"});
}

TEST(EventOracle, DecimalDigits) {
  const Projection all = Projection::all();
  Event event;
  event.reset(all);
  event.set_decimal(field::event_code, 0);
  event.set_decimal(field::winlog_record_id, 18446744073709551615u);
  EXPECT_EQ(event.text(field::event_code), "0");
  EXPECT_EQ(event.text(field::winlog_record_id), "18446744073709551615");
}

}  // namespace
}  // namespace stemma
