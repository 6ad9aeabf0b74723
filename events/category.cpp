#include "events/category.hpp"

namespace stemma {
namespace {

constexpr std::string_view kTypes[] = {
    "access", "allowed", "change", "connection",   "creation", "deletion", "denied", "end",
    "error",  "group",   "info",   "installation", "protocol", "start",    "user"};

}  // namespace

TypeSet type_of(std::string_view name) {
  unsigned bit = 0;
  for (const std::string_view known : kTypes) {
    if (known == name) return type_bit(static_cast<TypeBit>(bit));
    ++bit;
  }
  return type_bit(TypeBit::other);
}

std::string_view type_name(TypeBit bit) {
  return bit == TypeBit::other ? std::string_view{} : kTypes[static_cast<unsigned>(bit)];
}

CategorySet category_of(std::string_view name) {
  constexpr std::string_view kNames[] = {"process",
                                         "file",
                                         "network",
                                         "registry",
                                         "configuration",
                                         "driver",
                                         "authentication",
                                         "session",
                                         "iam",
                                         "host",
                                         "package",
                                         "malware",
                                         "intrusion_detection",
                                         "dns"};
  unsigned bit = 0;
  for (const std::string_view known : kNames) {
    if (known == name) return category_bit(static_cast<CategoryBit>(bit));
    ++bit;
  }
  return category_bit(CategoryBit::other);
}

}  // namespace stemma
