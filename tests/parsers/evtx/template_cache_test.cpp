// What templates take in memory has a cap, whatever definitions are made of.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

#include "events/time.hpp"
#include "parsers/evtx/template_table.hpp"
#include "tests/support/evtx_layout.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma::evtx {
namespace {

using namespace support;

// The chunk of a record with a definition of its own, which is long.
std::string chunk_of(int number) {
  WinRecord record;
  record.provider = "Contoso";
  record.channel = "Contoso/Admin";
  record.computer = "WS1";
  record.event_id = 7;
  record.time = parse_time("2026-11-24T03:10:51Z")->time;
  for (int i = 0; i < 6; ++i)
    record.data.push_back(
        {fmt::format("{} {} {}", number, i, std::string(4000, 'x')), value::text("a")});
  return EvtxWriter{}.add(record).bytes().substr(kFileHeaderSize, kChunkSize);
}

TEST(TemplateCache, ForgedDefinitionsAreForgottenBeforeTheyTakeTooMuch) {
  TemplateTable table;
  std::size_t most = 0, forgotten = 0, before = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string chunk = chunk_of(i);
    table.begin(std::as_bytes(std::span(chunk)));
    table.begin_record(false);
    std::uint32_t at = 512 + 24 + 4;
    const auto outer = table.read_instance(at, static_cast<std::uint32_t>(chunk.size()));
    ASSERT_TRUE(outer) << outer.error().field;
    std::uint32_t slot = 0;  // of EventData, which is binary XML with a template of its own
    while (slot < outer->count && table.place(*outer, slot).type != 0x21) ++slot;
    ASSERT_LT(slot, outer->count);
    const ValuePlace place = table.place(*outer, slot);
    at = place.offset + 4;
    const auto data = table.read_instance(at, place.offset + place.size);
    ASSERT_TRUE(data) << data.error().field;
    EXPECT_GT(data->compiled->canonical.size(), 6u * 8000u);
    most = std::max(most, table.cache().bytes());
    forgotten += table.cache().bytes() < before ? 1 : 0;
    before = table.cache().bytes();
  }
  EXPECT_GE(forgotten, 2u);
  EXPECT_LT(most, TemplateCache::kMaxTemplateBytes + (16u << 20));
  EXPECT_GT(most, TemplateCache::kMaxTemplateBytes - (16u << 20));
}

}  // namespace
}  // namespace stemma::evtx
