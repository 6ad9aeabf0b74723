// Numbers of the audit world and their names: record types, system calls by architecture, errno,
// and what each of them means in ECS words. Tables only (tables/*.def); nothing is parsed here.
#pragma once

#include <cstdint>
#include <string_view>

namespace stemma::auditd {

/// Record types that the code itself asks for. Source: libaudit.h, linux/audit.h.
namespace record_type {
inline constexpr std::uint16_t kUnknown = 0;  ///< a name that the table does not have
inline constexpr std::uint16_t kLogin = 1006;
inline constexpr std::uint16_t kFirstUserMessage = 1100;
inline constexpr std::uint16_t kSystemBoot = 1127;
inline constexpr std::uint16_t kSystemShutdown = 1128;
inline constexpr std::uint16_t kLastUserMessage = 1199;
inline constexpr std::uint16_t kFirstDaemon = 1200;
inline constexpr std::uint16_t kLastDaemon = 1299;
inline constexpr std::uint16_t kSyscall = 1300;
inline constexpr std::uint16_t kPath = 1302;
inline constexpr std::uint16_t kConfigChange = 1305;
inline constexpr std::uint16_t kSockaddr = 1306;
inline constexpr std::uint16_t kCwd = 1307;
inline constexpr std::uint16_t kExecve = 1309;
inline constexpr std::uint16_t kObjPid = 1318;
inline constexpr std::uint16_t kEoe = 1320;
inline constexpr std::uint16_t kBprmFcaps = 1321;
inline constexpr std::uint16_t kProctitle = 1327;
inline constexpr std::uint16_t kAvc = 1400;
inline constexpr std::uint16_t kAnomAbend = 1701;
inline constexpr std::uint16_t kFirstUserMessage2 = 2100;
inline constexpr std::uint16_t kLastUserMessage2 = 2999;
}  // namespace record_type

/// Number of a record type name (`SYSCALL`, `UNKNOWN[1336]`, `1300`); kUnknown for others. O(log
/// types).
std::uint16_t record_type_number(std::string_view name);
/// Name of a number; empty where the table has none. O(1).
std::string_view record_type_name(std::uint16_t number);

/// True for messages that a program or the daemon writes: they are one record and an event of their
/// own. Kernel records are not, since they may belong to a system call. Source: kernel/audit.c
/// passes no context for them; auparse closes them at once.
constexpr bool is_single_record(std::uint16_t type) {
  return (type >= record_type::kFirstUserMessage && type <= record_type::kLastDaemon) ||
         (type >= record_type::kFirstUserMessage2 && type <= record_type::kLastUserMessage2);
}

/// True for records that only accompany a SYSCALL record and do not name an event.
bool is_auxiliary(std::uint16_t type);

enum class Arch : std::uint8_t { unknown, x86_64, i386, arm, aarch64 };

/// `c000003e` (hexadecimal, no prefix) or a name as ausearch prints it.
Arch arch_of(std::string_view text);
/// Name of an architecture number, also for those without a system call table (`s390x`); empty
/// where unknown.
std::string_view arch_name(std::string_view text);
/// Name of a system call; empty where unknown. x32 calls (bit 30 set on x86_64) have the names of
/// x86_64.
std::string_view syscall_name(Arch arch, std::uint32_t number);
/// Name of an errno (positive); empty where unknown.
std::string_view errno_name(std::uint32_t number);
/// The call behind i386's socketcall(2) by its first argument; empty where unknown.
std::string_view socketcall_name(std::uint64_t call);

enum class ActionObject : std::uint8_t { none, file, socket, process };
enum class ActionAccount : std::uint8_t { none, effective, target, group };

/// A row of tables/syscall_actions.def or tables/type_actions.def.
struct Action {
  std::string_view name;
  std::string_view action;
  std::string_view categories;  ///< separated by blanks
  std::string_view types;       ///< separated by blanks
  ActionObject object = ActionObject::none;
  std::uint8_t path = 0;  ///< PATH item that names the object
  ActionAccount account = ActionAccount::none;
};

/// Row of a system call; the row for all others (process, info) where it has none. O(log rows).
const Action& syscall_action(std::string_view syscall);
/// Row of a record type; null where it has none. O(log rows).
const Action* type_action(std::string_view type);

}  // namespace stemma::auditd
