"""Where a run stands -> the context object, which paths read as `$$`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from aslkit.language.jsonpath import Scope
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

Json = Any

START = 1_735_696_800.0
"""2025-01-01T02:00:00Z in epoch seconds, when an execution starts unless it is told otherwise."""


class Clock(Protocol):
    """`start` is in epoch seconds, `now` in virtual seconds since."""

    start: float
    now: float


class StateScope(Scope):
    """What the expressions of one state visit read: `input`, `context` and `variables`, JSONata's `$states.result` and
    `$states.errorOutput` where `more` holds them, and the virtual instant."""

    __slots__ = ("clock", "more")

    def __init__(self, clock: Clock, variables: Mapping[str, Json], random: Random | None) -> None:
        super().__init__(None, None, variables, random)
        self.clock = clock
        self.more: Mapping[str, Json] = {}

    def states(self) -> dict[str, Json]:
        """`$states` of a JSONata expression."""
        return {"input": self.input, "context": self.context, **self.more}

    def now(self) -> float:
        """The present instant in epoch seconds."""
        return self.clock.start + self.clock.now

    def having(self, name: str, value: Json) -> StateScope:
        """The same scope with one more field of `$states`."""
        scope = StateScope(self.clock, self.variables, self.random)
        scope.input, scope.context = self.input, self.context
        scope.more = {name: value}
        return scope


class Identity(Record):
    """What an execution and its state machine are called on AWS."""

    name: str
    machine: str
    region: str
    account: str
    role: str
    express: bool = False

    @property
    def execution_arn(self) -> str:
        if self.express:
            return f"arn:aws:states:{self.region}:{self.account}:express:{self.machine}:{self.name}:{self.name}"
        return f"arn:aws:states:{self.region}:{self.account}:execution:{self.machine}:{self.name}"

    @property
    def machine_arn(self) -> str:
        return f"arn:aws:states:{self.region}:{self.account}:stateMachine:{self.machine}"


def execution_facts(identity: Identity, input: Json, start: float) -> dict[str, Json]:
    """The parts of the context object that stay the same during a run; only a Standard execution can be redriven.

    Source: as recorded on AWS in 2024 and 2026.
    """
    execution = {
        "Id": identity.execution_arn,
        "Input": input,
        "StartTime": instant(start),
        "Name": identity.name,
        "RoleArn": identity.role,
    }
    return {
        "Execution": execution if identity.express else {**execution, "RedriveCount": 0},
        "StateMachine": {"Id": identity.machine_arn, "Name": identity.machine},
    }


def instant(seconds: float) -> str:
    """Epoch seconds as the service writes an instant: 2025-01-01T02:00:00.000Z."""
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def mentions(raw: Json, inner: frozenset[str] = frozenset({"Branches", "ItemProcessor", "Iterator"})) -> bool:
    """Whether any text of a state itself, not of the states inside it, can read the context object."""
    match raw:
        case str():
            return "$$" in raw or "$states" in raw
        case dict():
            return any(mentions(value) for key, value in raw.items() if key not in inner)
        case list():
            return any(map(mentions, raw))
        case _:
            return False
