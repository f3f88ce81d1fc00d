"""pytest collects `*.scenarios.yaml`: one test for each scenario, a failure shown as a timeline.

The plugin is there as soon as aslkit is installed; pytest alone imports this module, which imports nothing heavy. Each
test reads what it needs of its own file, so that any of them can run in any process (pytest-xdist).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from aslkit.definition.document import Document
    from aslkit.definition.model import StateMachine
    from aslkit.operations.coverage import Measured
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.scenario import Scenario, ScenarioRunner, Verdict

MARKER = "scenario"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "aslkit_values", "a YAML or JSON file with the values of the definitions' ${Placeholders}", default=""
    )
    parser.getgroup("aslkit").addoption(
        "--aslkit-coverage", metavar="FILE", help="write what the definitions' tests used of them, for aslkit coverage"
    )
    parser.addini("aslkit_scenarios", "whether *.scenarios.yaml are collected", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARKER}: a scenario of a state machine, run in virtual time")
    name = config.getoption("aslkit_coverage")
    if name is not None:
        config.stash[USED] = []
        if not hasattr(config, "workerinput"):  # pytest-xdist: its processes write nothing
            _refuse_output(name)


USED: pytest.StashKey[list[Measured]] = pytest.StashKey()
"""What the executions of this process used of each definition; absent unless somebody wants to know."""
WORKER_OUTPUT = "aslkit_coverage"


def _refuse_output(name: str) -> None:
    """Raises UsageError, before any test is run, for a file that is not to be replaced or cannot be written."""
    from aslkit.cli.coverage import refuse_output
    from aslkit.cli.errors import CannotRun

    try:
        refuse_output(name)
    except CannotRun as error:
        raise pytest.UsageError(f"--aslkit-coverage: {error}") from None


def measure(config: pytest.Config, machine: StateMachine, execution: Execution) -> None:
    """Adds what an execution used to what --aslkit-coverage writes at the end."""
    if USED not in config.stash:
        return
    from aslkit.operations.coverage import Measured, measured, merged
    from aslkit.simulation.coverage import coverage

    one = measured(machine.document, coverage(machine, [execution]))
    name = os.path.relpath(one.definition, config.rootpath).replace(os.sep, "/")
    before = config.stash[USED]
    config.stash[USED] = merged([*before, Measured(name, one.coverage, one.places)])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of pytest-xdist is done: what it used counts for the whole."""
    text = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
    if text is not None:
        from aslkit.operations.coverage import from_json, merged

        before = node.config.stash[USED]
        node.config.stash[USED] = merged([*before, *from_json(json.loads(text))])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Writes what was used when the failures and the summary are shown, which an error here is not to hide."""
    found, output = session.config.stash.get(USED, None), getattr(session.config, "workeroutput", None)
    if found is not None and output is not None:
        from aslkit.operations.coverage import to_json

        output[WORKER_OUTPUT] = to_json(found)  # pytest-xdist sends it at the end of its own hook, which is inside
    result = yield
    if found is not None and output is None:
        _write(session, found)
    return result


def _write(session: pytest.Session, found: list[Measured]) -> None:
    """Writes a coverage file; an error ends pytest with a failing exit code, that of failing tests if there are any."""
    from aslkit.cli.coverage import write
    from aslkit.cli.errors import CannotRun
    from aslkit.operations.coverage import to_json

    name = session.config.getoption("aslkit_coverage")
    try:
        write(name, to_json(found), over_input=True)  # tests may run commands in this process, which read files
    except CannotRun as error:
        pytest.exit(str(error), returncode=int(session.exitstatus) or pytest.ExitCode.USAGE_ERROR)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for one in config.stash.get(USED, []):
        from aslkit.report.coverage import numbers

        terminalreporter.write_line(f"{one.definition}: {numbers(one.coverage)}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioModule | None:
    from aslkit.cli.files import SCENARIO_ENDINGS

    if file_path.name.endswith(SCENARIO_ENDINGS) and parent.config.getini("aslkit_scenarios"):
        module: ScenarioModule = ScenarioModule.from_parent(parent, path=file_path)
        return module
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is asked of all scenarios of a file where some of them are left out."""
    chosen = Counter(item.parent for item in items if isinstance(item, ScenarioItem))
    out = [item for item in items if isinstance(item, FileItem) and item.is_about_more_than(chosen[item.parent])]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)


class ScenarioModule(pytest.File):
    """A scenario file: its scenarios, and a test of the file itself where something is wrong with it, or may be: what
    its scenarios share."""

    def collect(self) -> Iterator[pytest.Item]:
        runner, definition = self.runner()
        itself = FileItem.from_parent(self, name="the file itself", runner=runner)
        itself.add_marker(MARKER)
        if runner.file.remarks:
            yield itself
        for scenario in runner.file.scenarios:
            item = ScenarioItem.from_parent(
                self, name=scenario.name, scenario=scenario, runner=runner, definition=definition
            )
            item.add_marker(MARKER)
            for tag in scenario.tags:
                self.config.addinivalue_line("markers", f"{tag}: a tag of a scenario")
                item.add_marker(tag)
            yield item
        if runner.file.shared and runner.file.scenarios and not runner.file.remarks:
            yield itself  # behind the scenarios, so that it has to run none of them again

    def runner(self) -> tuple[ScenarioRunner, Document]:
        """Raises CollectError for a file that cannot be read, or a definition that AWS refuses."""
        from aslkit.definition.document import DefinitionError, load
        from aslkit.simulation.scenario import (
            ScenarioRunner,
            definition_name,
            read_scenarios,
            unreadable_definition,
        )
        from aslkit.simulation.scenario_file import file_text
        from aslkit.testing import ScenarioError, machine

        folder, own = self.path.parent, self.shown(self.path)
        try:
            document = load(self.content(self.path, own), source=own)
            name = definition_name(document)
            self.content(folder / name, f"{unreadable_definition(document)}: {file_text(name)}")
            found = machine(folder / name, self.values())
        except (DefinitionError, ScenarioError) as error:
            raise self.CollectError(f"{own}: {error}") from None
        file = read_scenarios(document, found)
        return ScenarioRunner(file, found, lambda name: (folder / name).read_bytes()), found.document

    def content(self, path: Path, what: str) -> bytes:
        """What is in a file. Raises CollectError, which says `what` it is, when that cannot be had."""
        from aslkit.cli.files import reason

        try:
            return path.read_bytes()
        except OSError as error:
            raise self.CollectError(f"{what}: {reason(error)}") from None
        except ValueError:
            raise self.CollectError(f"{what}: no such file") from None  # no name has a NUL

    def values(self) -> dict[str, Any]:
        from aslkit.definition.document import load

        name = self.config.getini("aslkit_values")
        if not name:
            return {}
        data = load(self.content(self.config.rootpath / name, f"aslkit_values, {name}"), source=name).data
        if not isinstance(data, dict):
            raise self.CollectError(f"{name}: the values are an object of names and values")
        return data

    def shown(self, path: Path) -> str:
        return os.path.relpath(path, self.config.rootpath)


class ScenarioFailure(Exception):
    """A scenario does not hold; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, runner: ScenarioRunner, definition: Document, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scenario = scenario
        self.runner = runner
        self.definition = definition

    def runtest(self) -> None:
        verdict = self.runner.verdict(self.scenario)
        if verdict.execution is not None:
            measure(self.config, self.runner.machine, verdict.execution)
        if not verdict.passed:
            raise ScenarioFailure(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, ScenarioFailure):
            return super().repr_failure(excinfo, style)
        from aslkit.report.scenarios import Report, verdict_text

        verdict = excinfo.value.verdict
        if not verdict.remarks and not verdict.differences and verdict.execution is None:
            return f"not run: see 'the file itself' of {self.runner.file.document.source}"
        return verdict_text(Report(self.runner.file.document, self.definition, [verdict]), verdict)

    def reportinfo(self) -> tuple[Path, int, str]:
        line = self.runner.file.document.span(self.scenario.pointer).line
        return self.path, line - 1, self.scenario.name


class FileItem(pytest.Item):
    """What belongs to no single scenario of a file: remarks on it, and shared outcomes that no scenario comes to.

    It runs what was not run in this process (pytest-xdist), as far as needed to find each shared outcome used. What is
    run for that alone counts for no coverage.
    """

    def __init__(self, *, runner: ScenarioRunner, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.runner = runner

    def is_about_more_than(self, chosen: int) -> bool:
        """Whether only so many of the scenarios that it is about are chosen; where none is, it is chosen by its own
        name."""
        return not self.runner.file.remarks and 0 < chosen < len(self.runner.file.scenarios)

    def runtest(self) -> None:
        from aslkit.report.scenarios import reason

        file = self.runner.file
        told = [text for remark in file.remarks or self.runner.used_by_none() for text in reason(file.document, remark)]
        if told:
            pytest.fail("\n".join(told), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


@pytest.fixture
def simulate_definition(request: pytest.FixtureRequest) -> Callable[..., Execution]:
    """`aslkit.testing.run` that finds definitions from pytest's root folder, with the values of `aslkit_values`."""
    from aslkit.definition.document import load
    from aslkit.testing import check_type, concerns_the_test, machine, run

    root = request.config.rootpath
    name = request.config.getini("aslkit_values")
    known = {}
    if name:
        known = load((root / name).read_bytes(), source=name).data

    def simulate(definition: str | os.PathLike[str], *, values: Any = None, **given: Any) -> Execution:
        __tracebackhide__ = concerns_the_test
        check_type(
            "definition", definition, (str, os.PathLike), "the name of a file, as seen from pytest's root folder,"
        )
        check_type("values", values, (Mapping, type(None)), "an object of names and values")
        found = machine(root / definition, {**known, **(values or {})})
        execution = run(found, **given)
        measure(request.config, found, execution)
        return execution

    return simulate
