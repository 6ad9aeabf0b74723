// One rule against a thousand, over the same events, in the same run:
//
//   rules_bench [--events N] [--rules N] [--loops N] [--evidence PATH] [FOLDER]
//
// Events are starts of processes as a fleet has them: few programs and parents, command lines that
// differ. A pass fills each from texts that lie ready, as a parser does with what it has decoded,
// and matches it; decoding, which costs the more the fewer rules there are, is left out, so the
// ratio is the worst case. With PATH the process events of that evidence are the events, and the
// pass is the whole match pass of a scan by one thread, decoding included.
//
// Rules are made up after what public rule sets look like (a program's name in a list, its
// parent's, words of its command line or arguments, paths left out by `not`), or are read from
// FOLDER, again and again until there are enough of them. Prints the time that loading and indexing
// took, nanoseconds an event with the first rule about processes and with all, best of the loops,
// and the ratio.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "app/session/match_rules.hpp"
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

// What a decoder has read of a start.
struct Start {
  std::string name, executable, parent, command_line, word, file;
};

Start start(Random& random, std::size_t number) {
  Start out;
  out.name = program(random.skewed(kPrograms));
  out.parent = program(random.skewed(kPrograms));
  out.executable = (out.name.size() % 2 == 0 ? "C:\\Windows\\System32\\" : "C:\\Users\\u\\AppData\\") + out.name;
  out.word = fmt::format("-word{}", random.below(200));
  out.file = fmt::format("C:\\work\\{}word{}.dat", random.below(9), number);
  out.command_line = fmt::format("\"{}\" {} --file {}", out.executable, out.word, out.file);
  return out;
}

// As a parser fills an event: the texts are the decoder's.
void fill(Event& event, const Start& start, std::size_t number, FieldId os) {
  event.set_lasting(field::event_category, "process");
  event.set_lasting(field::event_type, "start");
  event.set_lasting(os, "windows");
  event.set_view(field::process_name, start.name);
  event.set_view(field::process_executable, start.executable);
  event.set_view(field::process_parent_name, start.parent);
  event.set(field::process_pid, static_cast<std::int64_t>(1000 + number));
  event.set_view(field::process_command_line, start.command_line);
  event.set_view(field::process_args, start.executable);
  event.add_view(field::process_args, start.word);
  event.add_lasting(field::process_args, "--file");
  event.add_view(field::process_args, start.file);
}

// A pass over all events, made anew each time: nothing is remembered of an earlier one.
double pass(const std::vector<Start>& starts, std::size_t of, const Matcher& matcher, std::size_t& found) {
  static const FieldId os = intern_field("host.os.type");
  const Projection everything = Projection::all();
  ShapeTable shapes;
  MatchWorker worker(matcher);
  Event event;
  std::vector<Match> out;
  found = 0;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < of; ++i) {
    event.reset(everything, Texts::borrowed);
    fill(event, starts[i % starts.size()], i, os);
    worker.consider(EventId::from_index(i), event.view(shapes), out);
    found += out.size();
    out.clear();
  }
  return seconds_since(begin) / static_cast<double>(of) * 1e9;
}

// The match pass of a scan over evidence.
double pass(const Session& session, std::size_t of, const RuleSet& rules, std::size_t& found) {
  const EventStore& events = session.snapshot().events;
  MatchOptions options;
  options.every_event = true;
  options.accept = [&](EventId id) { return (events.categories(id) & category_bit(CategoryBit::process)) != 0; };
  const auto begin = Clock::now();
  found = match_rules(session, rules, nullptr, options).single.size();
  return seconds_since(begin) / static_cast<double>(of) * 1e9;
}

void say(std::size_t rules, std::size_t events, double each, std::size_t found) {
  fmt::print("{:<6} {} {:>8} events {:7.1f} ns each, {} matches\n", rules, rules == 1 ? "rule " : "rules", events, each, found);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t wanted_events = 1'000'000, wanted_rules = 1000;
  int loops = 3;
  std::string folder, evidence;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--events" && i + 1 < argc) {
      wanted_events = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--rules" && i + 1 < argc) {
      wanted_rules = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--loops" && i + 1 < argc) {
      loops = std::max(1, std::atoi(argv[++i]));
    } else if (arg == "--evidence" && i + 1 < argc) {
      evidence = argv[++i];
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
  std::erase_if(set.rules, [](const Rule& rule) { return rule.program == nullptr; });
  const auto first = std::find_if(set.rules.begin(), set.rules.end(), [](const Rule& rule) { return rule.program->category() == "process"; });
  if (first == set.rules.end() || wanted_events == 0) {
    fmt::print("no rule about processes, or no event\n");
    return 1;
  }
  RuleSet alone;
  alone.rules.push_back(*first);
  for (std::size_t i = 0, own = set.rules.size(); set.rules.size() < wanted_rules; ++i) set.rules.push_back(Rule(set.rules[i % own]));
  set.rules.resize(wanted_rules);

  double best_one = 1e99, best_all = 1e99;
  std::size_t found_one = 0, found_all = 0;
  const auto measure = [&](auto pass_one, auto pass_all) {
    for (int loop = 0; loop < loops; ++loop) {
      best_one = std::min(best_one, pass_one());
      best_all = std::min(best_all, pass_all());
    }
  };
  if (!evidence.empty()) {
    SessionOptions options;
    options.threads = 1;
    const auto session = Session::open({evidence}, options);
    const EventStore& events = session->snapshot().events;
    wanted_events = 0;
    for (std::size_t i = 0; i < events.size(); ++i)
      if ((events.categories(EventId::from_index(i)) & category_bit(CategoryBit::process)) != 0) ++wanted_events;
    if (wanted_events == 0) {
      fmt::print("no process event in {}\n", evidence);
      return 1;
    }
    measure([&] { return pass(*session, wanted_events, alone, found_one); }, [&] { return pass(*session, wanted_events, set, found_all); });
  } else {
    std::vector<Start> starts;
    // A larger pass goes over them again.
    for (std::size_t i = 0; i < std::min<std::size_t>(wanted_events, 1'000'000); ++i) starts.push_back(start(random, i));
    const auto compiled = Clock::now();
    const Matcher one(alone.programs());
    const Matcher all(set.programs());
    fmt::print("indexing       {:>8} rules {:8.3f} s\n", set.rules.size(), seconds_since(compiled));
    measure([&] { return pass(starts, wanted_events, one, found_one); }, [&] { return pass(starts, wanted_events, all, found_all); });
  }
  say(1, wanted_events, best_one, found_one);
  say(set.rules.size(), wanted_events, best_all, found_all);
  fmt::print("ratio          {:.2f}\n", best_all / best_one);
}
