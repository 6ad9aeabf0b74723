// Runs a command and writes what it cost: wall, user and system seconds, and memory. A program of
// its own, because a child's peak begins at its parent's size: that of a script's interpreter would
// hide what a small program needs.
//
//   measured_run REPORT STDOUT COMMAND ARGUMENT…
//
// REPORT gets one line, `wall W user U sys S max_rss_kb N own_kb N status N`. max_rss counts pages
// of mapped evidence, which the system can take back at any time; own is the peak of what the
// command itself allocated (RssAnon of proc(5), looked at every five milliseconds, so a run of less
// than that has 0). The command's standard output goes to the file STDOUT, its standard error is
// dropped.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

long own_kb(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", static_cast<int>(pid));
  std::FILE* status = std::fopen(path, "r");
  if (status == nullptr) return 0;
  long found = 0;
  for (char line[256]; std::fgets(line, sizeof line, status) != nullptr;)
    if (std::strncmp(line, "RssAnon:", 8) == 0) found = std::atol(line + 8);
  std::fclose(status);
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: measured_run REPORT STDOUT COMMAND ARGUMENT...\n");
    return 2;
  }
  const double start = now();
  const pid_t child = fork();
  if (child == 0) {
    const int out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (out < 0 || nothing < 0) _exit(126);
    dup2(nothing, 0);
    dup2(out, 1);
    dup2(nothing, 2);
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  if (child < 0) return 1;
  int status = 0;
  rusage usage{};
  long own = 0;
  for (;;) {
    const pid_t ended = wait4(child, &status, WNOHANG, &usage);
    if (ended == child) break;
    if (ended < 0) return 1;
    own = std::max(own, own_kb(child));
    const timespec pause{0, 5'000'000};
    nanosleep(&pause, nullptr);
  }
  const double wall = now() - start;
  std::FILE* report = std::fopen(argv[1], "w");
  if (report == nullptr) return 1;
  std::fprintf(report, "wall %.6f user %.6f sys %.6f max_rss_kb %ld own_kb %ld status %d\n", wall,
               seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss, own,
               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return std::fclose(report) == 0 ? 0 : 1;
}
