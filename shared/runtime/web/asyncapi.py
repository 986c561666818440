"""The AsyncAPI 3.0 document of a service and the schemas of its events, made from its models."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.decider import Domain
from shared.kernel.events import Event, Heard, wire_type
from shared.kernel.schemas import schema_name, schema_of
from shared.runtime.web.describing import INTERFACE_VERSION, LICENCE, first_sentence

_SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
_TEXT = {"type": "string"}
_NUMBER = {"type": "string", "pattern": "^[1-9][0-9]*$"}


def topic(service: str) -> str:
    """The Kafka topic of a service's events."""
    return f"grantline.{service}.events.v1"


def schemas(domain: Domain) -> Mapping[str, Mapping[str, Any]]:
    """By file name, the JSON Schema of each event's body in its newest version."""
    return {schema_name(event): schema_of(event) for event in domain.events}


def document(domain: Domain) -> dict[str, Any]:
    """What the service says on its topic, and what it listens to on others."""
    own = {_key(domain.service, event): _message(domain.service, event) for event in domain.events}
    channels = {domain.service: _channel(domain.service, list(own))} if own else {}
    operations = {"say": _operation("send", domain.service)} if own else {}
    heard: dict[str, dict[str, Any]] = {}
    for foreign in domain.heard:
        messages = heard.setdefault(foreign.origin, {})
        messages[_key(foreign.origin, foreign)] = _message(foreign.origin, foreign)
    for origin, messages in heard.items():
        channels[origin] = _channel(origin, list(messages))
        operations[f"hear_{origin}"] = _operation("receive", origin)
    every = {
        name: message for messages in (own, *heard.values()) for name, message in messages.items()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Grantline {domain.service}: events",
            "version": INTERFACE_VERSION,
            "license": {"name": LICENCE},
            "description": "CloudEvents 1.0 in binary mode: the body is the value, attributes are "
            "headers. The key is the subject; order holds within it.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": every, "schemas": {"Headers": _headers()}},
    }


def _key(service: str, event: type[Event] | type[Heard]) -> str:
    return f"{service}.{event.event_name}.v{event.schema_version}"


def _message(service: str, event: type[Event] | type[Heard]) -> dict[str, Any]:
    return {
        "name": wire_type(service, event.event_name, event.schema_version),
        "title": event.event_name,
        "summary": first_sentence(event.__doc__),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"schemaFormat": _SCHEMA_FORMAT, "schema": schema_of(event)},
    }


def _channel(service: str, messages: list[str]) -> dict[str, Any]:
    return {
        "address": topic(service),
        "title": f"Events of {service}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, service: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{service}"}}


def _headers() -> dict[str, Any]:
    texts = (
        "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_recordedtime",
        "ce_dataschema", "ce_dataclassification", "ce_partitionkey", "ce_correlationid",
        "ce_stream", "ce_actor", "ce_commandid", "ce_prevhash", "ce_hash",
    )  # fmt: skip
    return {
        "type": "object",
        "properties": {
            "content-type": {"const": "application/json"},
            "ce_specversion": {"const": "1.0"},
            **dict.fromkeys(texts, _TEXT),
            "ce_streamversion": _NUMBER,
            "ce_originsequence": _NUMBER,
            "ce_causationid": _TEXT,
            "ce_onbehalfof": _TEXT,
            "ce_policyversion": _TEXT,
        },
        "required": [
            "content-type",
            "ce_specversion",
            *texts,
            "ce_streamversion",
            "ce_originsequence",
        ],
    }
