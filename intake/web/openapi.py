"""The API's description (OpenAPI 3.1), built from the tables of its routes: what is not described is not served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Final

from flask import current_app, jsonify

from intake.web.problems import ProblemCode
from intake.web.routing import API_PREFIX, Access, Route, blueprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Blueprint, Flask, Response

Schema = dict[str, Any]

_KEY: Final = "intake.openapi"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What the description says of a route beyond its address and its view's docstring.

    Attributes:
        answer: The schema of its answer, by name.
        status: What it answers with when all is well.
        body: The schema of what it takes, by name.
        parameters: Of its query and headers.
        problems: Statuses it may refuse with, beside those that follow from its access and its body.
    """

    answer: str
    status: int = 200
    body: str | None = None
    parameters: tuple[Schema, ...] = ()
    problems: tuple[int, ...] = ()


def record(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """Describe an object; what is not optional is always there."""
    required = [name for name in properties if name not in set(optional)]
    return {"type": "object", "properties": dict(properties), "required": required}


def list_of(schema: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": schema}


def named(name: str) -> Schema:
    """Refer to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, place: str, description: str, **schema: object) -> Schema:
    """Describe an optional parameter of a query or a header."""
    return {"name": name, "in": place, "description": description, "schema": {"type": "string"} | schema}


def set_up_description(app: Flask, description: Schema) -> None:
    """Let *app* show its description."""
    app.extensions[_KEY] = description


def describe(routes: Iterable[Route], schemas: Mapping[str, Schema]) -> Schema:
    """Build the description of every route below `API_PREFIX`.

    Raises:
        ValueError: One of them says nothing of itself.
    """
    paths: dict[str, Schema] = {}
    for route in routes:
        if route.rule.startswith(API_PREFIX):
            paths.setdefault(_path(route), {})[route.methods[0].lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pistoia2030 Video Intake",
            "version": "1",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(schemas) | {"Problem": _PROBLEM},
            "securitySchemes": {"secret": {"type": "http", "scheme": "bearer"}},
        },
    }


def show_description() -> Response:
    """Answer the API's description."""
    return jsonify(current_app.extensions[_KEY])


ROUTES: Final = (
    Route(
        rule=f"{API_PREFIX}/openapi.json",
        view=show_description,
        access=Access.PUBLIC,
        operation=Operation(answer="Description"),
    ),
)

SCHEMAS: Final[Mapping[str, Schema]] = {"Description": {"type": "object"}}


def api_blueprint() -> Blueprint:
    """Build the blueprint of the description."""
    return blueprint("api", ROUTES)


_PROBLEM: Final = record(
    {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; beside others: " + ", ".join(ProblemCode)},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": list_of(
            record(
                {"pointer": {"type": "string"}, "header": {"type": "string"}, "detail": {"type": "string"}},
                optional=("pointer", "header"),
            )
        ),
        "missing": list_of({"type": "integer"}),
    },
    optional=("errors", "missing"),
)

_MEANINGS: Final = {
    200: "Done",
    201: "Made",
    400: "No JSON",
    401: "The secret is missing or opens nothing",
    404: "There is no such thing",
    409: "Not as things stand; `code` says why",
    410: "Over; `code` says why",
    413: "Too large",
    415: "Something else than JSON",
    422: "Something is missing or wrong; `errors` names each mistake",
    429: "Too often; `Retry-After` says when to come back",
    503: "Something outside is down; the same request will succeed later",
}


def _operation(route: Route) -> Schema:
    if route.operation is None:
        raise ValueError(f"{route.rule} has no description")
    told, operation = cleandoc(route.view.__doc__ or ""), route.operation
    summary, _, more = told.partition("\n\n")
    described: Schema = {
        "operationId": route.name,
        "summary": summary.replace("\n", " "),
        "parameters": [*_path_parameters(route), *operation.parameters],
        "responses": {str(operation.status): _answer(operation)}
        | {str(status): _refusal(status) for status in _refusals(route, operation)},
    }
    if more:
        described["description"] = more.replace("\n", " ")
    if operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": named(operation.body)}},
        }
    if route.access is Access.SECRET:
        described["security"] = [{"secret": []}]
    return described


def _refusals(route: Route, operation: Operation) -> list[int]:
    of_access = (401,) if route.access is Access.SECRET else ()
    of_body = (400, 413, 415, 422) if operation.body else ()
    # An address that holds a NUL is none of ours, whatever it begins with; and the database may be away at any time.
    return sorted({404, 429, 503, *of_access, *of_body, *operation.problems})


def _answer(operation: Operation) -> Schema:
    return {
        "description": _MEANINGS[operation.status],
        "content": {"application/json": {"schema": named(operation.answer)}},
    }


def _refusal(status: int) -> Schema:
    return {
        "description": _MEANINGS[status],
        "content": {"application/problem+json": {"schema": named("Problem")}},
    }


def _path(route: Route) -> str:
    return re.sub(r"<(\w+)>", r"{\1}", route.rule)


def _path_parameters(route: Route) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(\w+)>", route.rule)
    ]
