"""States -> StateMachine, and a service that answers from lists: what the tests of the simulator share."""

from __future__ import annotations

import json
from typing import Any

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation import Execution
from aslkit.simulation.resources import Outcome, Request

GLUE = "arn:aws:states:::glue:startJobRun.sync"
INVOKE = "arn:aws:states:::lambda:invoke"


def machine(states: dict[str, Any], **fields: Any) -> StateMachine:
    """A state machine that starts at its first state."""
    return parse(load(json.dumps({"StartAt": next(iter(states)), "States": states, **fields}), source="test.json"))


class Answers:
    """A service that gives each state's outcomes one after the other, and keeps what was asked and stopped."""

    def __init__(self, **outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes
        self.asked: list[Request] = []
        self.stopped: list[tuple[str, float]] = []

    def begin(self) -> Answers:
        return Answers(**self.outcomes)

    def invoke(self, request: Request) -> Outcome:
        self.asked.append(request)
        return self.outcomes[request.state][request.invocation - 1]

    def stop(self, request: Request, at: float) -> None:
        self.stopped.append((request.state, at))


def fails(error: str | None, cause: str | None = None, *, after: float = 0.0) -> Outcome:
    return Outcome(failed=True, error=error, cause=cause, after=after)


def arrows(execution: Execution) -> list[str]:
    """The history as "id<-previousEventId type", one line for each event."""
    return [f"{event['id']}<-{event['previousEventId']} {event['type']}" for event in execution.history]
