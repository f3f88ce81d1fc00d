"""aslkit coverage: coverage files of several runs -> what all of them together used, and what none did."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, substitutions
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.percentage import percentage
from aslkit.definition.model import parse
from aslkit.operations.coverage import CoverageError, from_json, merged, to_json
from aslkit.report.colour import Paint, wanted
from aslkit.report.coverage import as_json, as_markdown, as_text, percent
from aslkit.report.mermaid import mermaid
from aslkit.simulation.coverage import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aslkit.definition.model import StateMachine
    from aslkit.operations.coverage import Measured

EPILOG = """\
`aslkit test` and pytest write coverage files; here they are put together and shown. The flowchart of --format mermaid
and markdown reads the definition from where it was when the file was written.

examples:
  aslkit test definitions/ --coverage-file coverage.json
  aslkit coverage coverage.json
  pytest --aslkit-coverage pytest.json && aslkit coverage coverage.json pytest.json --fail-under 90
  aslkit coverage shard-*.json -o all.json                        one file for all of them
  aslkit coverage all.json --format markdown >> "$GITHUB_STEP_SUMMARY"

Exit codes: 0 shown, 1 less is used than --fail-under asks for, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit coverage",
        description="Show which states, transitions, choice outcomes, retries, catchers and error names were used.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="coverage files; the same definitions are added up")
    made.add_argument(
        "--format", choices=("text", "json", "mermaid", "markdown"), default="text", help="how to report (text)"
    )
    made.add_argument("-o", "--output", metavar="FILE", help="write a coverage file with all of them")
    made.add_argument("--fail-under", type=percentage, metavar="PERCENT", help="fail when less of a definition is used")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    if options.output:
        refuse_output(options.output)
    try:
        found = merged(one for name in files.find(options.files, (".json",)) for one in _read(name))
    except CoverageError as error:
        raise CannotRun(str(error)) from None
    if not found:
        raise CannotRun(f"nothing was measured: there is no definition in {', '.join(map(files.shown, options.files))}")
    if options.output:
        write(options.output, to_json(found), over_input=True)  # which is in the sum: nothing is lost
    print(_shown(found, options))
    return int(any_under(found, options.fail_under))


def any_under(found: Sequence[Measured], least: float | None) -> bool:
    """Whether one of the coverages is below the least that is asked for; tells of each."""
    low = [one for one in found if least is not None and one.coverage.percent < least]
    for one in low:
        print(
            f"{one.definition}: {percent(one.coverage.percent)} of the definition is used, less than {least:g} %",
            file=sys.stderr,
        )
    return bool(low)


def write(name: str, text: str, *, over_input: bool = False) -> None:
    """Writes a coverage file, as `files.write` does. Raises CannotRun also in place of a file that holds anything
    else."""
    refuse_output(name)
    files.write(name, text, over_input=over_input)


def refuse_output(name: str) -> None:
    """Raises CannotRun, before anything is run, for a file that holds something else than coverage, or that cannot be
    written as far as this can be known before."""
    files.refuse_unwritable(name, over_input=True)  # coverage that was read is in the sum
    if os.path.isfile(name) and not _holds_coverage(name):
        raise CannotRun(f"{files.shown(name)} is not overwritten: it is no coverage file; write to another file")


def _holds_coverage(name: str) -> bool:
    """Whether a file begins as a coverage file does, of whatever version, or is empty: nothing is lost then."""
    try:
        with open(name, "rb") as file:
            start = file.read(200)
    except OSError:
        return False
    return not start or HEADER.match(start) is not None


HEADER = re.compile(rb'\s*\{\s*"format"\s*:\s*"aslkit coverage \d+"')


def _read(name: str) -> list[Measured]:
    try:
        return from_json(json.loads(files.read(name)))
    except CoverageError as error:
        raise CannotRun(f"{files.shown(name)}: {error}") from None
    except RecursionError:
        raise CannotRun(f"{files.shown(name)}: nested too deep to be a coverage file") from None
    except ValueError as error:
        raise CannotRun(f"{files.shown(name)}: this is no JSON: {error}") from None


def _shown(found: Sequence[Measured], options: argparse.Namespace) -> str:
    match options.format:
        case "json":
            return as_json(found)
        case "mermaid":
            if len(found) != 1:
                raise CannotRun(f"a flowchart shows one definition, and there are {len(found)}; use --format markdown")
            return mermaid(_machine(found[0], options), found[0].coverage).rstrip("\n")
        case "markdown":
            return as_markdown([(one, _machine(one, options)) for one in found])
        case _:
            return as_text(found, Paint(wanted(sys.stdout)))


def _machine(one: Measured, options: argparse.Namespace) -> StateMachine:
    """The machine that was measured. Raises CannotRun when the definition is another one by now."""
    machine = parse(substitutions.filled(substitutions.document(one.definition), options))
    if set(parts(machine)) != one.coverage.uses.keys():
        raise CannotRun(f"{one.definition} has changed since its coverage was measured; run the scenarios again")
    return machine
