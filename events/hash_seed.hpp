// One random number a process for all hash tables that evidence fills, so that nobody can write a
// log whose strings all land in one slot. Nothing visible depends on it.
#pragma once

#include <cstdint>

namespace stemma {

/// The same for the whole run; drawn at the first call. Safe from any thread.
std::uint64_t hash_seed();

}  // namespace stemma
