"""Instructions a record, counted with callgrind: what a pass costs, whatever the machine is doing beside it.

Counted on two logs of different length; the difference, divided by the records that the longer one has more, is what one
record costs, without what starting a program costs.

As a program it is the guard of CTest: it compares the passes with bench/instructions.txt and fails where one costs more than
MARGIN above what stands there. Where valgrind or the programs are absent it says so and leaves (exit code 77, skipped).

    instructions.py --bin build/release/bin            compare
    instructions.py --bin build/release/bin --renew    write bench/instructions.txt anew
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASELINE = os.path.join(ROOT, "bench", "instructions.txt")
STRICT_RULE = os.path.join(ROOT, "detection", "rules", "azure_run_command_child.toml")
MARGIN = 0.15  # what may differ between builds of one source with other libraries; a new cost is larger
SKIPPED = 77
SIZES = {"evtx": ("200K", "600K"), "audit": ("200K", "600K")}


class CannotMeasure(Exception):
    pass


def count(command):
    """Instructions that the command executes."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise CannotMeasure(f"{os.path.basename(command[0])} under valgrind: exit code {done.returncode}\n{done.stderr}")
    return int(found.group(1))


def make_pair(bin_folder, kind, folder):
    """The two logs: [(path, records)]."""
    made = []
    for size in SIZES[kind]:
        path = os.path.join(folder, f"{kind}-{size}")
        said = subprocess.run([os.path.join(bin_folder, "make_evidence"), kind, "--size", size, path],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        said = dict(zip(said[::2], map(int, said[1::2])))
        made.append((path, said["records"] if kind == "evtx" else said["lines"]))
    return made


def a_record(command, pair):
    """Instructions a record of `command`, which gets the log as its last argument."""
    (short, few), (long, many) = pair
    return (count([*command, long]) - count([*command, short])) / (many - few)


def passes(bin_folder):
    """What is guarded: name, kind of evidence, command."""
    pass_program = os.path.join(bin_folder, "stemma_pass")
    for kind in ("evtx", "audit"):
        yield f"{kind}-index", kind, [pass_program, "index"]
        yield f"{kind}-scan", kind, [pass_program, "scan", "--rules", STRICT_RULE]
        yield f"{kind}-events", kind, [os.path.join(bin_folder, "stemma"), "events", "-q", "--threads", "1"]


def read_baseline():
    with open(BASELINE, encoding="utf-8") as lines:
        words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {name: int(value) for name, value in words}


def measure_passes(bin_folder):
    with tempfile.TemporaryDirectory(prefix="stemma-instructions-") as folder:
        pairs = {kind: make_pair(bin_folder, kind, folder) for kind in SIZES}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found = {name: pool.submit(a_record, command, pairs[kind]) for name, kind, command in passes(bin_folder)}
            return {name: round(job.result()) for name, job in found.items()}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", required=True, help="folder of the programs")
    options.add_argument("--renew", action="store_true")
    options = options.parse_args()
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed, so instructions cannot be counted")
        return SKIPPED
    try:
        found = measure_passes(options.bin)
    except (CannotMeasure, OSError) as fault:
        print(fault)
        return 1
    if options.renew:
        with open(BASELINE, "w", encoding="utf-8") as out:
            out.write("# Instructions a record (EVTX) or a line (audit), one thread, release build; bench/instructions.py "
                      "--renew writes this.\n")
            out.writelines(f"{name} {value}\n" for name, value in found.items())
        return 0
    wrong = 0
    baseline = read_baseline()
    for name, value in found.items():
        if name not in baseline:
            wrong += 1
            print(f"{name}: {value} instructions a record, and no figure in bench/instructions.txt: renew it")
            continue
        was = baseline[name]
        change = value / was - 1
        verdict = "ok"
        if change > MARGIN:
            wrong += 1
            verdict = f"COSTS MORE than the {MARGIN:.0%} that are allowed: find out why, or renew bench/instructions.txt and say why"
        elif change < -MARGIN:
            verdict = "costs less: renew bench/instructions.txt, so that it stays so"
        print(f"{name}: {value} instructions a record, {was} before ({change:+.1%}): {verdict}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
