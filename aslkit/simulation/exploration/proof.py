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
from aslkit.simulation.limits import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.simulation.execution import Attempt
    from aslkit.simulation.exploration.catalogue import Mishap
    from aslkit.simulation.exploration.ground import Ground, Placement
    from aslkit.simulation.exploration.observed import Mail
    from aslkit.simulation.exploration.search import Exploration

TOLD, ENDS_WELL, UNCLEAR, RESIDUAL, UNNOTICED = "told", "ends well", "unclear", "residual", "unnoticed"
WATCHED = (FAILED, TIMED_OUT, ABORTED)


class ProofRow(Record):
    """What comes of one error that stays at one state.

    `told` is the state that sends the message (None: nobody), `after` the virtual seconds from the first failed call to
    that message, `lasts` those to the end of the run, `tries` how often the state was tried. `verdict` is TOLD,
    ENDS_WELL (the run succeeds), UNCLEAR (a message is sent that `lacks` something), RESIDUAL (no definition could tell
    of it), UNNOTICED.
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
        return tuple(row for row in self.rows if row.verdict == UNNOTICED)


def prove(exploration: Exploration) -> Proof:
    """The proof for the machine that was explored; makes one run for each row."""
    ground = exploration.ground
    ways = dict(_ways(ground))
    rows = tuple(
        _row(ground, way, state, mishap)
        for state, menu in ground.menus.items()
        if (way := ways.get(state)) is not None
        for mishap in menu
        if mishap.error is not None
    )
    return Proof(
        definition=ground.plan.source,
        rows=rows,
        residual=tuple(_residual(ground, rows)),
        missing=tuple(state for state in ground.menus if state not in ways),
        event_rule=ground.settings.event_rule,
        explored=exploration,
    )


def _ways(ground: Ground) -> Iterator[tuple[str, tuple[Placement, Placed]]]:
    """Task state -> the mishaps by which a run comes to it (none if it does anyway), and its first call there."""
    known: set[str] = set()
    pending: list[Placement] = [()]
    while pending:
        placement = pending.pop(0)
        execution = ground.run(placement)
        for attempt in execution.attempts():
            request = attempt.request
            if request is None or request.state in known:
                continue
            known.add(request.state)
            iteration = tuple(index for _, index in request.iteration)
            menu = ground.menus[request.state]
            failing = next((mishap.name for mishap in menu if mishap.error is not None), "")
            first = Placed(request.state, iteration, request.invocation, failing, LASTING)
            yield request.state, (placement, first)
            if len(placement) < DEEPEST and failing:
                pending.append((*placement, first))


DEEPEST = 3


def _row(ground: Ground, way: tuple[Placement, Placed], state: str, mishap: Mishap) -> ProofRow:
    before, first = way
    placement = (*before, first._replace(mishap=mishap.name))
    run = Run(ground, placement, ground.run(placement))
    execution = run.execution
    attempts = [attempt for attempt in execution.attempts(state) if _is_there(attempt, first)]
    began = next((attempt.ended for attempt in attempts if attempt.failed and attempt.ended is not None), None)
    mail, lacks = (None, None) if execution.status == SUCCEEDED else _message(run)
    if execution.status == SUCCEEDED:
        verdict = ENDS_WELL
    elif mail is not None:
        verdict = TOLD if lacks is None else UNCLEAR
    else:
        verdict = RESIDUAL if run.residual is not None else UNNOTICED
    return ProofRow(
        state=state,
        mishap=mishap.name,
        error=next((attempt.error for attempt in attempts if attempt.failed), mishap.error),
        known=mishap.known,
        verdict=verdict,
        told=mail.state if mail is not None else None,
        after=mail.at - began if mail is not None and began is not None else None,
        tries=len(attempts),
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


def _residual(ground: Ground, rows: tuple[ProofRow, ...]) -> Iterator[ResidualRow]:
    rule = ground.settings.event_rule

    def row(what: str, status: str | None, error: str | None = None) -> ResidualRow:
        return ResidualRow(what, status, error, None if rule is None else status in rule)

    for name, mishap in ground.inputs.items():
        execution = ground.run((Placed("", (), 0, name, LASTING),))
        if execution.status != SUCCEEDED:
            yield row(mishap.meaning, execution.status, execution.error)
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
