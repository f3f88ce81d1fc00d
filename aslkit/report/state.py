"""What TestState answers -> text to be understood at a glance: how it ended, and each stage of the data flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.payload import json_text
from aslkit.report.timeline import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.report.colour import Paint

Json = Any

STAGES = {
    "input": "input",
    "afterInputPath": "after InputPath",
    "afterItemsPath": "after ItemsPath",
    "afterItemSelector": "after ItemSelector",
    "afterItemBatcher": "after ItemBatcher",
    "afterParameters": "after Parameters",
    "afterArguments": "after Arguments",
    "result": "result",
    "afterResultSelector": "after ResultSelector",
    "afterResultPath": "after ResultPath",
}
"""The stages of the data flow in their order, and how they are called here."""
LIMITS = {
    "maxConcurrency": "max concurrency",
    "toleratedFailureCount": "tolerated failures",
    "toleratedFailurePercentage": "tolerated failures, %",
}
COLOURS = {"SUCCEEDED": "green", "CAUGHT_ERROR": "yellow", "RETRIABLE": "yellow", "FAILED": "red"}
MAX_VALUE = 120


def as_text(response: Mapping[str, Json], paint: Paint) -> str:
    """The first line is how it ended; then the error; then a line for each stage. A value that is the same as that of
    an earlier stage is told by the name of that stage; long ones are cut."""
    lines = [paint(response["status"], COLOURS[response["status"]], "bold") + ending(response)]
    if "error" in response or "cause" in response:
        error = ": ".join(str(response[key]) for key in ("error", "cause") if response.get(key))
        lines.append(PREFIX.sub("", error))
    rows = list(told(response))
    width = max((len(name) for name, _ in rows), default=0)
    lines += ["", *(f"  {paint(name.ljust(width), 'dim')}  {text}" for name, text in rows)] if rows else []
    return "\n".join(line.rstrip() for line in lines)


def ending(response: Mapping[str, Json]) -> str:
    """Where it goes on, and which retrier and catcher had a say."""
    details = response.get("inspectionData", {}).get("errorDetails", {})
    parts = []
    if "retryIndex" in details:
        seconds = details.get("retryBackoffIntervalSeconds")
        place = f"Retry[{details['retryIndex']}]"
        parts.append(f"{place} is used up" if seconds is None else f"{place} tries again after {seconds} s")
    if "catchIndex" in details:
        parts.append(f"Catch[{details['catchIndex']}] catches it")
    if "nextState" in response:
        parts.append(f"on to {response['nextState']}")
    return "".join(f", {part}" for part in parts)


def told(response: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """(name, value) of every line of the data flow."""
    inspection = response.get("inspectionData", {})
    stages = [(name, inspection[key]) for key, name in STAGES.items() if key in inspection]
    if "output" in response:
        stages.append(("output", response["output"]))
    names: dict[str, str] = {}
    for name, value in stages:
        text = json_text(value)
        yield name, f"= {names[text]}" if text in names else cut(text)
        names.setdefault(text, name)
    for key, name in LIMITS.items():
        if key in inspection:
            yield name, str(inspection[key])
    for variable, value in inspection.get("variables", {}).items():
        yield f"${variable}", cut(json_text(value))


def cut(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
