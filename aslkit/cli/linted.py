"""One file -> its document, the findings in it, and their report: what all verbs that lint have in common."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, RULES
from aslkit.lint.engine import OFF, SEVERITIES, Finding, check, syntax_finding
from aslkit.record import Record
from aslkit.report.colour import Paint, wanted
from aslkit.report.findings import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

    from aslkit.definition.document import Document
    from aslkit.lint.engine import Config


class Linted(Record):
    """What came of one file: its findings, its text and the document in it (None when it cannot be read), the severity
    that fails, how many findings were mended, and the files that hold definitions for it."""

    name: str
    findings: Sequence[Finding]
    text: str
    document: Document | None
    fail_on: str
    mended: int = 0
    refers_to: tuple[str, ...] = ()

    @property
    def fails(self) -> bool:
        if self.fail_on == "never":
            return False
        failing = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        return any(finding.severity in failing for finding in self.findings)


def report(
    findings: Sequence[Finding], texts: Mapping[str, str], *, files: int, stream: IO[str], mended: int = 0
) -> str:
    """Findings as text, in colour where the stream takes it; `texts` holds the text of each source."""
    lines = {source: text.replace("\r\n", "\n").replace("\r", "\n").split("\n") for source, text in texts.items()}
    return as_text(findings, lines, files=files, paint=Paint(wanted(stream)), mended=mended)


def reading(content: bytes | str, name: str, config: Config) -> tuple[Document, Callable[[Document], list[Finding]]]:
    """The document of a file, and what finds the findings in it.

    Raises DefinitionError for a text that cannot be read.
    """
    source = files.shown(name)
    text = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    named = name.endswith(files.TEMPLATE_ENDINGS) and not name.endswith(files.ENDINGS)
    if named or b"::StateMachine" in text or b"%{" in text:
        from aslkit.cli.template import reading_of_template

        found = reading_of_template(content, source, config)
        if found is not None:
            return found
    document = load(content, source=source)
    check_no_scenarios(document)
    return document, lambda document: lint_document(document, config)


def check_no_scenarios(document: Document) -> None:
    """Raises DefinitionError, with the definition that is meant, for a scenario file."""
    data = document.data
    if isinstance(data, dict) and "States" not in data and not SCENARIO_KEYS.isdisjoint(data):
        from aslkit.simulation.scenario_file import definition_name

        about = os.path.normpath(os.path.join(os.path.dirname(document.source), definition_name(document)))
        message = f"this is a scenario file; the definition that it is about is {about.replace(os.sep, '/')}"
        raise DefinitionError(message, source=document.source)


SCENARIO_KEYS = frozenset({"scenarios", "defaults", "explore"})
"""What a scenario file holds, one of these at least, and no definition."""


def decoded(content: bytes) -> str:
    """The text of a file that cannot be read, as far as it can be shown."""
    return content.decode("utf-8", "replace").removeprefix("\ufeff")


def unreadable(error: DefinitionError, config: Config) -> list[Finding]:
    """A text that is no definition, as a finding, unless the rule is off."""
    return [syntax_finding(error)] if config.severity(ALL_RULES[0]) != OFF else []


def lint_document(document: Document, config: Config) -> list[Finding]:
    """The findings of all rules in a document that could be read."""
    return check(parse(document), RULES, config)


def refers_to(name: str, document: Document | None) -> tuple[str, ...]:
    """The files that hold definitions for a template."""
    if name.endswith(files.ENDINGS) or document is None or "DefinitionUri" not in document.text:
        return ()
    from aslkit.cli.template import referred

    return referred(name, document)
