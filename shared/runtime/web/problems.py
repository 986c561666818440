"""Refusals as `application/problem+json` (RFC 9457), in English and French, without any input."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from shared.kernel.canonical import canonical, read_json
from shared.kernel.refusals import Fault, Refusal
from shared.kernel.shown import shown
from shared.runtime.web.answers import (
    InvalidForm,
    MethodNotAllowed,
    NoRoute,
    ProjectionBehind,
    Refused,
)
from shared.runtime.web.incoming import Incoming, incoming_of, language, positions

FAULTS_MAX = 50
"""A reply names so many places; ten thousand bad lines get a short reply."""
RETRY_SECONDS = 1
MEDIA_TYPE = "application/problem+json"

_FIRST_PART = re.compile(r"\s*[:;.](?:\s|$)")
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "date": "date",
    "datetime": "instant",
    "decimal": "decimal",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "datetime_parsing": "instant",
    "datetime_from_date_parsing": "instant",
    "string_type": "text",
    "int_type": "whole-number",
    "bool_type": "true-or-false",
    "string_too_long": "too-long",
    "string_too_short": "too-short",
    "string_pattern_mismatch": "pattern",
    "literal_error": "choice",
    "enum": "choice",
    "list_type": "list",
    "tuple_type": "list",
    "too_long": "too-many",
    "too_short": "too-few",
    "dict_type": "object",
    "model_type": "object",
    "greater_than": "range",
    "greater_than_equal": "range",
    "less_than": "range",
    "less_than_equal": "range",
}
_TEXTS = {
    "missing": ("This is required.", "Ceci est obligatoire."),
    "unknown-field": ("There is no such field.", "Ce champ n'existe pas."),
    "date": ("A date such as 2020-07-20.", "Une date comme 2020-07-20."),
    "instant": (
        "An instant with its offset, such as 2020-07-20T13:00:00Z.",
        "Un instant avec son décalage, comme 2020-07-20T13:00:00Z.",
    ),
    "decimal": ("A plain decimal number.", "Un nombre décimal simple."),
    "text": ("A text.", "Un texte."),
    "whole-number": ("A whole number.", "Un nombre entier."),
    "true-or-false": ("true or false.", "true ou false."),
    "too-long": ("This is too long.", "Ceci est trop long."),
    "too-short": ("This is too short.", "Ceci est trop court."),
    "pattern": ("This is not written as it must be.", "Ceci n'est pas écrit comme il faut."),
    "choice": ("This is none of the choices.", "Ceci n'est aucun des choix."),
    "list": ("A list.", "Une liste."),
    "too-many": ("Too many entries.", "Trop d'éléments."),
    "too-few": ("Too few entries.", "Trop peu d'éléments."),
    "object": ("An object with named fields.", "Un objet à champs nommés."),
    "range": ("This is out of range.", "Ceci est hors limites."),
    "key": ("1 to 200 printable ASCII characters.", "De 1 à 200 caractères ASCII imprimables."),
    "entity-tag": (
        'One version, such as "7".',
        "Une version, comme « 7 » entre guillemets droits.",
    ),
    "position": ("Positions such as intake=1042.", "Des positions comme intake=1042."),
    "cursor": ("Follow `next` as it was given.", "Suivez `next` tel que donné."),
    "repeated": ("Given more than once.", "Donné plus d'une fois."),
    "unknown-parameter": ("There is no such parameter.", "Ce paramètre n'existe pas."),
    "invalid": ("The value is not one that this can have.", "La valeur n'est pas admise ici."),
}


def respond(
    refusal: Refusal, incoming: Incoming, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a refused request."""
    spoken = language(incoming.headers)
    sent = {"content-language": spoken or "en", "vary": "accept-language", **(headers or {})}
    if refusal.status in (429, 503):
        sent.setdefault("retry-after", str(RETRY_SECONDS))
    if refusal.status == 401:
        sent["www-authenticate"] = "Bearer"
    body = canonical(document(refusal, spoken, incoming.trace_id))
    return Response(body, refusal.status, sent, MEDIA_TYPE)


def document(refusal: Refusal, spoken: str | None, trace_id: str) -> dict[str, Any]:
    """The problem document: its texts, its places, and what else the refusal states."""
    code = refusal.code()
    english, french = refusal.english(), refusal.french
    detail = french if spoken == "fr" else english
    problem: dict[str, Any] = {name: shown(fact) for name, fact in refusal.facts.items()}
    problem |= {
        "type": f"/problems/{code}",
        "title": _title(detail),
        "status": refusal.status,
        "detail": detail,
        "code": code,
        "retryable": refusal.status in (429, 503),
        "trace_id": trace_id,
    }
    if spoken is None:
        problem["title_fr"] = _title(french)
    if refusal.rule is not None:
        problem["rule"] = refusal.rule
    if refusal.faults:
        named = refusal.faults[:FAULTS_MAX]
        problem["errors"] = [_place(fault, spoken) for fault in named]
    return problem


def form_refusal(faults: ValidationError, raw: bytes) -> InvalidForm:
    """What is wrong with a body, by JSON pointer and stable code."""
    found = faults.errors(include_url=False, include_context=False, include_input=False)
    body = read_json(raw)
    named = [
        Fault(_pointer(fault["loc"], body), _CODES.get(fault["type"], "invalid"))
        for fault in found[:FAULTS_MAX]
    ]
    return InvalidForm(*named, error_count=len(found))


def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """By code, every refusal that this process knows, in both languages."""
    return {refusal.code(): _entry(refusal) for refusal in _tree(Refusal)}


async def on_refusal(request: Request, refusal: Exception) -> Response:
    """FastAPI's handler for everything that our own code refuses."""
    assert isinstance(refusal, Refusal)
    behind = isinstance(refusal, ProjectionBehind)
    headers = {"event-position": positions(refusal.facts["position"])} if behind else None
    return respond(refusal, incoming_of(request.scope), headers)


async def on_http(request: Request, found: Exception) -> Response:
    """FastAPI's handler for what the framework itself refuses."""
    assert isinstance(found, HTTPException)
    by_status = {404: NoRoute, 405: MethodNotAllowed}
    refusal = by_status.get(found.status_code, Refused)()
    headers = dict(found.headers or {})
    if found.status_code == 405:
        headers["Allow"] = ", ".join(_methods_at(request))
    return respond(refusal, incoming_of(request.scope), headers)


def _methods_at(request: Request) -> Sequence[str]:
    """The methods of all routes with this path; the framework names those of the first alone."""
    scope = {**request.scope}
    routes = [route for route in request.app.routes if route.matches(scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in getattr(route, "methods", ())})


async def show_problem(request: Request) -> Response:
    """One entry of the catalogue of problems."""
    entry = catalogue().get(request.path_params["code"])
    if entry is None:
        raise NoRoute
    return JSONResponse(entry)


def _tree(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    yield refusal
    for kind in refusal.__subclasses__():
        yield from _tree(kind)


def _entry(refusal: type[Refusal]) -> Mapping[str, Any]:
    return {
        "code": refusal.code(),
        "status": refusal.status,
        "rule": refusal.rule,
        "title": _title(refusal.english()),
        "detail": refusal.english(),
        "title_fr": _title(refusal.french),
        "detail_fr": refusal.french,
    }


def _title(sentence: str) -> str:
    return _FIRST_PART.split(sentence, maxsplit=1)[0]


def _place(fault: Fault, spoken: str | None) -> dict[str, str]:
    english, french = _TEXTS.get(fault.code, _TEXTS["invalid"])
    detail = french if spoken == "fr" else english
    return {"pointer": fault.pointer, "code": fault.code, "detail": detail}


def _pointer(place: tuple[int | str, ...], body: Any) -> str:
    """A JSON pointer that resolves in the body, or names the field missing there.

    Pydantic's own marks (members of unions, keys) lead nowhere in the body and are passed over; a
    name that is no field's name might be somebody's data and ends the pointer.
    """
    pointer = ""
    for part in place:
        if isinstance(body, list) and isinstance(part, int) and part < len(body):
            body = body[part]
        elif isinstance(part, str) and _FIELD_NAME.fullmatch(part) and isinstance(body, dict):
            if part not in body and part != place[-1]:
                continue
            body = body.get(part)
        elif isinstance(body, dict) and part in body:
            break
        else:
            continue
        pointer += f"/{part}"
    return pointer
