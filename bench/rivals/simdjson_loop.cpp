// What reading documents with simdjson alone costs: every value of every document is asked for as
// what it is, nothing is looked up by name, kept or printed.
//
//   simdjson_loop FILE     one document a line; says `records N values N bytes N`
#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>

namespace {

namespace ondemand = simdjson::ondemand;

struct Count {
  std::uint64_t values = 0, bytes = 0;
};

void visit(ondemand::value value, Count& count) {
  switch (value.type()) {
    case ondemand::json_type::object:
      for (ondemand::field field : value.get_object()) {
        count.bytes += std::string_view(field.unescaped_key()).size();
        visit(field.value(), count);
      }
      break;
    case ondemand::json_type::array:
      for (ondemand::value element : value.get_array()) visit(element, count);
      break;
    case ondemand::json_type::string:
      ++count.values;
      count.bytes += std::string_view(value.get_string()).size();
      break;
    case ondemand::json_type::number:
      ++count.values;
      count.bytes += static_cast<std::uint64_t>(value.get_double());
      break;
    default:
      ++count.values;
      count.bytes += std::string_view(value.raw_json_token()).size();
      break;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: simdjson_loop FILE\n");
    return 2;
  }
  try {
    const simdjson::padded_string file = simdjson::padded_string::load(argv[1]);
    ondemand::parser parser;
    std::uint64_t records = 0;
    Count count;
    ondemand::document_stream documents = parser.iterate_many(file, 16u << 20);
    for (auto document : documents) {
      ++records;
      for (ondemand::field field : document.get_object()) {
        count.bytes += std::string_view(field.unescaped_key()).size();
        visit(field.value(), count);
      }
    }
    fmt::print("records {} values {} bytes {}\n", records, count.values, count.bytes);
    return records == 0 ? 1 : 0;
  } catch (const simdjson::simdjson_error& fault) {
    fmt::print(stderr, "simdjson_loop: {}\n", fault.what());
    return 1;
  }
}
