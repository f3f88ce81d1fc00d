"""aslkit lint --fix and --diff: files -> the same files mended, or what would change in them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.linted import Linted, decoded, reading, refers_to, unreadable
from aslkit.definition.document import DefinitionError
from aslkit.lint.engine import Config
from aslkit.lint.fixes import mended

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from aslkit.cli.baseline import BaselineFile
    from aslkit.definition.document import Document
    from aslkit.lint.engine import Finding

    Look = Callable[[Document], list[Finding]]


def mend_file(name: str, config: Config, known: BaselineFile | None, options: argparse.Namespace) -> Linted:
    """What came of a file that is mended, or with --diff is shown as it would be."""
    content = files.read(name)
    fail_on = options.fail_on or config.fail_on
    # all rules watch over a mend, whichever are selected: what one of them mends may not break another
    watching = Config(**{**config.__dict__, "select": (), "ignore": ()})
    try:
        document, look = reading(content, name, watching)
    except DefinitionError as error:
        return Linted(files.shown(name), unreadable(error, config), decoded(content), None, fail_on)
    done = mended(
        document,
        look,
        read=lambda text: reading(text, name, watching)[0],
        wanted=_wanted(name, config, known, options),
    )
    if done.document.text != document.text or name == files.STDIN:
        _put(name, content, document.text, done.document.text, options)
    left = reading(done.document.text, name, config)[1](done.document)
    if known is not None:
        left = known.report(name, left)
    return Linted(
        files.shown(name),
        left,
        done.document.text,
        done.document,
        fail_on,
        len(done.mended),
        refers_to(name, done.document),
    )


def _wanted(
    name: str, config: Config, known: BaselineFile | None, options: argparse.Namespace
) -> Callable[[list[Finding]], list[Finding]]:
    """Which findings are mended: those that are reported."""
    selected = set(config.select)

    def wanted(found: list[Finding]) -> list[Finding]:
        kept = [one for one in found if one.rule not in config.ignore and (not selected or one.rule in selected)]
        return kept if known is None else known.unknown(name, kept)

    return wanted


def _put(name: str, content: bytes, before: str, after: str, options: argparse.Namespace) -> None:
    if options.diff:
        sys.stdout.write(diff(before, after, files.shown(name)))
    elif name == files.STDIN:
        sys.stdout.write(after)
    else:
        files.write(name, files.encoded(after, content), over_input=True)


def diff(before: str, after: str, name: str) -> str:
    """Two texts of a file as a unified diff; nothing when they are the same."""
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
