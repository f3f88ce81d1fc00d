"""Tests of state machines in Python: `run` an execution offline, and say with `expect` what is to come of it.

The words are those of a scenario file (docs/scenarios.md), so that a test and a scenario say the same in the same way.
Importing this module is cheap; what it needs is imported when it is first used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    return isinstance(failure.value, ScenarioError | DefinitionError | AssertionError | OSError | TypeError)


__tracebackhide__ = concerns_the_test  # pytest asks every function of this module


def check_type(name: str, value: object, kinds: type | tuple[type, ...], expected: str) -> None:
    """Raises TypeError, which says what is `expected`, for an argument that is of none of these kinds."""
    if not isinstance(value, kinds):
        from aslkit.simulation.reading import shown

        raise TypeError(f"`{name}` is {shown(value)}; {expected} is expected")


def _check_list(name: str, value: object) -> None:
    """Raises TypeError for an argument that is no list of entries; a text and an object are none, though they can be
    gone through."""
    kinds = () if isinstance(value, str | bytes | Mapping) else Iterable
    check_type(name, value, kinds, f"a list of entries, as `{name}` of a scenario,")


def _check_names(name: str, *values: object) -> None:
    for value in values:
        check_type(name, value, str, f"the name of a {name}")


def _json(name: str, value: Json) -> Json:
    """An argument as JSON data. Raises TypeError for what JSON has no kind of value for, and ScenarioError for a
    number, a text or a nesting that it does not have."""
    from aslkit.definition.document import DefinitionError, load

    try:
        return load(json.dumps(value, allow_nan=False), source=name).data
    except TypeError as error:
        raise TypeError(f"`{name}` is no JSON value: {error}") from None
    except DefinitionError as error:
        raise ScenarioError(f"`{name}` is no JSON value: {error.message}") from None
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"`{name}` is no JSON value: {error}") from None


def machine(definition: str | os.PathLike[str], values: Mapping[str, Json] | None = None) -> StateMachine:
    """The state machine of a YAML or JSON file, its `${Placeholders}` filled from `values`.

    Raises OSError, DefinitionError for a text that is no YAML, ScenarioError for a definition that AWS refuses, and
    TypeError for arguments of another kind.
    """
    from aslkit.definition.document import load
    from aslkit.definition.model import parse
    from aslkit.definition.substitution import SubstitutionError, substitute
    from aslkit.lint import lint

    check_type("definition", definition, (str, os.PathLike), "the name of a file")  # open(1) is standard output
    check_type("values", values, (Mapping, type(None)), "an object of names and values")
    try:
        with open(definition, "rb") as file:
            content = file.read()
    except ValueError as error:
        raise ScenarioError(f"{os.fspath(definition)!r} is no name of a file: {error}") from None
    document = load(content, source=os.fspath(definition))
    if values:
        try:
            document = substitute(document, _json("values", values))
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
    execution is as it stands after the last redrive. Raises ScenarioError for words that do not fit, TypeError for
    arguments of another kind, and AssertionError where the `then` of a redrive is not met.
    """
    from aslkit.definition.document import DefinitionError, load
    from aslkit.simulation.scenario import run_scenarios

    check_type("given", given, (Mapping, type(None)), "an object, as `given` of a scenario,")
    _check_list("when", when)
    _check_list("redrive", redrive)
    found = _machine(definition, values)
    scenario = {
        "name": "test",
        "given": _given(given or {}, input),
        "when": _json("when", list(when)),
        "then": {},
        "redrive": _json("redrive", list(redrive)),
    }
    try:
        document = load(json.dumps({"scenarios": [scenario]}), source="<test>.json")
    except DefinitionError as error:
        raise ScenarioError(error.message) from None  # nested too deep, all in all
    folder = os.path.dirname(found.document.source)
    verdicts = run_scenarios(document, found, read=lambda name: _read(folder, name))
    remarks = [remark for verdict in verdicts for remark in verdict.remarks]
    execution = verdicts[-1].execution
    if remarks or execution is None:
        raise ScenarioError("\n".join(f"{_place(document, remark.pointer)}{remark.message}" for remark in remarks))
    _check(verdicts[-1].differences, execution)
    return execution


def _machine(definition: str | os.PathLike[str] | StateMachine, values: Mapping[str, Json] | None) -> StateMachine:
    """The machine to run. Raises TypeError where nothing would come of the values."""
    from aslkit.definition.model import StateMachine

    if not isinstance(definition, StateMachine):
        kinds = (str, os.PathLike)
        check_type("definition", definition, kinds, "the name of a file, or a machine that `machine` has read,")
        return machine(definition, values)
    if values:
        raise TypeError("`values` fill the placeholders of a file, and this machine was read before: give them there")
    return definition


def _given(given: Mapping[str, Json], input: Json) -> Json:
    """What is given, with the input in it. Raises ScenarioError for a second input."""
    if input is None:
        return _json("given", dict(given))
    if "input" in given:
        raise ScenarioError("`input` stands in `given` as well; an execution has one input")
    return {**_json("given", dict(given)), "input": _json("input", input)}


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
    """What is to come of an execution, said one after the other: `expect(execution).failed("MyError").published(…)`.

    Raises TypeError for what is no execution.
    """
    return Expected(execution)


class Expected:
    """Each method raises AssertionError, with the timeline, unless it holds, and returns this object again; TypeError
    where it is told nothing, or what is no name."""

    def __init__(self, execution: Execution) -> None:
        from aslkit.simulation.execution import Execution

        check_type("execution", execution, Execution, "an execution, as `run` gives it,")
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
        _check_names("state", *path)
        return self.holds(path=path)

    def entered(self, *states: str) -> Expected:
        """It entered these states, wherever they stand, in any order."""
        _check_names("state", *states)
        if not states:
            raise TypeError('entered() says nothing; say at least one state: entered("Load")')
        return self.holds(enters=states)

    def avoided(self, *states: str) -> Expected:
        """It never entered these states."""
        _check_names("state", *states)
        if not states:
            raise TypeError('avoided() says nothing; say at least one state: avoided("Load")')
        return self.holds(avoids=states)

    def invoked(self, state: str, *, times: int) -> Expected:
        """A state's work was asked for so many times, retries included."""
        _check_names("state", state)
        return self.holds(invocations={state: times})

    def waited(self, state: str, *waits: float | str) -> Expected:
        """A state's retriers waited so long before each new attempt: seconds, or "2m"."""
        _check_names("state", state)
        return self.holds(waits={state: waits})

    def took(
        self,
        exactly: float | str | None = None,
        *,
        at_least: float | str | None = None,
        at_most: float | str | None = None,
    ) -> Expected:
        """It took so much virtual time: seconds, or "1h30m"; exactly so much, or within bounds."""
        bounds = {name: bound for name, bound in (("at-least", at_least), ("at-most", at_most)) if bound is not None}
        if exactly is None and not bounds:
            raise TypeError('took() says nothing; say at least one duration: took("1h"), took(at_most="2h")')
        if exactly is not None and bounds:
            raise TypeError('took() takes one duration or bounds, not both: took("1h"), took(at_most="2h")')
        return self.holds(duration=bounds if exactly is None else exactly)

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
        _check_names("state", state)
        return self.holds(arguments={state: calls})

    def ran(self, job: str, *states: str) -> Expected:
        """The runs of a Glue job ended so, in order of their starts: `ran("load", "FAILED", "SUCCEEDED")`."""
        _check_names("job", job)
        return self.holds(runs={job: states})

    def holds(self, **then: Json) -> Expected:
        """The `then` of a scenario: `holds(status="FAILED", transitions=12)`.

        Raises ScenarioError for words that are none of a scenario's, and for names of states that do not exist;
        TypeError for nothing at all.
        """
        from aslkit.simulation.expectation import THEN, differences
        from aslkit.simulation.reading import Remark
        from aslkit.simulation.scenario_file import unknown_states

        if not then:
            raise TypeError('holds() says nothing; say at least one thing: holds(status="FAILED")')
        remarks: list[Remark] = []
        read = THEN({name: _json(name, value) for name, value in then.items()}, (), remarks)
        machine = self.execution.machine
        if machine is not None and isinstance(read, dict):
            remarks.extend(unknown_states(read, (), machine))
        if remarks or not isinstance(read, dict):
            raise ScenarioError("; ".join(remark.message for remark in remarks))
        _check(differences(read, (), self.execution), self.execution)
        return self
