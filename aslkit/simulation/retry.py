"""A failure and a state's `Retry` and `Catch` -> the wait before the next attempt, the catcher, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aslkit.language.errors import (
    ALL,
    DATA_LIMIT_EXCEEDED,
    HEARTBEAT_TIMEOUT,
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
    StatesError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from aslkit.definition.model import Retrier


class Failure(StatesError):
    """An error on its way out of a state, its cause complete.

    A `final` one ends the execution, neither retried nor caught. `heartbeat` marks a missed heartbeat, which the
    history calls States.Timeout and a retrier may call States.HeartbeatTimeout. One that is `inside` came out of a
    branch or iteration of the state that it passes through.
    """

    def __init__(
        self, error: str | None, cause: str | None = None, *, final: bool = False, heartbeat: bool = False
    ) -> None:
        super().__init__(error, cause)
        self.final = final or error == RUNTIME
        self.heartbeat = heartbeat
        self.inside = False


def too_large(name: str, *, final: bool = False) -> Failure:
    """The failure of a payload over the limit: final, but for a task's result. Source: recorded on AWS."""
    return Failure(
        DATA_LIMIT_EXCEEDED,
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
        final=final,
    )


class Rule(Protocol):
    """A retrier or a catcher."""

    @property
    def error_equals(self) -> tuple[str, ...]: ...


def covers(name: str, error: str | None, *, heartbeat: bool = False) -> bool:
    """Whether an error name of a retrier or catcher covers an error that is not final; `heartbeat`: a missed one.

    States.ALL covers every failure that can be caught, States.TaskFailed every one but a time-out. Source: guide,
    "Handling errors". A failure without a name (SendTaskFailure may leave it out) is one too (recorded on AWS).
    """
    return (
        name in (ALL, error) or (name == TASK_FAILED and error != TIMEOUT) or (name == HEARTBEAT_TIMEOUT and heartbeat)
    )


def matches(names: Sequence[str], failure: Failure) -> bool:
    """Whether one of the error names of a retrier or catcher covers the failure."""
    return any(covers(name, failure.error, heartbeat=failure.heartbeat) for name in names)


def first_match(rules: Sequence[Rule], failure: Failure) -> int | None:
    """The index of the first retrier or catcher that covers the failure; later ones have no say."""
    if failure.final:
        return None
    return next((index for index, rule in enumerate(rules) if matches(rule.error_equals, failure)), None)


def delay(retrier: Retrier, earlier: int, random: Random) -> float:
    """The seconds to wait when the retrier has retried `earlier` times: interval * rate^earlier, capped; with FULL
    jitter anything from 0 up to that. Source: guide, "Retrying after an error"."""
    seconds = retrier.wait(earlier)
    return random.uniform(0.0, seconds) if retrier.jitter_strategy == "FULL" else seconds
