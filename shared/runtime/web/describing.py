"""The OpenAPI text of our routes, which read their requests themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.runtime.web.feed import BATCH_TYPE
from shared.runtime.web.points import POINT
from shared.runtime.web.problems import MEDIA_TYPE
from shared.runtime.web.routes import CommandRoute, ReadRoute, ResourceRoute, Route

INTERFACE_VERSION = "1.0.0"
LICENCE = "Apache-2.0"
CONTACT = {"name": "The maintainers of Grantline"}
_REF = "#/components/schemas/{model}"
_TEXT = {"type": "string"}
_INSTANT = {"type": "string", "format": "date-time"}

Schema = dict[str, Any]


def first_sentence(text: str | None) -> str:
    """The first sentence of a docstring, without its stop."""
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


class Descriptions:
    """The OpenAPI parts of one service's routes and the schemas that they refer to."""

    def __init__(self, routes: Sequence[Route]) -> None:
        forms = {r.form for r in routes if isinstance(r, CommandRoute | ReadRoute) and r.form}
        ordered = sorted(forms, key=lambda form: (form.__module__, form.__qualname__))
        refs, defined = models_json_schema(
            [(form, "validation") for form in ordered], ref_template=_REF
        )
        self._refs: Mapping[Any, Any] = refs
        self.schemas: Schema = {**defined.get("$defs", {}), "Problem": _PROBLEM, "Page": _PAGE}

    def of(self, route: Route) -> Schema:
        """What FastAPI cannot see in the endpoint of this route."""
        match route:
            case CommandRoute():
                return self._command(route)
            case ResourceRoute():
                return _read(route, POINT, {"type": "object"}, _headers("ETag", "Event-Position"))
            case ReadRoute():
                schema = {"anyOf": [{"$ref": _REF.format(model="Page")}, {"type": "object"}]}
                query = (*route.query, "limit", "cursor")
                described = _read(route, query, schema, _headers("Event-Position", "Link"))
                return self._with_form(described, route.form)
            case _:
                raise TypeError(type(route).__name__)

    def _command(self, route: CommandRoute) -> Schema:
        described = {
            "parameters": [
                *(_in("path", name) for name in route.parameters),
                _in("header", "Idempotency-Key", required=True, schema=_KEY),
                _in("header", "If-Match", schema={"type": "string", "examples": ['"7"']}),
                _in("header", "Effective-At", schema=_INSTANT),
                _in("header", "On-Behalf-Of", schema=_TEXT),
            ],
            "responses": {
                str(route.status): {
                    "description": "The new state.",
                    "headers": _headers("ETag", "Event-Position", "Idempotency-Hit"),
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **_PROBLEMS,
            },
        }
        return self._with_form(described, route.form)

    def _with_form(self, described: Schema, form: type[BaseModel] | None) -> Schema:
        if form:
            content = {"application/json": {"schema": self._refs[form, "validation"]}}
            described["requestBody"] = {"required": True, "content": content}
        return described


def feed_description() -> Schema:
    """The feed of events in pages."""
    return {
        "parameters": [
            _in("query", "after", schema={"type": "integer", "minimum": 0}),
            _in("query", "limit", schema={"type": "integer", "minimum": 1}),
            _in("query", "type"),
            _in("query", "subject"),
            *_POSITION_HEADERS,
        ],
        "responses": {
            "200": {
                "description": "CloudEvents 1.0, oldest first.",
                "headers": _headers("Event-Position", "Link"),
                "content": {BATCH_TYPE: {"schema": {"type": "array", "items": {"type": "object"}}}},
            },
            **_PROBLEMS,
        },
    }


def work_description(form: type[BaseModel], answer: str) -> Schema:
    """Work that an operator has done."""
    return {
        "parameters": [_in("header", "Idempotency-Key", required=True, schema=_KEY)],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": form.model_json_schema()}},
        },
        "responses": {
            "200": {
                "description": answer,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_PROBLEMS,
        },
    }


def stream_description() -> Schema:
    """The live stream of events."""
    return {
        "parameters": [
            _in("query", "after", schema={"type": "integer", "minimum": 0}),
            _in("query", "type"),
            _in("query", "subject"),
            _in("header", "Last-Event-ID"),
        ],
        "responses": {
            "200": {
                "description": "Server-sent events; id is the position, data a CloudEvent.",
                "content": {"text/event-stream": {"schema": _TEXT}},
            },
            **_PROBLEMS,
        },
    }


def _read(route: Route, query: Sequence[str], schema: Schema, headers: Schema) -> Schema:
    return {
        "parameters": [
            *(_in("path", name) for name in route.parameters),
            *(_in("query", name) for name in query),
            *_POSITION_HEADERS,
        ],
        "responses": {
            "200": {
                "description": "As it stands.",
                "headers": headers,
                "content": {"application/json": {"schema": schema}},
            },
            **_PROBLEMS,
        },
    }


def _in(place: str, name: str, *, required: bool = False, schema: Schema | None = None) -> Schema:
    must = required or place == "path"
    return {"name": name, "in": place, "required": must, "schema": schema or _TEXT}


def _headers(*names: str) -> Schema:
    return {name: {"description": _HEADERS[name], "schema": _TEXT} for name in names}


_KEY = {"type": "string", "minLength": 1, "maxLength": 200}
_HEADERS = {
    "ETag": "The version of the stream, quoted; name it in If-Match.",
    "Event-Position": "By service, the sequence up to which this answer has seen.",
    "Idempotency-Hit": "`true` where this answer was given before.",
    "Link": 'The following page, rel="next".',
}
_POSITION_HEADERS = [
    _in("header", "Min-Event-Position", schema={"type": "string", "examples": ["intake=1042"]}),
    _in("header", "Prefer", schema={"type": "string", "examples": ["wait=2"]}),
]
_PROBLEMS: Schema = {
    name: {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    for name, text in {
        "4XX": "Refused, with the reason.",
        "5XX": "Not now; see Retry-After.",
    }.items()
}
_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "title_fr": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "rule": _TEXT,
        "retryable": {"type": "boolean"},
        "trace_id": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": _TEXT, "code": _TEXT, "detail": _TEXT},
                "required": ["pointer", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code", "retryable", "trace_id"],
}
_PAGE: Schema = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next": {"type": ["string", "null"]},
        "total": {"type": "integer"},
    },
    "required": ["items", "next"],
}
