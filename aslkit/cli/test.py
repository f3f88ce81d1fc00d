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
from aslkit.cli.linted import report as findings_report
from aslkit.cli.percentage import percentage
from aslkit.cli.progress import shown
from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint.engine import syntax_finding
from aslkit.report.colour import Paint, wanted
from aslkit.report.scenarios import Report, as_json, as_junit, as_text, reported, together
from aslkit.simulation.scenario import definition_name, run_scenarios

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

Exit codes: 0 all passed, 1 something failed (or AWS would refuse the definition), 2 cannot run.
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
    reports: list[Report] = []
    refused = False
    for report in _reports(options):
        refused = refused or report is None
        if report is not None:
            reports.append(report)
        if options.fail_fast and (refused or any(not verdict.passed for one in reports for verdict in one.verdicts)):
            break
    if options.words and not any(report.verdicts for report in reports) and not refused:
        raise CannotRun(f'no scenario has "{options.words}" in its name')
    forms: Mapping[str, Callable[[list[Report]], str]] = {"json": as_json, "junit": as_junit}
    paint = Paint(wanted(sys.stdout))
    print(forms[options.format](reports) if options.format in forms else as_text(reports, paint))
    low = _is_low(reports, options)
    return int(low or refused or any(not verdict.passed for report in reports for verdict in report.verdicts))


def _check_output(options: argparse.Namespace, read: Iterable[str] = ()) -> None:
    """Raises CannotRun, before anything is run, for a file that --coverage-file is not to replace: one of those that
    were read, which says more, or any other that is no coverage file."""
    if options.coverage_file is not None:
        from aslkit.cli.coverage import refuse_output

        files.refuse_input(options.coverage_file, read)
        refuse_output(options.coverage_file)


def _reports(options: argparse.Namespace) -> Iterator[Report | None]:
    if options.mock_config:
        from aslkit.cli.mock_config import reports

        _check_output(options, (options.mock_config,))
        yield from reports(options, covered=_is_measured(options))
    elif options.input or options.outcomes:
        raise CannotRun("--input and --outcomes go with --mock-config; a scenario says them itself (given, when)")
    else:
        for name in shown(files.find(options.paths, files.SCENARIO_ENDINGS), "scenario files"):
            yield _report(name, options)


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
    """What came of one scenario file; None, after a report of the findings, when it is not in order."""
    found = scenario_file(name, options)
    if found is None:
        return None
    document, definition = found
    _check_output(options, (document.source, definition.source))
    verdicts = list(_verdicts(document, definition, options, os.path.dirname(name)))
    return reported(document, definition, verdicts, covered=_is_measured(options))


def scenario_file(name: str, options: argparse.Namespace) -> tuple[Document, Document] | None:
    """A scenario file and its definition; None, after a report of the findings, when these are not in order."""
    document = _loaded(name)
    if document is None:
        return None
    beside = os.path.join(os.path.dirname(name), definition_name(document))
    definition = _loaded(beside, named_by=files.shown(name))
    if definition is None:
        return None
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


def _loaded(name: str, named_by: str | None = None) -> Document | None:
    """The document in a file; None, after a report, when its text is broken."""
    try:
        content = files.read(name)
    except CannotRun as error:
        if named_by is None:
            raise
        raise CannotRun(f"{named_by} is about a definition that cannot be read: {error}") from None
    try:
        return load(content, source=files.shown(name))
    except DefinitionError as error:
        text = content.decode("utf-8", "replace")
        print(
            findings_report([syntax_finding(error)], {error.source: text}, files=1, stream=sys.stderr), file=sys.stderr
        )
        return None
