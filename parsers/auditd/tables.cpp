// The .def files as sorted arrays, and binary search over them.
#include "parsers/auditd/tables.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <vector>

#include "parsers/auditd/fields.hpp"

namespace stemma::auditd {
namespace {

struct Numbered {
  std::uint32_t number;
  std::string_view name;
};

constexpr Numbered kRecordTypes[] = {
#define RECORD_TYPE(number, name) {number, name},
#include "parsers/auditd/tables/record_types.def"
#undef RECORD_TYPE
};

#define SYSCALL_NAME(number, name) {number, name},
constexpr Numbered kSyscallsX8664[] = {
#include "parsers/auditd/tables/syscalls_x86_64.def"
};
constexpr Numbered kSyscallsI386[] = {
#include "parsers/auditd/tables/syscalls_i386.def"
};
constexpr Numbered kSyscallsArm[] = {
#include "parsers/auditd/tables/syscalls_arm.def"
};
constexpr Numbered kSyscallsAarch64[] = {
#include "parsers/auditd/tables/syscalls_aarch64.def"
};
#undef SYSCALL_NAME

constexpr Numbered kErrnos[] = {
#define ERRNO_NAME(number, name) {number, name},
#include "parsers/auditd/tables/errno.def"
#undef ERRNO_NAME
};

constexpr Action kSyscallActions[] = {
#define SYSCALL_ACTION(name, action, categories, types, object, path) \
  {name, action, categories, types, ActionObject::object, path, ActionAccount::none},
#include "parsers/auditd/tables/syscall_actions.def"
#undef SYSCALL_ACTION
};

constexpr Action kTypeActions[] = {
#define TYPE_ACTION(name, action, categories, types, account) \
  {name, action, categories, types, ActionObject::none, 0, ActionAccount::account},
#include "parsers/auditd/tables/type_actions.def"
#undef TYPE_ACTION
};

constexpr Action kOtherSyscall = {
    "", "", "process", "info", ActionObject::none, 0, ActionAccount::none};

template <class Row, std::size_t N, class Less>
constexpr bool ascending(const Row (&rows)[N], Less less) {
  for (std::size_t i = 1; i < N; ++i) {
    if (!less(rows[i - 1], rows[i])) return false;
  }
  return true;
}

constexpr auto kByNumber = [](const Numbered& a, const Numbered& b) { return a.number < b.number; };
constexpr auto kByName = [](const Action& a, const Action& b) { return a.name < b.name; };
static_assert(ascending(kRecordTypes, kByNumber));
static_assert(ascending(kSyscallsX8664, kByNumber));
static_assert(ascending(kSyscallsI386, kByNumber));
static_assert(ascending(kSyscallsArm, kByNumber));
static_assert(ascending(kSyscallsAarch64, kByNumber));
static_assert(ascending(kErrnos, kByNumber));
static_assert(ascending(kSyscallActions, kByName));
static_assert(ascending(kTypeActions, kByName));

template <std::size_t N>
std::string_view find_name(const Numbered (&rows)[N], std::uint32_t number) {
  const auto* found =
      std::lower_bound(std::begin(rows), std::end(rows), Numbered{number, {}}, kByNumber);
  return found != std::end(rows) && found->number == number ? found->name : std::string_view{};
}

// Every event asks for the name of a record type: places of kRecordTypes by number, from 1; 0 is
// none.
constexpr std::uint32_t kFirstType = kRecordTypes[0].number;
constexpr std::uint32_t kLastType = kRecordTypes[std::size(kRecordTypes) - 1].number;
static_assert(std::size(kRecordTypes) < 0xFFFF && kLastType - kFirstType < 4'096);
constexpr auto kTypeRows = [] {
  std::array<std::uint16_t, kLastType - kFirstType + 1> rows{};
  for (std::size_t i = 0; i < std::size(kRecordTypes); ++i)
    rows[kRecordTypes[i].number - kFirstType] = static_cast<std::uint16_t>(i + 1);
  return rows;
}();

template <std::size_t N>
const Action* find_action(const Action (&rows)[N], std::string_view name) {
  const auto* found =
      std::lower_bound(std::begin(rows), std::end(rows), name,
                       [](const Action& row, std::string_view n) { return row.name < n; });
  return found != std::end(rows) && found->name == name ? found : nullptr;
}

std::uint16_t type_from_digits(std::string_view digits) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number
                                                                      : record_type::kUnknown;
}

const std::vector<Numbered>& types_by_name() {
  static const std::vector<Numbered> sorted = [] {
    std::vector<Numbered> rows(std::begin(kRecordTypes), std::end(kRecordTypes));
    std::sort(rows.begin(), rows.end(),
              [](const Numbered& a, const Numbered& b) { return a.name < b.name; });
    return rows;
  }();
  return sorted;
}

struct ArchRow {
  std::uint32_t number;
  std::string_view name;
  Arch arch;
};

// ELF machine | 0x80000000 (64-bit) | 0x40000000 (little endian). Source: linux/audit.h,
// AUDIT_ARCH_*.
constexpr ArchRow kArchs[] = {
    {0xC000003E, "x86_64", Arch::x86_64},    {0x40000003, "i386", Arch::i386},
    {0xC00000B7, "aarch64", Arch::aarch64},  {0x40000028, "arm", Arch::arm},
    {0x00000028, "armeb", Arch::arm},        {0x80000016, "s390x", Arch::unknown},
    {0x00000016, "s390", Arch::unknown},     {0xC0000015, "ppc64le", Arch::unknown},
    {0x80000015, "ppc64", Arch::unknown},    {0x00000014, "ppc", Arch::unknown},
    {0xC00000F3, "riscv64", Arch::unknown},  {0xC0000102, "loongarch64", Arch::unknown},
    {0xC0000008, "mipsel64", Arch::unknown},
};

const ArchRow* find_arch(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  for (const ArchRow& row : kArchs) {
    if (is_number ? row.number == number : row.name == text) return &row;
  }
  return nullptr;
}

}  // namespace

std::uint16_t record_type_number(std::string_view name) {
  // The records of an exec are most of a log, so they are asked for first.
  switch (packed(name)) {
    case packed("SYSCALL"):
      return record_type::kSyscall;
    case packed("PATH"):
      return record_type::kPath;
    case packed("CWD"):
      return record_type::kCwd;
    case packed("EXECVE"):
      return record_type::kExecve;
    case packed("SOCKADDR"):
      return record_type::kSockaddr;
    default:
      break;
  }
  if (name == "PROCTITLE") return record_type::kProctitle;
  if (name.empty()) return record_type::kUnknown;
  if (name.front() >= '0' && name.front() <= '9') return type_from_digits(name);
  constexpr std::string_view kUnnamed = "UNKNOWN[";
  if (name.substr(0, kUnnamed.size()) == kUnnamed && name.back() == ']') {
    return type_from_digits(name.substr(kUnnamed.size(), name.size() - kUnnamed.size() - 1));
  }
  const std::vector<Numbered>& rows = types_by_name();
  const auto found =
      std::lower_bound(rows.begin(), rows.end(), name,
                       [](const Numbered& row, std::string_view n) { return row.name < n; });
  return found != rows.end() && found->name == name ? static_cast<std::uint16_t>(found->number)
                                                    : record_type::kUnknown;
}

std::string_view record_type_name(std::uint16_t number) {
  if (number < kFirstType || number > kLastType) return {};
  const std::uint16_t row = kTypeRows[number - kFirstType];
  return row == 0 ? std::string_view{} : kRecordTypes[row - 1].name;
}

bool is_auxiliary(std::uint16_t type) {
  // 1303–1304, 1311–1317: IPC, SOCKETCALL, MQ_*, FD_PAIR; 1321–1323: BPRM_FCAPS, CAPSET, MMAP;
  // 1337: OPENAT2; 1420, 1425: contexts.
  switch (type) {
    case record_type::kPath:
    case record_type::kSockaddr:
    case record_type::kCwd:
    case record_type::kExecve:
    case record_type::kObjPid:
    case record_type::kEoe:
    case record_type::kProctitle:
    case 1303:
    case 1304:
    case 1337:
    case 1402:
    case 1420:
    case 1425:
      return true;
    default:
      return (type >= 1311 && type <= 1317) || (type >= record_type::kBprmFcaps && type <= 1323);
  }
}

Arch arch_of(std::string_view text) {
  const ArchRow* row = find_arch(text);
  return row != nullptr ? row->arch : Arch::unknown;
}

std::string_view arch_name(std::string_view text) {
  const ArchRow* row = find_arch(text);
  return row != nullptr ? row->name : std::string_view{};
}

std::string_view syscall_name(Arch arch, std::uint32_t number) {
  constexpr std::uint32_t kX32Bit = 0x40000000;
  switch (arch) {
    case Arch::x86_64:
      return find_name(kSyscallsX8664, number & ~kX32Bit);
    case Arch::i386:
      return find_name(kSyscallsI386, number);
    case Arch::arm:
      return find_name(kSyscallsArm, number);
    case Arch::aarch64:
      return find_name(kSyscallsAarch64, number);
    case Arch::unknown:
      break;
  }
  return {};
}

std::string_view errno_name(std::uint32_t number) {
  return find_name(kErrnos, number);
}

std::string_view socketcall_name(std::uint64_t call) {
  // Source: linux/net.h, SYS_SOCKET and following.
  static constexpr std::array<std::string_view, 21> kCalls = {
      "",           "socket",      "bind",        "connect",    "listen",
      "accept",     "getsockname", "getpeername", "socketpair", "send",
      "recv",       "sendto",      "recvfrom",    "shutdown",   "setsockopt",
      "getsockopt", "sendmsg",     "recvmsg",     "accept4",    "recvmmsg",
      "sendmmsg"};
  return call < kCalls.size() ? kCalls[call] : std::string_view{};
}

const Action& syscall_action(std::string_view syscall) {
  const Action* row = find_action(kSyscallActions, syscall);
  return row != nullptr ? *row : kOtherSyscall;
}

const Action* type_action(std::string_view type) {
  return find_action(kTypeActions, type);
}

}  // namespace stemma::auditd
