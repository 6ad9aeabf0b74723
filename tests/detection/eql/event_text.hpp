// Builds events for tests from what stands in the test: `{"process.args", {"a", "b"}}`. Not a
// parser.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "detection/eql/program.hpp"
#include "events/event.hpp"

namespace stemma::test {

struct Date {
  std::int64_t ns = 0;
};
using Datum = std::variant<std::string, std::int64_t, double, bool, Date>;

/// A field and its values.
struct FieldData {
  std::string name;
  std::vector<Datum> values;

  FieldData(std::string field, const char* text)
      : name(std::move(field)), values{std::string(text)} {}
  FieldData(std::string field, int integer)
      : name(std::move(field)), values{std::int64_t{integer}} {}
  FieldData(std::string field, std::initializer_list<const char*> texts) : name(std::move(field)) {
    for (const char* text : texts) values.emplace_back(std::string(text));
  }
  FieldData(std::string field, std::vector<Datum> data)
      : name(std::move(field)), values(std::move(data)) {}
};

/// Owns the values that its view shows.
class TestEvent {
 public:
  explicit TestEvent(const std::vector<FieldData>& fields) {
    std::vector<std::pair<FieldId, const FieldData*>> sorted;
    for (const FieldData& field : fields) sorted.emplace_back(intern_field(field.name), &field);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<FieldId> ids;
    for (const auto& [id, data] : sorted) {
      if (data->values.empty()) continue;
      ids.push_back(id);
      slots_.push_back({static_cast<std::uint32_t>(values_.size()),
                        static_cast<std::uint32_t>(data->values.size()), Origin::record});
      for (const Datum& datum : data->values) values_.push_back(value(datum));
    }
    shape_ = std::make_unique<Shape>(std::move(ids));
  }
  TestEvent(std::initializer_list<FieldData> fields) : TestEvent(std::vector<FieldData>(fields)) {}

  [[nodiscard]] EventView view() const { return {*shape_, slots_.data(), values_.data()}; }
  /// The same with an equal shape that is another event's.
  [[nodiscard]] EventView view_of(const Shape& shape) const {
    return {shape, slots_.data(), values_.data()};
  }

 private:
  Value value(const Datum& datum) {
    if (const auto* text = std::get_if<std::string>(&datum)) {
      texts_.push_back(std::make_unique<std::string>(*text));
      return Value::of(std::string_view(*texts_.back()));
    }
    if (const auto* integer = std::get_if<std::int64_t>(&datum)) return Value::of(*integer);
    if (const auto* real = std::get_if<double>(&datum)) return Value::of_real(*real);
    if (const auto* boolean = std::get_if<bool>(&datum)) return Value::of_boolean(*boolean);
    return Value::of(Timestamp{std::get<Date>(datum).ns}, 9);
  }

  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<EventView::Slot> slots_;
  std::vector<Value> values_;
  std::unique_ptr<Shape> shape_;
};

inline std::string all_text(const std::vector<eql::Diagnostic>& diagnostics) {
  std::string out;
  for (const eql::Diagnostic& diagnostic : diagnostics) out += render(diagnostic) + "\n";
  return out;
}

/// Compiles, binds and runs. A query that does not compile throws its diagnostics at the test.
inline bool run(const std::string& query, const TestEvent& event,
                const eql::EvalOptions& options = {}) {
  const eql::Compiled compiled = eql::compile(query);
  if (!compiled.program) throw std::runtime_error(all_text(compiled.diagnostics));
  const EventView view = event.view();
  const eql::BoundProgram bound = bind(*compiled.program, view.shape(), options);
  eql::EvalContext context;
  return matches(bound, view, context);
}

}  // namespace stemma::test
