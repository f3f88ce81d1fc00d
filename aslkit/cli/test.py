"""aslkit test: scenario files -> does each definition do what its scenarios say?"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import is_refused
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.percentage import percentage
from aslkit.cli.progress import shown
from aslkit.definition.model import parse
from aslkit.report.colour import Paint, wanted
from aslkit.report.scenarios import Report, as_json, as_junit, as_text, reported, together
from aslkit.simulation.scenario import definition_name, run_scenarios, unreadable_definition
from aslkit.simulation.scenario_file import file_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Document
    from aslkit.simulation.scenario import Verdict

EPILOG = """\
A scenario file stands beside its definition: db-refresh.scenarios.yaml beside db-refresh.asl.yaml. It says what is
given (input, jobs, topics), what goes wrong (when) and what is expected (then); docs/scenarios.md has the format.

With --mock-config the cases of AWS Step Functions Local are run instead, on the definitions that are named like their
state machines (or NAME=FILE): docs/mock-config.md.

examples:
  aslkit test definitions/                    every *.scenarios.yaml below
  aslkit test definitions/ -k "mail"          only scenarios with these words in their name
  aslkit test definitions/ --coverage         also which parts of the definition were never used
  aslkit test definitions/ --format junit > report.xml
  aslkit test --mock-config MockConfigFile.json LambdaSQSIntegration.asl.yaml
  aslkit test --mock-config MockConfigFile.json Orders=src/orders.asl.json -k Orders#RetryPath

Exit codes: 0 all passed, 1 something failed (or AWS would refuse the definition), 2 cannot run (one of the files cannot
be read, for example; the others are run all the same).
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit test",
        description="Run failure scenarios in virtual time, offline, and say where the definition does otherwise.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument(
        "paths", nargs="+", metavar="PATH", help="scenario files, folders, globs (definitions with --mock-config)"
    )
    made.add_argument("-k", dest="words", metavar="WORDS", help="only scenarios whose name holds these words")
    made.add_argument("--fail-fast", action="store_true", help="stop after the first scenario that fails")
    made.add_argument("--coverage", action="store_true", help="say what the scenarios never used")
    made.add_argument(
        "--fail-under",
        type=percentage,
        metavar="PERCENT",
        help="fail when the scenarios of a definition use less of it (implies --coverage)",
    )
    made.add_argument(
        "--coverage-file", metavar="FILE", help="write it for `aslkit coverage` to add up (implies --coverage)"
    )
    made.add_argument("--format", choices=("text", "json", "junit"), default="text", help="how to report (text)")
    made.add_argument("--mock-config", metavar="FILE", help="run the cases of a MockConfigFile on these definitions")
    made.add_argument("--input", metavar="FILE", help="with --mock-config: the input of all cases (default: {})")
    made.add_argument("--outcomes", metavar="FILE", help="with --mock-config: what answers where a case mocks nothing")
    made.add_argument("--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml)")
    substitutions.add_arguments(made)
    return made


def run(options: argparse.Namespace) -> int:
    files.refuse_empty(options, "mock_config", "input", "outcomes", "coverage_file", "config", "values")
    reports: list[Report] = []
    codes = [0]
    for report in _reports(options):
        if isinstance(report, Report):
            reports.append(report)
            codes.append(int(not all(verdict.passed for verdict in report.verdicts)))
        else:
            codes.append(report)
        if options.fail_fast and codes[-1]:
            break
    if options.words and not any(report.verdicts for report in reports) and not any(codes):
        raise CannotRun(f'no scenario has "{options.words}" in its name')
    forms: Mapping[str, Callable[[list[Report]], str]] = {"json": as_json, "junit": as_junit}
    if options.format in forms:
        print(forms[options.format](reports))
    elif reports:  # a summary of nothing reads as if nothing had failed
        print(as_text(reports, Paint(wanted(sys.stdout))))
    return max(*codes, int(_is_low(reports, options)))


REFUSED, UNREADABLE = 1, 2
"""The exit codes of what is not run: a definition that AWS would refuse, a file that cannot be read."""


def _check_output(options: argparse.Namespace, read: Iterable[str] = ()) -> None:
    """Raises CannotRun, before anything is run, for a file that --coverage-file is not to replace: one of those that
    were read, which says more, or any other that is no coverage file."""
    if options.coverage_file is not None:
        from aslkit.cli.coverage import refuse_output

        files.refuse_input(options.coverage_file, read)
        refuse_output(options.coverage_file)


def _reports(options: argparse.Namespace) -> Iterator[Report | int]:
    """What came of each scenario file, or of the cases of each state machine; the exit code, after a report, for what
    is not run."""
    if options.mock_config:
        from aslkit.cli.mock_config import reports

        _check_output(options, (options.mock_config,))
        yield from (REFUSED if report is None else report for report in reports(options, covered=_is_measured(options)))
    elif options.input or options.outcomes:
        raise CannotRun("--input and --outcomes go with --mock-config; a scenario says them itself (given, when)")
    else:
        for name in shown(files.find(options.paths, files.SCENARIO_ENDINGS), "scenario files"):
            try:
                yield _report(name, options) or REFUSED
            except Unreadable as error:
                print(f"aslkit: {error}", file=sys.stderr)
                yield UNREADABLE


def _is_low(reports: list[Report], options: argparse.Namespace) -> bool:
    """Writes the coverage file; says whether the scenarios of a definition use less of it than is asked for."""
    if not _is_measured(options):
        return False
    from aslkit.cli.coverage import any_under, write
    from aslkit.operations.coverage import to_json

    found = together(reports)
    if options.coverage_file is not None:
        write(options.coverage_file, to_json(found))
    return any_under(found, options.fail_under)


def _is_measured(options: argparse.Namespace) -> bool:
    return options.coverage or options.coverage_file is not None or options.fail_under is not None


def _report(name: str, options: argparse.Namespace) -> Report | None:
    """What came of one scenario file; None, after a report of the findings, when AWS would refuse its definition."""
    found = scenario_file(name, options)
    if found is None:
        return None
    document, definition = found
    _check_output(options, (document.source, definition.source))
    verdicts = list(_verdicts(document, definition, options, os.path.dirname(name)))
    return reported(document, definition, verdicts, covered=_is_measured(options))


class Unreadable(CannotRun):
    """A scenario file, or the definition that it is about, cannot be read; other scenario files can be run."""


def scenario_file(name: str, options: argparse.Namespace) -> tuple[Document, Document] | None:
    """A scenario file and its definition; None, after a report of the findings, when AWS would refuse this. Raises
    Unreadable when one of them cannot be read."""
    document = _loaded(name)
    beside = os.path.join(os.path.dirname(name), definition_name(document))
    try:
        definition = _loaded(beside)
    except Unreadable as error:
        raise Unreadable(f"{unreadable_definition(document)}: {error}") from None
    definition = substitutions.filled(definition, options)
    if is_refused(definition, beside, options, f"{document.source} is not run: AWS refuses its definition"):
        return None
    return document, definition


def _verdicts(document: Document, definition: Document, options: argparse.Namespace, folder: str) -> Iterator[Verdict]:
    words = (options.words or "").lower()
    only = (lambda scenario: words in scenario.lower()) if words else None
    for verdict in run_scenarios(document, parse(definition), read=files.reader(folder), only=only):
        yield verdict
        if options.fail_fast and not verdict.passed:
            return


def _loaded(name: str) -> Document:
    """The document in a file. Raises Unreadable, with the place, when there is none."""
    try:
        return substitutions.document(name)
    except CannotRun as error:
        raise Unreadable(str(error)) from None
    except ValueError:
        raise Unreadable(f"{file_text(name)}: no such file") from None  # no name has a NUL
