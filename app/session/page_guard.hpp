// PageGuard: what happens when a mapped file shrinks, or its disk fails, under a reader. Touching a
// page that is gone raises SIGBUS; for a guarded mapping the page becomes one of zeros instead, the
// mapping is marked, and the reader goes on: to it the record is damaged. A SIGBUS anywhere else
// ends the program as before. Not the telling that a file changed (FileBytes::change_of).
#pragma once

#include <cstddef>

namespace stemma {

class PageGuard {
 public:
  PageGuard() = default;
  /// Guards a read-only mapping until it is destroyed, which must be before the mapping is undone.
  /// Installs the process's handler for SIGBUS at the first call. Any thread.
  PageGuard(const std::byte* begin, std::size_t size);
  PageGuard(PageGuard&& other) noexcept;
  PageGuard& operator=(PageGuard&& other) noexcept;
  ~PageGuard();

  /// Whether a page was gone when somebody read it.
  [[nodiscard]] bool lost() const;

 private:
  struct Slot;
  friend struct PageGuardSlots;
  Slot* slot_ = nullptr;
};

}  // namespace stemma
