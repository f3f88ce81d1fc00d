"""A property of a team's own, as the settings say it -> what looks at a run."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from itertools import islice
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, TypeAlias

from aslkit.language.choice import ConditionSyntaxError, compile_condition
from aslkit.language.errors import StatesError
from aslkit.language.jsonpath import PathSyntaxError
from aslkit.language.payload import json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aslkit.simulation.exploration.observed import Run
    from aslkit.simulation.exploration.settings import Custom

    Check = Callable[[Run], Iterable[str]]
    """A run -> what is wrong with it; nothing when the property holds."""

Json = Any


class PropertyError(ValueError):
    """The property `name` of a team's own cannot be looked at: it does not compile, is not found, or raises."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name = name
        self.why = why

    def __str__(self) -> str:
        return f"property '{self.name}' {self.why}"


def check_of(custom: Custom) -> Check:
    """What looks at a run, which raises PropertyError where that cannot be done. Raises PropertyError for a property
    that can be looked at in no run."""
    if (custom.holds is None) == (custom.python is None):
        raise PropertyError(custom.name, "says what has to hold by `holds` or by `python`, one of them")
    return _by_python(custom) if custom.python is not None else _by_expression(custom)


# --- by a function in Python -----------------------------------------------------------------------------------------

MOST_TEXTS = 100
"""The texts about one run that are listened to: a function may give them without end."""
LONGEST = 60
"""The characters of a value that are shown."""


def _by_python(custom: Custom) -> Check:
    """The function `module:function`: it gets the run, and gives None, one text, or several of what is wrong.

    What it prints goes to standard error, where it does not mix with a report.
    """
    from importlib import import_module

    module, _, name = (custom.python or "").partition(":")
    if not module or not name:
        raise PropertyError(custom.name, f"has '{custom.python}' for `python`, which is no MODULE:FUNCTION")
    try:
        with redirect_stdout(sys.stderr):
            function = getattr(import_module(module), name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the team's module raises is no reason to show ours
        raise PropertyError(custom.name, f"cannot use '{custom.python}': {_told(error, {module})}") from None

    def check(run: Run) -> Iterable[str]:
        try:
            with redirect_stdout(sys.stderr):
                texts = list(islice(_texts(function(run), custom.name), MOST_TEXTS + 1))
        except (KeyboardInterrupt, PropertyError):
            raise
        except BaseException as error:
            of = {module, str(getattr(function, "__module__", module))}
            raise PropertyError(custom.name, f"raises {_told(error, of)}") from error
        if len(texts) > MOST_TEXTS:
            texts[MOST_TEXTS:] = ["and more"]
        return ("; ".join(texts),) if texts else ()

    return check


def _texts(wrong: Any, name: str) -> Iterable[str]:
    """The texts that a function of a team's own gives. Raises PropertyError for anything else."""
    if wrong is None:
        return
    if inspect.iscoroutine(wrong):
        wrong.close()  # else Python warns that nobody waited for it
        raise PropertyError(name, f"gives a coroutine (it is an `async def`): {EXPECTED}")
    if not isinstance(wrong, Iterable) or isinstance(wrong, Mapping | bytes):
        raise PropertyError(name, f"gives {_shown(wrong)}: {EXPECTED}")
    for text in [wrong] if isinstance(wrong, str) else wrong:
        if not isinstance(text, str):
            raise PropertyError(name, f"gives {_shown(text)} among its texts: {EXPECTED}")
        if not text:
            raise PropertyError(name, f"gives an empty text, which says nothing: {EXPECTED}")
        yield text


EXPECTED = "it has to give nothing, a text, or several texts"


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        return f"a {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _told(error: BaseException, modules: set[str]) -> str:
    """An error in words, with the last line of one of the modules that it came through."""
    try:
        text = ": ".join(filter(None, (type(error).__name__, str(error))))
    except Exception:
        text = f"{type(error).__name__}, which has no text"
    lines = [
        f" ({os.path.basename(frame.f_code.co_filename)}:{line})"
        for frame, line in walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") in modules
    ]
    return text + "".join(lines[-1:])


# --- by a choice rule or an expression -------------------------------------------------------------------------------


def _by_expression(custom: Custom) -> Check:
    breach = _choice_rule(custom) if isinstance(custom.holds, dict) else _jsonata(custom)

    def check(run: Run) -> Iterable[str]:
        try:
            found = breach(run.facts())
        except (StatesError, LookupError, ValueError) as error:
            raise PropertyError(custom.name, f"cannot be evaluated: {error}") from None
        if found is None:
            return ()
        return (f"this does not hold{found}" + (f": {custom.explanation}" if custom.explanation else ""),)

    return check


Breach: TypeAlias = "Callable[[dict[str, Json]], str | None]"
"""The facts of a run -> None where a property holds, else a text that may say what there is instead."""


def _choice_rule(custom: Custom) -> Breach:
    from aslkit.language.jsonpath import Scope

    try:
        condition = compile_condition(custom.holds)
    except (ConditionSyntaxError, PathSyntaxError) as error:
        raise PropertyError(custom.name, f"is no choice rule: {error}") from None
    return lambda facts: None if condition(Scope(facts)) else ""


def _jsonata(custom: Custom) -> Breach:
    from aslkit.language.jsonata import FUNCTION, UNDEFINED, JsonataError, JsonataSyntaxError, compile_jsonata

    try:
        expression = compile_jsonata(custom.holds[2:-2].strip())
    except JsonataSyntaxError as error:
        raise PropertyError(custom.name, f"is no JSONata: {error}") from None

    def breach(facts: dict[str, Json]) -> str | None:
        try:
            value = expression.evaluate(facts, {"run": facts}, now=0.0, random=None)
        except JsonataError as error:
            raise ValueError(str(error)) from None
        if isinstance(value, bool):
            return None if value else ""
        if value is UNDEFINED or value is FUNCTION:
            return " (it gives nothing)" if value is UNDEFINED else " (it is a function)"
        return f" (it is {json_text(value)})"

    return breach
