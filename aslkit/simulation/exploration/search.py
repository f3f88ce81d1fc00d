"""A state machine and its input -> every placement of mishaps, run, and the shortest counterexample to each property.

Exploration is replay: run, see which calls were made, run again with one more of them going wrong. It goes level by
level (no mishap, one, two …), so that what is found first is shortest; the result is the same for any number of
processes, because each level is looked at in one fixed order.
"""

from __future__ import annotations

import gc
import pickle
from itertools import islice
from typing import TYPE_CHECKING, Any

from aslkit.simulation.exploration.catalogue import ONCE
from aslkit.simulation.exploration.found import Counterexample, Exploration, fault_of
from aslkit.simulation.exploration.gaps import LeftOut, uncovered, unmet
from aslkit.simulation.exploration.ground import Ground, Plan, PlanError
from aslkit.simulation.exploration.looking import Look, Looker, Wanted, look_at
from aslkit.simulation.exploration.misfits import misfits
from aslkit.simulation.exploration.properties import RETRIERS
from aslkit.simulation.exploration.settings import ALL
from aslkit.simulation.exploration.tree import NOWHERE, Item, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aslkit.definition.model import StateMachine
    from aslkit.simulation.exploration.ground import Placed, Placement
    from aslkit.simulation.exploration.properties import Property
    from aslkit.simulation.items import S3Object

    Progress = Callable[[int, int], None]
    """(how many runs are done, how many are known of so far)"""
    Enough = Callable[[], bool]
    """Whether to stop where it is; asked before each run, and a few times a second while processes run."""

Json = Any

CHUNK = 64
WIDE = 30_000
"""Placements on one level beyond which the last mishap, too, is one that stands for those that ran like it."""
LATE = 2**31
"""The places in a level from this one on are told last."""
BLINK = 0.2
"""Seconds between two looks at whether it is enough."""
WORTH_PROCESSES = 600
"""Runs below which starting processes takes longer than the runs."""


def explore(
    machine: StateMachine,
    *,
    input: Json,
    given: Mapping[str, Json] | None = None,
    when: Sequence[Json] = (),
    settings: Mapping[str, Json] | None = None,
    machines: Mapping[str, Json] | None = None,
    objects: Sequence[S3Object] = (),
    faults: int | str | None = None,
    max_runs: int | None = None,
    properties: Sequence[Property] = (),
    strict: bool = False,
    prune: bool = True,
    workers: int = 1,
    shard: tuple[int, int] = (1, 1),
    progress: Progress | None = None,
    enough: Enough | None = None,
) -> Exploration:
    """Every placement of up to `faults` mishaps (ALL: every sequence of succeeding and failing calls), run and judged.

    `given`, `when` and `settings` are plain data in the words of a scenario file (`defaults` and `explore`), `machines`
    the definitions that tasks start, by name, `objects` what S3 holds. `prune` leaves out combinations that cannot
    differ: with mishaps that ran like another one at the same place, and of mended mishaps with later ones. `workers`
    are processes. `shard` (1, 8) runs the first eighth. `enough` is asked whether to stop. `properties` are looked at
    besides the built-in ones; with several workers they are functions of a module.

    Raises PlanError for words that do not fit, SimulationRefused for a machine that cannot run, OutcomeError when
    nobody says what a task answers, PropertyError for a property that cannot be evaluated, WorkerDied.
    """
    plan = Plan(
        definition=machine.raw,
        source=machine.document.source,
        input=input,
        given=given or {},
        when=tuple(when),
        explore=settings or {},
        machines=machines or {},
        objects=tuple(objects),
        strict=strict,
    )
    looker = Looker(plan, properties)
    if remarks := tuple(misfits(looker.ground, [one.name for one in properties])):
        raise PlanError(remarks)
    declared = looker.ground.settings
    bound = declared.faults if faults is None else faults
    most = declared.max_runs if max_runs is None else max_runs
    for near in (False, True):
        search = _Search(looker, bound, most, shard, prune=prune, near=near, progress=progress, enough=enough)
        if workers > 1:
            search.use_processes(pickle.dumps((plan, tuple(properties))), workers)
        try:
            search.run()
        finally:
            search.stop()
        if not search.fell_short:
            break
    return search.result()


def sums(ground: Ground) -> bool:
    """Whether something bounds what adds up in a run: its time, cost, transitions, starts."""
    return bool(ground.settings.limits or ground.settings.starts or ground.machine.timeout_seconds)


class WorkerDied(RuntimeError):
    """A process that ran a part of the exploration was killed, or ended by itself."""


class _Search:
    """The levels of one exploration, and what was found so far."""

    def __init__(
        self,
        looker: Looker,
        faults: int | str,
        most: int,
        shard: tuple[int, int],
        *,
        prune: bool,
        near: bool,
        progress: Progress | None,
        enough: Enough | None,
    ) -> None:
        self.looker = looker
        self.ground: Ground = looker.ground
        self.faults = faults
        self.left = LeftOut(most)
        self.shard = shard
        settings = self.ground.settings
        self.adds_up = faults != ALL and sums(self.ground)
        self.represents_alike = prune and faults != ALL
        counted = faults != ALL and (settings.starts or settings.limits.keys() - {"duration"})
        self.is_near = near or bool(counted)
        """Whether what adds up in runs may reach a limit."""
        self.leaves_out_mended = prune and not (
            self.is_near
            or settings.redrive
            or settings.custom
            or looker.own
            or (self.adds_up and self.ground.jitters)  # a retry more, and every wait after it is another one
        )
        self.longest: list[float] = []
        self.longest_fault = 0.0
        self.fell_short = False
        """Whether a limit came near only after something had been left out that may reach it."""
        self.split = False
        self.tree = Tree()
        self.progress = progress
        self.enough = enough
        self.levels: list[int] = []
        self.states: dict[str, dict[str, int]] = {}
        self.endings: dict[str, int] = {}
        self.found: dict[tuple[str, tuple[str, ...]], tuple[Placement, str, int, tuple[int, int]]] = {}
        self.retriers: set[tuple[str, int]] = set()
        self.met: set[str] = set()
        self.tried: set[str] = set()
        self.plainest: dict[str, tuple[tuple[int, bool, bool, int], Placement]] = {}
        self.done = 0
        self.known = 1
        self.keep: dict[str, frozenset[tuple[str, str]]] = {}
        self.pool: Any = None
        self.pickled = b""

    # --- processes ---------------------------------------------------------------------------------------------------

    def use_processes(self, pickled: bytes, workers: int) -> None:
        self.pickled = pickled
        self.workers = workers

    def stop(self) -> None:
        """Ends the processes; those that are in the middle of something too, which may never end by itself."""
        if self.pool is not None:
            if self.left.stopped:
                for process in list((self.pool._processes or {}).values()):
                    process.terminate()
            self.pool.shutdown(cancel_futures=True)
            self.pool = None
            gc.collect()  # what the processes shared is given back, as the interpreter may be left at once

    def looks(self, placements: Sequence[Placement], wanted: Wanted) -> Iterator[Look]:
        """The looks at some placements, in their order; not at all of them when it is enough."""
        if self.is_worth_processes(len(placements)):
            yield from self.looks_of_processes(placements, wanted)
            return
        for placement in placements:
            if placement and self.is_enough():  # the run in which nothing goes wrong is always looked at
                return
            yield self.looker.look(placement, wanted)
            self.advance(1)

    def looks_of_processes(self, placements: Sequence[Placement], wanted: Wanted) -> Iterator[Look]:
        """Raises WorkerDied."""
        from concurrent.futures import wait
        from concurrent.futures.process import BrokenProcessPool

        pool = self.processes()
        chunks = [placements[start : start + CHUNK] for start in range(0, len(placements), CHUNK)]
        try:
            for future in [pool.submit(_task, self.pickled, wanted, chunk) for chunk in chunks]:
                while not future.done():
                    if self.is_enough():
                        return
                    wait([future], timeout=BLINK)
                looks = future.result()
                yield from looks
                self.advance(len(looks))
        except BrokenProcessPool:
            raise WorkerDied(
                "a process that ran a part of the exploration was killed, maybe because memory ran out, or ended itself"
            ) from None

    def is_worth_processes(self, runs: int) -> bool:
        """Whether runs go to processes: many do, and with a limit of time a team's own functions, which may not end."""
        own = bool(self.ground.settings.custom or self.looker.own) and self.enough is not None
        return bool(self.pickled) and (self.pool is not None or runs >= WORTH_PROCESSES or own)

    def is_enough(self) -> bool:
        self.left.stopped = self.left.stopped or (self.enough is not None and self.enough())
        return self.left.stopped

    def processes(self) -> Any:
        if self.pool is None:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            self.pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))
        return self.pool

    def advance(self, runs: int) -> None:
        self.done += runs
        if self.progress is not None:
            self.progress(self.done, self.known)

    # --- levels ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        level = [Item((), 0, NOWHERE, b"")]
        while level:
            self.levels.append(0)
            level = self.finish_level(level)
        if self.faults == ALL and self.is_whole and sums(self.ground):
            self.run_heaviest()

    def finish_level(self, level: list[Item]) -> list[Item]:
        """Looks at all runs of one level, those with other answers than usual too; the placements of the next one."""
        last = self.is_last(len(self.levels) - 1)
        following: list[Item] = []
        start = 0
        while level:
            mine = self.own(level) if (last and not start) or self.splits(level) else level
            room = self.left.most - sum(self.levels)
            if len(mine) > room:
                self.left.beyond += len(mine) - room
                mine = mine[:room]
                last = True
            reached = self.next_level(mine, start, last=last)
            start += len(level)
            level = [item for item in reached if self.ground.is_answer(item.placement[-1])]
            if not last:
                following += (item for item in reached if not self.ground.is_answer(item.placement[-1]))
            self.known += len(reached) if not last else len(level)
        return following

    @property
    def is_whole(self) -> bool:
        return self.shard == (1, 1) and not self.left.beyond

    def is_last(self, level: int) -> bool:
        return self.faults != ALL and level >= int(self.faults)

    def splits(self, level: list[Item]) -> bool:
        """Whether a shard of sequences goes on from here with its own part of a level, and all that follows from it."""
        if self.faults != ALL or self.split or len(level) < 4 * self.shard[1]:
            return False
        self.split = True
        return True

    def own(self, level: list[Item]) -> list[Item]:
        number, of = self.shard
        return level[number - 1 :: of]

    def next_level(self, level: list[Item], start: int, *, last: bool) -> list[Item]:
        """Looks at placements of one level, the first of which is number `start`; the placements that follow."""
        depth = len(self.levels) - 1
        goes_on = not last or (depth == 0 and self.ground.has_answers)
        wanted = Wanted(children=goes_on, sequences=self.faults == ALL, spare=self.represents_alike)
        number, of = self.shard
        following: list[Item] = []
        alike: dict[tuple[Any, ...], list[tuple[Item, Look]]] = {}
        looks = self.looks([item.placement for item in level], wanted)
        parted = last or self.split
        looked = 0
        for index, (look, item) in enumerate(zip(looks, level, strict=False)):
            looked = index + 1
            place = start + (number - 1 + index * of if parted else index)
            if parted or index % of == number - 1:
                self.levels[depth] += 1
                self.note(item.placement, look, (depth, place))
            self.rank(item.placement, place)
            if goes_on:
                self.time(item, look, depth)
            self.tried.update(placed.state for placed in item.placement[-1:])
            self.retriers.update(look.retriers)
            self.met.update(look.entered)
            self.left.in_a_row += look.spared
            if not wanted.children:
                continue
            if self.represents_alike and self.ends_in_fault(item):
                self.group(item, look, alike)
            else:
                self.extend(following, self.children(item, look))
        if self.left.stopped:
            self.left.beyond += len(level) - looked + len(following)
            return []
        if self.adds_up and not self.is_near and self.may_last_too_long():
            self.is_near = True
            self.leaves_out_mended = False
            self.fell_short = self.left.mended + self.left.alike > 0
            if self.fell_short:
                return []
        for item, look in (one for found in alike.values() for one in self.standing(found)):
            if len(item.placement) == 1:
                self.stands(item.placement[0])
            self.extend(following, self.children(item, look))
        return self.narrowed(following) if self.represents_alike and len(following) > WIDE else following

    def time(self, item: Item, look: Look, depth: int) -> None:
        """Keeps the longest run with so many faults, and the most by which one fault makes a run longer, or would if no
        other branch took as long."""
        self.longest.extend([0.0] * (depth + 1 - len(self.longest)))
        self.longest[depth] = max(look.lasts, self.longest[depth])
        if item.placement and not self.ground.is_answer(item.placement[-1]):
            before = self.tree.vertices[item.parent]
            self.longest_fault = max(look.lasts - before.lasts, look.spent - before.spent, self.longest_fault)

    def may_last_too_long(self) -> bool:
        """Whether a run with as many faults as there may be, each as long as the longest, could reach a limit of
        time."""
        limits = (self.ground.settings.limits.get("duration"), self.ground.machine.timeout_seconds)
        least = min((limit for limit in limits if limit is not None), default=float("inf"))
        more = (int(self.faults) - depth for depth in range(len(self.longest)))
        return any(run + left * self.longest_fault >= least for run, left in zip(self.longest, more, strict=True))

    def extend(self, following: list[Item], children: Iterator[Item]) -> None:
        """Puts children on the next level, as many as there is room for in memory."""
        room = max(self.left.most, 10 * WIDE) - len(following)
        following.extend(islice(children, max(room, 0)))
        self.left.beyond += sum(1 for _ in children)

    def ends_in_fault(self, item: Item) -> bool:
        """Whether the last mishap is a failed call, of which nothing stays in the data once it is mended. Another
        answer or input leaves other data behind, which may be read later, however alike it runs till then."""
        placed = item.placement[-1] if item.placement else None
        return placed is not None and bool(placed.state) and self.ground.mishap(placed).error is not None

    def group(self, item: Item, look: Look, alike: dict[tuple[Any, ...], list[tuple[Item, Look]]]) -> None:
        """Puts a run with those that ran alike with one mishap or another at the same place."""
        last = item.placement[-1]
        lasting = last.times if last.state in self.ground.entered_again else ""
        found = alike.setdefault((item.placement[:-1], *last[:3], lasting, look.signature), [])
        found.append((item, look))
        if len(found) > MOST_STANDING:
            kept = [found[0], *(one for one in _extremes(found) if one is not found[0])]
            self.left.alike += len(found) - len(kept)
            found[:] = kept

    def standing(self, found: list[tuple[Item, Look]]) -> list[tuple[Item, Look]]:
        """Those that stand for all that ran alike: the first; where a limit of what adds up is near, the ones that take
        shortest and longest (it may cut off the rest), and the one whose states do (another branch may hide it)."""
        stand = _extremes(found) if self.is_near else found[:1]
        self.left.alike += len(found) - len(stand)
        return stand

    def children(self, item: Item, look: Look) -> Iterator[Item]:
        """What can go wrong besides; after a mishap that is mended only what does in the same segment."""
        shape = look.shapes[item.segment] if 0 <= item.segment < len(look.shapes) else b""
        mended = self.leaves_out_mended and bool(shape) and shape == item.expected and self.ends_in_fault(item)
        place = self.tree.add(item, mended=mended, lasts=look.lasts, spent=look.spent)
        for segment, child in look.children:
            if mended and segment != item.segment:
                self.left.mended += 1
                continue
            expected = look.shapes[segment] if 0 <= segment < len(look.shapes) else b""
            yield Item((*item.placement, child), place, segment, expected)

    def run_heaviest(self) -> None:
        """The runs in which as much as possible goes wrong and is mended: what the limits on sums are for."""
        known = {frozenset(vertex.placement) for vertex in self.tree.vertices}
        heaviest = {frozenset(one): one for one in self.tree.heaviest()}
        placements = [one for key, one in heaviest.items() if key not in known]
        self.known += len(placements)
        for look, placement in zip(self.looks(placements, Wanted(children=False)), placements, strict=False):
            self.note(placement, look, (len(placement), 0))
            self.levels.extend([0] * (len(placement) + 1 - len(self.levels)))
            self.levels[len(placement)] += 1

    def narrowed(self, level: list[Item]) -> list[Item]:
        """A wide level without the placements whose last mishap ran like another one when it was alone."""
        found = [item for item in level if self.represents(item.placement[-1])]
        self.left.narrow += len(level) - len(found)
        return found

    def represents(self, placed: Placed) -> bool:
        kept = self.keep.get(placed.state)
        return kept is None or (placed.mishap, placed.times) in kept

    def stands(self, placed: Placed) -> None:
        """A mishap that others ran like stands for them at its state."""
        self.keep[placed.state] = self.keep.get(placed.state, frozenset()) | {(placed.mishap, placed.times)}

    def note(self, placement: Placement, look: Look, place: tuple[int, int]) -> None:
        """Counts a run, and keeps the first one for each thing that is wrong; `place` is its level and place in it."""
        self.endings[look.status] = self.endings.get(look.status, 0) + 1
        for placed in placement:
            errors = self.states.setdefault(placed.state, {})
            error = self.ground.mishap(placed).called
            errors[error] = errors.get(error, 0) + 1
        for name, message, about in look.wrong:
            first = self.found.get((name, about))
            if first is None:
                self.found[name, about] = (placement, message, 0, place)
            else:
                self.found[name, about] = (*first[:2], first[2] + 1, first[3])

    def rank(self, placement: Placement, index: int) -> None:
        """Keeps for each state the plainest run in which something goes wrong there last: it shows a retrier that is
        never used."""
        if not placement or not placement[-1].state:
            return
        placed = placement[-1]
        rank = (len(placement), self.ground.mishap(placed).error is None, placed.times != ONCE, index)
        if placed.state not in self.plainest or rank < self.plainest[placed.state][0]:
            self.plainest[placed.state] = rank, placement

    # --- the result --------------------------------------------------------------------------------------------------

    def result(self) -> Exploration:
        self.left.heaviest = sums(self.ground) and self.leaves_out_mended and not self.is_whole
        examples = [
            self.example(name, message, placement, alike, about=about, place=place)
            for (name, about), (placement, message, alike, place) in self.found.items()
        ]
        looked = {one.name: one.explanation for one in self.looker.properties}
        unused = tuple(self.unused_retriers()) if self.judges_retriers() else None
        if unused is not None and self.is_whole:
            looked[RETRIERS.name] = RETRIERS.explanation
            examples.extend(unused)
        broken = {example.property for example in examples}
        return Exploration(
            ground=self.ground,
            faults=self.faults,
            shard=self.shard,
            levels=tuple(self.levels),
            states=self.states,
            endings=self.endings,
            held={name: name not in broken for name in looked},
            explanations={**looked, RETRIERS.name: RETRIERS.explanation},
            uncovered=tuple(uncovered(self.ground, self.faults, self.shard, self.left)),
            counterexamples=tuple(sorted(examples, key=lambda one: one.place)),
            unmet=dict(unmet(self.ground, self.faults, self.left, entered=self.met, tried=self.tried)),
            unused=None if self.is_whole else unused,
            sequences=self.tree.sequences() if self.faults == ALL and self.is_whole else None,
        )

    def example(
        self,
        name: str,
        message: str,
        placement: Placement,
        alike: int = 0,
        *,
        about: tuple[str, ...],
        place: tuple[int, int],
    ) -> Counterexample:
        execution = self.ground.run(placement, history=True)
        return Counterexample(
            name,
            message,
            placement,
            tuple(fault_of(self.ground, placed) for placed in placement),
            execution.status,
            alike,
            execution,
            about,
            place,
        )

    def judges_retriers(self) -> bool:
        """Whether enough was run to say that a retrier is never used, by this shard or by all of them together."""
        return (
            self.faults not in (ALL, 0) and not self.left.beyond and RETRIERS.name not in self.ground.settings.skipped
        )

    def unused_retriers(self) -> Iterator[Counterexample]:
        for state, (rank, placement) in sorted(self.plainest.items(), key=lambda item: (item[1][0][0], item[1][0][-1])):
            for index, retrier in enumerate(self.ground.retriers(state)):
                if retrier.max_attempts and (state, index) not in self.retriers:
                    names = ", ".join(retrier.error_equals)
                    message = f"retrier {index + 1} of '{state}' ({names}) is used by no fault that '{state}' can meet"
                    place = (rank[0], LATE + rank[-1])
                    yield self.example(RETRIERS.name, message, placement, about=(state, str(index)), place=place)


MOST_STANDING = 4
"""The first of those that ran alike, and three extremes."""


def _extremes(found: list[tuple[Item, Look]]) -> list[tuple[Item, Look]]:
    """The shortest run, the longest, and the one whose states take longest; each once."""
    chosen = (
        min(found, key=lambda one: one[1].lasts),
        max(found, key=lambda one: one[1].lasts),
        max(found, key=lambda one: one[1].spent),
    )
    return list({(look.lasts, look.spent): (item, look) for item, look in reversed(chosen)}.values())


def _task(pickled: bytes, wanted: Wanted, placements: Sequence[Placement]) -> list[Look]:
    return look_at(pickled, placements, wanted)
