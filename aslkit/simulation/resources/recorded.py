"""Attempts recorded on AWS -> Resource: the same answers, by state, map iteration and invocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.simulation.history import KINDS
from aslkit.simulation.items import Objects, objects_of
from aslkit.simulation.resources import Outcome, OutcomeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aslkit.simulation.resources import Request

Json = Any

Key = tuple[str, tuple[tuple[str, int], ...]]


class Recorded:
    """The describing object; `begin` gives the service of one execution."""

    def __init__(self, attempts: Iterable[Mapping[str, Json]], objects: Iterable[Mapping[str, Json]] = ()) -> None:
        self.objects = tuple(objects)
        objects_of(self.objects)  # what is wrong with them is said here, not when a run begins
        self.outcomes: dict[Key, list[Outcome]] = {}
        for attempt in attempts:
            key = (attempt["state"], _iteration(attempt.get("iteration") or ()))
            self.outcomes.setdefault(key, []).append(_outcome(attempt))

    def begin(self) -> RecordedService:
        return RecordedService(self.outcomes, objects_of(self.objects))


class RecordedService:
    """Answers the n-th invocation of a state in a map iteration as it was answered then.

    Attempts that were recorded without an iteration answer a state in a distributed Map one after the other: the
    history of the parent does not tell which child execution they belong to. `objects` are what S3 holds.
    """

    def __init__(self, outcomes: Mapping[Key, Sequence[Outcome]], objects: Objects) -> None:
        self.outcomes = outcomes
        self.objects = objects
        self.answered: dict[str, int] = {}

    def invoke(self, request: Request) -> Outcome:
        found, number = self.outcomes.get((request.state, request.iteration), ()), request.invocation
        if not found and request.iteration and (anywhere := self.outcomes.get((request.state, ()))):
            found = anywhere
            number = self.answered[request.state] = self.answered.get(request.state, 0) + 1
        if number > len(found):
            raise OutcomeError(
                f"state '{request.state}' is invoked for the time number {number}; the recording has {len(found)}",
                request,
            )
        return found[number - 1]

    def stop(self, request: Request, at: float) -> None:
        """A recording stops nothing."""


def recorded(attempts: Iterable[Mapping[str, Json]], objects: Iterable[Mapping[str, Json]] = ()) -> Recorded:
    """A resource that answers from recorded attempts.

    Each attempt is an object with `state`; `result`, or `error` and `cause` (null: failed without a name), or `hang` or
    `unfinished` (it never answered); and where it applies `submitted`, `outcomeEvent`, `workerName`, `after` (how many
    seconds it took), `heartbeats` (seconds after which one came), and `iteration`, a list of {"map", "index"}.
    `objects` are what an ItemReader finds, as objects with `Bucket`, `Key` and `Body`. Raises ValueError for an attempt
    without a state, and for an object without a bucket.
    """
    attempts = list(attempts)
    for number, attempt in enumerate(attempts, 1):
        if not isinstance(attempt.get("state"), str):
            raise ValueError(f"recorded attempt number {number} has no state")
    return Recorded(attempts, objects)


def _outcome(attempt: Mapping[str, Json]) -> Outcome:
    common: dict[str, Any] = {
        "submitted": attempt.get("submitted"),
        "worker": attempt.get("workerName"),
        "heartbeats": tuple(attempt.get("heartbeats") or ()),
    }
    if attempt.get("hang") or attempt.get("unfinished"):
        return Outcome(never=True, **common)
    common["after"] = attempt.get("after") or 0.0
    if "result" in attempt:
        return Outcome(result=attempt["result"], **common)
    return Outcome(
        failed=True,
        error=attempt.get("error"),
        cause=_cause(attempt.get("cause")),
        **common,
        event=event if (event := attempt.get("outcomeEvent")) in KINDS else None,
    )


def _cause(cause: Json) -> str | None:
    return cause if cause is None or isinstance(cause, str) else str(cause)


def _iteration(chain: Sequence[Mapping[str, Json]]) -> tuple[tuple[str, int], ...]:
    """The (map, index) pairs, outermost first. A recording that follows the events backwards lists earlier iterations
    of the same Map as well; the last one is the attempt's own."""
    return tuple({entry["map"]: entry["index"] for entry in chain}.items())
