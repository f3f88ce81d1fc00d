"""Where a run stands -> the context object, which paths read as `$$`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aslkit.record import Record

Json = Any


class Identity(Record):
    """What an execution and its state machine are called on AWS."""

    name: str
    machine: str
    region: str
    account: str
    role: str

    @property
    def execution_arn(self) -> str:
        return f"arn:aws:states:{self.region}:{self.account}:execution:{self.machine}:{self.name}"

    @property
    def machine_arn(self) -> str:
        return f"arn:aws:states:{self.region}:{self.account}:stateMachine:{self.machine}"


def execution_facts(identity: Identity, input: Json, start: float) -> dict[str, Json]:
    """The parts of the context object that stay the same during a run. Source: as recorded on AWS in 2024 and 2026."""
    return {
        "Execution": {
            "Id": identity.execution_arn,
            "Input": input,
            "StartTime": instant(start),
            "Name": identity.name,
            "RoleArn": identity.role,
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": identity.machine_arn, "Name": identity.machine},
    }


def instant(seconds: float) -> str:
    """Epoch seconds as the service writes an instant: 2025-01-01T02:00:00.000Z."""
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def mentions(raw: Json, inner: frozenset[str] = frozenset({"Branches", "ItemProcessor", "Iterator"})) -> bool:
    """Whether any text of a state itself, not of the states inside it, can read the context object."""
    match raw:
        case str():
            return "$$" in raw
        case dict():
            return any(mentions(value) for key, value in raw.items() if key not in inner)
        case list():
            return any(map(mentions, raw))
        case _:
            return False
