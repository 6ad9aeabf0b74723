#include "events/category.hpp"

namespace stemma {

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
