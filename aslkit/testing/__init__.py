"""Tests of state machines in Python: `run` an execution offline, and say with `expect` what is to come of it.

The words are those of a scenario file (docs/scenarios.md), so that a test and a scenario say the same in the same way.
Importing this module is cheap; what it needs is imported when it is first used.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aslkit.definition.document import Document
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.expectation import Difference

__all__ = ["Expected", "ScenarioError", "expect", "machine", "run"]

Json = Any


class ScenarioError(ValueError):
    """What a test gives does not fit the machine or the words of a scenario: the message says what and where."""


def concerns_the_test(failure: Any) -> bool:
    """Whether a failure, as pytest has caught it, says what is wrong with a test or a definition: what raised it is of
    no interest then."""
    from aslkit.definition.document import DefinitionError

    return isinstance(failure.value, ScenarioError | DefinitionError | AssertionError | OSError)


__tracebackhide__ = concerns_the_test  # pytest asks every function of this module


def machine(definition: str | os.PathLike[str], values: Mapping[str, Json] | None = None) -> StateMachine:
    """The state machine of a YAML or JSON file, its `${Placeholders}` filled from `values`.

    Raises OSError, DefinitionError for a text that is no YAML, and ScenarioError for a definition that AWS refuses.
    """
    from aslkit.definition.document import load
    from aslkit.definition.model import parse
    from aslkit.definition.substitution import SubstitutionError, substitute
    from aslkit.lint import lint

    with open(definition, "rb") as file:
        document = load(file.read(), source=os.fspath(definition))
    if values:
        try:
            document = substitute(document, values)
        except SubstitutionError as error:
            raise ScenarioError(f"{document.source}: {error.message}") from None
    found = parse(document)
    errors = [one for one in lint(found) if one.severity == "error"]
    if errors:
        told = "\n".join(
            f"{document.source}:{one.span.line}:{one.span.column}: {one.message} ({one.rule})" for one in errors
        )
        raise ScenarioError(f"AWS refuses the definition:\n{told}")
    return found


def run(
    definition: str | os.PathLike[str] | StateMachine,
    *,
    input: Json = None,
    given: Mapping[str, Json] | None = None,
    when: Sequence[Mapping[str, Json]] = (),
    redrive: Sequence[Mapping[str, Json]] = (),
    values: Mapping[str, Json] | None = None,
) -> Execution:
    """One execution in virtual time, against the fake Glue, the fake SNS and scripted answers.

    `definition` is a file, or a machine that was read before; `input` a JSON value ({} unless given here or in
    `given`). `given`, `when` and `redrive` are those of a scenario: `given={"glue": {"jobs": {"load": {"duration":
    "30m"}}}}`, `when=[{"state": "Load", "invocation": 1, "glue": "failed"}]`, `redrive=[{"after": "2h"}]`; the
    execution is as it stands after the last redrive. Raises ScenarioError for words that do not fit, and AssertionError
    where the `then` of a redrive is not met.
    """
    from aslkit.definition.document import load
    from aslkit.simulation.scenario import run_scenarios

    found = machine(definition, values) if isinstance(definition, str | os.PathLike) else definition
    own = {**(given or {}), **({} if input is None else {"input": input})}
    scenario = {"name": "test", "given": own, "when": list(when), "then": {}, "redrive": list(redrive)}
    document = load(json.dumps({"scenarios": [scenario]}), source="<test>.json")
    folder = os.path.dirname(found.document.source)
    verdicts = run_scenarios(document, found, read=lambda name: _read(folder, name))
    remarks = [remark for verdict in verdicts for remark in verdict.remarks]
    execution = verdicts[-1].execution
    if remarks or execution is None:
        raise ScenarioError("\n".join(f"{_place(document, remark.pointer)}{remark.message}" for remark in remarks))
    _check(verdicts[-1].differences, execution)
    return execution


def _check(differences: Iterable[Difference], execution: Execution) -> None:
    """Raises AssertionError, with the timeline, where there is a difference."""
    from aslkit.report.colour import Paint
    from aslkit.report.timeline import lines, timeline

    wrong = [difference.message for difference in differences]
    if wrong:
        raise AssertionError("\n".join([*wrong, "", *lines(timeline(execution), Paint(False))]))


def _read(folder: str, name: str) -> bytes:
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def _place(document: Document, pointer: tuple[str | int, ...]) -> str:
    """The part of what was given that a remark is about: "when[0].state: "."""
    inside = pointer[2:]
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in inside).lstrip(".")
    return f"{text}: " if text else ""


def expect(execution: Execution) -> Expected:
    """What is to come of an execution, said one after the other: `expect(execution).failed("MyError").published(…)`."""
    return Expected(execution)


class Expected:
    """Each method raises AssertionError, with the timeline, unless it holds, and returns this object again."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution

    def succeeded(self, output: Json = ...) -> Expected:
        """It ended SUCCEEDED, with this output where one is given."""
        return self.holds(status="SUCCEEDED", **({} if output is ... else {"output": output}))

    def failed(self, error: str | None = None, *, cause: str | Sequence[str] = ()) -> Expected:
        """It ended FAILED, with this error name where one is given, and each text of `cause` in its cause."""
        return self._ended("FAILED", error, cause)

    def timed_out(self) -> Expected:
        """It ended TIMED_OUT."""
        return self.holds(status="TIMED_OUT")

    def aborted(self, error: str | None = None, *, cause: str | Sequence[str] = ()) -> Expected:
        """It ended ABORTED: somebody stopped it, with this error where one is given, and each text of `cause`."""
        return self._ended("ABORTED", error, cause)

    def _ended(self, status: str, error: str | None, cause: str | Sequence[str]) -> Expected:
        return self.holds(
            status=status, **({} if error is None else {"error": error}), **({"cause": cause} if cause else {})
        )

    def went(self, *path: str) -> Expected:
        """It entered exactly these states of the definition, branches and iterations left out, in this order."""
        return self.holds(path=list(path))

    def entered(self, *states: str) -> Expected:
        """It entered these states, wherever they stand, in any order."""
        return self.holds(enters=list(states))

    def avoided(self, *states: str) -> Expected:
        """It never entered these states."""
        return self.holds(avoids=list(states))

    def invoked(self, state: str, *, times: int) -> Expected:
        """A state's work was asked for so many times, retries included."""
        return self.holds(invocations={state: times})

    def waited(self, state: str, *waits: float | str) -> Expected:
        """A state's retriers waited so long before each new attempt: seconds, or "2m"."""
        return self.holds(waits={state: list(waits)})

    def took(
        self, exactly: float | str | None = None, *, at_least: float | str | None = None, at_most: Any = None
    ) -> Expected:
        """It took so much virtual time: seconds, or "1h30m"."""
        bounds = {"at-least": at_least, "at-most": at_most}
        return self.holds(
            duration=exactly if exactly is not None else {k: v for k, v in bounds.items() if v is not None}
        )

    def published(self, *mails: Mapping[str, Json], **mail: Json) -> Expected:
        """Exactly these messages went out through SNS, in this order; one may be given by its fields: `subject=…`,
        `message=…` (a text that it holds, or a list of them), `topic=…`, `state=…`."""
        return self.holds(published=[*mails, *([mail] if mail else [])])

    def published_nothing(self) -> Expected:
        """No message went out."""
        return self.holds(published=[])

    def sent(self, state: str, *calls: Json) -> Expected:
        """A Task called its service so often, retries included, and sent this each time: of an object the fields that
        are named, of a list every item."""
        return self.holds(arguments={state: list(calls)})

    def ran(self, job: str, *states: str) -> Expected:
        """The runs of a Glue job ended so, in order of their starts: `ran("load", "FAILED", "SUCCEEDED")`."""
        return self.holds(runs={job: list(states)})

    def holds(self, **then: Json) -> Expected:
        """The `then` of a scenario: `holds(status="FAILED", transitions=12)`.

        Raises ScenarioError for words that are none of a scenario's, and for names of states that do not exist.
        """
        from aslkit.simulation.expectation import THEN, differences
        from aslkit.simulation.reading import Remark
        from aslkit.simulation.scenario_file import unknown_states

        remarks: list[Remark] = []
        read = THEN(then, (), remarks)
        machine = self.execution.machine
        if machine is not None and isinstance(read, dict):
            remarks.extend(unknown_states(read, (), machine))
        if remarks or not isinstance(read, dict):
            raise ScenarioError("; ".join(remark.message for remark in remarks))
        _check(differences(read, (), self.execution), self.execution)
        return self
