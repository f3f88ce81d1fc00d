"""What a scenario expects, an execution -> the differences between them.

One function for each key of `then`; EXPECTATIONS is the table of them all.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import duration_text
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation import reading
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.reading import UNFIT, Closed, ListOf, MapOf, OneOf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.simulation.execution import Execution, Visit
    from aslkit.simulation.reading import Kind, Remark
    from aslkit.simulation.resources.sns import Publication

Json = Any

TOLERANCE = 1e-6
"""Seconds within which two durations are the same."""


class Difference(Record):
    """An expectation that is not met: `expected` and `actual` are JSON values (or texts) about `subject`.

    `at` is the virtual second at which the run had gone another way, None where no instant can be told: the timeline up
    to it explains the difference.
    """

    pointer: Pointer
    subject: str
    expected: Json
    actual: Json
    at: float | None = None

    @property
    def message(self) -> str:
        return f"{self.subject}: expected {_plain(self.expected)}, but it is {_plain(self.actual)}"


class Expectation(Record):
    """One key of `then`: the kind of its value, and what compares that with an execution.

    `states` says whether the names in the value are names of states, and of which: "", "any", "top" (of the whole
    definition, not of a branch), "retrying" (Task, Parallel, Map), "calling" (Task).
    """

    kind: Kind
    compare: Callable[[Any, Pointer, Execution], Iterator[Difference]]
    states: str = ""


def differences(then: Mapping[str, Any], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    """Every expectation that the execution does not meet; `then` as THEN reads it, written at `pointer`."""
    for name, expected in then.items():
        yield from EXPECTATIONS[name].compare(expected, (*pointer, name), execution)


# --- how it ended ----------------------------------------------------------------------------------------------------


def _status(expected: str, pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    if execution.status != expected:
        yield Difference(pointer, "the status", expected, execution.status, execution.duration)


def _error(expected: str | None, pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    if execution.error != expected:
        yield Difference(pointer, "the error", expected, execution.error, execution.duration)


def _cause(expected: list[tuple[Pointer, str]], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    for place, part in expected:
        if part not in (execution.cause or ""):
            yield Difference(place, "the cause", f"text with '{part}'", execution.cause, execution.duration)


def _output(expected: Json, pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    yield from _missing(expected, execution.output, pointer, "the output", execution.duration)


def _missing(expected: Json, actual: Json, pointer: Pointer, subject: str, at: float) -> Iterator[Difference]:
    """Where `actual` lacks what `expected` has: of an object only the keys that are named, of a list every item."""
    match expected, actual:
        case dict(), dict():
            for key, value in expected.items():
                if key not in actual:
                    yield Difference((*pointer, key), f"{subject}, {key}", value, "absent", at)
                else:
                    yield from _missing(value, actual[key], (*pointer, key), f"{subject}, {key}", at)
        case list(), list() if len(expected) == len(actual):
            for index, (value, other) in enumerate(zip(expected, actual, strict=True)):
                yield from _missing(value, other, (*pointer, index), f"{subject}, {index}", at)
        case _:
            if not _same(expected, actual):
                yield Difference(pointer, subject, expected, actual, at)


def _same(expected: Json, actual: Json) -> bool:
    """JSON's equality: true is not 1."""
    return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)


def _duration(expected: dict[str, float], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    actual = execution.duration
    least, most = expected.get("at-least", 0.0), expected.get("at-most", float("inf"))
    if least - TOLERANCE <= actual <= most + TOLERANCE:
        return
    bounds = [f"{name.replace('-', ' ')} {duration_text(length)}" for name, length in expected.items()]
    wanted = duration_text(least) if least == most else " and ".join(bounds)
    yield Difference(pointer, "the duration", wanted, duration_text(actual), actual)


def _transitions(expected: int, pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    if execution.transitions != expected:
        yield Difference(pointer, "the number of transitions", expected, execution.transitions)


# --- the way there ---------------------------------------------------------------------------------------------------


def top_level(execution: Execution) -> list[Visit]:
    """The visits of the definition's own states, without those inside a Parallel or Map."""
    return [visit for visit in execution.visits if visit.is_top_level]


def _path(expected: list[tuple[Pointer, str]], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    """The first place at which the run left the expected path; what follows from it is not repeated."""
    for wanted, visit in zip_longest(expected, top_level(execution)):
        actual = visit.state if visit is not None else "the end"
        if wanted is None:
            yield Difference(pointer, "the path", "the end", actual, visit.entered)
        elif wanted[1] != actual:
            at = visit.entered if visit is not None else execution.duration
            yield Difference(wanted[0], "the path", wanted[1], actual, at)
        else:
            continue
        return


def _enters(expected: list[tuple[Pointer, str]], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    entered = {visit.state for visit in execution.visits}
    for place, name in expected:
        if name not in entered:
            yield Difference(place, f"state '{name}'", "entered", "never entered", execution.duration)


def _avoids(expected: list[tuple[Pointer, str]], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    for place, name in expected:
        visit = next((visit for visit in execution.visits if visit.state == name), None)
        if visit is not None:
            yield Difference(place, f"state '{name}'", "never entered", "entered", visit.entered)


def _invocations(expected: dict[str, int], pointer: Pointer, execution: Execution) -> Iterator[Difference]:
    for name, number in expected.items():
        attempts = list(execution.attempts(name))
        if len(attempts) != number:
            at = attempts[number].started if number < len(attempts) else execution.duration
            yield Difference((*pointer, name), f"the invocations of '{name}'", number, len(attempts), at)


def _waits(
    expected: dict[str, list[tuple[Pointer, float]]], pointer: Pointer, execution: Execution
) -> Iterator[Difference]:
    for name, lengths in expected.items():
        wanted, actual = [length for _, length in lengths], execution.waits(name)
        if len(wanted) != len(actual) or any(abs(a - b) > TOLERANCE for a, b in zip(wanted, actual, strict=True)):
            subject = f"the waits of '{name}' before its retries"
            yield Difference((*pointer, name), subject, _durations(wanted), _durations(actual), execution.duration)


def _durations(lengths: list[float]) -> list[str]:
    return [duration_text(length) for length in lengths]


# --- what the services saw -------------------------------------------------------------------------------------------


def _arguments(
    expected: dict[str, list[tuple[Pointer, Json]]], pointer: Pointer, execution: Execution
) -> Iterator[Difference]:
    for name, calls in expected.items():
        requests = [one.request for one in execution.attempts(name) if one.request is not None]
        if len(calls) != len(requests):
            at = requests[len(calls)].at if len(calls) < len(requests) else execution.duration
            yield Difference((*pointer, name), f"the calls of '{name}'", len(calls), len(requests), at)
            continue
        for number, ((place, wanted), request) in enumerate(zip(calls, requests, strict=True), 1):
            subject = f"the arguments of '{name}' in call {number}"
            yield from _missing(wanted, request.parameters, place, subject, request.at)


def _published(
    expected: list[tuple[Pointer, dict[str, Any]]], pointer: Pointer, execution: Execution
) -> Iterator[Difference]:
    services: Any = execution.services
    published: list[Publication] = services.sns.published
    if len(expected) != len(published):
        actual = [f"'{mail.subject}' from {mail.state}" for mail in published]
        refused = [f"refused with {mail.error}: '{mail.subject}' from {mail.state}" for mail in services.sns.rejected]
        yield Difference(pointer, "the published messages", len(expected), [*actual, *refused], execution.duration)
        return
    for (place, wanted), mail in zip(expected, published, strict=True):
        yield from _mail(wanted, place, mail)


def _mail(expected: dict[str, Any], pointer: Pointer, mail: Publication) -> Iterator[Difference]:
    for name, wanted in expected.items():
        place = (*pointer, name)
        subject = (
            f"the message from '{mail.state}'"
            if name == "message"
            else f"the {name} of the message from '{mail.state}'"
        )
        match name:
            case "message":
                for where, part in wanted:
                    if part not in mail.message:
                        yield Difference(where, subject, f"text with '{part}'", mail.message, mail.at)
            case "at":
                if abs(wanted - mail.at) > TOLERANCE:
                    yield Difference(place, subject, duration_text(wanted), duration_text(mail.at), mail.at)
            case "topic":
                if wanted not in (mail.topic, mail.topic.rpartition(":")[2]):
                    yield Difference(place, subject, wanted, mail.topic, mail.at)
            case _:
                actual = getattr(mail, name)
                if wanted != actual:
                    yield Difference(place, subject, wanted, actual, mail.at)


def _runs(
    expected: dict[str, list[tuple[Pointer, str]]], pointer: Pointer, execution: Execution
) -> Iterator[Difference]:
    services: Any = execution.services
    for name, states in expected.items():
        wanted = [state for _, state in states]
        actual = [run.state_at(execution.duration) for run in services.glue.runs if run.name == name]
        if wanted != actual:
            subject = f"the runs of Glue job '{name}'"
            yield Difference((*pointer, name), subject, wanted, actual, execution.duration)


# --- the table -------------------------------------------------------------------------------------------------------


def _duration_kind(value: Json, pointer: Pointer, remarks: list[Remark]) -> Any:
    """A duration, or bounds on it; read as bounds."""
    if isinstance(value, dict):
        return BOUNDS(value, pointer, remarks)
    exact = reading.seconds(value, pointer, remarks)
    return exact if exact is UNFIT else {"at-least": exact, "at-most": exact}


MANY = reading.whole(0, 1_000_000)
BOUNDS = Closed("`duration`", {"at-least": reading.seconds, "at-most": reading.seconds})
MAIL = Closed(
    "a published message",
    {
        "topic": reading.text,
        "subject": reading.text_or_null,
        "message": reading.texts,
        "state": reading.text,
        "at": reading.seconds,
    },
)
RUN_STATES = OneOf(
    {state: state for state in ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED", "RUNNING", "WAITING")}
)
STATUSES = OneOf({status: status for status in (SUCCEEDED, FAILED, TIMED_OUT, ABORTED)})

EXPECTATIONS: dict[str, Expectation] = {
    "status": Expectation(kind=STATUSES, compare=_status),
    "error": Expectation(kind=reading.text_or_null, compare=_error),
    "cause": Expectation(kind=reading.texts, compare=_cause),
    "output": Expectation(kind=reading.anything, compare=_output),
    "path": Expectation(kind=ListOf("names of states", reading.text), compare=_path, states="top"),
    "enters": Expectation(kind=ListOf("names of states", reading.text), compare=_enters, states="any"),
    "avoids": Expectation(kind=ListOf("names of states", reading.text), compare=_avoids, states="any"),
    "invocations": Expectation(kind=MapOf("numbers by state", MANY), compare=_invocations, states="retrying"),
    "waits": Expectation(
        kind=MapOf("lists of durations by state", ListOf("durations", reading.seconds)),
        compare=_waits,
        states="retrying",
    ),
    "duration": Expectation(kind=_duration_kind, compare=_duration),
    "transitions": Expectation(kind=MANY, compare=_transitions),
    "arguments": Expectation(
        kind=MapOf("lists of arguments by state", ListOf("arguments", reading.anything)),
        compare=_arguments,
        states="calling",
    ),
    "published": Expectation(kind=ListOf("published messages", MAIL), compare=_published),
    "runs": Expectation(kind=MapOf("lists of states by job", ListOf("job run states", RUN_STATES)), compare=_runs),
}
"""Every key of `then`."""

THEN = Closed("`then`", {name: expectation.kind for name, expectation in EXPECTATIONS.items()})


def _plain(value: Json) -> str:
    """A value in a message: text as it is, anything else as JSON, long ones cut."""
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


LONGEST = 300
