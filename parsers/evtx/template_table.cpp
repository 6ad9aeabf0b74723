#include "parsers/evtx/template_table.hpp"

#include <cstring>

namespace stemma::evtx {
namespace {

constexpr std::uint32_t kInstanceHeader = 10;
constexpr std::uint32_t kDefinitionHeader = 24;
constexpr std::uint32_t kDescriptor = 4;

// Cap on the canonical form of all definitions of a chunk: forged ones may overlap, so that each
// byte is read thousands of times. Real chunks have below 200 KiB.
constexpr std::size_t kMaxChunkCanonical = 16u << 20;

std::uint64_t key_of(std::string_view guid) {
  std::uint64_t key;
  std::memcpy(&key, guid.data(), sizeof key);
  return key;
}

// The program's texts are those of the canonical form once more, in blocks of 16 KiB.
std::size_t weight_of(const CompiledTemplate& made) {
  return sizeof(CompiledTemplate) + 2 * made.canonical.size() + (16u << 10) + made.recipe.weight() +
         made.program.ops.size() * (sizeof(EventOp) + sizeof(std::uint16_t));
}

}  // namespace

CompiledTemplate* TemplateCache::find(std::string_view guid, Bytes chunk, std::uint32_t begin,
                                      std::uint32_t end) {
  const auto bucket = by_guid_.find(key_of(guid));
  if (bucket == by_guid_.end()) return nullptr;
  for (const auto& entry : bucket->second) {
    if (entry->guid != guid) continue;
    const std::size_t before = entry->recipe.weight();
    const bool matches = entry->recipe.matches(chunk, begin, end);
    bytes_ += entry->recipe.weight() - before;
    if (matches) return entry.get();
  }
  return nullptr;
}

CompiledTemplate& TemplateCache::find_or_compile(std::string_view guid, std::string_view canonical,
                                                 DefinitionRecipe&& recipe) {
  auto& bucket = by_guid_[key_of(guid)];
  for (const auto& entry : bucket) {
    if (entry->guid == guid && entry->canonical == canonical) return *entry;
  }
  auto made = std::make_unique<CompiledTemplate>();
  made->guid = guid;
  made->canonical = canonical;
  made->recipe = std::move(recipe);
  compiler_.compile(made->canonical, made->program);
  ++count_;
  bytes_ += weight_of(*made);
  bucket.push_back(std::move(made));
  return *bucket.back();
}

void TemplateCache::trim() {
  if (count_ <= kMaxTemplates && bytes_ <= kMaxTemplateBytes) return;
  by_guid_.clear();
  count_ = bytes_ = 0;
}

void TemplateCache::forget_plans() {
  for (auto& [key, bucket] : by_guid_) {
    for (auto& entry : bucket) {
      entry->plans.clear();
      entry->has_system_plan = false;
    }
  }
}

void TemplateTable::begin(Bytes chunk) {
  chunk_ = chunk;
  definitions_.clear();
  recent_.fill(0);
  canonical_taken_ = 0;
  value_count_ = 0;
  cache_.trim();
}

TemplateTable::Definition& TemplateTable::define(std::uint32_t offset) {
  std::uint32_t& recent = recent_[offset / 8 % kRecent];
  if (recent != 0 && definitions_[recent - 1].offset == offset) return definitions_[recent - 1];
  for (std::uint32_t i = 0; i < definitions_.size(); ++i) {
    if (definitions_[i].offset != offset) continue;
    recent = i + 1;
    return definitions_[i];
  }
  // Room for the header was checked.
  Definition definition;
  definition.offset = offset;
  definition.id = le<std::uint32_t>(chunk_, offset + 4);
  const auto size = le<std::uint32_t>(chunk_, offset + 20);
  const std::uint32_t body = offset + kDefinitionHeader;
  definition.end = body + size;
  const std::string_view guid(reinterpret_cast<const char*>(chunk_.data() + offset + 4), 16);
  definition.compiled = cache_.find(guid, chunk_, body, definition.end);
  if (definition.compiled == nullptr) look_at(definition, guid, body);
  // Counted whether it was known or not: what a chunk gives must not hang on what was read before.
  if (definition.compiled != nullptr) canonical_taken_ += definition.compiled->canonical.size();
  if (canonical_taken_ > kMaxChunkCanonical) {
    definition.compiled = nullptr;
    definition.fault = {Defect::limit_exceeded, offset, canonical_taken_, kMaxChunkCanonical,
                        "template definitions of a chunk"};
  }
  definitions_.push_back(definition);
  recent = static_cast<std::uint32_t>(definitions_.size());
  return definitions_.back();
}

void TemplateTable::look_at(Definition& definition, std::string_view guid, std::uint32_t body) {
  canonical_.clear();
  recipe_.clear();
  std::uint32_t at = 0;
  const Result<CanonicalEnd> checked = append_canonical(
      chunk_, body, definition.end, {.definition = true, .recipe = &recipe_}, 0, canonical_, at);
  if (!checked) {
    canonical_taken_ += canonical_.size();
    definition.fault = checked.error();
  } else {
    definition.compiled = &cache_.find_or_compile(guid, canonical_.view(), std::move(recipe_));
  }
}

bool TemplateTable::names_match(Definition& definition) {
  if (!definition.names_match) {
    CanonicalBytes ignored;
    std::uint32_t at = 0;
    const Result<CanonicalEnd> checked =
        append_canonical(chunk_, definition.offset + kDefinitionHeader, definition.end,
                         {.definition = true, .check_names = true}, 0, ignored, at);
    definition.names_match = checked && checked->names_match;
  }
  return *definition.names_match;
}

Result<TemplateInstance> TemplateTable::read_instance(std::uint32_t& at, std::uint32_t end) {
  const auto fail = [](std::uint32_t offset, const char* field, std::uint64_t need,
                       std::uint64_t have) {
    return tl::unexpected(Fault{Defect::undecodable_record, offset, need, have, field});
  };
  if (at > end || end - at < kInstanceHeader)
    return fail(at, "template instance", kInstanceHeader, at > end ? 0 : end - at);
  const auto id = le<std::uint32_t>(chunk_, at + 2);
  const auto offset = le<std::uint32_t>(chunk_, at + 6);
  std::uint32_t p = at + kInstanceHeader;
  const auto chunk_end = static_cast<std::uint32_t>(chunk_.size());
  // Definitions lie at their first use or before it; remains of old records may have theirs further
  // on.
  if (offset < kChunkHeaderSize || offset > chunk_end)
    return fail(at + 6, "template definition offset", chunk_end, offset);
  const std::uint32_t definition_limit = offset == p ? end : chunk_end;
  if (definition_limit - offset < kDefinitionHeader)
    return fail(offset, "template definition", kDefinitionHeader, definition_limit - offset);
  const auto size = le<std::uint32_t>(chunk_, offset + 20);
  if (size > definition_limit - offset - kDefinitionHeader) {
    return fail(offset + 20, "template definition size", size,
                definition_limit - offset - kDefinitionHeader);
  }
  Definition& definition = define(offset);
  if (definition.id != id) return fail(at + 2, "template id", id, definition.id);
  if (definition.compiled == nullptr) return tl::unexpected(definition.fault);
  if (offset == p) p = definition.end;
  if (end - p < 4) return fail(p, "template value count", 4, end - p);
  TemplateInstance instance;
  instance.compiled = definition.compiled;
  if (check_names_) instance.names_match = names_match(definition);
  instance.first_value = value_count_;
  instance.count = le<std::uint32_t>(chunk_, p);
  p += 4;
  if (instance.count > (end - p) / kDescriptor)
    return fail(p - 4, "template value count", instance.count, (end - p) / kDescriptor);
  if (instance.compiled->program.slots > instance.count) {
    // Of remains it says that the definition is another one's by now.
    missing_values_ += instance.compiled->program.slots - instance.count;
    if (check_names_)
      return fail(at, "substitution index", instance.compiled->program.slots - 1, instance.count);
  }
  // A record has at most as many values as descriptors fit into its chunk, nested ones included.
  if (values_.size() - value_count_ < instance.count)
    values_.resize((value_count_ + instance.count) * std::size_t{2});
  value_count_ += instance.count;
  ValuePlace* const places = values_.data() + instance.first_value;
  std::uint32_t data = p + instance.count * kDescriptor;
  // All sizes are 16 bits and a chunk has 16,384 descriptors at most, so the sum cannot overflow.
  const std::byte* descriptors = chunk_.data() + p;
  std::uint32_t nested_values = 0;
  std::uint32_t array_values = 0;
  for (std::uint32_t i = 0; i < instance.count; ++i, descriptors += kDescriptor) {
    std::uint32_t descriptor;
    std::memcpy(&descriptor, descriptors, sizeof descriptor);
    const std::uint32_t bytes = descriptor & 0xFFFF;
    places[i] = {data, static_cast<std::uint16_t>(bytes),
                 static_cast<std::uint8_t>(descriptor >> 16)};
    array_values += places[i].type >> 7;
    nested_values += places[i].type == kNestedType && bytes != 0 ? 1 : 0;
    data += bytes;
  }
  instance.nested_values = nested_values;
  instance.array_values = array_values;
  instance.value_bytes = data - p;
  if (data > end) {
    return fail(p, "template values", data - p, end - p);
  }
  at = data;
  return instance;
}

}  // namespace stemma::evtx
