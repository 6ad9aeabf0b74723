// FilterPass: tests the events of an open session against a filter of the window, in portions of time, so that the first rows are there long
// before the last. The seam between ui/state/filter and the session.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "ui/case_service.hpp"
#include "ui/state/filter.hpp"

namespace stemma {

class FilterPass {
 public:
  /// A query that is wrong limits to nothing and is told in the last portion's notes.
  /// @param dropped  polled once a unit of the evidence, in a sequence's pass over all of it too; may be null
  FilterPass(const Session& session, ui::Filter filter, const std::atomic<bool>* dropped = nullptr);
  ~FilterPass();

  /// The next stretch of time. False where there is none left, or nobody wants it any more; `out.done` is true in the last one.
  /// What comes out, all portions together, is the same for any number of threads and any sizes.
  /// Cost: what the case knows anyway (host, channel, code, file, process) is asked first; what else a chip asks for is decoded again.
  bool next(ui::FilterPortion& out);

  /// Events looked at by the next portion; it doubles from there while portions are quick. For tests.
  void set_portion(std::size_t events);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stemma
