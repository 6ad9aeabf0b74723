// What assembly needs to know of a SYSCALL record before anybody reads its fields.
#pragma once

#include <cstdint>
#include <string_view>

namespace stemma::auditd {

struct CallHead {
  std::uint32_t items = 0;  ///< PATH records that belong to the call
  bool is_exec = false;     ///< a successful execve or execveat
  /// The call does not wait, so its stamp is the moment of its writing: execve, execveat,
  /// exit_group.
  bool is_prompt = false;
};

/// Reads `arch=`, `syscall=`, `success=` and `items=` of a SYSCALL record's body: the first of each
/// among the words that blanks part. O(bytes up to the last of them), no allocation.
CallHead read_call_head(std::string_view body);

}  // namespace stemma::auditd
