"""What has to hold in every explored run: one function for each property; PROPERTIES is the table of them all."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.duration import duration_text
from aslkit.definition.model import Task
from aslkit.language.errors import TASK_FAILED, TIMEOUT
from aslkit.record import Record
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.exploration.observed import INPUT, inner_messages
from aslkit.simulation.exploration.own import check_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aslkit.simulation.execution import Visit
    from aslkit.simulation.exploration.ground import Ground
    from aslkit.simulation.exploration.observed import Mail, Run
    from aslkit.simulation.exploration.settings import Custom

    Check = Callable[[Run], Iterable["Wrong | str"]]
    """A run -> what is wrong with it; nothing when the property holds."""


class Wrong(NamedTuple):
    """What is wrong with a run, and which states or jobs it is about: what is about the same is told once."""

    message: str
    about: tuple[str, ...]


class Property(Record):
    """Something that holds in every run: its name, what it means, and what looks at a run.

    `applies` tells whether the plan says enough to look at all; None: always.
    """

    name: str
    explanation: str
    check: Check
    applies: Callable[[Ground], bool] | None = None


# --- the built-in ones -----------------------------------------------------------------------------------------------


def succeeds_without_faults(run: Run) -> Iterator[Wrong]:
    if run.ground.faults(run.placement) or run.status == SUCCEEDED:
        return
    broke = run.breaking
    where = f" in '{broke.state}'" if broke is not None else ""
    if not run.placement:
        yield Wrong(f"with nothing going wrong around it the run ends {run.status}{where}: {_failure(run)}", ())
    elif run.status == FAILED and (broke is None or not broke.decided):
        answers = " and ".join(f"'{placed.state}' {placed.mishap}" for placed in run.placement)
        what = f"nothing goes wrong around it, {answers}, and the run fails{where}: {_failure(run)}"
        yield Wrong(what, (broke.state,) if broke is not None else ())


def failure_is_told(run: Run) -> Iterator[Wrong]:
    if run.status != FAILED:
        return
    if not run.ground.notifiers and FAILED in (run.ground.settings.event_rule or ()):
        return
    carrying = [mail for mail in run.mails if run.tells_error(mail)]
    told = [mail for mail in carrying if run.names_failed(mail)]
    twice = _same_address(told)
    if (told and not twice) or (not told and run.residual is not None):
        return
    broke = run.breaking
    what = f"'{broke.state}' failed with {broke.error}" if broke is not None else f"the run failed: {_failure(run)}"
    if told:
        senders = ", ".join(f"'{mail.state}'" for mail in twice)
        yield Wrong(f"{what}, and that is told {len(twice)} times, by {senders}", tuple(mail.state for mail in twice))
    elif carrying:
        sender = carrying[0].state
        yield Wrong(f"{what}, and the message of '{sender}' does not say which state or job it was", (sender,))
    else:
        why = _silence(run)
        yield Wrong(f"{what}, and nobody is told of it: {why.message}", why.about)


def _same_address(mails: Iterable[Mail]) -> list[Mail]:
    """The messages of the first address that gets more than one."""
    by_address: dict[str | None, list[Mail]] = {}
    for mail in mails:
        by_address.setdefault(mail.to, []).append(mail)
    return next((several for several in by_address.values() if len(several) > 1), [])


def _silence(run: Run) -> Wrong:
    """Why no message told of a failure."""
    broke = run.breaking
    since = broke.went if broke is not None else 0
    broken = (broke.state,) if broke is not None else ()
    for mail in run.mails:
        if run.is_after(mail):
            return Wrong(f"the message of '{mail.state}' does not carry the error", (mail.state, *broken))
    for visit in run.execution.visits:
        if visit.state in run.ground.notifiers and visit.went >= since:
            last = visit.attempts[-1] if visit.attempts else None
            error = last.error if last is not None else visit.error
            befallen = last is not None and run.placed_at(last) is not None
            return Wrong(f"'{visit.state}' failed itself with {error}", (visit.state, *(() if befallen else broken)))
    return Wrong("no state that tells anybody was entered", broken)


def no_failure_ends_well(run: Run) -> Iterator[Wrong]:
    if run.status != SUCCEEDED:
        return
    for visit in run.execution.visits:
        if visit.ended in ("failed", "caught") and not run.is_mended(visit) and _matters(run, visit):
            message = f"'{visit.state}' failed for good with {visit.error}, and the run ends SUCCEEDED"
            yield Wrong(message, (visit.state,))
            return
    for job in run.unnoticed_runs():
        message = f"a run of job '{job.name}' ended {job.state}, no task noticed, and the run ends SUCCEEDED"
        yield Wrong(message, (job.name,))
        return


def _matters(run: Run, visit: Visit) -> bool:
    """Whether a visit that failed is one of a task's work, and the settings do not call its fault harmless."""
    ground = run.ground
    is_work = isinstance(ground.states[visit.state], Task) and visit.state not in ground.notifiers
    return is_work and not run.is_harmless(visit)


def no_success_mail_on_failure(run: Run) -> Iterator[Wrong]:
    if run.status == SUCCEEDED:
        return
    for mail in run.mails:
        if mail.state in run.ground.success and not run.tells_error(mail):
            message = f"'{mail.state}' tells of a good end, and the run ends {run.status}: {_failure(run)}"
            yield Wrong(message, (mail.state,))
            return


def every_run_ends(run: Run) -> Iterator[Wrong]:
    if run.status == ABORTED:
        turning = tuple(dict.fromkeys(visit.state for visit in run.execution.visits[-TURNING:]))
        yield Wrong(f"the run does not end: it goes on through {', '.join(map(repr, turning))}", ())
    elif run.status == TIMED_OUT:
        hanging = [visit for visit in run.execution.visits if visit.ended == "aborted" and _hangs(visit)]
        last = (hanging or run.execution.visits)[-1]
        visits = sum((one.state, one.iteration) == (last.state, last.iteration) for one in run.execution.visits)
        if hanging:
            what = f"'{last.state}' never hears of its call again, and no TimeoutSeconds of its own ends it in time"
        elif visits > 1:
            what = f"time is up in '{last.state}', which was entered {visits} times"
        else:
            what = f"time is up while '{last.state}' goes on"
        yield Wrong(
            f"the run ends TIMED_OUT after {duration_text(run.execution.duration)}, which no catcher sees and "
            f"nobody is told of: {what}",
            (last.state,),
        )


def _hangs(visit: Visit) -> bool:
    outcome = visit.attempts[-1].outcome if visit.attempts else None
    return outcome is not None and outcome.never


TURNING = 50
"""How many of the last visits of a run without end are looked at for what it goes round in."""


def redrive_succeeds(run: Run) -> Iterator[Wrong]:
    if run.status not in (FAILED, TIMED_OUT) or any(not placed.state for placed in run.placement):
        return
    from aslkit.simulation.redrive import NotRedrivable, redrive

    broken = (run.breaking.state,) if run.breaking is not None else ()
    try:
        again = redrive(
            run.ground.machine,
            run.ground.run(run.placement, history=True),
            resources=run.ground.account,
            seed=run.ground.seed,
        )
    except NotRedrivable as refused:
        yield Wrong(f"the run ends {run.status} and cannot be redriven: {refused}", broken)
        return
    if again.status != SUCCEEDED:
        where = f"'{broken[0]}' failed; redriven " if broken else "redriven "
        yield Wrong(f"{where}with all mended, the run ends {again.status} again: {again.error}", broken)


def starts_are_bounded(run: Run) -> Iterator[Wrong]:
    for job, count in run.starts.items():
        most = next((most for name, most in run.ground.settings.starts.items() if fnmatchcase(job, name)), None)
        if most is not None and count > most:
            yield Wrong(f"job '{job}' is started {count} times in one run; {most} are allowed", (job,))


def concurrency_is_respected(run: Run) -> Iterator[Wrong]:
    for attempt in run.attempts():
        request = attempt.request
        if attempt.error != CONCURRENT or request is None or run.placed_at(attempt) is not None:
            continue
        if not any(CONCURRENT in retrier.error_equals for retrier in run.ground.retriers(request.state)):
            yield Wrong(
                f"'{request.state}' starts a job that already runs as often as its MaxConcurrentRuns allows, "
                f"and no retrier of it waits for that ({CONCURRENT})",
                (request.state,),
            )
            return


CONCURRENT = "Glue.ConcurrentRunsExceededException"


def no_job_left_running(run: Run) -> Iterator[Wrong]:
    end = run.execution.duration
    for job in run.job_runs:
        if job.ended > end:
            message = f"a run of job '{job.name}' goes on when the execution has ended {run.status}"
            yield Wrong(f"{message}; nobody sees how it ends", (job.name,))
            return


def waits_as_agreed(run: Run) -> Iterator[Wrong]:
    for visit in run.execution.visits:
        agreed = _agreed(run, visit.state)
        if agreed is None or not isinstance(run.ground.states[visit.state], Task):
            continue
        failed = [attempt for attempt in visit.attempts if attempt.failed]
        if any(attempt.error not in (TASK_FAILED, TIMEOUT) for attempt in failed):
            continue
        waits = tuple(attempt.waited for attempt in visit.attempts if attempt.number)
        wanted = agreed if visit.ended in ("failed", "caught") else agreed[: len(waits)]
        if failed and waits != wanted:
            yield Wrong(
                f"'{visit.state}' failed with {failed[-1].error} and was {_tried(waits)}; agreed is that it is "
                f"{_tried(wanted)}",
                (visit.state,),
            )


def _agreed(run: Run, state: str) -> tuple[float, ...] | None:
    """The waits that the settings say for a state."""
    return next((waits for name, waits in run.ground.settings.waits.items() if fnmatchcase(state, name)), None)


def duration_is_bounded(run: Run) -> Iterator[Wrong]:
    most = run.ground.settings.limits["duration"]
    if run.execution.duration > most:
        yield Wrong(f"the run takes {duration_text(run.execution.duration)}; the limit is {duration_text(most)}", ())


def cost_is_bounded(run: Run) -> Iterator[Wrong]:
    limits = run.ground.settings.limits
    if run.execution.transitions > limits.get("transitions", float("inf")):
        made = run.execution.transitions
        yield Wrong(f"the run makes {made} state transitions; the limit is {limits['transitions']}", ("transitions",))
    if "cost" in limits and run.cost > limits["cost"]:
        yield Wrong(f"the run costs {run.cost:.2f} US dollars; the limit is {limits['cost']:.2f}", ("cost",))


def residual_risk_is_seen(run: Run) -> Iterator[Wrong]:
    if run.residual is None or any(run.tells_error(mail) and run.names_failed(mail) for mail in run.mails):
        return
    rule = run.ground.settings.event_rule
    if rule is None and not run.ground.plan.strict:
        return
    if FAILED in (rule or ()):
        return
    who = "the EventBridge rule does not watch FAILED" if rule is not None else "there is no EventBridge rule"
    unseen = f"{run.execution.error}, which no catcher sees"
    what = unseen if run.residual == INPUT else "a message that cannot be sent"
    yield Wrong(f"the run ends FAILED by {what}, and {who}: nobody is told", (run.residual,))


def _failure(run: Run) -> str:
    cause = run.execution.cause or ""
    text = ": ".join(part for part in (run.execution.error, next(inner_messages(cause), cause)) if part)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


LONGEST = 200


def _tried(waits: tuple[float, ...]) -> str:
    listed = ", ".join(duration_text(wait) for wait in waits)
    return f"tried again after {listed}" if waits else "not tried again"


PROPERTIES: tuple[Property, ...] = (
    Property(
        "succeeds-without-faults",
        "With the given input, and nothing going wrong around it, the run ends SUCCEEDED; with another answer that is "
        "added it fails by a Fail state alone.",
        succeeds_without_faults,
    ),
    Property(
        "failure-is-told",
        "Of every run that ends FAILED exactly one message (to each topic) tells, which names the state or job that "
        "failed and carries the error.",
        failure_is_told,
    ),
    Property(
        "no-failure-ends-well",
        "A run in which a task failed for good never ends SUCCEEDED, unless the settings call that harmless, and no "
        "job run fails unnoticed.",
        no_failure_ends_well,
    ),
    Property(
        "no-success-mail-on-failure",
        "A run that does not succeed sends no message that tells of a good end.",
        no_success_mail_on_failure,
    ),
    Property(
        "every-run-ends",
        "Every run ends by itself: not by the time limit of the whole execution, and not never.",
        every_run_ends,
    ),
    Property(
        "no-job-left-running",
        "When the execution has ended, no job run of it goes on.",
        no_job_left_running,
    ),
    Property(
        "concurrency-is-respected",
        "No job is started more often at once than its MaxConcurrentRuns allows, unless a retrier that names "
        "Glue.ConcurrentRunsExceededException waits for it.",
        concurrency_is_respected,
    ),
    Property(
        "starts-are-bounded",
        "No job is started more often in one run than `limits: {starts: ...}` allows.",
        starts_are_bounded,
        lambda ground: bool(ground.settings.starts),
    ),
    Property(
        "waits-as-agreed",
        "A job that fails (States.TaskFailed, States.Timeout) is tried again after the waits that `waits` says.",
        waits_as_agreed,
        lambda ground: bool(ground.settings.waits),
    ),
    Property(
        "duration-is-bounded",
        "No run takes longer than `limits: {duration: ...}` in virtual time.",
        duration_is_bounded,
        lambda ground: "duration" in ground.settings.limits,
    ),
    Property(
        "cost-is-bounded",
        "No run makes more state transitions, or costs more, than `limits: {transitions: ..., cost: ...}`.",
        cost_is_bounded,
        lambda ground: bool(ground.settings.limits.keys() & {"transitions", "cost"}),
    ),
    Property(
        "redrive-succeeds",
        "A run that failed succeeds when it is redriven and nothing goes wrong any more (`redrive: true`).",
        redrive_succeeds,
        lambda ground: ground.settings.redrive,
    ),
    Property(
        "residual-risk-is-seen",
        "What no definition can tell of (a wrong input, a message that cannot be sent) is seen by an EventBridge rule. "
        "Looked at with --strict, or when the settings declare such a rule.",
        residual_risk_is_seen,
        lambda ground: ground.plan.strict or ground.settings.event_rule is not None,
    ),
)
"""Every property that is built in, the most telling first."""

RETRIERS = Property(
    "retriers-are-used",
    "Every retrier of a task is used by some fault of the exploration: one that never is waits for an error that "
    "never comes.",
    lambda run: (),
)
"""The one property that is looked at when all runs are done."""


def chosen(ground: Ground, own: Iterable[Property] = ()) -> tuple[Property, ...]:
    """The properties that are looked at: built in, of the settings, and `own`; without those that are skipped."""
    settings = ground.settings
    found = (
        *(one for one in PROPERTIES if one.applies is None or one.applies(ground)),
        *map(_custom, settings.custom),
        *own,
    )
    return tuple(one for one in found if one.name not in settings.skipped)


def _custom(custom: Custom) -> Property:
    return Property(custom.name, custom.explanation or f"the team's own: {custom.name}", check_of(custom))
