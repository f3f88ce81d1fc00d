"""An exploration -> the notification proof: for each state and error who is told, after how long, how the run ends.

What no definition can tell of has its own part: nothing in the execution runs any more when it happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.record import Record
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.exploration.catalogue import LASTING
from aslkit.simulation.exploration.ground import Placed
from aslkit.simulation.exploration.observed import Run
from aslkit.simulation.exploration.properties import no_failure_ends_well
from aslkit.simulation.faults import DOCUMENTED
from aslkit.simulation.limits import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.simulation.execution import Attempt
    from aslkit.simulation.exploration.catalogue import Mishap
    from aslkit.simulation.exploration.found import Exploration
    from aslkit.simulation.exploration.ground import Ground, Placement
    from aslkit.simulation.exploration.observed import Mail

TOLD, ENDS_WELL, UNCLEAR, RESIDUAL = "told", "ends well", "unclear", "residual"
HIDDEN, UNNOTICED = "hidden", "unnoticed"
WATCHED = (FAILED, TIMED_OUT, ABORTED)


class ProofRow(Record):
    """What comes of one error that stays at one state, or of one thing that is wrong with the input (THE_INPUT).

    `told` is the state that sends the message (None: nobody), `after` the virtual seconds from the first failed call to
    that message, `lasts` those to the end of the run, `tries` how often the state was tried. `verdict` is TOLD,
    ENDS_WELL (the run succeeds, and may), UNCLEAR (a message is sent that `lacks` something), RESIDUAL (no definition
    could tell of it), HIDDEN (the run succeeds although a task failed for good), UNNOTICED.
    """

    state: str
    mishap: str
    error: str | None
    known: str
    verdict: str
    told: str | None
    after: float | None
    tries: int
    status: str
    ending: str | None
    lasts: float
    lacks: str | None = None


class ResidualRow(Record):
    """What no catcher sees: what happens, the status that the execution then has (None: there is no execution), and
    whether the EventBridge rule that the settings declare sees it (None: none is declared)."""

    what: str
    status: str | None
    error: str | None
    seen: bool | None


class Proof(Record):
    """`rows` in the order of the definition; `missing` are the Task states that no run came to. `explored` is the
    exploration that the proof is part of."""

    definition: str
    rows: tuple[ProofRow, ...]
    residual: tuple[ResidualRow, ...]
    missing: tuple[str, ...]
    event_rule: tuple[str, ...] | None
    explored: Exploration

    @property
    def unnoticed(self) -> tuple[ProofRow, ...]:
        return tuple(row for row in self.rows if row.verdict in (HIDDEN, UNNOTICED))


def prove(exploration: Exploration) -> Proof:
    """The proof for the machine that was explored; makes one run for each row."""
    ground = exploration.ground
    ways = _ways(ground)
    inputs = [(name, Run(ground, placed, ground.run(placed))) for name, placed in _inputs(ground)]
    rows = (
        *(_input_row(ground, name, run) for name, run in inputs if run.status != SUCCEEDED and run.residual is None),
        *(
            _row(ground, ways[state], state, mishap)
            for state, menu in ground.menus.items()
            if state in ways
            for mishap in menu
            if mishap.error is not None
        ),
    )
    unseen = [(name, run) for name, run in inputs if run.status != SUCCEEDED and run.residual is not None]
    return Proof(
        definition=ground.plan.source,
        rows=rows,
        residual=tuple(_residual(ground, rows, unseen)),
        missing=tuple(state for state in ground.menus if state not in ways),
        event_rule=ground.settings.event_rule,
        explored=exploration,
    )


def _inputs(ground: Ground) -> Iterator[tuple[str, Placement]]:
    yield from ((name, (Placed("", (), 0, name, LASTING),)) for name in ground.inputs)


def _ways(ground: Ground) -> dict[str, tuple[Placement, Placed]]:
    """Task state -> the mishaps by which a run comes to it (none if it does anyway), and its first call there.

    Other answers are tried first, and one fault of each state; for states that are missing then, every other fault.
    """
    found: dict[str, tuple[Placement, Placed]] = {}
    pending: list[Placement] = [()]
    while pending:
        placement = pending.pop(0)
        for state, first in _first_calls(ground, placement):
            if state in found:
                continue
            found[state] = placement, first
            if len(placement) < DEEPEST:
                menu = ground.menus[state]
                failing = [mishap for mishap in menu if mishap.error is not None][:1]
                ahead = [mishap for mishap in menu if mishap.error is None] + failing
                pending += ((*placement, first._replace(mishap=mishap.name)) for mishap in ahead)
    if len(found) < len(ground.menus):
        _by_other_faults(ground, found)
    return found


def _by_other_faults(ground: Ground, found: dict[str, tuple[Placement, Placed]]) -> None:
    """Adds the states to which only other faults than the first of a state lead."""
    for state, (before, first) in tuple(found.items()):
        for mishap in ground.menus[state]:
            placement = (*before, first._replace(mishap=mishap.name))
            for reached, call in _first_calls(ground, placement):
                found.setdefault(reached, (placement, call))


def _first_calls(ground: Ground, placement: Placement) -> Iterator[tuple[str, Placed]]:
    """The first call of each Task in a run; as a place of a mishap that lasts, whose name is still open."""
    known: set[str] = set()
    for attempt in ground.run(placement).attempts():
        request = attempt.request
        if request is not None and request.state not in known:
            known.add(request.state)
            iteration = tuple(index for _, index in request.iteration)
            yield request.state, Placed(request.state, iteration, request.invocation, "", LASTING)


DEEPEST = 3


def _row(ground: Ground, way: tuple[Placement, Placed], state: str, mishap: Mishap) -> ProofRow:
    before, first = way
    placement = (*before, first._replace(mishap=mishap.name))
    run = Run(ground, placement, ground.run(placement))
    attempts = [attempt for attempt in run.execution.attempts(state) if _is_there(attempt, first)]
    began = next((attempt.ended for attempt in attempts if attempt.failed and attempt.ended is not None), None)
    error = next((attempt.error for attempt in attempts if attempt.failed), mishap.error)
    return _judged(run, state, mishap.name, error, mishap.known, began, len(attempts))


THE_INPUT = "(the input)"


def _input_row(ground: Ground, name: str, run: Run) -> ProofRow:
    broke = run.breaking
    began = broke.at if broke is not None else None
    return _judged(run, THE_INPUT, name, broke.error if broke is not None else None, DOCUMENTED, began, 1)


def _judged(
    run: Run, state: str, mishap: str, error: str | None, known: str, began: float | None, tries: int
) -> ProofRow:
    """The row of a run, in which something begins to fail at `began`."""
    execution = run.execution
    mail, lacks = _message(run)
    if execution.status == SUCCEEDED:
        verdict = HIDDEN if any(no_failure_ends_well(run)) else ENDS_WELL
        mail, lacks = (mail, lacks) if verdict == HIDDEN else (None, None)
    elif mail is not None:
        verdict = TOLD if lacks is None else UNCLEAR
    else:
        verdict = RESIDUAL if run.residual is not None else UNNOTICED
    return ProofRow(
        state=state,
        mishap=mishap,
        error=error,
        known=known,
        verdict=verdict,
        told=mail.state if mail is not None else None,
        after=mail.at - began if mail is not None and began is not None else None,
        tries=tries,
        status=execution.status,
        ending=execution.error,
        lasts=execution.duration,
        lacks=lacks,
    )


def _is_there(attempt: Attempt, placed: Placed) -> bool:
    """Whether an attempt is one of the map iteration in which the mishap is placed."""
    request = attempt.request
    return request is not None and tuple(index for _, index in request.iteration) == placed.iteration


def _message(run: Run) -> tuple[Mail | None, str | None]:
    """The first message that says all of a failure; else the first one after it, and what it does not say."""
    sent = [mail for mail in run.mails if run.is_after(mail) and mail.state not in run.ground.success]
    for mail in sent:
        if run.tells_error(mail) and run.names_failed(mail):
            return mail, None
    for mail in sent:
        return mail, "which state or job failed" if run.tells_error(mail) else "the error"
    return None, None


def _residual(ground: Ground, rows: tuple[ProofRow, ...], inputs: list[tuple[str, Run]]) -> Iterator[ResidualRow]:
    rule = ground.settings.event_rule

    def row(what: str, status: str | None, error: str | None = None) -> ResidualRow:
        return ResidualRow(what, status, error, None if rule is None else status in rule)

    for name, run in inputs:
        yield row(ground.inputs[name].meaning, run.status, run.execution.error)
    dying: dict[tuple[str, str], set[str | None]] = {}
    for found in rows:
        if found.verdict == RESIDUAL:
            dying.setdefault((found.state, found.status), set()).add(found.ending)
    for (state, status), endings in dying.items():
        yield row(f"the message of '{state}' cannot be sent", status, endings.pop() if len(endings) == 1 else None)
    seconds = ground.machine.timeout_seconds
    limit = f"its TimeoutSeconds, {seconds}" if seconds is not None else f"a year, {MAX_SECONDS:.0f} s"
    yield row(f"the execution reaches the time limit of the whole machine ({limit})", TIMED_OUT, "States.Timeout")
    yield row("a path or function finds no data where it reads it (States.Runtime)", FAILED, "States.Runtime")
    yield row("somebody stops the execution", ABORTED)
    yield ResidualRow("the execution is never started (the schedule is off, or may not start it)", None, None, False)
