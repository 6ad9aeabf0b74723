// LiteralScanner: where some of many texts occur in a text, in one walk over it. Not patterns, and
// not letter case: whoever asks folds both sides.
//
// A literal is known by a few of its bytes, four or two in a row, those that the fewest literals
// share. A walk looks at every second place of the text (a literal has such bytes at even and at
// odd places of its own) in a table of bits small enough for a processor's first cache; only where
// a bit is set are literals compared. That beats an automaton over all literals, whose tables have
// megabytes for a thousand rules and whose every step waits for the one before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stemma {

/// Immutable once sealed, then safe from many threads.
class LiteralScanner {
 public:
  /// Where in a text a literal has to stand.
  enum class Where : std::uint8_t { anywhere, begin, end };
  /// Bytes that a literal needs to be worth a search; shorter ones stand in every other text.
  static constexpr std::size_t min_size(Where where) { return where == Where::anywhere ? 3 : 2; }

  /// @param literal  at least min_size() bytes. Returns its number, from 0; equal literals of one
  /// place have one.
  std::uint32_t add(std::string_view literal, Where where = Where::anywhere);
  /// To be called once, after the last add. O(bytes of all literals).
  void seal();
  [[nodiscard]] std::size_t size() const { return literals_.size(); }

  /// Calls `found(number)` for each place of the text at which a literal stands, in no order.
  /// O(text), and for each place O(literals that share its bytes).
  template <class Found>
  void scan(std::string_view text, Found found) const {
    scan<std::uint32_t, 2>(tables_[kQuads], text, 0, text.size(), found);
    scan<std::uint16_t, 2>(tables_[kPairs], text, 0, text.size(), found);
    scan<std::uint32_t, 1>(tables_[kBeginQuads], text, 0, 4, found);
    scan<std::uint16_t, 1>(tables_[kBeginPairs], text, 0, 2, found);
    if (text.size() >= 4)
      scan<std::uint32_t, 1>(tables_[kEndQuads], text, text.size() - 4, text.size(), found);
    if (text.size() >= 2)
      scan<std::uint16_t, 1>(tables_[kEndPairs], text, text.size() - 2, text.size(), found);
  }

 private:
  enum TableName : std::uint8_t {
    kQuads,  // five bytes and more: four in a row lie at even and at odd places
    kPairs,  // three and four bytes, by pairs
    kBeginQuads,
    kBeginPairs,
    kEndQuads,
    kEndPairs,
    kTables,
  };
  static constexpr unsigned kBits = 16;  // 8 KiB of bits
  struct Literal {
    std::string text;
    Where where = Where::anywhere;
  };
  struct Member {
    std::uint32_t literal = 0;
    std::uint32_t offset = 0;  // of the bytes in the literal
    std::uint32_t size = 0;    // of the literal
    std::uint32_t other_offset = 0;
    std::uint32_t other = 0;  // four bytes more of the literal, looked at before the rest
  };
  struct List {
    std::uint32_t bytes = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;  // 0: a free place of the table
  };
  struct Table {
    std::vector<std::uint64_t> bits;
    std::vector<List> lists;  // open addressing; a power of two, empty where there is no literal
    std::vector<Member> members;
    std::vector<std::pair<std::uint32_t, Member>> chosen;  // while sealing: bytes, and whose
  };

  static std::uint32_t hash(std::uint32_t bytes) { return bytes * 0x9E3779B1u; }
  // Low bits of a product know low bytes only.
  static std::size_t spread(std::uint32_t bytes) { return hash(bytes) ^ hash(bytes) >> 15; }
  template <class Gram>
  static Gram load(const char* at) {
    Gram out;
    std::memcpy(&out, at, sizeof out);
    return out;
  }
  template <class Gram>
  void choose(Table& table, const std::vector<std::uint32_t>& literals) const;
  [[nodiscard]] Member completed(Member member) const;
  void seal(Table& table) const;

  template <class Gram, std::size_t kStride, class Found>
  void scan(const Table& table, std::string_view text, std::size_t from, std::size_t to,
            Found& found) const {
    if (table.lists.empty() || to > text.size() || to - from < sizeof(Gram)) return;
    const char* const bytes_at = text.data();
    const std::uint64_t* const bits = table.bits.data();
    for (std::size_t at = from, end = to - sizeof(Gram) + 1; at < end; at += kStride) {
      const std::uint32_t bytes = load<Gram>(bytes_at + at);
      const std::uint32_t bit = hash(bytes) >> (32 - kBits);
      if ((bits[bit / 64] >> (bit % 64) & 1) != 0) compare(table, text, at, bytes, found);
    }
  }

  template <class Found>
  void compare(const Table& table, std::string_view text, std::size_t at, std::uint32_t bytes,
               Found& found) const {
    const std::size_t mask = table.lists.size() - 1;
    for (std::size_t place = spread(bytes) & mask;; place = (place + 1) & mask) {
      const List& list = table.lists[place];
      if (list.count == 0) return;
      if (list.bytes != bytes) continue;
      for (std::uint32_t i = list.first; i < list.first + list.count; ++i) {
        const Member& member = table.members[i];
        if (member.offset > at) continue;
        const std::size_t begin = at - member.offset;
        if (member.size > text.size() - begin) continue;
        const char* const from = text.data() + begin;
        if (member.size >= sizeof member.other &&
            load<std::uint32_t>(from + member.other_offset) != member.other)
          continue;
        if (std::memcmp(from, literals_[member.literal].text.data(), member.size) == 0)
          found(member.literal);
      }
      return;
    }
  }

  std::vector<Literal> literals_;
  std::map<std::pair<std::string, Where>, std::uint32_t> numbers_;
  std::array<Table, kTables> tables_;
};

}  // namespace stemma
