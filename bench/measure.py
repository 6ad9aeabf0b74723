"""Measures Stemma against its rivals and writes docs/performance.md. Called by scripts/bench, which builds first.

Everything that is compared runs in turn (A B C A B C …), and ratios are taken within one turn: the machine's speed changes
from minute to minute, and a ratio of neighbours does not. Cost is user and system time; wall time stands beside it where
threads matter. No figure in the page is typed by hand.
"""
import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import instructions

ROOT = instructions.ROOT
STRICT = os.path.relpath(instructions.STRICT_RULE, ROOT)

# Sizes: whole, slice (for rivals that would take hours of the whole; speeds are per megabyte), number of files, turns.
FULL = {"evtx": "1G", "evtx-slice": "64M", "audit": "512M", "audit-slice": "16M", "files": 1000, "turns": 5, "large-turns": 3,
        "documents": "512M", "rules-evtx": "3300M", "rules-events": 1_000_000, "reports": "924M"}
QUICK = {"evtx": "24M", "evtx-slice": "4M", "audit": "24M", "audit-slice": "2M", "files": 24, "turns": 3, "large-turns": 3,
         "documents": "8M", "rules-evtx": "24M", "rules-events": 100_000, "reports": "24M"}


class Run:
    """What one run of a command cost."""

    def __init__(self, words, said):
        values = dict(zip(words[::2], words[1::2]))
        self.wall, self.user, self.sys = (float(values[name]) for name in ("wall", "user", "sys"))
        self.cpu = self.user + self.sys
        self.rss = int(values["max_rss_kb"])
        self.own = int(values["own_kb"])
        self.status = int(values["status"])
        self.said = said


class Bench:
    def __init__(self, bin_folder, folder, sizes, evtx_mix):
        self.bin = bin_folder
        self.folder = folder
        self.sizes = sizes
        self.mix = evtx_mix
        self.absent = []   # what was left out, and why
        self.differences = {}  # counts that are not what was written; a dict keeps their order
        self.limits = {}   # name -> values in GB/s
        self.made = []     # (label, command, what it said)
        self.commands = {}  # command as a reader would type it -> None
        self.short = []    # the sentences that sum it up

    def program(self, name):
        return os.path.join(self.bin, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def note(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def have(self, name, why):
        """Where a rival's program lies; None, noted, where it is not here."""
        own = self.program(name)
        found = own if os.path.exists(own) else shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
        if not found and (name, why) not in self.absent:
            self.absent.append((name, why))
        return found

    def make(self, kind, name, *arguments):
        """Makes evidence; gives path, records (audit: lines) and bytes."""
        command = ["make_evidence", kind, *arguments]
        done = subprocess.run([self.program(command[0]), *command[1:], self.path(name)], check=True, stdout=subprocess.PIPE,
                              text=True)
        said = done.stdout.split()
        said = dict(zip(said[::2], map(int, said[1::2])))
        path = self.path(name)
        files = [path] if os.path.isfile(path) else [os.path.join(path, each) for each in os.listdir(path)]
        size = sum(map(os.path.getsize, files))
        self.made.append((name, " ".join([*command, name]), said, size))
        return {"path": path, "name": name, "records": said.get("records", said.get("lines")), "events": said.get("events"),
                "mb": size / 1e6}

    def run(self, command, keep):
        report, out = self.path("report.txt"), self.path("stdout.txt") if keep else "/dev/null"
        subprocess.run([self.program("measured_run"), report, out, *command], check=True)
        with open(report, encoding="utf-8") as lines:
            words = lines.read().split()
        said = {}
        if keep:
            with open(out, encoding="utf-8", errors="replace") as lines:
                text = lines.read().split()
            said = dict(zip(text[::2], text[1::2]))
        run = Run(words, said)
        if run.status not in (0, 3):  # 3: stemma could not read some of it, which the counts show
            raise SystemExit(f"bench: {' '.join(command)}: exit code {run.status}")
        return run

    def turns(self, what, commands, limits_file, large=False):
        """Runs all commands in turn, fewer times where each takes long; gives label -> runs. commands: label -> (command, expected counts or None)."""
        runs = {label: [] for label in commands}
        for command, _ in commands.values():
            text = " ".join(command).replace(self.bin + "/", "").replace(self.folder + "/", "").replace(ROOT + "/", "")
            self.commands.setdefault(f"`{text}`")
        turns = self.sizes["large-turns" if large else "turns"]
        for turn in range(turns):
            self.note(f"{what}: turn {turn + 1} of {turns}")
            for label, (command, expected) in commands.items():
                run = self.run(command, expected is not None)
                for name, value in (expected or {}).items():
                    said = int(run.said.get(name, -1))
                    if said != value:
                        self.differences[f"{label}, {os.path.basename(command[-1])}: {said:,} {name}, not {value:,}"] = None
                runs[label].append(run)
            measured = subprocess.run([self.program("limits"), limits_file], check=True, stdout=subprocess.PIPE, text=True)
            for line in measured.stdout.splitlines():
                name, value = line.split()
                self.limits.setdefault(name, []).append(float(value))
        return runs


def median(values):
    return statistics.median(values)


def number(value, digits=3):
    """A figure with that many digits that count."""
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    decimals = 0
    while decimals < 4 and value * 10 ** decimals < 10 ** (digits - 1):
        decimals += 1
    return f"{value:.{decimals}f}"


def ratio(ones, others, of="cpu"):
    """How many times `others` cost what `ones` do, turn by turn: median (smallest to largest)."""
    values = [getattr(other, of) / getattr(one, of) for one, other in zip(ones, others)]
    return f"{number(median(values))} ({number(min(values))} to {number(max(values))})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def costs(runs, evidence, reference, reference_runs=None):
    """Rows of a table of costs. `reference`: the label that ratios are against, its runs may come from elsewhere."""
    base = reference_runs if reference_runs is not None else runs.get(reference)
    rows = []
    for label, each in runs.items():
        cpu, wall = median([run.cpu for run in each]), median([run.wall for run in each])
        times = "1" if each is base else ratio(each, base) if base else "–"
        rows.append([label, number(cpu), number(wall), number(evidence["mb"] / cpu), number(evidence["records"] / cpu / 1e3),
                     times, number(max(run.rss for run in each) / 1024), number(max(run.own for run in each) / 1024)])
    return rows


COST_HEAD = ["", "CPU s", "wall s", "MB/s of CPU", "thousand records/s of CPU", "cost of {}, over its own", "peak RSS MiB", "own MiB"]


def cost_table(runs, evidence, reference):
    head = [title.format(reference.split(":")[0]) for title in COST_HEAD]
    return table(head, costs(runs, evidence, reference))


def pass_command(bench, kind, evidence, threads=1):
    """Stemma's passes as commands with the counts they must give."""
    events = evidence["events"] if evidence["events"] is not None else evidence["records"]
    counts = {"events": events, "refused": 0}
    path, how_many = evidence["path"], ["--threads", str(threads)]
    if kind == "index":
        return [bench.program("stemma_pass"), "index", *how_many, path], counts
    if kind == "strict":
        return [bench.program("stemma_pass"), "scan", "--rules", os.path.join(ROOT, STRICT), *how_many, path], counts
    if kind == "scan":
        return [bench.program("stemma"), "scan", "-q", *how_many, path], None
    return [bench.program("stemma"), "events", "-q", *how_many, path], None


STEMMA = {"index": "stemma: index pass", "strict": "stemma: index, then the strict rule",
          "scan": "stemma scan (all rules that ship)", "events": "stemma events > /dev/null"}


def measure_evtx(bench, page):
    sizes = bench.sizes
    whole = bench.make("evtx", "big.evtx", "--size", sizes["evtx"], "--mix", bench.mix)
    part = bench.make("evtx", "slice.evtx", "--size", sizes["evtx-slice"], "--mix", bench.mix)
    many = bench.make("evtx", "many", "--size", sizes["evtx"], "--mix", bench.mix, "--files", str(sizes["files"]))

    commands = {}
    loop = bench.have("libevtx_loop", "Debian package libevtx-dev")
    if loop:
        commands["libevtx: bare loop, XML of every record"] = ([loop, part["path"]], {"records": part["records"], "refused": 0})
    export = bench.have("evtxexport", "Debian package libevtx-utils")
    if export:
        commands["evtxexport -f xml > /dev/null"] = ([export, "-f", "xml", part["path"]], None)
    for kind, label in STEMMA.items():
        commands[label] = pass_command(bench, kind, part)
    runs = bench.turns("EVTX beside its rivals", commands, part["path"])
    reference = next(iter(commands))
    page += ["## EVTX: one thread, beside its rivals", "",
             f"`slice.evtx`: {number(part['mb'])} MB, {part['records']:,} records, of the same mix as the large log; a slice, because the "
             "rivals would take too long on the whole.", ""]
    page += cost_table(runs, part, reference if loop else "–")
    if loop:
        for kind in ("index", "strict"):
            bench.short.append(f"EVTX, {STEMMA[kind].removeprefix('stemma: ')}: the bare libevtx loop costs "
                               f"{ratio(runs[STEMMA[kind]], runs[reference])} times as much.")
    if export:
        page += ["Beside evtxexport, which prints XML: the cost of evtxexport over that of `stemma events`, which prints every record as an ECS "
                 f"document, is {ratio(runs[STEMMA['events']], runs['evtxexport -f xml > /dev/null'])}.", ""]

    commands = {}
    for kind, label in STEMMA.items():
        for threads in (1, 2):
            commands[f"{label}, {threads} thread{'s' if threads > 1 else ''}"] = pass_command(bench, kind, whole, threads)
    big = bench.turns("EVTX large", commands, part["path"], large=True)
    page += ["## EVTX: one large log", "", f"`big.evtx`: {number(whole['mb'])} MB, {whole['records']:,} records in one file.", ""]
    head = ["", "CPU s", "wall s", "MB/s of wall", "thousand records/s of wall", "peak RSS MiB", "own MiB", "own bytes an event"]
    rows = []
    for label, each in big.items():
        wall = median([run.wall for run in each])
        own = max(run.own for run in each)
        rows.append([label, number(median([run.cpu for run in each])), number(wall), number(whole["mb"] / wall),
                     number(whole["records"] / wall / 1e3), number(max(run.rss for run in each) / 1024), number(own / 1024),
                     number(own * 1024 / whole["records"])])
    page += table(head, rows)
    for kind, label in STEMMA.items():
        one, two = big[f"{label}, 1 thread"], big[f"{label}, 2 threads"]
        page += [f"* {label}: wall time of one thread over that of two {ratio(two, one, 'wall')}; CPU time of two over that of one "
                 f"{ratio(one, two)}."]
    page += [""]

    fastest = big[f"{STEMMA['strict']}, 2 threads"]
    wall = median([run.wall for run in fastest])
    bench.short.append(f"EVTX, {number(whole['mb'])} MB in one file, index and the strict rule on two threads: {number(wall)} s of wall time, "
                       f"{number(whole['mb'] / wall)} MB/s, {number(max(run.own for run in fastest) / 1024)} MiB of its own memory.")
    label = STEMMA["index"]
    commands = {f"{label}, one file": pass_command(bench, "index", whole),
                f"{label}, {sizes['files']:,} files": pass_command(bench, "index", many)}
    split = bench.turns("EVTX in many files", commands, part["path"])
    one, several = split.values()
    page += ["## EVTX: the same records in many files", "",
             f"`many`: {many['records']:,} records in {sizes['files']:,} files. CPU time of the index pass over them, over that of one file, on one "
             f"thread: {ratio(one, several)}.", ""]
    return big[f"{label}, 1 thread"], whole


def measure_audit(bench, page):
    sizes = bench.sizes
    whole = bench.make("audit", "audit.log", "--size", sizes["audit"])
    mixed = bench.make("audit", "interleaved.log", "--size", sizes["audit"], "--interleave")
    part = bench.make("audit", "slice.log", "--size", sizes["audit-slice"])

    commands = {}
    loop = bench.have("libauparse_loop", "Debian package libauparse-dev")
    if loop:
        commands["libauparse: bare loop, every field raw"] = ([loop, whole["path"]], {"records": whole["records"]})
    for kind in ("index", "strict", "scan", "events"):
        commands[STEMMA[kind]] = pass_command(bench, kind, whole)
    commands[STEMMA["index"] + ", 2 threads"] = pass_command(bench, "index", whole, 2)
    commands[STEMMA["index"] + ", records interleaved"] = pass_command(bench, "index", mixed)
    runs = bench.turns("audit", commands, whole["path"])
    page += ["## Linux audit logs: beside libauparse", "",
             f"`audit.log`: {number(whole['mb'])} MB, {whole['records']:,} records of {whole['events']:,} events.", ""]
    page += cost_table(runs, whole, next(iter(commands)) if loop else "–")
    if loop:
        bench.short.append(f"Audit logs, index pass: the bare libauparse loop costs {ratio(runs[STEMMA['index']], next(iter(runs.values())))} "
                           "times as much.")
    one, two = runs[STEMMA["index"]], runs[STEMMA["index"] + ", 2 threads"]
    page += [f"Index pass: wall time of one thread over that of two {ratio(two, one, 'wall')}; CPU time of two over that of one {ratio(one, two)}.", ""]

    search = bench.have("ausearch", "Debian package auditd, which is not installed by itself, as it also starts a daemon")
    if search:
        commands = {"ausearch -i": ([search, "-i", "-if", part["path"]], None),
                    "ausearch --raw": ([search, "--raw", "-if", part["path"]], None)}
        for kind in ("index", "events", "scan"):
            commands[STEMMA[kind]] = pass_command(bench, kind, part)
        small = bench.turns("audit beside ausearch", commands, part["path"])
        page += ["## Linux audit logs: beside ausearch", "",
                 f"`slice.log`: {number(part['mb'])} MB, {part['records']:,} records; a slice, because ausearch -i, which asks the system for the name "
                 "of every user id, would take too long on the whole.", ""]
        page += cost_table(small, part, "ausearch -i")
        bench.short.append(f"Audit logs, index pass: `ausearch -i` costs {ratio(small[STEMMA['index']], small['ausearch -i'])} times as much; "
                           f"beside `stemma events`, which prints everything, {ratio(small[STEMMA['events']], small['ausearch -i'])} times.")
    return runs[STEMMA["index"]], whole


def measure_documents(bench, page):
    """Elastic documents, one a line."""
    whole = bench.make("documents", "documents.ndjson", "--size", bench.sizes["documents"])
    loop = bench.have("simdjson_loop", "Debian package libsimdjson-dev")
    reference = "simdjson: bare loop, every value"
    commands = {reference: ([loop, whole["path"]], {"records": whole["records"]})}
    jq = bench.have("jq", "Debian package jq")
    if jq:
        commands["jq -c . > /dev/null"] = ([jq, "-c", ".", whole["path"]], None)
    for kind in ("index", "strict", "scan", "events"):
        commands[STEMMA[kind]] = pass_command(bench, kind, whole)
    commands[STEMMA["index"] + ", 2 threads"] = pass_command(bench, "index", whole, 2)
    runs = bench.turns("documents", commands, whole["path"])
    page += ["## Elastic documents: beside simdjson", "",
             f"`documents.ndjson`: {number(whole['mb'])} MB, {whole['records']:,} documents of Elastic Defend, one a line. The loop asks for every "
             "value and looks nothing up by name; Stemma parses whole documents with the same library, checks them, finds each key's field, and "
             "keeps what lineage needs.", ""]
    page += cost_table(runs, whole, reference)
    one, two = runs[STEMMA["index"]], runs[STEMMA["index"] + ", 2 threads"]
    page += [f"Index pass: wall time of one thread over that of two {ratio(two, one, 'wall')}; CPU time of two over that of one {ratio(one, two)}.", ""]
    bench.short.append(f"Elastic documents, index pass: the bare simdjson loop costs {ratio(one, runs[reference])} times as much"
                       + (f"; `jq -c .`, beside `stemma events`, {ratio(runs[STEMMA['events']], runs['jq -c . > /dev/null'])} times." if jq else "."))


def measure_reports(bench, page):
    """Reports of very many runs, beside the index pass alone."""
    whole = bench.make("audit", "runs.log", "--size", bench.sizes["reports"], "--runs-every", "750")
    index = STEMMA["index"] + ", 2 threads"
    commands = {index: pass_command(bench, "index", whole, 2)}
    for kind in ("html", "md", "json"):
        out = bench.path(f"report.{kind}")
        commands[f"stemma report, {kind}"] = ([bench.program("stemma"), "report", "-q", "--threads", "2", "-o", out, whole["path"]], None)
    runs = bench.turns("reports", commands, whole["path"], large=True)
    with open(bench.path("report.json"), encoding="utf-8") as report:
        said = json.load(report)
    page += ["## Reports of many runs", "",
             f"`runs.log`: {number(whole['mb'])} MB of Linux audit records, {whole['events']:,} events, among them some thousand scripts of Azure Run Command "
             f"with eight processes each; the report tells {len(said['runs']):,} of them in full. Two threads, indexing and the digests of the evidence included.", ""]
    rows = []
    for label, of in runs.items():
        beyond = [run.wall - base.wall for run, base in zip(of, runs[index])]
        rows.append([label, number(median([run.cpu for run in of])), number(median([run.wall for run in of])),
                     "" if label == index else number(median(beyond)), number(median([run.own / 1024 for run in of])),
                     number(median([run.rss / 1024 for run in of]))])
    page += table(["", "CPU s", "wall s", "beyond the index pass, wall s", "own MiB", "peak RSS MiB"], rows)
    os.remove(whole["path"])


def measure_rules(bench, page, folder):
    """One rule against a thousand; `folder` holds public rules, where there are any at hand."""
    evidence = bench.make("evtx", "rules.evtx", "--size", bench.sizes["rules-evtx"], "--mix", "sysmon")
    kinds = [("made up", [])] + ([("Elastic's own, repeated", [folder])] if folder else [])
    rows = []
    for label, rules in kinds:
        for what, words in (("the match pass of a scan", ["--evidence", evidence["path"]]),
                            ("matching alone", ["--events", str(bench.sizes["rules-events"])])):
            command = ["rules_bench", "--loops", "1", *words]
            bench.commands[" ".join(command + rules).replace(evidence["path"], evidence["name"]).replace(folder or "\0", "FOLDER")] = None
            bench.note(f"{label}, {what}")
            ratios, events = [], 0
            for _ in range(bench.sizes["large-turns"]):
                done = subprocess.run([bench.program(command[0]), *command[1:], *rules], check=True, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
                words_of = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
                ratios.append(float(words_of["ratio"][1]))
                events = int(words_of["1"][2])
            rows.append([f"{label}: {what}", f"{events:,}", f"{number(median(ratios))} ({number(min(ratios))} to {number(max(ratios))})"])
    os.remove(evidence["path"])
    page += ["## Many rules", "",
             "What a thousand rules cost, times what the first of them does, on the process events of one log, one thread, in the same run. The match pass "
             "decodes what it matches, and with more rules more fields of it; matching alone fills an event from texts that lie ready, so that "
             "one rule costs next to nothing: the worst case.", ""]
    page += table(["1,000 rules", "process events", "times one rule"], rows)


def measure_instructions(bench, page):
    if not shutil.which("valgrind"):
        bench.absent.append(("valgrind", "Debian package valgrind"))
        return
    bench.note("counting instructions")
    rows = []
    for kind, rival in (("evtx", "libevtx_loop"), ("audit", "libauparse_loop")):
        pair = instructions.make_pair(bench.bin, kind, bench.folder)
        pass_program = bench.program("stemma_pass")
        commands = [(STEMMA["index"], [pass_program, "index"]),
                    (STEMMA["strict"], [pass_program, "scan", "--rules", instructions.STRICT_RULE]),
                    (STEMMA["events"], [bench.program("stemma"), "events", "-q", "--threads", "1"])]
        if os.path.exists(bench.program(rival)):
            commands.insert(0, (f"bare {rival.split('_')[0]} loop", [bench.program(rival)]))
        base = None
        for label, command in commands:
            value = instructions.a_record(command, pair)
            base = base or (value if label.startswith("bare") else None)
            per_byte = value * pair[1][1] / os.path.getsize(pair[1][0])
            rows.append([f"{kind}: {label}", number(value), number(per_byte), number(base / value) if base else "–"])
    page += ["## Instructions", "",
             "Counted with callgrind on two small logs; what the longer one costs more, by what it has more. Independent of the machine's "
             "load. For audit a record is a line.", ""]
    page += table(["", "a record", "a byte", "those of the bare loop over its own"], rows)


def measure_limits(bench, page, evtx, audit):
    limit = {name: median(values) for name, values in bench.limits.items()}
    best_crc = max(value for name, value in limit.items() if name.startswith("crc32"))
    page += ["## What the machine allows", "",
             "Measured beside every turn above, one thread, by CPU time. Medians, and the range, which is how much this machine's speed changed meanwhile.", ""]
    page += table(["", "GB/s", "smallest to largest"],
                  [[name.replace("_", " "), number(limit[name]), f"{number(min(values))} to {number(max(values))}"]
                   for name, values in bench.limits.items()])
    for what, (runs, evidence), name, other in (("EVTX", evtx, "taking the fastest checksum of it", best_crc),
                                                ("audit", audit, "looking for its line ends", limit["newline_scan"])):
        speed = evidence["mb"] / 1e3 / median([run.cpu for run in runs])
        bound = 1 / (1 / limit["file_map"] + 1 / other)
        page += [f"* {what}: mapping the file and {name} alone allow {number(bound)} GB/s; the index pass runs at {number(speed)} GB/s of "
                 f"CPU time, {speed / bound:.1%} of that."]
    page += [""]


def machine(page, load_before):
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="utf-8") as lines:
        memory = int(lines.readline().split()[1]) / 1024 / 1024
    compiler = subprocess.run(["c++", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, check=False)
    page += table(["machine", ""],
                  [["processor", f"{model}, {os.cpu_count()} cores"], ["memory", f"{memory:.0f} GiB"],
                   ["kernel", os.uname().release], ["compiler", compiler[0] if compiler else "unknown"],
                   ["commit", commit.stdout.strip() or "unknown"], ["date", datetime.date.today().isoformat()],
                   ["load before and after", f"{load_before:.1f}, {os.getloadavg()[0]:.1f}"]])


def busy(load_before):
    """What has to be said where other work ran beside the measurement."""
    if max(load_before, os.getloadavg()[0]) <= os.cpu_count() + 1:
        return []
    return ["**Other work kept the machine busier than its cores allow: wall times are too long, and what a second thread gains cannot be seen.** "
            "CPU times and ratios hold.", ""]


def main():
    options = argparse.ArgumentParser(prog="scripts/bench")
    options.add_argument("--quick", action="store_true", help="small sizes, to try the script; the figures mean little")
    options.add_argument("--folder", help="where the evidence goes (about 8 GB; default: a temporary folder)")
    options.add_argument("--mix", default="sysmon,security", help="what the EVTX logs hold")
    options.add_argument("--evtx-size", help="size of the large EVTX log")
    options.add_argument("--audit-size", help="size of the large audit log")
    options.add_argument("--rules", default="", help="a folder of public EQL rules, measured beside those made up")
    options.add_argument("--only-rules", action="store_true", help="print the section about many rules, and nothing else")
    options.add_argument("--only-documents", action="store_true", help="print the section about Elastic documents, and nothing else")
    options.add_argument("--only-reports", action="store_true", help="print the section about reports of many runs, and nothing else")
    options.add_argument("--turns", type=int, help="how many times everything runs")
    options.add_argument("--output", default=os.path.join(ROOT, "docs", "performance.md"))
    options.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"))
    options = options.parse_args()
    sizes = dict(QUICK if options.quick else FULL)
    sizes["evtx"] = options.evtx_size or sizes["evtx"]
    sizes["audit"] = options.audit_size or sizes["audit"]
    if options.turns:
        sizes["turns"] = sizes["large-turns"] = options.turns
    load_before = os.getloadavg()[0]

    with tempfile.TemporaryDirectory(prefix="stemma-bench-", dir=options.folder) as folder:
        bench = Bench(options.bin, folder, sizes, options.mix)
        body = []
        if options.only_rules:
            measure_rules(bench, body, options.rules)
            print("\n".join(body))
            return
        if options.only_documents:
            measure_documents(bench, body)
            print("\n".join(bench.short + body))
            return
        if options.only_reports:
            measure_reports(bench, body)
            print("\n".join(body))
            return
        evtx = measure_evtx(bench, body)
        audit = measure_audit(bench, body)
        measure_documents(bench, body)
        measure_rules(bench, body, options.rules)
        measure_reports(bench, body)
        measure_instructions(bench, body)
        measure_limits(bench, body, evtx, audit)
        store = subprocess.run([bench.program("stemma_pass"), "index", bench.path("slice.evtx")], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.split()[-1]

        page = ["# Performance", "",
                f"Written by `scripts/bench{' --quick' if options.quick else ''}`; measure on your own machine with it. All runs are warm. What is "
                f"compared ran in turn, {sizes['turns']} times ({sizes['large-turns']} for the large EVTX log): figures are medians, ratios are taken within a turn and given with their smallest "
                "and largest value. CPU is user and system time. Peak RSS counts pages of the mapped evidence, which the system takes back when it "
                "needs them; own is the largest amount of memory that the program itself held.", ""]
        if options.quick:
            page += ["**A quick run with small logs: the figures mean little.**", ""]
        machine(page, load_before)
        page += busy(load_before)
        page += ["## In short", "", *(f"* {each}" for each in bench.short), ""]
        page += body
        page += ["## Memory", "", f"An event in the store takes {store} bytes; the table of the large log shows what a pass needs in all.", ""]
        page += ["## Evidence and commands", "",
                 "Made by `bench/make_evidence`, the same bytes for the same command; `bench/evidence` says how it is like real logs.", ""]
        page += table(["command", "made", "bytes"],
                      [[f"`{command}`", ", ".join(f"{value:,} {name}" for name, value in said.items() if name != "bytes"), f"{size:,}"]
                       for _, command, said, size in bench.made])
        page += ["What ran, each under `measured_run`, its output thrown away or kept for its counts:", ""]
        page += [f"* {command}" for command in bench.commands] + [""]
        page += ["The passes are `stemma_pass index|scan` of `bench/`: what `stemma` does without printing, and with one rule instead of all "
                 f"that ship (the strict rule is `{STRICT}`). Rivals are in `bench/rivals`, limits in `bench/limits.cpp`.", ""]
        if bench.differences:
            page += ["Counts that differ from what was written:", "", *(f"* {each}" for each in bench.differences), ""]
        for name, why in bench.absent:
            page += [f"Left out, because it was not here: {name} ({why}).", ""]
    with open(options.output, "w", encoding="utf-8") as out:
        out.write("\n".join(page).rstrip() + "\n")
    print(f"written: {os.path.relpath(options.output)}", file=sys.stderr)


if __name__ == "__main__":
    main()
