"""The interface's description of itself, made complete: every answer, and what each kind holds."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from concord.api.bodies import JSON, MERGE_PATCH
from concord.api.examples import BODIES, SCHEMAS
from concord.api.schemas import ProblemOut
from concord.record.kinds import all_kinds

PROBLEM: Final = "application/problem+json"
REF: Final = "#/components/schemas/{model}"
TAGGED: Final = {"ETag": {"schema": {"type": "string"}, "description": "Digest of what is shown"}}
TO_BE_KEYED: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A word of yours: sent again with it, the request is answered again and does "
    "nothing again; kept for 48 hours",
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]*$"},
}
TO_BE_CONFIRMED: Final = {
    "name": "Confirm-Warnings",
    "in": "header",
    "required": False,
    "description": "A person of yours looked at the warnings of the content check, which a dry run "
    "or a refusal names, and found that the texts may be shown; it is remembered who and when",
    "schema": {"type": "string", "enum": ["true"]},
}
CONDITIONAL: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETag that you have: 304 where it is still the same",
    "schema": {"type": "string"},
}
MATCHING: Final = {
    "name": "If-Match",
    "in": "header",
    "description": "ETag of the record that the change was made from",
    "schema": {"type": "string"},
}
NEEDS_MATCH: Final = ("put", "patch", "delete")
RECORD: Final = {"record_id": "$response.body#/id"}
MATCHED: Final = {**RECORD, "If-Match": "$response.header.ETag"}
NEXT: Final[dict[str, tuple[int, dict[str, dict[str, str]]]]] = {
    "record_add": (201, {
        "record": RECORD, "record_put": MATCHED, "record_patch": MATCHED, "record_delete": MATCHED,
        "record_publish": MATCHED,
    }),
    "records_add": (201, {"record": {"record_id": "$response.body#/written/0"}}),
    "record": (200, {
        "record_put": MATCHED, "record_patch": MATCHED, "record_delete": MATCHED,
        "record_publish": MATCHED, "revisions": RECORD, "removals": RECORD,
    }),
    "revisions": (200, {
        name: {"record_id": "$request.path.record_id",
               "revision": "$response.body#/revisions/0/revision"}
        for name in ("revision", "revision_restore")
    }),
}  # fmt: skip
"""By operation what can be done next with its answer of this status, and with what of it."""
BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token made on the desk of an institution; its role decides what it may do",
}


def complete(schema: OpenAPISchema) -> None:
    """Add to each operation the refusals it may meet, its headers, its security and examples."""
    components = schema["components"]
    components["securitySchemes"] = {"bearer": BEARER}
    _, kinds = models_json_schema(
        [(content, "validation") for content in all_kinds().values()], ref_template=REF
    )
    components["schemas"] |= kinds["$defs"]
    components["schemas"]["ProblemOut"] = ProblemOut.model_json_schema(ref_template=REF)
    components["schemas"] |= components["schemas"]["ProblemOut"].pop("$defs", {})
    _say_kinds(components["schemas"])
    for name, example in SCHEMAS.items():
        components["schemas"][name]["examples"] = [example]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)


def _say_kinds(schemas: dict[str, Any]) -> None:
    """A new record is one of its kinds, each with the content of that kind."""
    for name in ("RecordIn", "NewRecordIn"):
        plain = schemas[name]
        schemas[name] = {
            "title": plain["title"],
            "description": plain["description"],
            "oneOf": [
                {
                    **{k: v for k, v in plain.items() if k != "description"},
                    "title": f"{content.__name__}",
                    "properties": plain["properties"]
                    | {"kind": {"const": kind, "type": "string"}}
                    | {"content": {"$ref": REF.format(model=content.__name__)}},
                }
                for kind, content in all_kinds().items()
            ],
        }


OF_ONES_OWN: Final = frozenset({"/api/waiting", "/api/readings", "/api/levels", "/api/groups"})
"""What is asked by an institution about itself: the public has no answer there."""


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    is_writing = method != "get"
    needs_token = is_writing or path in OF_ONES_OWN
    operation["security"] = [{"bearer": []}] if needs_token else [{}, {"bearer": []}]
    parameters = operation.setdefault("parameters", [])
    responses = operation["responses"]
    if is_writing:
        parameters += [TO_BE_KEYED, TO_BE_CONFIRMED]
        if "{record_id}" in path:
            parameters += [{**MATCHING, "required": False}]
    for status in list(responses):
        if status in {HTTPStatus.OK, HTTPStatus.CREATED} and "content" in responses[status]:
            responses[status]["headers"] = TAGGED
    if not is_writing and "headers" in responses.get(HTTPStatus.OK, {}):
        parameters += [CONDITIONAL]
        responses[304] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
    for status in _refusals(path, method, operation):
        responses.setdefault(status.value, _refusal(status))
    if "requestBody" in operation:
        _say_body(method, operation)
    if operation["operationId"] in NEXT:
        status, following = NEXT[operation["operationId"]]
        responses[status]["links"] = {
            name: {"operationId": name, "parameters": given} for name, given in following.items()
        }


def _refusals(path: str, method: str, operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    yield from (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
    if "{" in path or "/coverage" in path:
        yield HTTPStatus.NOT_FOUND
    if "{record_id}" in path or "{source}" in path:
        yield HTTPStatus.GONE
    if method == "get":
        return
    yield from (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    if "{record_id}" in path:
        yield HTTPStatus.PRECONDITION_FAILED
    if method in NEEDS_MATCH:
        yield HTTPStatus.PRECONDITION_REQUIRED
    if "requestBody" in operation:
        yield from (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": REF.format(model="ProblemOut")}
    return {"description": status.phrase, "content": {PROBLEM: {"schema": schema}}}


def _say_body(method: str, operation: dict[str, Any]) -> None:
    content = operation["requestBody"]["content"]
    content[JSON]["example"] = BODIES[operation["operationId"]]
    if method == "patch":
        content[MERGE_PATCH] = content.pop(JSON)
