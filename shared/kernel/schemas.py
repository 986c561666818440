"""The JSON Schema of an event's body, generated from its model: one per schema version."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DecimalSchema

from shared.kernel.events import Event, Heard

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """The generator, told that decimals are written as strings of digits."""

    def decimal_schema(self, schema: DecimalSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?$"}


def schema_name(event: type[Event] | type[Heard]) -> str:
    """The file under which a service serves the schema: `ClaimFiled.v1.json`."""
    return f"{event.event_name}.v{event.schema_version}.json"


def schema_of(event: type[Event] | type[Heard]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a body as it is stored and sent: every field is there.

    Its `$id` is what events name as their `dataschema`.
    """
    model = event.model_json_schema(mode="serialization", schema_generator=_AsWritten)
    return {"$schema": DIALECT, "$id": f"/schemas/{schema_name(event)}", **model}
