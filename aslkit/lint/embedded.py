"""Template -> findings: every definition inside it is linted, and every finding stands in the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.embedded import definitions
from aslkit.definition.model import parse
from aslkit.lint.engine import OFF, Fix, check, syntax_finding
from aslkit.lint.engine import syntax as syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aslkit.definition.document import Document, Pointer
    from aslkit.definition.embedded import Embedded
    from aslkit.lint.engine import Config, Finding, Rule


def check_template(template: Document, rules: Iterable[Rule], config: Config) -> list[Finding]:
    """The findings in all definitions inside a template, with their places and pointers in the template."""
    known = tuple(rules)
    return [finding for embedded in definitions(template) for finding in _in(embedded, known, config)]


def _in(embedded: Embedded, rules: Iterable[Rule], config: Config) -> list[Finding]:
    if embedded.error is not None:
        return [] if config.severity(syntax_rule) == OFF else [syntax_finding(embedded.error)]
    assert embedded.document is not None
    found = check(parse(embedded.document), rules, config)
    return [_moved(one, embedded) for one in found if _is_inside(one.pointer, embedded.document)]


def _is_inside(pointer: Pointer, document: Document) -> bool:
    """Whether a finding is about this definition, and not about the text around it."""
    return len(pointer) <= 1 or (isinstance(document.data, dict) and pointer[0] in document.data)


def _moved(finding: Finding, embedded: Embedded) -> Finding:
    """A finding whose pointers, and those of its fix, begin at the top of the template; a definition that is text there
    is not mended."""
    pointer, fix = embedded.pointer, None if embedded.as_text else finding.fix
    if fix is not None:
        edits = (type(edit)(**{**edit.__dict__, "pointer": (*pointer, *edit.pointer)}) for edit in fix.edits)
        fix = Fix(fix.label, tuple(edits))
    moved = {
        "pointer": (*pointer, *finding.pointer),
        "related": tuple((*pointer, *one) for one in finding.related),
        "fix": fix,
    }
    return type(finding)(**{**finding.__dict__, **moved})
