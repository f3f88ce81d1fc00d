"""How fast aslkit is, each figure as a ratio to a baseline measured in the same run, next to its bar.

Absolute times drift with the machine; ratios hold. Run with `make bench`.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path

import yaml
from generate import chain
from timing import DEFINITIONS, cpu_of, seconds_of

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import simulate
from aslkit.simulation.resources.account import Account
from aslkit.simulation.scenario import run_scenarios

STATES = 10_000


def cold_lint() -> str:
    baseline = cpu_of([sys.executable, "-c", "import yaml, argparse, json"])
    lint = cpu_of([str(Path(sys.executable).parent / "aslkit"), "lint", "definitions/db-refresh.asl.yaml"])
    return f"{lint / baseline:5.2f} x  `import yaml, argparse, json` ({lint * 1000:.0f} ms of CPU; bar 2.5 x)"


def large_lint() -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "large.asl.yaml")
        file.write_text(chain(STATES))
        parsing = (
            "import sys, yaml\nfrom yaml.cyaml import CParser\nparser = CParser(open(sys.argv[1]).read())\n"
            "while type(parser.get_event()) is not yaml.StreamEndEvent: pass"
        )
        starting = cpu_of([sys.executable, "-c", "import yaml, argparse, json"], 3)
        bare = cpu_of([sys.executable, "-c", parsing, str(file)], 3) - starting
        lint = cpu_of([str(Path(sys.executable).parent / "aslkit"), "lint", str(file)], 3)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return f"{lint / bare:5.2f} x  the bare C parse of {STATES:,} states ({lint:.2f} s, {peak} MB; bar 6 x, 400 MB)"


def happy_run() -> str:
    machine = parse(load((DEFINITIONS / "db-refresh.asl.yaml").read_text()))
    input = json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())
    account = Account()
    fastest = seconds_of(lambda: simulate(machine, input=input, resources=account), 50)
    return f"{fastest * 1000:5.2f} ms the happy run of the database refresh (bar 1 ms)"


def all_scenarios() -> str:
    machine = parse(load((DEFINITIONS / "db-refresh.asl.yaml").read_text()))
    document = load((DEFINITIONS / "db-refresh.scenarios.yaml").read_text(), source="db-refresh.scenarios.yaml")

    def run() -> object:
        return run_scenarios(document, machine, read=lambda name: (DEFINITIONS / name).read_text())

    return f"{seconds_of(run) * 1000:5.0f} ms all scenarios of the database refresh (bar 1,000 ms)"


def main() -> None:
    """Prints one line for each benchmark."""
    assert yaml.__with_libyaml__, "PyYAML has no libyaml here: the figures mean nothing"
    for benchmark in (cold_lint, large_lint, happy_run, all_scenarios):
        print(f"{benchmark.__name__.replace('_', ' '):<14} {benchmark()}", flush=True)


if __name__ == "__main__":
    main()
