"""aslkit explore: a definition and an input -> does any failure go unnoticed?"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.progress import Line
from aslkit.definition.duration import seconds_of
from aslkit.definition.model import parse
from aslkit.report import proof as proof_report
from aslkit.report.colour import Paint, wanted
from aslkit.report.counterexample import scenario_text
from aslkit.report.exploration import as_json, as_text, merged_text, plain
from aslkit.report.remarks import brief, remark_line
from aslkit.simulation import reading
from aslkit.simulation.exploration.ground import PlanError
from aslkit.simulation.exploration.merging import NO_REPORT, is_report, is_whole, merge
from aslkit.simulation.exploration.own import PropertyError
from aslkit.simulation.exploration.proof import prove
from aslkit.simulation.exploration.search import WorkerDied, explore
from aslkit.simulation.exploration.settings import ALL, MOST_FAULTS, MOST_RUNS
from aslkit.simulation.program import SimulationRefused
from aslkit.simulation.reading import Remark
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.scenario import ScenarioRunner, read_scenarios
from aslkit.simulation.scenario_file import DEFINITION_SUFFIX, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aslkit.definition.document import Document
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.exploration.found import Exploration
    from aslkit.simulation.items import S3Object

Json = Any

EPILOG = """\
Everything that can go wrong with each call is tried: every error of the service, a call that never comes back, once
or for good, in every branch before and after the others, alone and in pairs; and every field that the input may lack.
After each run is looked at who was told, how the run ended, and what it left behind.

The services and the input are those of the scenario file beside the definition (`defaults`), which may also add and
mute faults and say what a team holds to be right (`explore`); docs/exploration.md has the format.

examples:
  aslkit explore definitions/db-refresh.asl.yaml
  aslkit explore machine.asl.yaml --input input.json --faults 1
  aslkit explore machine.asl.yaml --faults all             every sequence of calls that succeed or fail
  aslkit explore machine.asl.yaml --write found/           each counterexample as a scenario file for aslkit test
  aslkit explore machine.asl.yaml --proof proof.md         state x error: who is told, when, and how the run ends
  aslkit explore machine.asl.yaml --event-rule rule.json   the EventBridge rule for what no definition can tell
  aslkit explore machine.asl.yaml --shard 1/8 --format json > 1.json
  aslkit explore --merge 1.json 2.json ...

Exit codes: 0 every property holds, 1 one does not (or AWS would refuse the definition), 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit explore",
        description="Run every failure that can happen, offline, and show the shortest run that nobody is told of.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("definition", nargs="?", metavar="DEFINITION", help="a YAML or JSON definition")
    made.add_argument("--faults", metavar="N", help="how many faults in one run, or all (2)")
    made.add_argument("--input", metavar="FILE", help="the execution's input, or - (default: the scenario file's)")
    made.add_argument("--scenarios", metavar="FILE", help="services and settings (default: beside the definition)")
    made.add_argument("--format", choices=("text", "json"), default="text", help="how to report (text)")
    made.add_argument(
        "--max-runs", type=_whole(1, MOST_RUNS), metavar="N", help="stop after so many runs, and say so (100000)"
    )
    made.add_argument("--max-time", metavar="TIME", help="stop after so long (90s, 10m, 1h30m), and say so")
    made.add_argument(
        "--workers", type=_whole(1, MOST_WORKERS), metavar="N", help="processes (default: one for each core)"
    )
    made.add_argument("--no-prune", action="store_true", help="also combine faults that ran like others")
    made.add_argument("--strict", action="store_true", help="what no definition can tell of counts as well")
    made.add_argument("--shard", metavar="I/N", help="only the I-th of N parts")
    made.add_argument("--merge", nargs="+", metavar="FILE", help="put the JSON reports of shards together")
    made.add_argument("--write", metavar="FOLDER", help="write each counterexample as a scenario file")
    made.add_argument("--proof", metavar="FILE", help="write who is told of what (.md, .html, .json, else text)")
    made.add_argument("--event-rule", metavar="FILE", help="write the EventBridge rule that sees the rest (JSON)")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    files.refuse_empty(options, "input", "scenarios", "merge", "write", "proof", "event_rule", "config", "values")
    if options.merge is not None:
        return _merge(options)
    if options.definition is None:
        raise CannotRun("name a definition to explore, or the reports to --merge")
    document = definition(options, "explored")
    if document is None:
        return 1
    scenarios = _scenarios(options)
    exploration = _explored(options, document, scenarios)
    if exploration.runs == 0 and exploration.shard == (1, 1):
        raise CannotRun(
            f"--max-time {options.max_time}: not even the run in which nothing goes wrong ended in that time"
        )
    name = os.path.basename(document.source)
    if options.format == "json":
        print(as_json(plain(exploration, name)))
    else:
        print(as_text(exploration, Paint(wanted(sys.stdout))))
    _write_files(options, exploration)
    return int(bool(exploration.counterexamples))


def _scenarios(options: argparse.Namespace) -> Document | None:
    """The scenario file with the services and settings; None when there is none."""
    if options.scenarios is not None:
        found = substitutions.document(options.scenarios)
        if (other := _other_definition(found, options.definition)) is not None:
            print(f"note: {other}", file=sys.stderr)
        return found
    beside = _beside(options.definition)
    if beside is None or not os.path.isfile(beside):
        return None
    found = substitutions.document(beside)
    if (other := _other_definition(found, options.definition)) is not None:
        raise CannotRun(f"{other}; --scenarios {files.shown(beside)} explores this with it all the same")
    return found


def _beside(definition: str) -> str | None:
    """The name of the scenario file that belongs to a definition by its name."""
    stem, found, ending = definition.rpartition(DEFINITION_SUFFIX)
    return f"{stem}{SUFFIX}{ending}" if found else None


def _other_definition(scenarios: Document, explored: str) -> str | None:
    """In words, with its place, that a scenario file says it is about another definition; None when it does not."""
    said = _object(scenarios.data).get("definition")
    if not isinstance(said, str) or not said or explored == files.STDIN:
        return None
    meant = os.path.join(os.path.dirname(scenarios.source), said)
    if _is_same(meant, explored):
        return None
    what = f"the scenarios are about the definition {reading.shown(said)}, and {files.shown(explored)} is explored"
    return _placed(Remark(("definition",), what), scenarios)


def _is_same(name: str, other: str) -> bool:
    """Whether two names stand for one file."""
    try:
        return os.path.samefile(name, other)
    except (OSError, ValueError):
        return False


def _explored(options: argparse.Namespace, definition: Document, scenarios: Document | None) -> Exploration:
    machine = parse(definition)
    defaults = None if scenarios is None else _Defaults.of(scenarios, machine)
    data = _object(scenarios.data) if scenarios is not None else {}
    shared = _object(data.get("defaults"))
    explore_words = _object(data.get("explore"))
    if scenarios is not None:
        _let_import(os.path.dirname(scenarios.source), explore_words)
    if options.input is not None:
        input = substitutions.data_document(options.input).data
    else:
        input = {} if defaults is None else defaults.input()
    machines = {} if defaults is None else defaults.machines()
    objects = () if defaults is None else defaults.objects()
    _refuse_unwritable(options)
    line = Line("runs")
    try:
        return explore(
            machine,
            input=input,
            given={key: value for key, value in _object(shared.get("given")).items() if key not in INPUT_KEYS},
            when=_list(shared.get("when")),
            settings=explore_words,
            machines=machines,
            objects=objects,
            faults=_faults(options.faults),
            max_runs=options.max_runs,
            strict=options.strict,
            prune=not options.no_prune,
            workers=options.workers or cores(),
            shard=_shard(options.shard),
            progress=line.tell,
            enough=_enough(options.max_time),
        )
    except PlanError as error:
        raise CannotRun(_remarked(error.remarks, scenarios)) from None
    except OutcomeError as error:
        place = scenarios.source if scenarios is not None else _beside(options.definition) or "the file of --scenarios"
        raise CannotRun(f"{definition.source}: {error} (in `defaults` of {files.shown(place)})") from None
    except PropertyError as error:
        raise CannotRun(_of_property(error, scenarios)) from None
    except SimulationRefused as error:
        raise CannotRun(f"{definition.source}: {error}") from None
    except WorkerDied as error:
        raise CannotRun(f"{error}; try fewer of them (--workers 1), or parts of it (--shard 1/8)") from None
    finally:
        line.close()


class _Defaults:
    """What the `defaults` of a scenario file give to an execution: read as for a scenario that says nothing else, and
    refused, by CannotRun, in the words of aslkit test."""

    def __init__(self, runner: ScenarioRunner) -> None:
        self.runner = runner
        self.file = runner.file

    @classmethod
    def of(cls, scenarios: Document, machine: StateMachine) -> _Defaults:
        """Its scenarios are left to aslkit test."""
        if not isinstance(scenarios.data, dict):
            raise CannotRun(f"{scenarios.source}: a scenario file is an object")
        file = read_scenarios(scenarios, machine)
        if remarks := [one for one in file.remarks if one.pointer not in ((), ("scenarios",))]:
            raise CannotRun(_remarked(remarks, scenarios))
        return cls(ScenarioRunner(file, machine, files.reader(os.path.dirname(scenarios.source))))

    def input(self) -> Json:
        """The execution's input."""
        remarks: list[Remark] = []
        input = self.runner.input(("defaults", "given"), {}, self.file.given, remarks)
        if remarks:
            raise CannotRun(_remarked(remarks, self.file.document))
        return input

    def machines(self) -> dict[str, Json]:
        """The definitions that tasks start, by name."""
        with self._told("machines"):
            return {name: one.document.data for name, one in self.runner.machines(self.file.given).items()}

    def objects(self) -> tuple[S3Object, ...]:
        """What S3 holds."""
        with self._told("objects"):
            return tuple(self.runner.objects(self.file.given))

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        try:
            yield
        except SimulationRefused as error:
            remark = Remark(("defaults", "given", key), error.message)
            raise CannotRun(_placed(remark, self.file.document)) from None


def _refuse_unwritable(options: argparse.Namespace) -> None:
    """Raises CannotRun for outputs that cannot be written, when all that is read was read and nothing is run yet."""
    if options.write is not None:
        files.refuse_unwritable_folder(options.write)
    for name in (options.proof, options.event_rule):
        if name is not None:
            files.refuse_unwritable(name)


INPUT_KEYS = ("input", "file", "schedule", "with", "without")


def _placed(remark: Remark, scenarios: Document | None) -> str:
    """A remark with its place in the scenario file."""
    return brief(remark.message) if scenarios is None else remark_line(scenarios, remark)


def _remarked(remarks: Iterable[Remark], scenarios: Document | None) -> str:
    return "\n".join(_placed(remark, scenarios) for remark in remarks)


def _of_property(error: PropertyError, scenarios: Document | None) -> str:
    """What is wrong with a property, with its place in the scenario file."""
    written = _list(_object(scenarios.data["explore"]).get("properties")) if scenarios is not None else []
    index = next((i for i, one in enumerate(written) if _object(one).get("name") == error.name), 0)
    return _placed(Remark(("explore", "properties", index), str(error)), scenarios)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _let_import(folder: str, words: dict[str, Json]) -> None:
    """Modules with a team's own properties stand beside the scenario file; worker processes inherit the path."""
    if any("python" in one for one in _list(words.get("properties"))):
        beside = os.path.abspath(folder)
        if beside not in sys.path:
            sys.path.insert(0, beside)


def _faults(text: str | None) -> int | str | None:
    if text is None or text == ALL:
        return text
    if text.isdecimal() and int(text) <= MOST_FAULTS:
        return int(text)
    raise CannotRun(f"--faults {text}: write a number from 0 to {MOST_FAULTS}, or all")


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Text on the command line -> a whole number between two bounds, both included."""

    def read(text: str) -> int:
        number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else -1
        if least <= number <= most:
            return number
        raise argparse.ArgumentTypeError(f"{reading.cut(text)}: write a whole number from {least:,} to {most:,}")

    return read


MOST_WORKERS = 1_000


def _enough(text: str | None) -> Callable[[], bool] | None:
    """What says that the time is up; None without a limit."""
    if text is None:
        return None
    limit = seconds_of(float(text) if text.isdecimal() else text)
    if limit is None:
        raise CannotRun(f"--max-time {text}: write a duration, for example 90s, 10m, 1h30m")
    end = time.monotonic() + limit
    return lambda: time.monotonic() >= end


def _shard(text: str | None) -> tuple[int, int]:
    if text is None:
        return 1, 1
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise CannotRun(f"--shard {text}: write which part of how many, for example 1/8")
    return int(match[1]), int(match[2])


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _write_files(options: argparse.Namespace, exploration: Exploration) -> None:
    if options.write is not None:
        folder = options.write
        back = os.path.relpath(options.definition, folder).replace(os.sep, "/")
        for index, example in enumerate(exploration.counterexamples, 1):
            name = re.sub(r"[^\w.-]+", "-", example.property).strip("-")
            file = os.path.join(folder, f"{index:02}-{name}.scenarios.yaml")
            files.write(file, scenario_text(exploration, example, back))
    if options.proof is not None or options.event_rule is not None:
        proof = prove(exploration)
        if options.proof is not None:
            files.write(options.proof, proof_report.as_file(proof, options.proof))
        if options.event_rule is not None:
            files.write(options.event_rule, proof_report.event_rule(proof))


def _merge(options: argparse.Namespace) -> int:
    for word, usual in vars(parser().parse_args([])).items():
        if word not in ("merge", "format") and getattr(options, word) != usual:
            shown = "a DEFINITION" if word == "definition" else f"--{word.replace('_', '-')}"
            hint = HINTS.get(word, "")
            raise CannotRun(f"--merge reads reports and explores nothing; {shown} goes with an exploration{hint}")
    try:
        report = merge([_report(name) for name in options.merge])
    except ValueError as error:
        raise CannotRun(str(error)) from None
    print(as_json(report) if options.format == "json" else merged_text(report, Paint(wanted(sys.stdout))))
    if report["violations"] or is_whole(report):
        return int(bool(report["violations"]))
    shards = ", ".join(report["covered"]["shards"])
    print(f"aslkit: only {shards} are here: what the other shards find is open", file=sys.stderr)
    return 2


HINTS = {
    "proof": " (any one shard gives the whole proof)",
    "write": " (each violation in --format json has its `scenario`)",
}


def _report(name: str) -> Json:
    """The report of a shard. Raises CannotRun for a file that holds none."""
    try:
        report = json.loads(files.read(name))
    except (ValueError, RecursionError) as error:
        raise CannotRun(f"{name}: this is not JSON: {error}") from None
    if not is_report(report):
        raise CannotRun(f"{name}: {NO_REPORT}")
    return report
