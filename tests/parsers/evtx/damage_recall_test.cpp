// Damage by structure: for each kind of damage that logs really have (dirty and lying headers,
// zeroed, cut and torn chunks, broken record heads, forged templates, circular name lists), done at
// two hundred random places each. What the damage did not touch must still be read, once, with the
// values it had; the books must balance; and the ledger must name what happened, and nothing else.
//
// A record is intact where neither its own bytes nor the definitions and names it refers to were
// touched. Everything goes through the Parser interface, so this holds for whichever decoder runs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "tests/parsers/evtx/evtx_reading.hpp"
#include "tests/support/evtx_random.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma {
namespace {

using namespace support;
using testing_evtx::notes;
using testing_evtx::read;
using testing_evtx::Reading;

constexpr std::uint32_t kSeeds = 200;
constexpr std::size_t kChunks = 3;
constexpr std::size_t kRecordsAChunk = 4;

/// A record id with a hash over all values that were read of it.
using Content = std::pair<std::uint64_t, std::uint64_t>;

struct Read {
  Reading reading;
  std::multiset<Content> contents;
};

Read read_contents(const std::string& file) {
  Read out;
  out.reading = read(
      file, [&out](Event& event) { out.contents.emplace(event.sequence, event.content_hash()); });
  return out;
}

/// A sound log of random records: chunk c holds the ids 4c + 1 to 4c + 4.
struct Sound {
  std::string bytes;
  Layout layout;
  std::map<std::uint64_t, std::uint64_t> hashes;  ///< by record id
};

const Sound& sound(std::uint32_t seed) {
  static std::map<std::uint32_t, std::unique_ptr<Sound>> made;
  std::unique_ptr<Sound>& slot = made[seed];
  if (slot) return *slot;
  slot = std::make_unique<Sound>();
  RandomRecords random(seed);
  EvtxWriter writer;
  for (std::size_t c = 0; c < kChunks; ++c) {
    writer.chunk();
    for (std::size_t r = 0; r < kRecordsAChunk; ++r) writer.add(random.record());
  }
  slot->bytes = writer.bytes();
  slot->layout = writer.layout();
  const Read whole = read_contents(slot->bytes);
  EXPECT_EQ(notes(whole.reading.log), "") << seed;
  for (const auto& [id, hash] : whole.contents) slot->hashes[id] = hash;
  EXPECT_EQ(slot->hashes.size(), kChunks * kRecordsAChunk) << seed;
  return *slot;
}

/// A log that is being damaged, and what is expected of its reader.
class Case {
 public:
  explicit Case(std::uint32_t seed)
      : random(seed * 7919 + 1), sound_(sound(seed)), bytes_(sound_.bytes) {}

  RandomRecords random;

  [[nodiscard]] const Place& at(const std::string& name) const { return sound_.layout.at(name); }
  [[nodiscard]] bool has(const std::string& name) const { return sound_.layout.has(name); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t number(const Place& place) const {
    std::uint64_t out = 0;
    for (std::uint32_t i = 0; i < place.size; ++i)
      out |= std::uint64_t{static_cast<unsigned char>(sound_.bytes[place.offset + i])} << (8 * i);
    return out;
  }

  std::string some_chunk() { return fmt::format("chunk[{}]", random.below(kChunks)); }
  std::string some_record() {
    return fmt::format("{}.record[{}]", some_chunk(), random.below(kRecordsAChunk));
  }
  static std::uint64_t id_of(const std::string& record) {
    return static_cast<std::uint64_t>(record[6] - '0') * kRecordsAChunk +
           static_cast<std::uint64_t>(record[16] - '0') + 1;
  }

  /// Writes a number over a place.
  Case& set(const std::string& name, std::uint64_t value) {
    const Place& place = at(name);
    for (std::uint32_t i = 0; i < place.size; ++i)
      bytes_[place.offset + i] = static_cast<char>(value >> (8 * i));
    return *this;
  }
  Case& fill(std::uint64_t offset, std::uint64_t size, const std::function<char()>& make) {
    for (std::uint64_t i = 0; i < size; ++i) bytes_[offset + i] = make();
    return *this;
  }
  Case& cut_front(std::size_t size) {
    bytes_.erase(0, size);
    return *this;
  }
  Case& cut_to(std::size_t size) {
    bytes_.resize(size);
    return *this;
  }

  /// Whoever did this also made the chunk's checksums right again, or did not: both happen.
  Case& checksums_of(const std::string& chunk) {
    const auto at_byte = static_cast<std::size_t>(at(chunk).offset);
    if (random.below(2) == 0) {
      may_note.insert(Defect::checksum_mismatch);
    } else {
      const std::uint64_t end = number(at(chunk + ".free_space"));
      put_chunk_crcs(bytes_, at_byte, static_cast<std::size_t>(end));
    }
    return *this;
  }

  /// These need not be read again.
  Case& loses(std::uint64_t id) {
    lost_.insert(id);
    return *this;
  }
  Case& loses_chunk(const std::string& chunk) {
    for (std::size_t r = 0; r < kRecordsAChunk; ++r)
      loses(id_of(fmt::format("{}.record[{}]", chunk, r)));
    return *this;
  }

  std::set<Defect> must_note;
  std::set<Defect> may_note;

  void check(std::uint32_t seed) const {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const Read found = read_contents(bytes_);
    EXPECT_TRUE(found.reading.balanced);
    for (const auto& [id, hash] : sound_.hashes) {
      if (lost_.count(id) != 0) continue;
      EXPECT_EQ(found.contents.count({id, hash}), 1u) << "record " << id << "\n"
                                                      << notes(found.reading.log);
    }
    for (const auto& [defect, entry] : found.reading.log.defects()) {
      EXPECT_TRUE(must_note.count(defect) != 0 || may_note.count(defect) != 0)
          << notes(found.reading.log);
    }
    for (const Defect defect : must_note) {
      EXPECT_GE(found.reading.log.count(defect), 1u) << defect_name(defect) << " is not noted\n"
                                                     << notes(found.reading.log);
    }
  }

 private:
  const Sound& sound_;
  std::string bytes_;
  std::set<std::uint64_t> lost_;
};

/// Runs `damage` on two hundred logs.
void for_each_seed(const std::function<void(Case&)>& damage) {
  for (std::uint32_t seed = 1; seed <= kSeeds && !testing::Test::HasFailure(); ++seed) {
    Case one(seed);
    damage(one);
    one.check(seed);
  }
}

std::string chunk_of(const std::string& record) {
  return record.substr(0, 8);
}

// --- the file -----------------------------------------------------------------------------------

TEST(DamageRecall, TheLogWasNotClosed) {
  for_each_seed([](Case& log) { log.set("file.flags", 1).must_note = {Defect::dirty_header}; });
}

TEST(DamageRecall, TheFileHeaderLies) {
  for_each_seed([](Case& log) {
    for (const char* field : {"first_chunk", "last_chunk", "next_record_id"})
      log.set(std::string("file.") + field, log.random.any());
    std::uint64_t count = log.random.below(65'536);
    if (count == kChunks) ++count;
    log.set("file.chunk_count", count);
    log.must_note = {Defect::count_mismatch, Defect::checksum_mismatch};
  });
}

TEST(DamageRecall, TheHeaderBlockIsCutAway) {
  for_each_seed([](Case& log) {
    log.cut_front(1 + log.random.below(4'095)).must_note = {Defect::truncated};
  });
}

TEST(DamageRecall, TheFileBeginsAtTheFirstChunk) {
  for_each_seed([](Case& log) { log.cut_front(4'096).must_note = {Defect::truncated}; });
}

TEST(DamageRecall, AChunkIsZeroed) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    log.fill(log.at(chunk).offset, 65'536, [] { return '\0'; }).loses_chunk(chunk);
    log.must_note = {Defect::count_mismatch};
  });
}

TEST(DamageRecall, AChunkHasNoSignature) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    log.set(chunk + ".signature", log.random.any()).loses_chunk(chunk);
    log.must_note = {Defect::count_mismatch, Defect::bad_magic};
  });
}

TEST(DamageRecall, TheLastChunkIsCut) {
  for_each_seed([](Case& log) {
    const std::string chunk = "chunk[2]";
    const std::uint64_t begin = log.at(chunk).offset;
    // Anywhere in it: half of the cuts where its records lie.
    const std::uint64_t used = log.number(log.at(chunk + ".free_space"));
    const std::uint64_t kept = 1 + log.random.below(log.random.below(2) == 0 ? used : 65'535);
    log.cut_to(static_cast<std::size_t>(begin + kept));
    for (std::size_t r = 0; r < kRecordsAChunk; ++r) {
      const std::string record = fmt::format("{}.record[{}]", chunk, r);
      if (log.at(record).offset + log.at(record).size > begin + kept)
        log.loses(Case::id_of(record));
    }
    log.must_note = {Defect::truncated};
    log.may_note = {Defect::count_mismatch, Defect::bad_record_size, Defect::checksum_mismatch,
                    Defect::undecodable_record, Defect::bad_magic};
  });
}

// --- a chunk's header
// -----------------------------------------------------------------------------

TEST(DamageRecall, FreeSpaceOffsetsThatCannotBe) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    const std::uint64_t value = log.random.below(3) == 0   ? 0
                                : log.random.below(2) == 0 ? log.random.below(512)
                                                           : 65'537 + log.random.below(1u << 31);
    log.set(chunk + ".free_space", value);
    if (log.random.below(2) == 0)
      log.set(chunk + ".last_record_offset", log.random.below(1u << 20));
    log.must_note = {Defect::count_mismatch, Defect::checksum_mismatch};
    // Where neither offset can be, what ends the records can only be guessed.
    log.may_note = {Defect::bad_magic, Defect::bad_record_size};
  });
}

TEST(DamageRecall, FreeSpaceOffsetsThatAreWrong) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    log.set(chunk + ".free_space", 512 + log.random.below(65'024));
    log.must_note = {Defect::checksum_mismatch};
    log.may_note = {Defect::bad_magic, Defect::bad_record_size, Defect::record_id_gap,
                    Defect::count_mismatch};
  });
}

TEST(DamageRecall, NumbersIdsAndTablesOfAChunkAreNoise) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    for (const char* field :
         {"first_record_number", "last_record_number", "first_record_id", "last_record_id"})
      log.set(chunk + '.' + field, log.random.any());
    for (std::size_t i = 0; i < 64; ++i)
      log.set(fmt::format("{}.string_bucket[{}]", chunk, i), log.random.any());
    for (std::size_t i = 0; i < 32; ++i)
      log.set(fmt::format("{}.template_bucket[{}]", chunk, i), log.random.any());
    log.checksums_of(chunk).may_note.insert(Defect::count_mismatch);
  });
}

// --- a record
// ---------------------------------------------------------------------------------------

TEST(DamageRecall, RecordSignaturesAreWrong) {
  for_each_seed([](Case& log) {
    const std::string record = log.some_record();
    log.set(record + ".signature", log.random.any()).loses(Case::id_of(record));
    log.must_note = {Defect::bad_magic};
    log.may_note = {Defect::record_id_gap};
    log.checksums_of(chunk_of(record));
  });
}

TEST(DamageRecall, RecordSizesAreTooSmall) {
  for_each_seed([](Case& log) {
    const std::string record = log.some_record();
    log.set(record + ".size", log.random.below(28)).loses(Case::id_of(record));
    log.must_note = {Defect::bad_record_size};
    log.may_note = {Defect::record_id_gap};
    log.checksums_of(chunk_of(record));
  });
}

TEST(DamageRecall, RecordSizesAreNoise) {
  for_each_seed([](Case& log) {
    const std::string record = log.some_record();
    const std::uint64_t was = log.number(log.at(record + ".size"));
    std::uint64_t size = log.random.below(2) == 0 ? log.random.any() : log.random.below(8'192) * 8;
    if ((size & 0xFFFF'FFFF) == was) size += 8;
    log.set(record + ".size", size).loses(Case::id_of(record));
    log.must_note = {};
    log.may_note = {Defect::bad_record_size, Defect::record_id_gap, Defect::count_mismatch};
    log.checksums_of(chunk_of(record));
  });
}

TEST(DamageRecall, ARecordClaimsTheNextOnesBytesToo) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    const std::uint64_t first = log.random.below(kRecordsAChunk - 1);
    const auto name = [&](std::uint64_t r) { return fmt::format("{}.record[{}]", chunk, r); };
    // Up to the end of a later record: what follows is where it should be, the sizes at both ends
    // differ.
    const std::uint64_t last = first + 1 + log.random.below(kRecordsAChunk - 1 - first);
    const Place& end = log.at(name(last));
    log.set(name(first) + ".size", end.offset + end.size - log.at(name(first)).offset);
    log.loses(Case::id_of(name(first)));
    log.may_note = {Defect::bad_record_size, Defect::record_id_gap, Defect::count_mismatch};
    log.checksums_of(chunk);
  });
}

TEST(DamageRecall, TheSizesAtBothEndsDiffer) {
  for_each_seed([](Case& log) {
    const std::string record = log.some_record();
    const std::uint64_t was = log.number(log.at(record + ".size"));
    std::uint64_t copy = log.random.any() & 0xFFFF'FFFF;
    if (copy == was) ++copy;
    log.set(record + ".size_copy", copy);  // not lost: the first size is right
    log.must_note = {Defect::count_mismatch};
    log.checksums_of(chunk_of(record));
  });
}

TEST(DamageRecall, TheValuesOfARecordAreNoise) {
  for_each_seed([](Case& log) {
    // A record that defines nothing, so that no other one needs its bytes.
    std::string record;
    for (int i = 0; i < 50; ++i) {
      record = log.some_record();
      if (!log.has(record + ".definition") && !log.has(record + ".payload.definition")) break;
      record.clear();
    }
    if (record.empty()) return;
    const Place& content = log.at(record + ".binxml");
    log.fill(content.offset, content.size,
             [&] { return static_cast<char>(log.random.below(256)); });
    log.loses(Case::id_of(record));
    // Which of them depends on where the noise first makes no sense.
    log.may_note = {Defect::undecodable_record, Defect::bad_value,         Defect::limit_exceeded,
                    Defect::invalid_utf16,      Defect::time_out_of_range, Defect::unknown_host};
    log.checksums_of(chunk_of(record));
  });
}

TEST(DamageRecall, ValueCountsAndSizesLie) {
  for_each_seed([](Case& log) {
    const std::string record = log.some_record();
    const bool inner = log.random.below(2) == 0;
    const std::string instance = record + (inner ? ".payload" : "");
    if (log.random.below(2) == 0) {
      log.set(instance + ".value_count", log.random.any());
    } else {
      log.set(instance + ".value[0].size", log.random.any());
    }
    log.loses(Case::id_of(record));
    log.may_note = {Defect::undecodable_record, Defect::bad_value,         Defect::limit_exceeded,
                    Defect::invalid_utf16,      Defect::time_out_of_range, Defect::unknown_host};
    log.checksums_of(chunk_of(record));
  });
}

// --- definitions and names
// ----------------------------------------------------------------------------

struct Defined {
  std::string definition;          ///< its place
  std::vector<std::string> users;  ///< records
  std::vector<std::string> refer;  ///< places of the instances that refer to it
};

/// A random definition of the chunk and who uses it.
Defined some_definition(Case& log, const std::string& chunk) {
  std::map<std::uint64_t, Defined> all;
  for (std::size_t r = 0; r < kRecordsAChunk; ++r) {
    const std::string record = fmt::format("{}.record[{}]", chunk, r);
    for (const char* part : {"", ".payload"}) {
      const std::string instance = record + part;
      if (!log.has(instance + ".definition_offset")) continue;
      Defined& each = all[log.number(log.at(instance + ".definition_offset"))];
      if (log.has(instance + ".definition")) each.definition = instance + ".definition";
      each.users.push_back(record);
      each.refer.push_back(instance);
    }
  }
  auto chosen = all.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(log.random.below(all.size())));
  return chosen->second;
}

TEST(DamageRecall, ATemplateIsNoLongerTheOneThatWasMeant) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    const Defined defined = some_definition(log, chunk);
    // The first word of the GUID is the template id that instances name.
    const std::uint64_t at = log.at(defined.definition + ".guid").offset;
    log.fill(at, 4, [&, i = 0]() mutable {
      return static_cast<char>(log.bytes()[at + static_cast<std::uint64_t>(i++)] ^ 0x5A);
    });
    for (const std::string& record : defined.users) log.loses(Case::id_of(record));
    log.must_note = {Defect::undecodable_record};
    log.checksums_of(chunk);
  });
}

TEST(DamageRecall, TwoTemplatesBearOneGuid) {
  for_each_seed([](Case& log) {
    // One takes the other's GUID, and the instances that refer to it take the template id that goes
    // with it: all agree with each other, only the GUID is not unique. Values are what they were.
    const std::string chunk = log.some_chunk();
    const Defined robbed = some_definition(log, chunk);
    const Defined forged = some_definition(log, chunk);
    const std::uint64_t from = log.at(robbed.definition + ".guid").offset;
    const std::string guid = log.bytes().substr(from, 16);
    log.fill(log.at(forged.definition + ".guid").offset, 16,
             [&, i = std::size_t{0}]() mutable { return guid[i++]; });
    for (const std::string& instance : forged.refer) {
      log.fill(log.at(instance + ".template_id").offset, 4,
               [&, i = std::size_t{0}]() mutable { return guid[i++]; });
    }
    log.checksums_of(chunk);
  });
}

TEST(DamageRecall, NamesPointAtThemselvesOrAnywhere) {
  for_each_seed([](Case& log) {
    // The list of names that share a bucket is not needed to read anything.
    const std::string chunk = log.some_chunk();
    for (std::size_t n = 0; log.has(fmt::format("{}.name[{}]", chunk, n)); ++n) {
      if (log.random.below(3) == 0) continue;
      const std::string name = fmt::format("{}.name[{}]", chunk, n);
      const std::uint64_t self = log.at(name).offset - log.at(chunk).offset;
      log.set(name + ".next", log.random.below(2) == 0 ? self : log.random.any());
    }
    log.checksums_of(chunk);
  });
}

TEST(DamageRecall, TemplatesPointAtThemselvesOrAnywhere) {
  for_each_seed([](Case& log) {
    const std::string chunk = log.some_chunk();
    const Defined defined = some_definition(log, chunk);
    const std::uint64_t self = log.at(defined.definition).offset - log.at(chunk).offset;
    log.set(defined.definition + ".next", log.random.below(2) == 0 ? self : log.random.any());
    log.checksums_of(chunk);
  });
}

// --- anything
// ---------------------------------------------------------------------------------------

TEST(DamageRecall, OneBitIsFlipped) {
  for_each_seed([](Case& log) {
    // In a record, by chance in its head, its values, or what it defines for others.
    const std::string record = log.some_record();
    const Place& place = log.at(record);
    const std::uint64_t at = place.offset + log.random.below(place.size);
    log.fill(at, 1, [&] {
      return static_cast<char>(log.bytes()[at] ^ static_cast<char>(1 << log.random.below(8)));
    });
    log.loses(Case::id_of(record));
    for (const char* part : {".definition", ".payload.definition"}) {
      if (!log.has(record + part)) continue;
      const Place& shared = log.at(record + part);
      if (at >= shared.offset && at < shared.offset + shared.size)
        log.loses_chunk(chunk_of(record));
    }
    for (int defect = 0; defect <= static_cast<int>(Defect::unknown_host); ++defect)
      log.may_note.insert(static_cast<Defect>(defect));
    log.must_note = {Defect::checksum_mismatch};
  });
}

TEST(DamageRecall, SeveralRecordsAreBrokenEachInItsWay) {
  for_each_seed([](Case& log) {
    for (int i = 0; i < 4; ++i) {
      const std::string record = log.some_record();
      const std::uint64_t way = log.random.below(3);
      if (way == 0) log.set(record + ".signature", log.random.any());
      if (way == 1) log.set(record + ".size", log.random.below(28));
      if (way == 2) log.set(record + ".value_count", 0xFFFF'FFFF);
      log.loses(Case::id_of(record));
    }
    log.must_note = {Defect::checksum_mismatch};
    log.may_note = {Defect::bad_magic, Defect::bad_record_size, Defect::undecodable_record,
                    Defect::record_id_gap, Defect::limit_exceeded};
  });
}

}  // namespace
}  // namespace stemma
