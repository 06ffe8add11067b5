"""Hold a document to one of our JSON Schemas and say in plain words what is wrong with it.

Schemas come from this package and are compiled once. Nothing is ever fetched, and no document chooses
its schema.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from provenance_schemas.errors import DocumentError

PASSPORT: Final = "passport-1"
STEP: Final = "step-1"
COMMITMENTS: Final = "commitments-1"

# A hostile document can break a schema in thousands of places; a reader needs one.
_FAULTS_MAX: Final = 200
_LATER: Final = frozenset({"required", "oneOf", "anyOf", "minProperties"})
_WORDS: Final = {
    "additionalProperties": "is not a field of this document",
    "falseSchema": "does not belong in a document of this kind",
    "required": "is missing",
    "uniqueItems": "holds the same entry twice",
    "minProperties": "has too few fields",
    "maxProperties": "has too many fields",
    "oneOf": "must name its subject once, as a piece or as a batch",
    "anyOf": "must name at least one other thing",
}


@cache
def schema(name: str) -> dict[str, Any]:
    """Give one of our schemas, as `passport-1`. The dictionary is shared: never change it."""
    text = resources.files("provenance_schemas").joinpath("schemas", f"{name}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    # RegexOptions picks the engine that runs in linear time, so no text can stall a pattern.
    return jsonschema_rs.Draft202012Validator(
        schema(name), validate_formats=True, pattern_options=jsonschema_rs.RegexOptions(), offline=True
    )


def validate(name: str, document: object) -> None:
    """Do nothing when `document` fits schema `name`; DocumentError with the field at fault otherwise."""
    validator = _validator(name)
    if not validator.is_valid(document):
        faults = islice(validator.iter_errors(document), _FAULTS_MAX)
        raise _document_error(name, min(faults, key=_rank))


def pointer(*steps: str | int) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _rank(fault: jsonschema_rs.ValidationError) -> int:
    # A wrong document type explains every other fault; a field too many explains one that is missing.
    if fault.instance_path == ["type"]:
        return 0
    if fault.kind.name in {"additionalProperties", "falseSchema"}:
        return 1
    return 3 if fault.kind.name in _LATER else 2


def _document_error(name: str, fault: jsonschema_rs.ValidationError) -> DocumentError:
    values = fault.kind.as_dict()
    path = list(fault.instance_path)
    if fault.kind.name == "additionalProperties":
        path.append(_printable(str(values["unexpected"][0])))
    elif fault.kind.name == "required":
        path.append(values["property"])
    return DocumentError(pointer(*path), _reason(name, fault, values))


def _reason(name: str, fault: jsonschema_rs.ValidationError, values: dict[str, Any]) -> str:
    keyword = fault.kind.name
    if keyword in _WORDS:
        return _WORDS[keyword]
    if keyword == "const":
        return f"must be {values['expected_value']!r}"
    if keyword == "enum":
        return f"must be one of {', '.join(map(str, values['options']))}"
    if keyword in {"minItems", "maxItems"}:
        limit = values["limit"]
        most = "least" if keyword == "minItems" else "most"
        return f"must hold at {most} {limit} {'entry' if limit == 1 else 'entries'}"
    node: Any = schema(name)
    for step in fault.schema_path[:-1]:
        node = node[step]
    return f"must be {node.get('title', node.get('type', 'of another form'))}"


def _printable(text: str) -> str:
    # The name of an unknown field is the sender's own text: bounded, and nothing invisible reaches a log.
    return ascii(text[:80])[1:-1]
