"""A Task state -> everything that can go wrong when it calls its service: error names, causes, how long it lasts.

The fault presets of `aslkit.simulation.faults` where there are some, else the errors of the service's model; what the
definition itself names in ErrorEquals, since somebody has seen it; an answer that never comes; and what a team adds.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Task, walk
from aslkit.definition.raised import has_prefix, is_exact, prefixes, raised
from aslkit.definition.resource import ACTIVITY, LAMBDA_ARN, parse_resource
from aslkit.definition.services import JOB
from aslkit.language.errors import RUNTIME, TASK_FAILED, TIMEOUT
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.faults import DOCUMENTED, FAULTS, GUESSED
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.model import Retrying, StateMachine
    from aslkit.definition.resource import ResourceArn
    from aslkit.simulation.resources.scripted import Reply

Json = Any

EVERY = "*"
"""The pattern that fits every name."""
ONCE, LASTING = "once", "lasting"
BOTH = (ONCE, LASTING)
HANGS = "hangs"
TEAM = "added by the team"
UNFINISHED = "hangs, with heartbeats"


class Mishap(Record):
    """One way in which a call goes wrong.

    `name` is how a scenario writes it ("glue: failed", "hangs"), else the error name. `times` says whether it may pass
    by itself (ONCE), and whether it may stay (LASTING): no second call mends a topic that is not there. One that is
    `timed` may come at any moment of the work: where other branches run as well, it matters when. One without an error
    is another answer than usual; one that a team adds is no fault at all.
    """

    name: str
    error: str | None
    reply: Reply
    known: str
    meaning: str
    times: tuple[str, ...] = BOTH
    timed: bool = False

    @property
    def called(self) -> str:
        """What reports call it: its error name where it has one."""
        return self.error or self.name

    @property
    def is_answer(self) -> bool:
        return self.error is None and self.known == TEAM


class Added(Record):
    """What a team adds to the catalogue of the states whose name or Resource fits `where` (`*`: any text): a fault, or
    another answer."""

    where: str
    reply: Fails | Returns
    times: tuple[str, ...] = BOTH


class Muted(Record):
    """Faults that cannot happen to the states whose name fits: `name` is a mishap's name or its error name."""

    name: str
    state: str = EVERY


STAYING = {
    "glue": frozenset({"entity-not-found", "invalid-input", "access-denied"}),
    "sns": frozenset({"topic-not-found", "invalid-subject", "invalid-parameter", "access-denied", "kms-access-denied"}),
    "lambda": frozenset({"not-found", "access-denied"}),
    "states": frozenset({"permissions", "data-limit-exceeded"}),
}
"""Faults that no second call mends: they last."""

AT_WORK = {"lambda": frozenset({"function-error", "unknown", "timed-out"})}
"""Faults that come when the work has gone on for a while, besides those in which a job run ends."""


def catalogue(
    machine: StateMachine, *, added: Sequence[Added] = (), muted: Sequence[Muted] = ()
) -> dict[str, tuple[Mishap, ...]]:
    """Task state -> what can go wrong with its calls, the most usual first; every Task of the definition is a key."""
    found: dict[str, tuple[Mishap, ...]] = {}
    for state, named in _tasks(machine):
        menu = {mishap.name: mishap for mishap in _mishaps(state, named)}
        menu |= {mishap.name: mishap for mishap in _added(state, added)}
        found[state.name] = tuple(mishap for mishap in menu.values() if not is_muted(state.name, mishap, muted))
    return found


def _tasks(machine: StateMachine) -> Iterator[tuple[Task, tuple[str, ...]]]:
    """Every Task with the error names that its own retriers and catchers, and those of the states around it, name."""
    states = {state.pointer: state for _, state in walk(machine)}
    for state in states.values():
        if isinstance(state, Task):
            around = (states.get(state.pointer[:length]) for length in range(2, len(state.pointer) + 1))
            yield state, tuple(dict.fromkeys(name for outer in around if outer is not None for name in _named(outer)))


def _named(state: Retrying | Any) -> Iterator[str]:
    for rule in (*state.retry, *state.catch):
        yield from rule.error_equals


def is_muted(state: str, mishap: Mishap, muted: Sequence[Muted]) -> bool:
    return any(fnmatchcase(state, one.state) and is_called(mishap, one.name) for one in muted)


def is_called(mishap: Mishap, pattern: str) -> bool:
    """Whether the name of a mishap, or its error name, fits a pattern."""
    return fnmatchcase(mishap.name, pattern) or fnmatchcase(mishap.error or "", pattern)


def is_at(state: Task, where: str) -> bool:
    """Whether an added fault is one of a state: its name or Resource fits the pattern."""
    return fnmatchcase(state.name, where) or fnmatchcase(state.resource or "", where)


def _added(state: Task, added: Sequence[Added]) -> Iterator[Mishap]:
    for one in added:
        if is_at(state, one.where):
            error = one.reply.error if isinstance(one.reply, Fails) else None
            name = error if isinstance(one.reply, Fails) else f"returns {json_text(one.reply.value)}"
            yield Mishap(name or TASK_FAILED, error, one.reply, known=TEAM, meaning=TEAM, times=one.times)


def _mishaps(state: Task, named: tuple[str, ...]) -> Iterator[Mishap]:
    arn = parse_resource(state.resource or "")
    if arn is None:
        return
    product = "lambda" if arn.service == LAMBDA_ARN else arn.service
    presets = [_preset(product, name) for name in FAULTS.get(product, ()) if _applies(product, name, state)]
    found = presets or list(_of_http() if product == HTTP else _of_model(arn))
    if arn.hears_heartbeats:
        found.append(_failing("Worker.Failed", "whoever holds the task token reports a failure", GUESSED, timed=True))
        if state.heartbeat_seconds is not None:
            found.append(_unfinished(state.heartbeat_seconds))
    known = {mishap.error for mishap in found}
    own = product == "lambda" or arn.hears_heartbeats
    found += [
        _failing(name, "an error that the definition names in ErrorEquals", GUESSED, timed=own)
        for name in named
        if name not in known and _may_come(arn, name, own=own)
    ]
    yield from found
    if product != HTTP:
        yield Mishap(HANGS, TIMEOUT, Hangs(), known=DOCUMENTED, meaning="no answer comes before TimeoutSeconds")
    yield from (_preset("states", name) for name in FAULTS["states"])


def _may_come(arn: ResourceArn, name: str, *, own: bool) -> bool:
    """Whether an error that a definition names comes of a call: of `own` code any that is none of AWS's, of a service
    what it raises, to the letter."""
    if name.startswith("States."):
        return arn.service == HTTP and name.startswith("States.Http.")
    if arn.service == APIGATEWAY:
        return has_prefix(arn, name)
    return is_exact(arn, name) or (own and not has_prefix(arn, name))


HTTP, APIGATEWAY = "http", "apigateway"
SOCKET_SECONDS = 60.0


def _of_http() -> Iterator[Mishap]:
    """The answers of an HTTP endpoint that are failures, and none within a minute. Source: Step Functions Developer
    Guide, "Call HTTPS APIs", errors of HTTP Task."""
    for status, meaning in (
        (404, "there is nothing at this address"),
        (429, "too many calls at a time"),
        (500, "the endpoint fails"),
        (503, "the endpoint cannot answer now"),
    ):
        yield _failing(f"States.Http.StatusCode.{status}", meaning)
    reply = Fails(error="States.Http.Socket", cause="no answer came within 60 seconds", after=SOCKET_SECONDS)
    yield Mishap("States.Http.Socket", "States.Http.Socket", reply, known=DOCUMENTED, meaning=reply.cause or "")


def _preset(product: str, name: str) -> Mishap:
    fault = FAULTS[product][name]
    return Mishap(
        f"{product}: {name}",
        fault.error,
        Faulty(fault=fault),
        known=fault.known,
        meaning=fault.meaning,
        times=(LASTING,) if name in STAYING[product] else BOTH,
        timed=(fault.run is not None and name != "timeout") or name in AT_WORK.get(product, ()),
    )


def _applies(product: str, name: str, state: Task) -> bool:
    """SNS finds no fault with a subject that is not there."""
    if (product, name) != ("sns", "invalid-subject"):
        return True
    parameters = state.raw.get("Parameters", state.raw.get("Arguments"))
    return isinstance(parameters, dict) and any(key in parameters for key in ("Subject", "Subject.$"))


def _failing(error: str, meaning: str, known: str = DOCUMENTED, *, timed: bool = False) -> Mishap:
    return Mishap(error, error, Fails(error=error, cause=meaning), known=known, meaning=meaning, timed=timed)


def stays(answer: Json) -> Mishap:
    """A task goes on to answer what it answers at first."""
    meaning = "the answer stays what it is at first"
    return Mishap("answers the same for good", None, Returns(answer), GUESSED, meaning, times=(LASTING,))


def _unfinished(heartbeat: int | str) -> Mishap:
    """Somebody works without end: only TimeoutSeconds ends that, not HeartbeatSeconds."""
    reply = Hangs(beat=float(heartbeat) if isinstance(heartbeat, int) else 1.0)
    meaning = "heartbeats come, and no answer before TimeoutSeconds"
    return Mishap(UNFINISHED, TIMEOUT, reply, known=DOCUMENTED, meaning=meaning)


def _of_model(arn: ResourceArn) -> Iterator[Mishap]:
    """The errors that the service's model lists for the action, and a job that fails where the task waits for one."""
    if arn.pattern.startswith(JOB):
        yield _failing(TASK_FAILED, "the job that the task waits for fails", timed=True)
    prefix = prefixes(arn)[0] or arn.service
    for error in raised(arn):
        name = error if error.endswith("Exception") else f"{error}Exception"
        yield _failing(f"{prefix}.{name}", f"an error that the model of {prefix} lists for {arn.action}")
    if arn.service != ACTIVITY:
        yield _failing(f"{prefix}.SdkClientException", "the call does not reach the service")


class InputMishap(Record):
    """One way in which the input is wrong: `without` names the field that is missing, None is the schedule's event."""

    without: str | None

    @property
    def name(self) -> str:
        return "schedule" if self.without is None else f"without {self.without}"

    @property
    def error(self) -> str:
        return RUNTIME

    @property
    def called(self) -> str:
        return RUNTIME

    @property
    def meaning(self) -> str:
        if self.without is None:
            return "the schedule has no constant input and sends its own event"
        return f"the input has no '{self.without}'"


def input_mishaps(input: Json, *, muted: Sequence[Muted] = ()) -> tuple[InputMishap, ...]:
    """What can be wrong with an input: each of its fields may be missing, and the schedule may send its own event.

    What is muted for some states says nothing of the input.
    """
    if not isinstance(input, dict) or not input:
        return ()
    found = (*(InputMishap(name) for name in input), InputMishap(None))
    general = [mute for mute in muted if mute.state == EVERY]
    return tuple(one for one in found if not any(fnmatchcase(one.name, mute.name) for mute in general))
