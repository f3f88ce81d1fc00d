"""One placement of mishaps -> what its run tells the search: what is wrong, how it ran, what can go wrong besides.

These are pure functions of plain data, so that any number of processes look at the same run alike.
"""

from __future__ import annotations

import pickle
import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import Task
from aslkit.simulation.execution import ABORTED, SUCCEEDED
from aslkit.simulation.exploration.catalogue import LASTING, ONCE
from aslkit.simulation.exploration.ground import Ground, Placed
from aslkit.simulation.exploration.observed import Run
from aslkit.simulation.exploration.properties import Property, Wrong, chosen
from aslkit.simulation.exploration.tree import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from aslkit.simulation.execution import Attempt, Execution, Visit
    from aslkit.simulation.exploration.ground import Placement, Plan
    from aslkit.simulation.resources import Request

Json = Any


class Look(NamedTuple):
    """What a run tells the search. `wrong` holds (property, message, about); `children` are the mishaps that can happen
    besides, after the last one that was placed, each with the segment in which it does; `signature` is the same for
    runs that ran alike, the n-th of the `shapes` for runs that ran alike outside their n-th segment. `entered` are the
    states that the run with nothing going wrong does not come to, and this one does. `spared` counts the calls in a row
    at which nothing is placed. `lasts` is how long the run takes, in virtual seconds, `spent` how long all its states
    take together, but for those around others."""

    status: str
    wrong: tuple[tuple[str, str, tuple[str, ...]], ...]
    children: tuple[tuple[int, Placed], ...]
    signature: bytes
    shapes: tuple[bytes, ...]
    retriers: tuple[tuple[str, int], ...]
    entered: tuple[str, ...]
    spared: int
    lasts: float
    spent: float


class Wanted(NamedTuple):
    """What is asked of a look: whether children and signature are wanted, whether a call only succeeds or fails, and
    whether calls in a row that failed alike are spared."""

    children: bool
    sequences: bool = False
    spare: bool = True


class Looker:
    """A ground with the properties that are looked at on it."""

    def __init__(self, plan: Plan, own: Sequence[Property] = ()) -> None:
        self.ground = Ground(plan)
        self.own = tuple(own)
        if self.own or self.ground.settings.custom:
            self.ground.errors_matter = self.ground.times_matter = True  # these properties may look at anything
        self.properties = chosen(self.ground, own)
        self.usual = _ending(Run(self.ground, (), self.ground.bystander))

    def look(self, placement: Placement, wanted: Wanted) -> Look:
        """Raises OutcomeError when nobody says what a task answers, PropertyError for a property that breaks."""
        execution = self.ground.run(placement) if placement else self.ground.bystander
        run = Run(self.ground, placement, execution)
        expands = wanted.children and execution.status != ABORTED
        in_a_row = set(_in_a_row(run)) if expands and wanted.spare and not wanted.sequences else set()
        return Look(
            execution.status,
            tuple(self.wrong(run)),
            tuple(children(self.ground, run, wanted, in_a_row)) if expands else (),
            signature(run) if wanted.children else b"",
            tuple(shapes(run)) if wanted.children else (),
            tuple({(v.state, a.retrier) for v in execution.visits for a in v.attempts if a.retrier is not None}),
            tuple({visit.state for visit in execution.visits} & self.ground.unvisited),
            len(in_a_row),
            execution.duration,
            sum(
                visit.left - visit.entered
                for visit in execution.visits
                if visit.left is not None and visit.state not in self.ground.around
            ),
        )

    def wrong(self, run: Run) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """What the properties find; nothing where the run ends as it does with nothing going wrong, if that is bad."""
        if run.placement and self.usual is not None and _ending(run) == self.usual:
            return
        for one in self.properties:
            for found in one.check(run):
                if isinstance(found, Wrong):
                    yield one.name, found.message, found.about
                else:
                    yield one.name, found, tuple(sorted(placed.state for placed in run.placement))


def _ending(run: Run) -> tuple[str, str | None, str | None] | None:
    """How a run failed, None when it succeeded."""
    if run.status == SUCCEEDED:
        return None
    return run.status, run.execution.error, run.breaking.state if run.breaking is not None else None


@lru_cache(maxsize=2)
def _looker(pickled: bytes) -> Looker:
    plan, own = pickle.loads(pickled)
    return Looker(plan, own)


def look_at(pickled: bytes, placements: Sequence[Placement], wanted: Wanted) -> list[Look]:
    """The looks at some placements; `pickled` holds the plan and the team's own properties."""
    looker = _looker(pickled)
    return [looker.look(placement, wanted) for placement in placements]


# --- what can go wrong besides ---------------------------------------------------------------------------------------


def children(
    ground: Ground, run: Run, wanted: Wanted, in_a_row: Collection[Attempt] = ()
) -> Iterator[tuple[int, Placed]]:
    """What can happen besides, each with the segment in which it does: every fault at every invocation that came after
    the last one placed, but for those `in_a_row`, and before the first fault every other answer after the last one, so
    that no placement is made twice."""
    faultless = ground.faults(run.placement) == 0
    answers = faultless and len(run.placement) < MOST_ANSWERS
    if faultless and not wanted.sequences:
        yield from ((NOWHERE, Placed("", (), 0, name, LASTING)) for name in ground.inputs)
    asked = sorted(_asked(run), key=lambda found: found[1].serial)
    befallen = [(run.placed_at(attempt), request) for _, request, attempt in asked]
    last = min((request.serial for placed, request in befallen if placed and _is_last(request, run)), default=0)
    first = {request.state: request for _, request in reversed(befallen)}
    spared = set(_without_choice(run)) if wanted.sequences else in_a_row
    for (segment, request, attempt), (placed, _) in zip(asked, befallen, strict=True):
        may_be_answered = answers and placed is None and request.serial > last
        may_fail = (placed is None or ground.is_answer(placed)) and (faultless or request.serial > last)
        is_first = first[request.state] is request
        for child in _at(ground, run.execution, request, wanted, is_first=is_first):
            if may_be_answered if ground.is_answer(child) else may_fail and attempt not in spared:
                yield segment, child


MOST_ANSWERS = 2
"""Other answers than usual in one run."""


def _without_choice(run: Run) -> Iterator[Attempt]:
    """The calls that cannot both succeed and fail: those that failed by themselves, and those that were aborted before
    their answer, so that no outcome of theirs is in the sequence."""
    for visit in run.execution.visits:
        last = visit.attempts[-1] if visit.attempts else None
        for attempt in visit.attempts:
            if attempt.failed or (attempt is last and visit.ended == "aborted"):
                yield attempt


def _in_a_row(run: Run) -> Iterator[Attempt]:
    """The calls between the first and the last of several in a row that failed alike by themselves and were tried again
    by the same retrier while nothing else began or ended, as those that wait for a job to be free: whatever goes wrong,
    it goes wrong alike in each."""
    if run.ground.reads_clock:
        return
    for visit in run.execution.visits:
        beside: list[float] | None = None
        for before, attempt, after in zip(visit.attempts, visit.attempts[1:], visit.attempts[2:], strict=False):
            same = {(one.failed, one.error, one.retrier, run.placed_at(one)) for one in (before, attempt, after)}
            if attempt.failed and len(same) == 1:
                beside = sorted(_instants_beside(run, visit)) if beside is None else beside
                ended = attempt.started if attempt.ended is None else attempt.ended
                if bisect_left(beside, before.started) == bisect_right(beside, ended):
                    yield attempt


def _instants_beside(run: Run, visit: Visit) -> Iterator[float]:
    """When other states and job runs begin and end while a state is visited, or later."""
    for other in run.execution.visits:
        if other is visit or (other.left is not None and other.left < visit.entered):
            continue
        if not _is_around(other, visit):  # of which nothing happens in between
            yield from (other.entered, *(() if other.left is None else (other.left,)))
            yield from (at for one in other.attempts for at in (one.started, one.ended) if at is not None)
    own = {attempt.request.serial for attempt in visit.attempts if attempt.request is not None}
    for job in run.job_runs:
        if job.serial not in own:
            yield from (job.started, job.ended)


def _is_around(other: Visit, visit: Visit) -> bool:
    """Whether a visit is one of a state around another one."""
    depth, iterations = len(other.pointer), len(other.iteration)
    inside = depth < len(visit.pointer) and visit.pointer[:depth] == other.pointer
    return inside and visit.iteration[:iterations] == other.iteration


def _asked(run: Run) -> Iterator[tuple[int, Request, Attempt]]:
    """Every request, with its segment and attempt."""
    segment = -1
    for visit in run.execution.visits:
        segment += visit.is_top_level
        for attempt in visit.attempts:
            if attempt.request is not None:
                yield segment, attempt.request, attempt


def _is_last(request: Request, run: Run) -> bool:
    """Whether a request is one at which the last mishap was placed: one in each iteration, if it is placed in all."""
    state, placed, invocation = run.placement[-1][:3]
    iteration = tuple(index for _, index in request.iteration)
    return (request.state, request.invocation) == (state, invocation) and placed in (None, iteration)


def _at(ground: Ground, execution: Execution, request: Request, wanted: Wanted, *, is_first: bool) -> Iterator[Placed]:
    """What can happen at a call; what lasts from the first call of a state on may last in one map iteration (the item
    is to blame) or in all of them (the service is)."""
    menu = ground.menus[request.state]
    iteration = tuple(index for _, index in request.iteration)
    if wanted.sequences:
        failing = next((mishap for mishap in menu if mishap.error is not None), None)
        if failing is not None:
            yield Placed(request.state, iteration, request.invocation, failing.name, ONCE)
        answers = (mishap for mishap in menu if mishap.is_answer)
        yield from (Placed(request.state, iteration, request.invocation, one.name, one.times[-1]) for one in answers)
        return
    moments = tuple(_moments(ground, execution, request)) if len(request.pointer) > 2 else ()
    for mishap in menu:
        for times in mishap.times:
            for after in moments if mishap.timed and moments else (None,):
                yield Placed(request.state, iteration, request.invocation, mishap.name, times, after)
        if is_first and iteration and LASTING in mishap.times and mishap.error is not None:
            yield Placed(request.state, None, request.invocation, mishap.name, LASTING)


MOST_MOMENTS = 4
"""Moments at which a failure in a branch is placed: before anything else of the other branches ends, after the first
and the second, and after the last."""


def _moments(ground: Ground, execution: Execution, request: Request) -> Iterator[float]:
    """The seconds after which work may fail, one for each place among the ends of what runs beside it."""
    ends = sorted({end - request.at for end in _ends_beside(execution, request) if end >= request.at})
    if not ends:
        return
    limit = _limit(ground, request)
    found = [min(SOON, ends[0] / 2), *(end + SOON for end in ends)]
    possible = [after for after in found if after < limit]
    if len(possible) > MOST_MOMENTS:
        possible = [*possible[: MOST_MOMENTS - 1], possible[-1]]
    yield from possible


SOON = 1.0


def _ends_beside(execution: Execution, request: Request) -> Iterator[float]:
    """When the calls of other branches and iterations of the same top-level state ended."""
    line, iteration = request.pointer[:-1], request.iteration
    for visit in execution.visits:
        other = visit.pointer[:-1]
        if visit.pointer[:2] != request.pointer[:2] or visit.is_top_level:
            continue
        if visit.iteration == iteration and (other[: len(line)] == line or line[: len(other)] == other):
            continue
        yield from (one.ended for one in visit.attempts if one.request is not None and one.ended is not None)


def _limit(ground: Ground, request: Request) -> float:
    """The seconds after which the task, or Glue, would have ended the job run."""
    state = ground.states[request.state]
    own = state.timeout_seconds if isinstance(state, Task) and isinstance(state.timeout_seconds, int) else None
    minutes = request.parameters.get("Timeout") if isinstance(request.parameters, dict) else None
    limits = [float(own)] if own is not None else []
    if isinstance(minutes, int):
        limits.append(60.0 * minutes)
    return min(limits, default=float("inf"))


# --- which runs ran alike --------------------------------------------------------------------------------------------


def signature(run: Run) -> bytes:
    """The same for two runs that entered the same states in the same order, retried and caught alike, ended their calls
    in the same order, and left the same job runs and messages behind: whatever the errors were called, and whenever it
    was, unless these may decide where a run goes."""
    visits = run.execution.visits
    ends = sorted(
        (attempt.ended if attempt.ended is not None else float("inf"), index, attempt.number)
        for index, visit in enumerate(visits)
        for attempt in visit.attempts
    )
    ran = [_ran(run, visit) for visit in visits]
    timed = run.ground.times_matter or bool(run.unawaited)
    return _digest((run.status, ran, ends if timed else [place[1:] for place in ends], _left_behind(run)))


MOST_SEGMENTS = 300


def shapes(run: Run) -> Iterator[bytes]:
    """One for each segment: the same for two runs that ran alike in all other segments, and left this one by the same
    transition with the same data. "" where what is left behind may matter all the same: a job run that goes on, calls
    whose answers are counted, the time. None for a run of more segments than are worth it."""
    if run.ground.reads_clock:
        return
    segments: list[list[Visit]] = []
    for visit in run.execution.visits:
        if visit.is_top_level:
            segments.append([])
        segments[-1].append(visit)
    if len(segments) > MOST_SEGMENTS:
        return
    parts = [_digest([_ran(run, visit) for visit in visits]) for visits in segments]
    mails = [mail.state for mail in run.mails]
    for index, visits in enumerate(segments):
        first = visits[0]
        at = float("inf") if first.left is None else first.left
        if any(job.running_at(at) for job in run.unawaited) or any(_is_counted(run, one) for one in visits):
            yield b""
            continue
        left = (first.state, first.ended, first.edge, first.catcher)
        data = _data(segments[index + 1][0]) if index + 1 < len(segments) else b""
        yield _digest((run.status, parts[:index], left, data, parts[index + 1 :], mails))


def _is_counted(run: Run, visit: Visit) -> bool:
    """Whether what a visit's calls are answered hangs on how many there were before."""
    requests = (attempt.request for attempt in visit.attempts if attempt.request is not None)
    return bool(run.ground.counted) and any(when.concerns(one) for one in requests for when in run.ground.counted)


def _data(visit: Visit) -> bytes:
    """The same for two visits with the same data, whenever and by which job run that came about."""
    try:
        text = repr((visit.input, visit.variables))
    except RecursionError:
        return b"too deep to be compared" + str(visit.came).encode()
    return _digest(PASSING.sub("", text))


PASSING = re.compile(
    r"'(?:StartedOn|CompletedOn|LastModifiedOn|Id|JobRunId|RequestId|x-amzn-RequestId|MessageId|Date)': "
    r"(?:\d+|\[?'[^']*'\]?)"
)
"""Times and ids in what services answer: no state compares these, unless it reads the clock."""


def _ran(run: Run, visit: Visit) -> tuple[Json, ...]:
    tries = [(attempt.failed, attempt.retrier) for attempt in visit.attempts]
    stored: tuple[Json, ...] = ()
    if visit.error is not None or visit.catcher is not None:
        stored = (run.is_harmless(visit), visit.error is None, visit.cause is None)
    if run.ground.errors_matter and stored:
        stored = (*stored, visit.error, visit.cause)
    return visit.state, visit.iteration, visit.ended, visit.edge, visit.catcher, tries, stored


def _left_behind(run: Run) -> tuple[Json, ...]:
    return [(job.name, job.state) for job in run.job_runs], [mail.state for mail in run.mails]


def _digest(value: Json) -> bytes:
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=12).digest()
