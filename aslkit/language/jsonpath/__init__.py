"""JSONPath text -> what it reads from a JSON document, by the rules of Jayway JsonPath, which Step Functions follows.

The rules are those of Jayway JsonPath 2.10 in its default configuration, oddities included; "Jayway" in a comment names
one of them. Every evaluation is bounded: deep nesting is refused, and a path that would visit too many values fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aslkit.language.jsonpath.errors import PathNotFound as PathNotFound
    from aslkit.language.jsonpath.errors import PathSyntaxError as PathSyntaxError
    from aslkit.language.jsonpath.errors import ReferencePathMismatch as ReferencePathMismatch
    from aslkit.language.jsonpath.evaluation import select as select
    from aslkit.language.jsonpath.parsing import parse_path as parse_path
    from aslkit.language.jsonpath.path import Json as Json
    from aslkit.language.jsonpath.path import Path as Path
    from aslkit.language.jsonpath.reference import parse_reference_path as parse_reference_path
    from aslkit.language.jsonpath.reference import put as put
    from aslkit.language.jsonpath.scope import Scope as Scope
    from aslkit.language.jsonpath.scope import compile_path as compile_path
    from aslkit.language.jsonpath.window import regex as regex

PUBLIC = {
    "Json": "path",
    "Path": "path",
    "PathNotFound": "errors",
    "PathSyntaxError": "errors",
    "ReferencePathMismatch": "errors",
    "Scope": "scope",
    "compile_path": "scope",
    "parse_path": "parsing",
    "parse_reference_path": "reference",
    "put": "reference",
    "regex": "window",
    "select": "evaluation",
}
"""The public names and the modules they stand in, imported when they are first used: a lint only parses paths."""


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"{__name__}.{PUBLIC[name]}"), name)
    return value
