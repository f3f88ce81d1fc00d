"""An entry of a script -> the words of `when` in a scenario file that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import duration_text, seconds_of
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, range_text

if TYPE_CHECKING:
    from aslkit.simulation.resources.scripted import Reply, When

Json = Any


def entry(when: When) -> dict[str, Json]:
    """An entry of `when`."""
    found: dict[str, Json] = {
        name: value for name in ("state", "job", "resource") if (value := getattr(when, name)) is not None
    }
    if when.iteration is not None:
        found["iteration"] = when.iteration[0] if len(when.iteration) == 1 else list(when.iteration)
    if when.last is not None:
        found["invocation"] = when.first if when.first == when.last else range_text(when.first, when.last)
    elif when.first > 1:
        found |= {"invocation": when.first, "repeat": True}
    return found | _outcome(when.reply) | _times(when.reply)


def _outcome(reply: Reply) -> dict[str, Json]:
    match reply:
        case Returns(value=value):
            return {"returns": value}
        case Fails(error=error, cause=cause):
            return {"fails": {"error": error, **({} if cause is None else {"cause": cause})}}
        case Faulty(fault=fault, error=error, message=message):
            changes = {"error": error, "message": message}
            return {fault.service: fault.name, **{name: text for name, text in changes.items() if text is not None}}
        case Hangs():
            return {"hangs": True}
        case Takes():
            return {}


def _times(reply: Reply) -> dict[str, Json]:
    times = {"after": getattr(reply, "after", None), "heartbeats": getattr(reply, "beat", None)}
    return {name: _duration(seconds) for name, seconds in times.items() if seconds is not None}


def _duration(seconds: float) -> str | float:
    """As people write it, where that is exact."""
    text = duration_text(seconds)
    return text if seconds_of(text) == seconds else seconds
