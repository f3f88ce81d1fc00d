"""Settings and the ground that they are for -> remarks on names and patterns in them that fit nothing there."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aslkit.definition.model import Task
from aslkit.simulation.exploration.catalogue import EVERY, catalogue, input_mishaps, is_at, is_called
from aslkit.simulation.exploration.properties import PROPERTIES, RETRIERS
from aslkit.simulation.reading import Remark, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from aslkit.definition.document import Pointer
    from aslkit.simulation.exploration.catalogue import Mishap, Muted
    from aslkit.simulation.exploration.ground import Ground


def misfits(ground: Ground, own: Collection[str] = ()) -> Iterator[Remark]:
    """What says nothing because it is misspelt; `own` are the names of properties that stand in no file.

    The jobs of `limits: {starts: ...}` are not looked at: their names may come out of any input.
    """
    settings = ground.settings
    tasks = {name: state for name, state in ground.states.items() if isinstance(state, Task)}
    yield from _properties(ground, own)
    for index, added in enumerate(settings.added):
        if not any(is_at(task, added.where) for task in tasks.values()):
            yield Remark(("explore", "add", index, "state"), _no_task(added.where, tasks, "name or Resource"))
    whole = catalogue(ground.machine, added=settings.added)
    for key, faults in (("mute", settings.muted), ("harmless", settings.harmless)):
        for index, one in enumerate(faults):
            yield from _fault(ground, whole, one, ("explore", key, index))
    lists: dict[str, Iterable[str]] = {"notifiers": settings.notifiers or (), "success": settings.success or ()}
    for key, patterns in lists.items():
        for index, pattern in enumerate(patterns):
            if not _fits(pattern, tasks):
                yield Remark(("explore", key, index), _no_task(pattern, tasks))
            elif key == "success" and not _fits(pattern, ground.notifiers):
                yield Remark(("explore", key, index), f"'{pattern}' fits no notifier, and only these tell of an end")
    for pattern in settings.waits:
        if not _fits(pattern, tasks):
            yield Remark(("explore", "waits", pattern), _no_task(pattern, tasks))


def _properties(ground: Ground, own: Collection[str]) -> Iterator[Remark]:
    built_in = [one.name for one in (*PROPERTIES, RETRIERS)]
    known = [*built_in, *own]
    for index, custom in enumerate(ground.settings.custom):
        if custom.name in known:
            which = "is built in" if custom.name in built_in else "is there already"
            yield Remark(
                ("explore", "properties", index, "name"), f"a property '{custom.name}' {which}; name it otherwise"
            )
        known.append(custom.name)
    for index, name in enumerate(ground.settings.skipped):
        if name not in known:
            yield Remark(("explore", "skip", index), f"there is no property '{name}'{suggestion(name, known)}")


def _fault(ground: Ground, whole: dict[str, tuple[Mishap, ...]], muted: Muted, place: Pointer) -> Iterator[Remark]:
    menus = {name: menu for name, menu in whole.items() if fnmatchcase(name, muted.state)}
    if not menus and muted.state != EVERY:
        yield Remark((*place, "state"), _no_task(muted.state, whole))
        return
    inputs = [one.name for one in input_mishaps(ground.plan.input)] if muted.state == EVERY else []
    if _fits(muted.name, inputs) or any(is_called(mishap, muted.name) for menu in menus.values() for mishap in menu):
        return
    known = dict.fromkeys([*(one.name for menu in menus.values() for one in menu), *inputs])
    where = "" if muted.state == EVERY else f" of '{muted.state}'"
    yield Remark((*place, "fault"), f"no fault{where} is called '{muted.name}'{suggestion(muted.name, known)}")


def _fits(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _no_task(pattern: str, tasks: Iterable[str], what: str = "name") -> str:
    return f"no Task has a {what} like '{pattern}'{suggestion(pattern, tasks)}"
