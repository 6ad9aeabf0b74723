// One rule against a thousand, over the same events, in the same run:
//
//   rules_bench [--events N] [--rules N] [--loops N] [FOLDER]
//
// Events are starts of processes as a fleet has them: few programs and parents, command lines that
// differ. Rules are made up after what public rule sets look like (a program's name in a list, its
// parent's, words of its command line or arguments, paths left out by `not`), or are read from
// FOLDER, again and again with other ids until there are enough of them. Prints the time that
// loading took, nanoseconds an event with one rule and with all, best of the loops, and the ratio.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"
#include "events/event.hpp"

namespace {

using namespace stemma;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Random {
 public:
  std::size_t below(std::size_t n) { return engine_() % n; }
  // Small numbers much more often than large ones, as programs on a machine are.
  std::size_t skewed(std::size_t n) { return std::min(below(n), std::min(below(n), below(n))); }

 private:
  std::mt19937 engine_{20261124};
};

std::string program(std::size_t number) { return fmt::format("Program{}.exe", number); }

constexpr std::size_t kPrograms = 600;

std::string list_of_programs(Random& random) {
  std::string out = "(";
  for (std::size_t i = 0, n = 1 + random.below(8); i < n; ++i)
    out += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", program(random.below(kPrograms)));
  return out + ")";
}

std::string rule_text(std::size_t number, Random& random) {
  std::string query = "process where host.os.type == \"windows\" and event.type == \"start\"";
  const std::size_t kind = random.below(20);
  if (kind < 14) query += " and\n  process.name : " + list_of_programs(random);
  if (kind >= 8 && kind < 18) query += " and\n  process.parent.name : " + list_of_programs(random);
  if (random.below(2) == 0)
    query += fmt::format(" and\n  process.args : (\"-word{}\", \"/word{}*\")", random.below(200), random.below(200));
  if (kind >= 18 || random.below(3) == 0) {
    query += random.below(8) == 0
                 ? fmt::format(" and\n  process.command_line regex~ \".*word{}[0-9]+\\\\.(dat|tmp).*\"", random.below(200))
                 : fmt::format(" and\n  process.command_line : (\"*word{0}x*\", \"*{0}word*\")", random.below(200));
  }
  if (random.below(3) == 0)
    query += " and\n  not process.executable : (\"?:\\\\Program Files\\\\*.exe\", \"C:\\\\Windows\\\\System32\\\\*\")";
  return fmt::format(
      "[metadata]\nmaturity = \"production\"\n[rule]\nlanguage = \"eql\"\nname = \"Rule {0}\"\nrisk_score = 21\n"
      "rule_id = \"bench-{0}\"\nseverity = \"low\"\ntype = \"eql\"\nquery = '''\n{1}\n'''\n", number, query);
}

void fill(Event& event, Random& random, std::size_t number) {
  const std::string name = program(random.skewed(kPrograms));
  const std::string parent = program(random.skewed(kPrograms));
  const std::string folder = name.size() % 2 == 0 ? "C:\\Windows\\System32\\" : "C:\\Users\\u\\AppData\\";
  const std::string word = fmt::format("-word{}", random.below(200));
  event.set(field::event_category, "process");
  event.set(field::event_type, "start");
  event.set(intern_field("host.os.type"), "windows");
  event.set(field::process_name, name);
  event.set(field::process_executable, folder + name);
  event.set(field::process_parent_name, parent);
  event.set(field::process_pid, static_cast<std::int64_t>(1000 + number));
  const std::string file = fmt::format("C:\\work\\{}word{}.dat", random.below(9), number);
  event.set(field::process_command_line, fmt::format("\"{}{}\" {} --file {}", folder, name, word, file));
  event.set(field::process_args, folder + name);
  event.add(field::process_args, word);
  event.add(field::process_args, "--file");
  event.add(field::process_args, file);
}

// A pass over all events, made anew each time: nothing is remembered of an earlier one.
double pass(const std::vector<std::unique_ptr<Event>>& events, ShapeTable& shapes, std::size_t of,
            const Matcher& matcher, std::size_t& found) {
  MatchWorker worker(matcher);
  std::vector<Match> out;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < of; ++i)
    worker.consider(EventId::from_index(i), events[i % events.size()]->view(shapes), out);
  const double took = seconds_since(begin);
  found = out.size();
  return took / static_cast<double>(of) * 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t wanted_events = 1'000'000, wanted_rules = 1000;
  int loops = 3;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      wanted_events = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--rules" && i + 1 < argc) {
      wanted_rules = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--loops" && i + 1 < argc) {
      loops = std::max(1, std::atoi(argv[++i]));
    } else {
      folder = arg;
    }
  }
  Random random;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < wanted_rules; ++i) texts.push_back(rule_text(i, random));
  const auto begin = Clock::now();
  RuleSet set;
  if (folder.empty()) {
    for (const std::string& text : texts) load_rule(text, "bench", set);
  } else {
    const std::filesystem::path path(folder);
    set = load_rules({&path, 1}, false);
  }
  fmt::print("loading        {:>8} rules {:8.3f} s\n", set.rules.size(), seconds_since(begin));
  std::vector<std::shared_ptr<const eql::Program>> programs;
  for (const Rule& rule : set.rules) {
    if (rule.program != nullptr) programs.push_back(rule.program);
  }
  if (programs.empty() || wanted_events == 0) {
    fmt::print("no rule, or no event\n");
    return 1;
  }
  for (std::size_t i = 0, own = programs.size(); programs.size() < wanted_rules; ++i)
    programs.push_back(programs[i % own]);

  const Projection everything = Projection::all();
  std::vector<std::unique_ptr<Event>> events;
  // Each is kept, so few enough for memory; a larger pass goes over them again.
  for (std::size_t i = 0; i < std::min<std::size_t>(wanted_events, 200'000); ++i) {
    events.push_back(std::make_unique<Event>());
    events.back()->reset(everything);
    fill(*events.back(), random, i);
  }
  ShapeTable shapes;
  const Matcher one({programs.front()});
  const Matcher all(programs);
  double best_one = 1e99, best_all = 1e99;
  std::size_t found_one = 0, found_all = 0;
  for (int loop = 0; loop < loops; ++loop) {
    best_one = std::min(best_one, pass(events, shapes, wanted_events, one, found_one));
    best_all = std::min(best_all, pass(events, shapes, wanted_events, all, found_all));
  }
  fmt::print("1 rule         {:>8} events {:7.1f} ns each, {} matches\n", wanted_events, best_one, found_one);
  fmt::print("{:<6} rules   {:>8} events {:7.1f} ns each, {} matches\n", programs.size(), wanted_events, best_all, found_all);
  fmt::print("ratio          {:.2f}\n", best_all / best_one);
}
