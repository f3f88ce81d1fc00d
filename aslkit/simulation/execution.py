"""What a run leaves behind: its outcome, the history as AWS would return it, and the trace that reports read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.record import Record
from aslkit.simulation.history import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.history import Event
    from aslkit.simulation.resources import Outcome, Request, Service

Json = Any

SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
TIMED_OUT = "TIMED_OUT"
ABORTED = "ABORTED"

Iteration = tuple[tuple[str, int], ...]
"""The map iterations around a state: (map state, index) pairs, outermost first."""


class Attempt:
    """One attempt of a Task, Parallel or Map state within one visit. Times are virtual seconds since the start.

    `number` counts from 0; `waited` are the seconds of its retrier's wait just before it. `request` and `outcome` are
    what a task asked and was answered (None for Parallel and Map). A `failed` attempt has `error` and `cause`, and
    says whether a `heartbeat` was missed; `retrier` is the index in `Retry` of the retrier that tried again because of
    it.
    """

    __slots__ = (
        "cause",
        "ended",
        "error",
        "failed",
        "heartbeat",
        "number",
        "outcome",
        "request",
        "retrier",
        "started",
        "waited",
    )

    def __init__(self, number: int, started: float, waited: float) -> None:
        self.number = number
        self.started = started
        self.waited = waited
        self.ended: float | None = None
        self.request: Request | None = None
        self.outcome: Outcome | None = None
        self.failed = False
        self.error: str | None = None
        self.cause: str | None = None
        self.heartbeat = False
        self.retrier: int | None = None

    def fail(self, now: float, error: str | None, cause: str | None, *, heartbeat: bool = False) -> None:
        self.ended = now
        self.failed = True
        self.heartbeat = heartbeat
        self.error = error
        self.cause = cause

    def __repr__(self) -> str:
        return f"Attempt({self.number}, started={self.started}, ended={self.ended}, error={self.error!r})"


class Visit:
    """One visit of one state, from its StateEntered event on. Times are virtual seconds since the start.

    `ended` is "exited", "caught", "failed" or "aborted" (stopped from outside). `edge` is the pointer of the transition
    that was taken (…/Next, …/Choices/0/Next, …/Default, …/Catch/1/Next), None where the state ends its state machine or
    was never left. `catcher` is the index in `Catch` of the catcher that caught its failure, `error` and `cause` what
    ended it if it was caught or failed. `event` is the id of its StateEntered event. `came` and `went` number the
    entering and leaving of all visits in the order in which they happened, within one instant too (0: it was never
    left). `input` and `variables` are what the state was entered with. `attempts` is empty for states that neither
    retry nor catch.
    """

    __slots__ = (
        "attempts",
        "came",
        "catcher",
        "cause",
        "edge",
        "ended",
        "entered",
        "error",
        "event",
        "input",
        "iteration",
        "left",
        "pointer",
        "state",
        "variables",
        "went",
    )

    def __init__(
        self, state: str, pointer: Pointer, iteration: Iteration, entered: float, event: int, came: int = 0
    ) -> None:
        self.state = state
        self.pointer = pointer
        self.iteration = iteration
        self.entered = entered
        self.event = event
        self.came = came
        self.went = 0
        self.left: float | None = None
        self.ended = ""
        self.edge: Pointer | None = None
        self.catcher: int | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.attempts: Sequence[Attempt] = ()
        self.input: Json = None
        self.variables: Mapping[str, Json] = {}

    @property
    def is_top_level(self) -> bool:
        """Whether the state is one of the definition's own, inside of no Parallel or Map."""
        return len(self.pointer) == 2

    def catch(self, catcher: int, error: str | None, cause: str | None) -> None:
        self.ended = "caught"
        self.catcher = catcher
        self.error = error
        self.cause = cause

    def __repr__(self) -> str:
        return f"Visit({self.state!r}, entered={self.entered}, left={self.left}, ended={self.ended!r})"


class Execution(Record):
    """A finished run.

    `status` is SUCCEEDED, FAILED, TIMED_OUT or ABORTED (the run reached a bound of the simulator). `output` is a JSON
    value, None unless it succeeded; `error` and `cause` are None where AWS sends none. `duration` is in virtual
    seconds. `transitions` counts as AWS bills: each state entered and each retry. `visits` are in the order in which
    states were entered. `services` is the live service, as the run left it; `machine` is what was executed.
    """

    status: str
    output: Json
    error: str | None
    cause: str | None
    duration: float
    transitions: int
    visits: Sequence[Visit]
    services: Service | None
    start: float
    events: Sequence[Event]
    machine: StateMachine | None = None

    @property
    def history(self) -> list[dict[str, Json]]:
        """The events as GetExecutionHistory returns them, oldest first; made when they are first asked for."""
        known: list[dict[str, Json]] | None = self.__dict__.get("_history")
        if known is None:
            known = self.__dict__["_history"] = render(self.events, self.start)
        return known

    @property
    def path(self) -> list[str]:
        """The names of the states in the order in which they were entered."""
        return [visit.state for visit in self.visits]

    def attempts(self, state: str | None = None) -> Iterator[Attempt]:
        """Every attempt, or those of one state, in the order of their visits."""
        for visit in self.visits:
            if state is None or visit.state == state:
                yield from visit.attempts

    def waits(self, state: str) -> list[float]:
        """The virtual seconds that the state's retriers waited, one number for each retry."""
        return [attempt.waited for attempt in self.attempts(state) if attempt.number]
