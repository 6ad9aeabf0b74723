// TaskQueue: one thread that does what it is asked in turn; whoever asked may no longer want the answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "ui/case_service.hpp"

namespace stemma {

// A handle that a view drops when it no longer wants the answer.
class DroppedFlag : public ui::Request {
 public:
  explicit DroppedFlag(std::shared_ptr<std::atomic<bool>> dropped) : dropped_(std::move(dropped)) {}
  ~DroppedFlag() override { *dropped_ = true; }

 private:
  std::shared_ptr<std::atomic<bool>> dropped_;
};

// One thread that does what it is asked in turn.
class TaskQueue {
 public:
  using Dropped = std::shared_ptr<std::atomic<bool>>;
  using Task = std::function<void(const Dropped&)>;

  TaskQueue() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~TaskQueue() {
    {
      const std::lock_guard lock(mutex_);
      for (auto& [dropped, task] : tasks_) *dropped = true;
      if (running_) *running_ = true;
    }
    thread_.request_stop();
    thread_.join();
    for (const auto& task : lasting_) task();
  }

  /// Carried out in turn, whatever happens: also when the queue ends.
  void add_lasting(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      lasting_.push_back(std::move(task));
    }
    push([this](const Dropped&) { run_lasting(); });
  }

  ui::RequestHandle add(Task task) { return std::make_unique<DroppedFlag>(push(std::move(task))); }

 private:
  void run(const std::stop_token& stop) {
    while (true) {
      std::pair<Dropped, Task> next;
      {
        std::unique_lock lock(mutex_);
        if (!more_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        next = std::move(tasks_.front());
        tasks_.pop_front();
        running_ = next.first;
      }
      if (!*next.first) next.second(next.first);
    }
  }

  Dropped push(Task task) {
    auto dropped = std::make_shared<std::atomic<bool>>(false);
    {
      const std::lock_guard lock(mutex_);
      tasks_.emplace_back(dropped, std::move(task));
    }
    more_.notify_one();
    return dropped;
  }

  void run_lasting() {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (lasting_.empty()) return;
      task = std::move(lasting_.front());
      lasting_.pop_front();
    }
    task();
  }

  std::mutex mutex_;
  std::condition_variable_any more_;
  std::deque<std::pair<Dropped, Task>> tasks_;
  std::deque<std::function<void()>> lasting_;
  Dropped running_;
  std::jthread thread_;  // last: ends first
};

}  // namespace stemma
