// Sorting of what is nearly sorted already: logs come in the order of time but for a few records,
// and a collection is a few such logs after each other. Not a general sort.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace stemma {

/// Stable. Finds the ascending and falling runs that are there and merges neighbours; of two runs
/// only the part where they overlap is touched. O(n) for sorted input and for input whose disorder
/// is local, O(n log runs) at worst. Room for half the items at most.
template <class T, class Less>
void sort_runs(std::span<T> items, Less less) {
  constexpr std::size_t kLeastRun = 24;  // below it inserting beats merging
  std::vector<std::size_t> ends;
  for (std::size_t begin = 0; begin < items.size();) {
    std::size_t end = begin + 1;
    if (end < items.size() && less(items[end], items[begin])) {
      while (end < items.size() && less(items[end], items[end - 1])) ++end;
      std::reverse(items.begin() + static_cast<std::ptrdiff_t>(begin),
                   items.begin() + static_cast<std::ptrdiff_t>(end));
    } else {
      while (end < items.size() && !less(items[end], items[end - 1])) ++end;
    }
    for (; end < items.size() && end - begin < kLeastRun; ++end) {
      const T item = items[end];
      std::size_t to = end;
      for (; to > begin && less(item, items[to - 1]); --to) items[to] = items[to - 1];
      items[to] = item;
    }
    ends.push_back(end);
    begin = end;
  }

  std::vector<T> aside;
  const auto merge = [&](std::size_t begin, std::size_t middle, std::size_t end) {
    T* const base = items.data();
    // What of the left run is not above the first of the right stays, likewise on the other side.
    // The overlap is mostly short, so it is sought from the seam outwards.
    std::size_t step = 1;
    while (step < middle - begin && less(base[middle], base[middle - step])) step *= 2;
    begin = static_cast<std::size_t>(
        std::upper_bound(base + (step < middle - begin ? middle - step : begin), base + middle,
                         base[middle], less) -
        base);
    if (begin == middle) return;
    step = 1;
    while (step < end - middle && less(base[middle + step - 1], base[middle - 1])) step *= 2;
    end = static_cast<std::size_t>(
        std::lower_bound(base + middle, base + (step < end - middle ? middle + step : end),
                         base[middle - 1], less) -
        base);
    if (middle - begin <= end - middle) {
      aside.assign(base + begin, base + middle);
      const T* left = aside.data();
      const T* const left_end = left + aside.size();
      const T* right = base + middle;
      const T* const right_end = base + end;
      T* to = base + begin;
      while (left != left_end && right != right_end)
        *to++ = less(*right, *left) ? *right++ : *left++;
      std::copy(left, left_end, to);
    } else {
      aside.assign(base + middle, base + end);
      const T* left = base + middle;
      const T* const left_begin = base + begin;
      const T* right = aside.data() + aside.size();
      const T* const right_begin = aside.data();
      T* to = base + end;
      while (left != left_begin && right != right_begin)
        *--to = less(*(right - 1), *(left - 1)) ? *--left : *--right;
      std::copy_backward(right_begin, right, to);
    }
  };
  while (ends.size() > 1) {
    std::size_t kept = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      if (i + 1 < ends.size()) merge(begin, ends[i], ends[i + 1]);
      begin = ends[std::min(i + 1, ends.size() - 1)];
      ends[kept++] = begin;
    }
    ends.resize(kept);
  }
}

}  // namespace stemma
