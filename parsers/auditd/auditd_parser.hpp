// The parser with blocks of a chosen size, for tests: everything else asks for
// make_auditd_parser().
#pragma once

#include <cstdint>
#include <memory>

#include "parsers/common/parser.hpp"

namespace stemma::auditd {

/// Size of a unit. Large enough that looking across its ends costs below one part in thirty, small
/// enough that a log of usual size (8 MiB) keeps two threads busy.
inline constexpr std::uint64_t kBlockBytes = 4u << 20;

/// A parser whose units end behind the first line end after `block_bytes` bytes: one line each for
/// 1. What comes out does not depend on it, but for the units themselves.
std::unique_ptr<Parser> make_parser(std::uint64_t block_bytes);

}  // namespace stemma::auditd
