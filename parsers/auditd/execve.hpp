// The argument list of an exec, put together from its EXECVE records. Bytes in, bytes out:
// arguments need not be UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stemma::auditd {

/// Cap on the arguments of one exec. The kernel gives argv and environment at most 6 MiB (3/4 of an
/// 8 MiB stack limit), and an argument takes nine bytes of it at least; real lists stay below some
/// thousand. What argc claims is never allocated.
inline constexpr std::size_t kMaxExecArguments = 131'072;

struct ExecArguments {
  std::vector<std::string_view>
      arguments;              ///< those that are complete, in order; valid until the next call
  std::uint64_t claimed = 0;  ///< argc as written; 0 where it is missing
  std::uint64_t missing = 0;  ///< arguments that the records lack or give only in part
  std::uint64_t first_missing = 0;  ///< index of the first of them
  bool has_count = false;           ///< argc= was there
  bool over_limit = false;          ///< kMaxExecArguments was hit; what lies beyond was not read
  bool invalid_utf8 = false;        ///< an argument is not UTF-8; its bytes are kept
};

/// Reads `argc=`, `aN=`, `aN_len=` and `aN[i]=`. One object can be used again and again, to save
/// allocations.
///
/// The kernel starts a further EXECVE record when the text passes some 7,500 bytes, and cuts a
/// longer argument into `aN[0]=` … parts, which are hexadecimal for the whole argument if any byte
/// of it needs encoding; `aN_len` counts encoded characters. Parts are joined in the order of their
/// index, then decoded once. A repeated argument or part counts once, the first one. Source:
/// kernel/auditsc.c, audit_log_execve_info(); measured with auditd 3.0.9.
class ExecReader {
 public:
  /// @param bodies the EXECVE records' bodies, in file order; borrowed while the result is used.
  /// O(bytes), O(n log n) where indexes do not ascend.
  const ExecArguments& read(std::span<const std::string_view> bodies);

 private:
  struct Piece {
    std::uint32_t argument = 0;
    std::uint32_t part = 0;
    bool whole = false;
    bool quoted = false;
    std::string_view value;
  };
  struct Length {
    std::uint32_t argument = 0;
    std::uint64_t length = 0;
  };

  bool read_common(std::string_view body);
  void collect(std::string_view body);
  void join(std::size_t first, std::size_t end);
  void keep(std::string_view bytes);

  std::vector<Piece> pieces_;
  std::vector<Length> lengths_;
  std::string text_;                      // decoded and joined bytes
  std::vector<std::size_t> text_starts_;  // arguments that lie in text_: index in arguments and
                                          // offset, paired up at the end
  std::vector<std::size_t> text_owners_;
  std::string hex_;
  ExecArguments result_;
};

}  // namespace stemma::auditd
