// Column: one value an event, by the million. Grows without copying where the system can move
// pages, and room that was never written to costs no memory; a std::vector that grows holds old and
// new side by side.
#pragma once

#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace stemma {

/// An array of plain values. Values that resize() adds are not initialised. Throws std::bad_alloc.
/// Large blocks are moved by realloc, which on Linux moves pages instead of bytes.
template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;

  Column() = default;
  Column(Column&& other) noexcept { swap(other); }
  Column& operator=(Column&& other) noexcept {
    Column taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Column() { std::free(data_); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] T& operator[](std::size_t at) {
    assert(at < size_);
    return data_[at];
  }
  [[nodiscard]] const T& operator[](std::size_t at) const {
    assert(at < size_);
    return data_[at];
  }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }
  /// Bytes in use, spare room left out.
  [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }

  void push_back(const T& value) {
    const T copy = value;  // it may lie in this column
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = copy;
  }
  void resize(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  void clear() { size_ = 0; }
  /// Gives spare room back.
  void shrink() {
    if (size_ != capacity_) reallocate(size_);
  }

 private:
  static constexpr std::size_t kFirst = 16;

  void grow(std::size_t least) {
    std::size_t capacity = capacity_ < kFirst ? kFirst : capacity_ * 2;
    if (capacity < least) capacity = least;
    reallocate(capacity);
  }
  void reallocate(std::size_t capacity) {
    if (capacity == 0) {
      std::free(data_);
      data_ = nullptr;
      capacity_ = 0;
      return;
    }
    if (capacity > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_alloc();
    void* moved = std::realloc(static_cast<void*>(data_), capacity * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(moved);
    capacity_ = capacity;
  }
  void swap(Column& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace stemma
