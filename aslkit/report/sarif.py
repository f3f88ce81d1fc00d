"""Findings -> SARIF 2.1.0: what code scanning services read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aslkit
from aslkit.definition.document import pointer_text
from aslkit.lint import ALL_RULES
from aslkit.lint.baseline import fingerprint
from aslkit.lint.fixes import splice
from aslkit.operations.reference import manual_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aslkit.definition.document import Document, Span
    from aslkit.lint.engine import Finding, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
ROOT = "SRCROOT"
FINGERPRINT = "finding/v1"


def as_sarif(findings: Iterable[Finding], documents: Mapping[str, Document]) -> str:
    """One run with all rules and these findings; `documents` holds the document of each source, for its fixes."""
    rules = sorted(ALL_RULES, key=lambda rule: rule.id)
    places = {rule.id: index for index, rule in enumerate(rules)}
    seen: dict[str, int] = {}
    run = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, places, documents.get(finding.source), seen) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _driver(rules: Iterable[Rule]) -> dict[str, Any]:
    version = aslkit.__version__
    return {"name": "aslkit", "version": version, "semanticVersion": version, "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    manual = manual_of(rule)
    properties = {"fixable": rule.fixable, "diagnostics": list(manual.codes)}
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": manual.summary},
        "fullDescription": {"text": " ".join(manual.text.split())},
        "help": {"text": manual.plain, "markdown": manual.markdown},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": properties,
    }


def _result(
    finding: Finding, places: Mapping[str, int], document: Document | None, seen: dict[str, int]
) -> dict[str, Any]:
    related = [
        {
            "id": number,
            **_location(finding.source, span),
            "message": {"text": pointer_text(pointer) or "the definition"},
        }
        for number, (pointer, span) in enumerate(zip(finding.related, finding.related_spans, strict=False))
    ]
    location = _location(finding.source, finding.span)
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": pointer_text(finding.pointer), "kind": "member"}]
    fixes = _fixes(finding, document) if document is not None and finding.fix is not None else []
    return {
        "ruleId": finding.rule,
        "ruleIndex": places.get(finding.rule, -1),
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding, seen)},
        **({"fixes": fixes} if fixes else {}),
    }


def _location(source: str, span: Span) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(source), "region": _region(span)}}


def _artifact(source: str) -> dict[str, str]:
    uri = quote(source)
    return {"uri": f"file://{uri}"} if source.startswith("/") else {"uri": uri, "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fixes(finding: Finding, document: Document) -> list[dict[str, Any]]:
    assert finding.fix is not None
    change = splice(document, finding.fix)
    if change is None:
        return []
    replacement = {
        "deletedRegion": _region(document.locate(change.start, change.end)),
        "insertedContent": {"text": change.text},
    }
    changes = [{"artifactLocation": _artifact(finding.source), "replacements": [replacement]}]
    return [{"description": {"text": finding.fix.label}, "artifactChanges": changes}]


def _fingerprint(finding: Finding, seen: dict[str, int]) -> str:
    """What stays when lines move; a number tells findings apart that are the same in all else."""
    text = "\0".join((finding.source, *fingerprint(finding)))
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
    seen[digest] = seen.get(digest, 0) + 1
    return f"{digest}:{seen[digest]}"
