#include "app/session/page_guard.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace stemma {

// Read by the signal handler, so nothing here is ever freed, and every word of it is atomic.
struct PageGuard::Slot {
  std::atomic<std::uintptr_t> begin{0};  // 0: not in use
  std::atomic<std::size_t> size{0};
  std::atomic<bool> lost{false};
};

struct PageGuardSlots {
  using Slot = PageGuard::Slot;
  // A collection has some thousand files.
  static constexpr std::size_t kSlots = 1024;
  struct Block {
    std::array<Slot, kSlots> slots;
    std::atomic<Block*> next{nullptr};
  };

  static inline std::atomic<Block*> first{nullptr};
  static inline std::mutex mutex;
  static inline std::vector<Slot*> free;
  static inline std::uintptr_t page = 0;
  static inline struct sigaction before = {};

  // Only calls that a signal handler may make, and mmap(), which is one system call.
  static void on_bus_error(int signal, siginfo_t* info, void* context) {
    const int error = errno;  // of what was interrupted
    const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (Block* block = first.load(); block != nullptr; block = block->next.load()) {
      for (Slot& slot : block->slots) {
        const std::uintptr_t begin = slot.begin.load();
        if (begin == 0 || at < begin || at - begin >= slot.size.load()) continue;
        void* const gone = reinterpret_cast<void*>(at / page * page);
        if (::mmap(gone, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            MAP_FAILED)
          break;
        slot.lost.store(true);
        errno = error;
        return;
      }
    }
    // Not ours: as it would have been without this handler.
    if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != nullptr) {
      before.sa_sigaction(signal, info, context);
    } else {
      ::sigaction(signal, &before, nullptr);  // the instruction runs again, and raises it again
    }
  }

  static void install() {
    page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    struct sigaction action = {};
    action.sa_sigaction = &on_bus_error;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &before);
  }

  static Slot* take() {
    const std::lock_guard lock(mutex);
    if (free.empty()) {
      if (first.load() == nullptr) install();
      auto* block = new Block;  // kept for the life of the process
      block->next = first.load();
      free.reserve(free.size() + kSlots);
      for (Slot& slot : block->slots) free.push_back(&slot);
      first.store(block);
    }
    Slot* slot = free.back();
    free.pop_back();
    return slot;
  }
};

PageGuard::PageGuard(const std::byte* begin, std::size_t size) : slot_(PageGuardSlots::take()) {
  slot_->lost.store(false);
  slot_->size.store(size);
  slot_->begin.store(reinterpret_cast<std::uintptr_t>(begin));
}

PageGuard::PageGuard(PageGuard&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}

PageGuard& PageGuard::operator=(PageGuard&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

PageGuard::~PageGuard() {
  if (slot_ == nullptr) return;
  slot_->begin.store(0);
  const std::lock_guard lock(PageGuardSlots::mutex);
  PageGuardSlots::free.push_back(slot_);
}

bool PageGuard::lost() const {
  return slot_ != nullptr && slot_->lost.load();
}

}  // namespace stemma
